"""Confirming on the page of differences, taking the other's answer, and taking back."""

import html
import re

import pytest
from flask import Flask
from sqlalchemy import select

from tests.client import Client
from tests.factories import sides
from tests.factories.answers import ReviewerAnswer
from tests.factories.sides import YES, actor
from tests.factories.world import World
from tests.reading import words
from tests.reviews.differences.pages import choosing, revealed, said
from tracker.db import session
from tracker.models import Confirmation


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
        assert "Confirmed. 2 are waiting for Sue. 1 still needs both of you." in words(done.text)
        assert "So far: 1 the same, 2 waiting for Sue." in words(done.text)
        assert "0 chosen of 1" in words(done.text)
        page = sue.get(url).text
        assert words(page).count("Ana chose") == 3
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
        assert "So far: 1 the same, 1 agreed, 1 no agreement." in words(agreed.text)

    def test_errors_are_named_on_top_with_a_link_to_the_row(
        self, three: tuple[str, list[int]], app: Flask, ana: Client
    ) -> None:
        url, (near, far, unsure, _same) = three
        choices = {near: "agree:not_my_work", far: "agree:nothing", unsure: "talk"}
        refused = ana.post(url, choosing("confirm", choices))
        assert refused.status_code == 422
        assert "<title>Error: 3 differences to settle" in " ".join(refused.text.split())
        for field, problem in (
            (f"choice-1-{far}", "Communication 1.2: "),
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

    @pytest.mark.parametrize("value", ["agree:not_sure", "agree:", "nothing"])
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
        assert "Ana chose" in words(refused.text)

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
            sides.keep_apart(actor(world, "sue"), near, world.now)
        fields = choosing("confirm", {near: "agree:not_yet", far: "talk"})
        refused = ana.post(url, fields | {f"reason-{near}": "Since May."})
        assert refused.status_code == 409
        assert "You wrote: Since May." in words(refused.text)
        assert re.search(rf'name="choice-{far}"[^>]*value="talk"[^>]* checked', refused.text)


class TestTakingTheirAnswer:
    """On more than three at once is asked about, once, by the page itself: no script is needed."""

    @pytest.fixture
    def five(self, app: Flask, world: World) -> tuple[str, list[int]]:
        with app.app_context():
            return revealed(world, *[(YES, ReviewerAnswer.NOT_YET)] * 5)

    def test_it_is_asked_once(
        self, app: Flask, five: tuple[str, list[int]], ana: Client, sue: Client
    ) -> None:
        url, ids = five
        sue.post(url, choosing("confirm", dict.fromkeys(ids, "agree:not_yet")))
        choices = dict.fromkeys(ids, "agree:not_yet")
        asked = ana.post(url, choosing("confirm", choices))
        assert asked.status_code == 200
        assert "Take Sue’s answer on these?" in words(asked.text)
        assert asked.text.count('href="#choice-1-') >= len(ids)
        assert 'name="act" value="sure"' in asked.text
        with app.app_context():
            assert len(session().scalars(select(Confirmation)).all()) == len(ids), "only hers"
        done = ana.post(url, choosing("sure", choices), follow_redirects=True)
        assert "You both agreed on 5, so they are reviewed." in words(done.text)

    def test_it_is_not_asked_again_after_an_error(
        self, five: tuple[str, list[int]], ana: Client
    ) -> None:
        url, ids = five
        choices = {**dict.fromkeys(ids[:4], "agree:not_yet"), ids[4]: "agree:partly"}
        refused = ana.post(url, choosing("sure", choices))
        assert refused.status_code == 422
        assert 'name="act" value="sure"' in refused.text

    @pytest.mark.parametrize(
        ("values", "status"),
        [
            (["agree:not_yet"] * 3 + ["agree:consistently"] * 2, 303),
            (["agree:consistently"] * 5, 303),
            (["no_agreement"] * 5, 303),
            (["agree:not_yet"] * 4 + ["talk"], 200),
        ],
    )
    def test_only_for_more_than_three(
        self, five: tuple[str, list[int]], ana: Client, values: list[str], status: int
    ) -> None:
        url, ids = five
        answered = ana.post(url, choosing("confirm", dict(zip(ids, values, strict=True))))
        assert answered.status_code == status

    def test_what_they_would_agree_on_by_now_is_theirs_too(
        self, five: tuple[str, list[int]], ana: Client, sue: Client
    ) -> None:
        url, ids = five
        reasons = {f"reason-{each}": "Halfway" for each in ids}
        sue.post(url, choosing("confirm", dict.fromkeys(ids, "agree:partly")) | reasons)
        asked = ana.post(url, choosing("confirm", dict.fromkeys(ids, "agree:partly")))
        assert "Take Sue’s answer on these?" in words(asked.text)


class TestTakingBack:
    @pytest.mark.parametrize(
        ("value", "act", "said_then", "left"),
        [
            (
                "agree:not_yet",
                "take-back",
                "Withdrawn. Your choice is still here, and only you see it.",
                "1 chosen of 3",
            ),
            (
                "no_agreement",
                "undo-no-agreement",
                "Undone. The difference is open again.",
                "3 differences to settle",
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
        assert "Ana chose" not in words(sue.get(url).text)

    def test_every_page_says_how_many_wait_for_whom(
        self, three: tuple[str, list[int]], ana: Client, sue: Client
    ) -> None:
        """Today, the list, and the page, for both sides: not what they confirmed, unless the other
        side confirmed something else."""
        url, (one, two, last, _same) = three
        places = (
            ("/", r"Settle (\d+) differences? with", r"reviewed\. (\d+) waits? for "),
            ("/reviews", r"(\d+) differences? waits? for you", r"(\d+) differences? waits? for "),
            (url, r"(\d+) differences? to settle", r"(\d+) (?:waiting|differences? waits?) for "),
        )

        def told(client: Client, other: str) -> list[tuple[int, int]]:
            """By place: how many wait for oneself, and how many for the other alone."""
            found = []
            for path, mine, theirs in places:
                page = words(client.get(path).text)
                here = [re.search(each, page) for each in (mine, theirs + other)]
                found.append(tuple(int(each[1]) if each else 0 for each in here))
            return found

        def waiting(for_ana: int, for_sue: int, of: int) -> None:
            assert told(ana, "Sue") == [(for_ana, of - for_ana)] * 3
            today, *others = told(sue, "Ana")
            assert others == [(for_sue, of - for_sue)] * 2
            assert today[0] == for_sue, "a reviewer's week has what waits for them"

        waiting(3, 3, of=3)
        sue.post(url, choosing("confirm", {one: "agree:not_yet", two: "agree:not_yet"}))
        waiting(3, 1, of=3)
        chosen = choosing("confirm", {one: "agree:partly", last: "agree:partly"})
        done = words(ana.post(url, chosen, follow_redirects=True).text)
        assert "Confirmed. 1 is waiting for Sue. 1 still needs both of you." in done
        waiting(2, 2, of=3)
        ana.post(url, choosing("confirm", {two: "agree:not_yet"}))
        waiting(1, 2, of=2)
        sue.post(url, choosing("confirm", {one: "agree:partly"}))
        waiting(0, 1, of=1)
        sue.post(url, choosing("confirm", {last: "agree:partly"}))
        waiting(0, 0, of=0)
