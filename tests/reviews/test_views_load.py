"""Load is said before it is made: what is suggested, more time, and days away, on the pages."""

import datetime as dt
import html
import re
from collections.abc import Callable
from itertools import chain

import pytest
import time_machine
from flask import Flask

from tests.client import Client
from tests.conftest import NOW, Queries
from tests.factories.answers import EndorsedAnswer, ReviewerAnswer
from tests.factories.frameworks import grow
from tests.factories.people import join
from tests.factories.ratings import rate
from tests.factories.reviews import endorse
from tests.factories.sides import YES, actor, answer_all, send
from tests.factories.world import World
from tests.reading import words
from tracker.accounts.account import actions as account_actions
from tracker.reviews.review import actions as review_actions
from tracker.rules.roles import Role

SignIn = Callable[[str], Client]
UNTIL = dt.date(2026, 12, 3)
AWAY = "away until"


ROW = r'<input class="form-check-input" type="checkbox" name="statements"[^>]*>'


def ticked(page: str) -> int:
    return sum(" checked" in row for row in re.findall(ROW, page))


def leave(app: Flask, world: World, name: str) -> None:
    with app.app_context():
        account_actions.leave(actor(world, name), UNTIL, NOW)


class TestSuggested:
    def all_rated(self, app: Flask, world: World) -> int:
        """How many of them are near the target."""
        everything = [*world.statements["technical"], *world.statements["communication"]]
        with app.app_context():
            for statement_id in everything:
                rate(world, "ana", statement_id, YES)
        return len(everything)

    def test_what_is_more_than_the_usual_is_told_and_ticked_by_one_link(
        self, app: Flask, world: World, ana: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("tracker.reviews.sending.pages.suggested", few)
        self.all_rated(app, world)
        page = ana.get("/reviews/new").text
        assert ticked(page) == 2
        assert "data-send-count>Statements chosen: 2. Minutes for your reviewer, about: 2." in page
        more = re.search(r"(\d+) more are worth sending and can wait for another time", words(page))
        assert more is not None
        href = re.search(r'href="(/reviews/new\?more=1[^"]*)"', page)
        assert href is not None
        all_of_it = ana.get(html.unescape(href[1])).text
        assert ticked(all_of_it) == 2 + int(more[1])
        assert "Select 2 only" in all_of_it

    def test_a_second_opinion_is_asked_of_somebody_else(
        self, app: Flask, world: World, ana: Client
    ) -> None:
        self.all_rated(app, world)
        with app.app_context():
            join(world, "hugo", "central", Role.SUPERVISOR)
        sue, hugo = world.people["sue"], world.people["hugo"]
        one = world.statements["communication"][0]
        page = ana.get(f"/reviews/new?second_to={sue}&statement={one}").text
        assert "<h1>Ask for a second opinion</h1>" in page
        assert f'id="reviewer-{sue}-' not in page
        assert f'id="reviewer-{hugo}-' in page
        asked = {"second_to": str(sue), "statements": [str(one)]}
        to_sue = {**asked, "reviewer": f"{sue}-{world.teams['central']}"}
        refused = ana.post("/reviews", to_sue)
        assert refused.status_code == 422
        assert "This person rated it first. Choose somebody else." in words(refused.text)
        assert "<h1>Ask for a second opinion</h1>" in refused.text
        to_hugo = {**asked, "reviewer": f"{hugo}-{world.teams['central']}"}
        assert ana.post("/reviews", to_hugo).status_code == 303

    def test_what_is_suggested_is_sent_and_the_rest_is_found(
        self, app: Flask, world: World, ana: Client
    ) -> None:
        rated = self.all_rated(app, world)
        page = ana.get("/reviews/new").text
        assert page.count('name="statements"') == ticked(page) == 15
        domains = re.findall(r'name="within" value="(\d+)"', page)
        found = [
            re.findall(ROW, ana.get(f"/reviews/new?within={domain}").text)[15:]
            for domain in domains
        ]
        assert len({*chain(*found)}) == sum(map(len, found)) == rated - 15
        assert all(" checked" not in row for row in chain(*found))

    def test_finding_keeps_what_is_ticked_and_shows_what_was_suggested(
        self, app: Flask, world: World, ana: Client
    ) -> None:
        self.all_rated(app, world)
        page = ana.get("/reviews/new").text
        suggested = re.findall(r'id="s-(\d+)"', page)
        other = world.statements["communication"][-1]
        assert str(other) not in suggested
        sent = {"statements": suggested[1:], "find": "communication emerging", "do": "find"}
        found = ana.post("/reviews", sent).text
        assert re.findall(r'id="s-(\d+)"', found)[:15] == suggested
        assert re.findall(r'id="s-(\d+)" value="\d+" checked', found) == suggested[1:]
        sent |= {"statements": [*suggested[1:], str(other)], "found": sent["find"]}
        again = ana.post("/reviews", sent | {"find": "zebra"}).text
        assert f'id="s-{other}" value="{other}" checked' in again
        assert "No other statement has these words" in again
        assert "Statements chosen: 15." in again

    def test_the_script_finds_all_that_the_page_does_not_show(
        self, app: Flask, world: World, ana: Client
    ) -> None:
        rated, one = self.all_rated(app, world), world.statements["communication"][0]
        for address, shown in (("", 15), (f"?statement={one}", 1)):
            page = ana.get(f"/reviews/new{address}").text
            assert ticked(page) == shown
            asked = re.search(r'data-pick-from="([^"]+)"', page)
            assert asked is not None
            found = set[str]()
            for within in re.findall(r'name="within" value="(\d+)"', page):
                joined = "&" if "?" in asked[1] else "?"
                here = ana.get(f"{html.unescape(asked[1])}{joined}within={within}")
                found |= {*re.findall(ROW, here.text.partition("data-pick-list")[2])}
            assert len(found) == rated - shown

    def test_few_others_are_shown_unasked(self, app: Flask, world: World, ana: Client) -> None:
        with app.app_context():
            rate(world, "ana", world.statements["technical"][-1], YES)
        page = ana.get("/reviews/new").text
        assert (page.count('name="statements"'), ticked(page)) == (1, 0)

    def test_the_sentence_says_why_these(self, app: Flask, world: World, ana: Client) -> None:
        self.all_rated(app, world)
        text = words(ana.get("/reviews/new").text)
        assert "We picked 15: never reviewed, closest to your target. Send about 15" in text
        assert "Statements chosen: 15. Minutes for your reviewer, about: 10." in text
        everything = words(ana.get("/reviews/new?more=1").text)
        assert re.search(r"We picked \d\d: never reviewed, closest", everything)
        one = world.statements["communication"][0]
        assert "We picked" not in ana.get(f"/reviews/new?statement={one}").text, "they did"

    def test_each_reason_of_what_is_picked_is_said(
        self, app: Flask, world: World, ana: Client
    ) -> None:
        changed, new, *_ = world.statements["communication"]
        with app.app_context():
            endorse(world, "ana", "sue", changed, EndorsedAnswer.PARTLY)
            for statement_id in (changed, new):
                rate(world, "ana", statement_id, YES)
        text = words(ana.get("/reviews/new").text)
        assert "We picked 2: changed or never reviewed, closest to your target." in text

    def test_the_way_there_says_how_much_to_send(
        self, app: Flask, world: World, ana: Client
    ) -> None:
        with app.app_context():
            rate(world, "ana", world.statements["technical"][0], YES)
        usual = "Send about 15 statements at a time."
        assert usual in words(ana.get("/reviews").text)
        assert usual in words(ana.get("/").text)


def form_of(page: str, button: str) -> tuple[dict[str, str], list[str]]:
    """The fields of the form with that button, and what it sends."""
    (form,) = (form for form in page.split("<form")[1:] if f">{button}</button>" in form)
    hidden = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', form))
    press = re.search(rf'name="(\w+)" value="1">{button}<', form)
    return hidden | ({press[1]: "1"} if press else {}), re.findall(
        r'name="statements" value="(\d+)"', form
    )


class TestManyAtOnce:
    @pytest.fixture
    def everything(self, app: Flask, world: World) -> list[str]:
        with app.app_context():
            grow(world, "technical", 30)
            ids = world.statements["technical"][:30]
            for statement_id in ids:
                rate(world, "ana", statement_id, YES)
        return [str(statement_id) for statement_id in ids]

    def to_sue(self, world: World) -> str:
        return f"{world.people['sue']}-{world.teams['central']}"

    def test_it_is_asked_and_either_answer_is_one_press(
        self, world: World, everything: list[str], ana: Client
    ) -> None:
        asked = ana.post("/reviews", {"reviewer": self.to_sue(world), "statements": everything})
        assert asked.status_code == 200
        text = words(asked.text)
        assert "Send 30 statements at once?" in text
        assert "This is about 20 minutes of Sue’s time. Send the 15 suggested?" in text
        assert 'href="/reviews/1"' not in ana.get("/reviews").text, "nothing is sent yet"
        hidden, statements = form_of(asked.text, "Send the 15 suggested")
        assert len(statements) == len({*statements} & {*everything}) == 15
        assert ana.post("/reviews", hidden | {"statements": statements}).status_code == 303
        listed = ana.get("/reviews").text
        assert "15 statements were sent to Sue" in listed
        assert 'href="/reviews/1"' in listed

    def test_all_of_them_go_where_that_is_the_answer(
        self, world: World, everything: list[str], ana: Client
    ) -> None:
        asked = ana.post("/reviews", {"reviewer": self.to_sue(world), "statements": everything})
        hidden, statements = form_of(asked.text, "Send all 30")
        assert statements == everything
        assert ana.post("/reviews", hidden | {"statements": statements}).status_code == 303
        assert "30 statements were sent to Sue" in ana.get("/reviews").text

    def test_going_back_keeps_what_was_ticked_and_to_whom(
        self, world: World, everything: list[str], ana: Client
    ) -> None:
        asked = ana.post("/reviews", {"reviewer": self.to_sue(world), "statements": everything})
        hidden, statements = form_of(asked.text, "Go back")
        page = ana.post("/reviews", hidden | {"statements": statements}).text
        assert ticked(page) == 30
        assert re.search(rf'value="{self.to_sue(world)}"[^>]* checked', page)

    def test_no_more_than_25_are_sent_unasked(
        self, world: World, everything: list[str], ana: Client
    ) -> None:
        sent = {"reviewer": self.to_sue(world), "statements": everything[:25]}
        assert ana.post("/reviews", sent).status_code == 303


def few(candidates: list[object], most: int = 2) -> list[int]:
    return [candidate.statement_id for candidate in candidates if candidate][:most]  # type: ignore[attr-defined]


class TestOneMoreWeek:
    @pytest.mark.parametrize("side", ["ana", "sue"])
    def test_either_side_has_the_button_until_one_took_it(
        self, app: Flask, world: World, sign_in: SignIn, side: str
    ) -> None:
        with app.app_context():
            review_id = send(world, YES, YES)
        client = sign_in(world.email(side))
        place = f"/reviews/{review_id}" if side == "ana" else f"/reviews/{review_id}/check"
        assert "Take one more week" in client.get(place).text
        done = client.post(f"/reviews/{review_id}/one-more-week")
        assert (done.status_code, done.headers["Location"]) == (303, f"/reviews/{review_id}")
        page = client.get(place).text
        assert "One more week: the new date is Dec 15." in page
        assert "Take one more week" not in page
        again = client.post(f"/reviews/{review_id}/one-more-week")
        assert again.status_code == 409
        assert "which can be done once" in html.unescape(again.text)

    @pytest.mark.parametrize("at", ["{}/screen/1", "{}/check", "{}"])
    def test_the_pages_of_both_sides_offer_it(
        self, app: Flask, world: World, ana: Client, sue: Client, at: str
    ) -> None:
        with app.app_context():
            review_id = send(world, YES, YES)
        client = ana if at == "{}" else sue
        assert "Take one more week" in client.get("/reviews/" + at.format(review_id)).text

    def test_differences_offer_it_to_both(
        self, app: Flask, world: World, ana: Client, sue: Client
    ) -> None:
        with app.app_context():
            review_id = send(world, YES, YES)
            answer_all(world, review_id, ReviewerAnswer.NOT_YET, ReviewerAnswer.NOT_YET)
            review_actions.reveal(actor(world, "sue"), review_id, NOW)
        for client in (ana, sue):
            assert "Take one more week" in client.get(f"/reviews/{review_id}/differences").text

    def test_an_overdue_review_that_took_it_has_no_red_word(
        self, app: Flask, world: World, sign_in: SignIn
    ) -> None:
        with app.app_context():
            review_id = send(world, YES)
        with time_machine.travel(NOW + dt.timedelta(days=20), tick=False):
            sue = sign_in(world.email("sue"))
            assert "overdue" in sue.get("/reviews").text
            assert "overdue" in sue.get("/").text
            sue.post(f"/reviews/{review_id}/one-more-week")
            assert "overdue" not in sue.get("/reviews").text
            assert "overdue" not in sue.get("/").text


class TestAway:
    def test_who_waits_for_them_sees_until_when(
        self, app: Flask, world: World, ana: Client, sue: Client
    ) -> None:
        with app.app_context():
            review_id = send(world, YES)
            rate(world, "ana", world.statements["communication"][1], YES)
        places = ("/reviews", f"/reviews/{review_id}", "/reviews/new")
        for place in places:
            assert AWAY not in ana.get(place).text
        leave(app, world, "sue")
        for place in places:
            assert f"{AWAY} Dec 3" in words(ana.get(place).text)

    def test_who_does_not_wait_for_them_sees_nothing(
        self, app: Flask, world: World, sign_in: SignIn
    ) -> None:
        with app.app_context():
            review_id = send(world, YES)
        leave(app, world, "ana")
        sue = sign_in(world.email("sue"))
        for place in ("/reviews", f"/reviews/{review_id}/check", "/", "/reviews/new"):
            assert AWAY not in sue.get(place).text
        leave(app, world, "sue")
        for name in ("ben", "hugo", "adam"):
            client = sign_in(world.email(name))
            for place in ("/", "/reviews"):
                assert AWAY not in client.get(place).text, (name, place)

    def test_the_lists_show_the_date_as_it_is_paused(
        self, app: Flask, world: World, ana: Client, sue: Client
    ) -> None:
        with app.app_context():
            send(world, YES)
        assert "Dec 8" in words(sue.get("/reviews").text)
        leave(app, world, "sue")
        for client in (ana, sue):
            text = words(client.get("/reviews").text)
            assert "Dec 18" in text
            assert "Dec 8" not in text

    def test_days_away_cost_no_query(
        self, app: Flask, world: World, ana: Client, count_sql: Queries
    ) -> None:
        with app.app_context():
            send(world, YES)
        ana.get("/reviews")
        count_sql.clear()
        ana.get("/reviews")
        before = len(count_sql)
        leave(app, world, "sue")
        count_sql.clear()
        ana.get("/reviews")
        assert len(count_sql) == before


class TestAccount:
    def test_it_is_said_changed_and_taken_back(self, ana: Client) -> None:
        assert "away until" not in words(ana.get("/account").text)
        done = ana.post("/account/away", {"until_on": "2026-12-03"})
        assert (done.status_code, done.headers["Location"]) == (303, "/account#away")
        text = words(ana.get("/account").text)
        assert "You’re away until Dec 3." in text
        assert "Change the date" in text
        back = ana.post("/account/away/end", follow_redirects=True).text
        assert "You’re back." in words(back)
        assert "I’m back today" not in back

    @pytest.mark.parametrize(
        ("typed", "said"),
        [
            ("2026-11-23", "This day is over already. Enter today or a later day."),
            ("2028-01-01", "This is more than a year from today. Enter an earlier day."),
            ("", "Enter the last day on which you’re away, as a date."),
            ("soon", "This is not a date. Write it like 2026-11-24."),
        ],
    )
    def test_a_day_that_will_not_do_is_said_so_and_kept(
        self, ana: Client, typed: str, said: str
    ) -> None:
        page = ana.post("/account/away", {"until_on": typed})
        assert page.status_code == 422
        assert said in html.unescape(page.text)
        assert typed in page.text
        assert "<title>Error:" in page.text

    def test_a_supervisor_is_led_to_backup_reviewers_and_a_learner_is_not(
        self, world: World, sign_in: SignIn, sue: Client
    ) -> None:
        ben = sign_in(world.email("ben"))
        assert "Your reviews stay with you" in sue.get("/account").text
        assert "Your reviews stay with you" not in ben.get("/account").text

    def test_nobody_says_it_for_somebody_else(self, app: Flask, world: World, ana: Client) -> None:
        data = {"until_on": "2026-12-03", "person_id": str(world.people["sue"])}
        ana.post("/account/away", data)
        with app.app_context():
            send(world, YES)
        ana.get("/reviews")
        assert AWAY not in words(ana.get("/reviews").text)
