"""The page of differences: choosing by oneself, confirming at once, and what is refused."""

import datetime as dt
import html
import re
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from tests.client import Client
from tests.factories.answers import ReviewerAnswer
from tests.factories.sides import YES, actor, answer, item_ids, send
from tests.factories.world import World
from tests.reading import words
from tests.reviews.differences.pages import choosing, revealed
from tracker.db import session, transaction
from tracker.frameworks.versions.rules import Ground
from tracker.models import Confirmation, Review
from tracker.reviews.review import actions as review_actions

SignIn = Callable[[str], Client]


def still(page: str) -> str:
    """Without what is new each time it is made."""
    return re.sub(r'name="(csrf_token|form_key)" value="[^"]*"', "", page)


def radios(page: str, item_id: int) -> list[tuple[str, str, str]]:
    """Key, sentence, and value of each choice in a row, in their order."""
    found = re.findall(
        rf'name="choice-{item_id}"[^>]*value="([^"]*)"[^>]*aria-label="([^"]*)"[^>]*data-key="(.)"',
        page,
    )
    return [(key, html.unescape(sentence), value) for value, sentence, key in found]


def test_they_stand_in_the_order_in_which_they_were_sent(
    three: tuple[str, list[int]], ana: Client
) -> None:
    url, (near, far, unsure, _same) = three
    page = ana.get(url).text
    assert "3 differences to settle" in words(page)
    assert "So far: 1 the same." in words(page)
    assert "0 chosen of 3" in words(page)
    rows = re.findall(r'id="item-(\d+)" data-difference', page)
    assert [int(row) for row in rows] == [near, far, unsure]
    assert "A rating is agreed only when you both confirm." in words(page)
    assert "If you haven’t both confirmed by Dec 8, it’s recorded as no agreement." in words(page)


def test_the_days_are_the_librarys(
    app: Flask, three: tuple[str, list[int]], world: World, ana: Client
) -> None:
    url, _ids = three
    with app.app_context(), transaction() as tx:
        review = tx.scalars(select(Review)).one()
        assert review.differences_from is not None
        review.differences_due_on = review.differences_from + dt.timedelta(days=21)
    assert "If you haven’t both confirmed by Dec 15, it’s recorded as no agreement." in words(
        ana.get(url).text
    )


@pytest.mark.parametrize("confirmed_first", ["", "ana", "sue"])
def test_both_have_one_order_and_one_set_of_keys_whoever_confirmed_first(
    three: tuple[str, list[int]], ana: Client, sue: Client, confirmed_first: str
) -> None:
    url, (_near, far, _unsure, _same) = three
    clients = {"ana": ana, "sue": sue}
    if confirmed_first:
        reason = {f"reason-{far}": "We met halfway."}
        clients[confirmed_first].post(url, choosing("confirm", {far: "agree:partly"}) | reason)
    found = {name: radios(client.get(url).text, far) for name, client in clients.items()}
    for those in found.values():
        assert [(key, value) for key, _sentence, value in those] == [
            ("1", "agree:not_yet"),
            ("2", "agree:partly"),
            ("3", "agree:consistently"),
            ("0", "agree:not_my_work"),
            ("n", "no_agreement"),
            ("t", "talk"),
        ]
    said = {name: [sentence for _key, sentence, _value in those] for name, those in found.items()}
    of = "for Communication 1.2."
    assert said["ana"][0] == f"Agree on Not yet {of} Sue’s rating."
    assert said["ana"][2] == f"Agree on Consistently {of} Your rating."
    assert said["sue"][0] == f"Agree on Not yet {of} Your rating."
    assert said["sue"][2] == f"Agree on Consistently {of} Ana’s rating."
    chose = {"": ("", ""), "ana": ("", " Ana chose it."), "sue": (" Sue chose it.", "")}
    for_ana, for_sue = chose[confirmed_first]
    assert said["ana"][1] == f"Agree on Partly {of}{for_ana}"
    assert said["sue"][1] == f"Agree on Partly {of}{for_sue}"


def test_a_choice_that_is_not_confirmed_marks_nothing_for_the_other(
    three: tuple[str, list[int]], ana: Client, sue: Client
) -> None:
    url, (near, *_others) = three
    ana.post(url, choosing("save", {near: "agree:not_yet"}))
    assert "Ana chose" not in words(sue.get(url).text)
    ana.post(url, choosing("confirm", {near: "agree:not_yet"}))
    page = words(sue.get(url).text)
    assert page.count("Ana chose") == 1
    assert "You both chose Not yet. Confirm to agree." in page


def test_what_waits_for_the_other_still_shows_every_choice_and_takes_none(
    three: tuple[str, list[int]], ana: Client
) -> None:
    url, (near, *_others) = three
    ana.post(url, choosing("confirm", {near: "agree:not_yet"}))
    page = ana.get(url).text
    row = page.partition(f'id="item-{near}"')[2].partition("</li>")[0]
    assert re.search(r"<fieldset[^>]* disabled", row)
    assert len(radios(row, near)) == 6
    assert "You chose" in words(f"<main>{row}</main>")
    assert "Waiting for Sue." in words(f"<main>{row}</main>")


def test_a_domain_with_many_rows_folds(app: Flask, world: World, sign_in: SignIn) -> None:
    with app.app_context():
        url, ids = revealed(world, *[(YES, ReviewerAnswer.NOT_YET)] * 10)
    page = sign_in(world.email("ana")).get(url).text
    assert "Show 2 more : Communication" in words(page)
    folded = page.partition('class="agenda-fold"')[2].partition("</details>\n          \n")[0]
    assert f'id="item-{ids[7]}"' not in folded
    assert f'id="item-{ids[8]}"' in folded


def test_what_somebody_was_told_is_said_to_the_learner(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    with app.app_context():
        review_id = send(world, YES)
        (item_id,) = item_ids(review_id)
        told = "Tom closed for her."
        answer(world, item_id, ReviewerAnswer.NOT_YET, note=told, ground=Ground.WAS_TOLD)
        review_actions.reveal(actor(world, "sue"), review_id, world.now)
    page = words(sign_in(world.email("ana")).get(f"/reviews/{review_id}/differences").text)
    assert "Sue: Not yet , told by someone Tom closed for her." in page
    assert "You and Sue rated 1 statement without seeing each other’s rating." in page


class TestChoosing:
    @pytest.mark.in_ci
    @pytest.mark.parametrize("act", ["save", "keep"])
    @pytest.mark.parametrize("value", ["agree:not_yet", "talk", "no_agreement"])
    def test_the_other_side_sees_nothing_of_it(
        self, three: tuple[str, list[int]], ana: Client, sue: Client, value: str, act: str
    ) -> None:
        """Not a byte of the page, of Today, or of the notes; a confirmation is seen."""
        url, ids = three
        seen = [url, "/", "/reviews", "/notices"]
        before = [still(sue.get(each).text) for each in seen]
        fields = choosing(act, dict.fromkeys(ids[:2], value))
        chosen = ana.post(url, fields | {f"reason-{ids[0]}": "WHY"})
        assert chosen.status_code == (204 if act == "keep" else 303)
        assert "2 chosen of 3" in words(ana.get(url).text)
        assert [still(sue.get(each).text) for each in seen] == before
        ana.post(url, choosing("confirm", {ids[0]: value}))
        assert still(sue.get(url).text) != before[0]

    def test_it_is_there_when_one_comes_back(
        self, three: tuple[str, list[int]], ana: Client
    ) -> None:
        url, (near, far, _unsure, _same) = three
        ana.post(
            url,
            choosing("save", {near: "agree:consistently", far: "no_agreement"})
            | {f"reason-{near}": "Since <May>"},
        )
        page = ana.get(url).text
        assert re.search(rf'name="choice-{near}"[^>]*value="agree:consistently"[^>]* checked', page)
        assert 'value="Since &lt;May&gt;"' in page
        assert re.search(rf'name="choice-{far}"[^>]*value="no_agreement"[^>]* checked', page)

    def test_it_can_be_cleared(self, three: tuple[str, list[int]], ana: Client) -> None:
        url, (near, far, _unsure, _same) = three
        choices = {near: "agree:not_yet", far: "talk"}
        ana.post(url, choosing("save", choices))
        ana.post(url, choosing("save", choices) | {f"clear-{near}": "1"})
        page = ana.get(url).text
        assert "1 chosen of 3" in words(page)
        assert not re.search(rf'name="choice-{near}"[^>]* checked', page)

    def test_a_reason_goes_only_with_an_answer_that_neither_gave(
        self, app: Flask, three: tuple[str, list[int]], ana: Client
    ) -> None:
        url, (near, far, *_others) = three
        choices = {near: "agree:not_yet", far: "agree:partly"}
        reasons = {f"reason-{near}": "TYPED BEFORE", f"reason-{far}": "Halfway."}
        ana.post(url, choosing("confirm", choices) | reasons)
        with app.app_context():
            found = session().execute(select(Confirmation.item_id, Confirmation.reason))
            assert {row.item_id: row.reason for row in found} == {near: "", far: "Halfway."}

    def test_a_page_of_somebody_else_is_refused(
        self, three: tuple[str, list[int]], world: World, ana: Client
    ) -> None:
        url, (near, *_others) = three
        fields = choosing("save", {near: "talk"}, person_id=str(world.people["sue"]))
        assert ana.post(url, fields | {"person_id": str(world.people["sue"])}).status_code == 409
