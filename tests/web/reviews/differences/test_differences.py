"""The page of differences: choosing by oneself, confirming at once, and what is refused."""

import html
import re
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from tests.client import Client
from tests.conftest import made_once
from tests.factories.answers import Answer, ReviewerAnswer
from tests.factories.sending import NO, PART, SURE_NOT, YES, actor, answer_all, item_ids, send
from tests.factories.world import World
from tracker.db import session
from tracker.models import Confirmation, DifferenceChoice
from tracker.services.reviews import differences, reviews

SignIn = Callable[[str], Client]
MINE, THEIRS = ReviewerAnswer.CONSISTENTLY, ReviewerAnswer.NOT_YET


def words(page: str) -> str:
    main = page.partition("<main")[2].partition("</main>")[0]
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", main)).split())


def still(page: str) -> str:
    """Without what is new each time it is made."""
    return re.sub(r'name="(csrf_token|form_key)" value="[^"]*"', "", page)


@pytest.fixture
def ana(sign_in: SignIn, world: World) -> Client:
    return sign_in(world.email("ana"))


@pytest.fixture
def sue(sign_in: SignIn, world: World) -> Client:
    return sign_in(world.email("sue"))


def revealed(world: World, *pairs: tuple[Answer, ReviewerAnswer]) -> tuple[str, list[int]]:
    """The address of the page, and the ids of the items."""
    review_id = send(world, *(own for own, _theirs in pairs))
    answer_all(world, review_id, *(theirs for _own, theirs in pairs))
    reviews.reveal(actor(world, "sue"), review_id, world.now)
    return f"/reviews/{review_id}/differences", item_ids(review_id)


@pytest.fixture
def three(app: Flask, world: World, engine_name: str) -> tuple[str, list[int]]:
    """One step apart, two steps, and not sure; a fourth matches."""
    pairs = (
        (PART, ReviewerAnswer.NOT_YET),
        (YES, ReviewerAnswer.NOT_YET),
        (SURE_NOT, ReviewerAnswer.PARTLY),
        (NO, ReviewerAnswer.NOT_YET),
    )
    with app.app_context():
        return made_once("three", engine_name, lambda: revealed(world, *pairs))


def said(act: str, **fields: str) -> dict[str, str]:
    """`choice_4` names the field of item 4."""
    return {"act": act, **{name.replace("_", "-"): value for name, value in fields.items()}}


def choosing(act: str, choices: dict[int, str], **more: str) -> dict[str, str]:
    return said(act, **more) | {f"choice-{item_id}": value for item_id, value in choices.items()}


def test_the_farthest_apart_come_first(three: tuple[str, list[int]], ana: Client) -> None:
    url, (near, far, unsure, _same) = three
    page = ana.get(url).text
    assert "3 open differences; 1 matches" in words(page)
    assert "3 differences: 0 chosen , 3 left" in words(page)
    rows = re.findall(r'id="item-(\d+)" data-difference', page)
    assert [int(each) for each in rows] == [far, near, unsure]
    for heading in ("2 steps apart", "1 step apart", "You weren’t sure"):
        assert heading in words(page)


def test_mine_stands_before_theirs_for_each_of_the_two(
    three: tuple[str, list[int]], ana: Client, sue: Client
) -> None:
    url, (_near, far, _unsure, _same) = three
    for client, first, second in (
        (ana, "Consistently (yours)", "Not yet (Sue’s)"),
        (sue, "Not yet (yours)", "Consistently (Ana’s)"),
    ):
        labels = re.findall(rf'name="choice-{far}"[^>]*aria-label="([^"]*)"', client.get(url).text)
        assert [html.unescape(each) for each in labels] == [
            f"Agree on {first} for Communication 1.2",
            f"Agree on {second} for Communication 1.2",
            "Another answer for Communication 1.2",
            "Talk about it: Communication 1.2",
            "No agreement on Communication 1.2",
        ]


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
        assert "2 chosen , 1 left" in words(ana.get(url).text)
        assert [still(sue.get(each).text) for each in seen] == before
        ana.post(url, choosing("confirm", {ids[0]: value}))
        assert still(sue.get(url).text) != before[0]

    def test_it_is_there_when_one_comes_back(
        self, three: tuple[str, list[int]], ana: Client
    ) -> None:
        url, (near, far, _unsure, _same) = three
        ana.post(
            url,
            choosing("save", {near: "other", far: "no_agreement"})
            | {f"other-{near}": "agree:consistently", f"reason-{near}": "Since <May>"},
        )
        page = ana.get(url).text
        assert re.search(rf'name="choice-{near}"[^>]*value="other"[^>]* checked', page)
        assert '<option value="agree:consistently" selected>' in page
        assert 'value="Since &lt;May&gt;"' in page
        assert re.search(rf'name="choice-{far}"[^>]*value="no_agreement"[^>]* checked', page)

    def test_half_a_choice_does_not_keep_the_others_from_being_saved(
        self, three: tuple[str, list[int]], ana: Client
    ) -> None:
        url, (near, far, _unsure, _same) = three
        half = {near: "other", far: "talk"}
        assert ana.post(url, choosing("keep", half)).status_code == 204
        assert "1 chosen , 2 left" in words(ana.get(url).text)
        assert ana.post(url, choosing("save", half)).status_code == 422

    def test_what_is_ticked_is_chosen_at_once_with_one_reason(
        self, app: Flask, three: tuple[str, list[int]], ana: Client
    ) -> None:
        url, (near, far, unsure, _same) = three
        ticks = {f"tick-{near}": "1", f"tick-{far}": "1"}
        ana.post(url, said("theirs", reason="We talked.") | ticks)
        with app.app_context():
            found = session().execute(
                select(DifferenceChoice.item_id, DifferenceChoice.answer, DifferenceChoice.reason)
            )
            assert sorted(tuple(each) for each in found) == [
                (near, "not_yet", "We talked."),
                (far, "not_yet", "We talked."),
            ]
        ana.post(url, said("mine") | ticks)
        ana.post(url, said("clear") | {f"tick-{near}": "1"})
        with app.app_context():
            left = session().scalars(select(DifferenceChoice)).one()
            assert (left.item_id, left.answer, left.reason) == (far, "consistently", "")
        refused = ana.post(url, said("mine") | {f"tick-{unsure}": "1"})
        assert refused.status_code == 422
        assert "“Not sure” can’t be agreed on." in words(refused.text)
        assert ana.post(url, said("talk")).status_code == 422

    def test_what_was_not_sure_is_left_as_it_is_among_others(
        self, app: Flask, three: tuple[str, list[int]], ana: Client
    ) -> None:
        url, (near, _far, unsure, _same) = three
        ticks = {f"tick-{near}": "1", f"tick-{unsure}": "1"}
        done = ana.post(url, said("mine") | ticks, follow_redirects=True)
        assert "1 was left as it is: “Not sure” can’t be agreed on." in words(done.text)
        with app.app_context():
            found = session().execute(select(DifferenceChoice.item_id, DifferenceChoice.answer))
            assert [tuple(each) for each in found] == [(near, "partly")]

    def test_theirs_is_what_they_would_agree_on_by_now(
        self, app: Flask, three: tuple[str, list[int]], ana: Client, sue: Client
    ) -> None:
        url, (near, far, _unsure, _same) = three
        ana.post(url, choosing("confirm", {near: "agree:not_yet"}))
        sue.post(url, said("theirs") | {f"tick-{near}": "1", f"tick-{far}": "1"})
        with app.app_context():
            found = session().execute(select(DifferenceChoice.item_id, DifferenceChoice.answer))
            assert sorted(tuple(each) for each in found) == [
                (near, "not_yet"),
                (far, "consistently"),
            ]

    def test_a_page_of_somebody_else_is_refused(
        self, three: tuple[str, list[int]], world: World, ana: Client
    ) -> None:
        url, (near, *_others) = three
        fields = choosing("save", {near: "talk"}, person_id=str(world.people["sue"]))
        assert ana.post(url, fields | {"person_id": str(world.people["sue"])}).status_code == 409


class TestConfirming:
    def test_one_press_for_all_and_each_by_themselves(
        self, app: Flask, three: tuple[str, list[int]], ana: Client, sue: Client
    ) -> None:
        url, (near, far, unsure, _same) = three
        done = ana.post(
            url,
            choosing("confirm", {near: "agree:not_yet", far: "agree:not_yet", unsure: "talk"}),
            follow_redirects=True,
        )
        assert "Confirmed. 3 are waiting for Sue." in words(done.text)
        assert "3 differences: 2 waiting for Sue, 0 chosen , 1 to talk about , 0 left" in words(
            done.text
        )
        page = sue.get(url).text
        assert words(page).count("Ana would agree on Not yet") == 2
        assert "Ana wants to talk about it." in words(page)
        stamps = re.findall(r'name="(seen-\d+)" value="([^"]*)"', page)
        fields = {name: html.unescape(stamp) for name, stamp in stamps}
        agreed = sue.post(
            url,
            fields | choosing("confirm", {near: "agree:not_yet", far: "no_agreement"}),
            follow_redirects=True,
        )
        assert "You both agreed on 1, so it is reviewed. 1 ended with no agreement" in words(
            agreed.text
        )
        assert "3 differences: 1 agreed, 1 with no agreement" in words(agreed.text)

    def test_errors_are_named_on_top_with_a_link_to_the_row(
        self, three: tuple[str, list[int]], app: Flask, ana: Client
    ) -> None:
        url, (near, far, unsure, _same) = three
        choices = {near: "other", far: "other", unsure: "talk"}
        fields = choosing("confirm", choices) | {f"other-{near}": "agree:not_my_work"}
        refused = ana.post(url, fields)
        assert refused.status_code == 422
        assert "<title>Error: 3 open differences" in " ".join(refused.text.split())
        for field, problem in (
            (f"other-{far}", "Communication 1.2: Choose the other answer."),
            (f"reason-{near}", "Communication 1.1: Enter a reason: neither of you gave this"),
        ):
            assert f'href="#{field}"' in refused.text
            assert f'id="{field}"' in refused.text
            assert problem in words(refused.text)
        assert re.search(rf'name="choice-{unsure}"[^>]*value="talk"[^>]* checked', refused.text)
        with app.app_context():
            assert session().scalars(select(Confirmation)).all() == [], "all or none"

    def test_nothing_chosen_is_said(self, three: tuple[str, list[int]], ana: Client) -> None:
        url, _ids = three
        refused = ana.post(url, said("confirm"))
        assert refused.status_code == 422
        assert "Choose an answer for at least one difference" in words(refused.text)

    @pytest.mark.parametrize("value", ["agree:not_sure", "agree:", "nothing", "other"])
    def test_what_the_page_does_not_offer_is_refused(
        self, three: tuple[str, list[int]], ana: Client, value: str
    ) -> None:
        url, (near, *_others) = three
        assert ana.post(url, choosing("confirm", {near: value})).status_code == 422

    def test_a_page_that_is_behind_endorses_nothing(
        self, app: Flask, three: tuple[str, list[int]], world: World, ana: Client, sue: Client
    ) -> None:
        url, (near, *_others) = three
        behind = {f"seen-{near}": "2026-11-01T00:00:00+00:00"}
        ana.post(url, choosing("confirm", {near: "agree:not_yet"}))
        refused = sue.post(url, behind | choosing("confirm", {near: "agree:not_yet"}))
        assert refused.status_code == 409
        assert "your page did not show it" in words(refused.text)
        assert "Ana would agree on Not yet" in words(refused.text)

    def test_ones_own_other_window_is_told_what_stands_and_keeps_what_was_typed(
        self, three: tuple[str, list[int]], ana: Client
    ) -> None:
        url, (near, far, *_others) = three
        older = ana.get(url).text
        fields = dict(re.findall(r'name="((?:seen|own)-\d+)" value="([^"]*)"', older))
        assert fields[f"own-{near}"] == ""
        ana.post(url, fields | choosing("confirm", {near: "agree:not_yet"}))
        other = choosing("confirm", {near: "talk", far: "talk"}) | {f"reason-{near}": "Since May."}
        refused = ana.post(url, fields | other)
        assert refused.status_code == 409
        said = words(refused.text)
        assert "You confirmed or withdrew this in another window" in said
        assert "You confirmed Not yet on" in said
        assert re.search(rf'name="choice-{near}"[^>]*value="talk"[^>]* checked', refused.text)
        assert re.search(rf'name="reason-{near}" value="Since May."', refused.text)
        assert "You asked to talk about it" not in said
        fields = dict(re.findall(r'name="((?:seen|own)-\d+)" value="([^"]*)"', refused.text))
        again = {name: html.unescape(stamp) for name, stamp in fields.items()}
        told = ana.post(url, again | other, follow_redirects=True)
        assert words(told.text).count("You asked to talk about it") == 2

    def test_who_says_the_same_at_once_is_told_that_it_is_agreed(
        self, three: tuple[str, list[int]], ana: Client, sue: Client
    ) -> None:
        url, (near, *_others) = three
        sent = {f"seen-{near}": "", **choosing("confirm", {near: "agree:not_yet"})}
        assert ana.post(url, sent).status_code == 303
        for slower in (sue, ana):
            told = slower.post(url, sent, follow_redirects=True)
            assert told.status_code == 200
            assert "You both agreed on 1, so it is reviewed." in words(told.text)

    def test_what_was_typed_for_one_that_ended_meanwhile_is_kept(
        self, app: Flask, three: tuple[str, list[int]], world: World, ana: Client
    ) -> None:
        url, (near, far, _unsure, _same) = three
        with app.app_context():
            differences.keep_apart(actor(world, "sue"), near, world.now)
        fields = choosing("confirm", {near: "agree:not_yet", far: "talk"})
        refused = ana.post(url, fields | {f"reason-{near}": "Since May."})
        assert refused.status_code == 409
        assert "You wrote: Since May." in words(refused.text)
        assert re.search(rf'name="choice-{far}"[^>]*value="talk"[^>]* checked', refused.text)


class TestTakingBack:
    @pytest.mark.parametrize(
        ("value", "act", "said_then", "left"),
        [
            (
                "agree:not_yet",
                "take-back",
                "Withdrawn. Your choice is still here, and only you see it.",
                "1 chosen , 2 left",
            ),
            (
                "no_agreement",
                "undo-no-agreement",
                "Undone. The difference is open again.",
                "3 open differences; 1 matches",
            ),
        ],
    )
    def test_by_whoever_gave_it(
        self,
        three: tuple[str, list[int]],
        ana: Client,
        sue: Client,
        value: str,
        act: str,
        said_then: str,
        left: str,
    ) -> None:
        url, (near, *_others) = three
        button = f"/review-items/{near}/{act}"
        ana.post(url, choosing("confirm", {near: value}))
        assert button in ana.get(url).text
        assert button not in sue.get(url).text
        done = ana.post(button, follow_redirects=True)
        assert said_then in words(done.text)
        assert left in words(done.text)
        assert "Ana would agree" not in words(sue.get(url).text)

    def test_what_waits_for_one_follows(
        self, three: tuple[str, list[int]], ana: Client, sue: Client
    ) -> None:
        """Today says of both how many wait for them: not what they confirmed, unless the other
        side confirmed something else."""
        url, (near, *_others) = three

        def waiting(client: Client) -> str:
            found = re.search(r"Settle (\d+) differences? with", words(client.get("/").text))
            return found[1] if found else ""

        assert waiting(sue) == "3"
        sue.post(url, choosing("confirm", {near: "agree:not_yet"}))
        assert waiting(sue) == "2"
        ana.post(url, choosing("confirm", {near: "agree:partly"}))
        assert waiting(sue) == "3"
