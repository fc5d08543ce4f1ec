"""What Today shows somebody who comes back: statements to update, what came since the last visit,
growth over rounds."""

import datetime as dt
import re
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from flask import Flask

from tests.client import Client
from tests.conftest import NOW
from tests.factories.answers import Answer, EndorsedAnswer
from tests.factories.frameworks import leave_out, open_round
from tests.factories.ratings import rate
from tests.factories.reviews import endorse, send
from tests.factories.sides import actor
from tests.factories.world import World
from tests.profiles.growth.test_pages import lists
from tests.today.page.shown import words
from tests.today.page.test_views import ask
from tests.web.http.test_hostile_input import Reader
from tests.web.http.test_undo import flashes
from tracker.administration.rounds import actions as rounds_actions
from tracker.assessment.ratings import actions as ratings_actions
from tracker.db import session, transaction
from tracker.models import Person, SignIn as SignInRow
from tracker.profiles.growth import queries as growth_queries
from tracker.record.growth.rules import growth, met_at, met_now
from tracker.record.sheet import queries as sheet_queries
from tracker.record.sheet.queries_learners import learner
from tracker.record.sheet.rules import Side
from tracker.record.workflow.rules import ItemStatus, ReviewStatus

SignIn = Callable[[str], Client]
BEFORE_ROUND = dt.datetime(2026, 3, 10, 9, tzinfo=dt.UTC)
LAST_VISIT = dt.datetime(2026, 11, 21, 15, tzinfo=dt.UTC)
OFFER = "3 statements to update"


@pytest.fixture
def asked(app: Flask, world: World) -> World:
    """A reviewer waits for an answer of Ana's, so that rating isn't what is next."""
    with app.app_context():
        talk = world.statements["communication"]
        review = send(
            world, "ana", "sue", {talk[0]: ItemStatus.RETURNED}, status=ReviewStatus.IN_REVIEW
        )
        ask(world, review, "Can you add an example?")
    return world


def offered(page: str) -> list[int]:
    """The statements behind *Rate them*; empty where nothing is offered."""
    link = re.search(r'href="([^"]*)">Rate them<', page)
    if link is None:
        return []
    ids = parse_qs(urlsplit(link[1]).query)["ids"][0]
    return [int(each) for each in ids.split("-")]


def test_what_is_offered_is_open_not_sure_or_older_in_order(
    app: Flask, asked: World, sign_in: SignIn
) -> None:
    """The first of the job is rated in the round, so it is left out."""
    one, two, three, four, *_rest = asked.statements["technical"]
    with app.app_context():
        rate(asked, "ana", one, Answer.PARTLY, NOW - dt.timedelta(days=1))
        rate(asked, "ana", two, Answer.CONSISTENTLY, BEFORE_ROUND)
        rate(asked, "ana", three, Answer.NOT_SURE, NOW - dt.timedelta(days=1))
    page = sign_in(asked.email("ana")).get("/").text
    assert offered(page) == [two, three, four]
    assert "3 statements to update, about 1 minute. Rate them" in words(page)


def test_what_is_offered_is_what_the_link_opens(asked: World, sign_in: SignIn) -> None:
    ana = sign_in(asked.email("ana"))
    ids = offered(ana.get("/").text)
    page = ana.get(f"/assess/five?ids={'-'.join(map(str, ids))}").text
    assert ">Rate 3</h1>" in page
    assert [int(each) for each in re.findall(r'data-statement="(\d+)"', page)] == ids


def test_one_statement_takes_so_many_seconds(app: Flask, asked: World, sign_in: SignIn) -> None:
    """All others of the job are rated; what is beyond it isn't offered."""
    one, two, *others = [each for some in asked.statements.values() for each in some]
    beyond = asked.statements["technical"][-1]
    with app.app_context():
        for each in {two, *others} - {beyond}:
            rate(asked, "ana", each, Answer.CONSISTENTLY, NOW - dt.timedelta(days=1))
    page = sign_in(asked.email("ana")).get("/").text
    assert offered(page) == [one]
    assert "1 statement to update, about 20 seconds." in words(page)


def test_nothing_is_offered_beside_rating_or_before_the_use_statement(
    world: World, sign_in: SignIn
) -> None:
    page = sign_in(world.email("ben")).get("/").text
    assert "Start with your job" in page
    assert offered(page) == []
    assert OFFER not in page


def test_not_now_is_until_tomorrow(asked: World, sign_in: SignIn) -> None:
    ana = sign_in(asked.email("ana"))
    (later,) = [form for form in Reader(ana.get("/").text).forms if "later" in dict(form.fields)]
    done = ana.post(later.action, dict(later.fields), follow_redirects=True).text
    assert "Today offers you statements to update again from tomorrow on." in flashes(done)
    assert offered(ana.get("/").text) == []
    with time_machine.travel(NOW + dt.timedelta(days=1), tick=False):
        assert len(offered(sign_in(asked.email("ana")).get("/").text)) == 3


@pytest.mark.parametrize("which", ["later", "off"])
def test_it_can_be_undone(app: Flask, asked: World, sign_in: SignIn, which: str) -> None:
    ana = sign_in(asked.email("ana"))
    forms = [each for each in Reader(ana.get("/").text).forms if each.action == "/today/updates"]
    form = forms[0 if which == "later" else 1]
    told = flashes(ana.post(form.action, dict(form.fields), follow_redirects=True).text)
    assert offered(ana.get("/").text) == []
    (undo,) = Reader(told).forms
    back = ana.post(undo.action, dict(undo.fields), follow_redirects=True).text
    assert "Today offers you statements to update." in flashes(back)
    assert len(offered(back)) == 3


def test_turned_off_it_stays_off_until_the_account_turns_it_on(
    app: Flask, asked: World, sign_in: SignIn
) -> None:
    ana = sign_in(asked.email("ana"))
    told = flashes(ana.post("/today/updates", {"from": "today"}, follow_redirects=True).text)
    assert "Today doesn’t offer you statements to update anymore." in told
    with app.app_context():
        ana_row = session().get_one(Person, asked.people["ana"])
        assert (ana_row.offers_updates, ana_row.updates_not_before) == (False, None)
    with time_machine.travel(NOW + dt.timedelta(days=40), tick=False):
        assert offered(sign_in(asked.email("ana")).get("/").text) == []
    ana = sign_in(asked.email("ana"))
    assert "checked" not in box(ana.get("/account").text)
    ana.post("/today/updates", {"offers_updates": "y"})
    assert "checked" in box(ana.get("/account").text)
    assert len(offered(ana.get("/").text)) == 3


def box(page: str) -> str:
    found = re.search(r'<input[^>]*id="offers_updates"[^>]*>', page)
    assert found is not None
    return found[0]


def test_who_learns_nothing_has_no_such_setting(world: World, sign_in: SignIn) -> None:
    cora = sign_in(world.email("cora"))
    assert "offers_updates" not in cora.get("/account").text
    assert cora.post("/today/updates", {"offers_updates": "y"}).status_code == 403


def visited(world: World, name: str, seen_at: dt.datetime) -> None:
    with transaction() as tx:
        tx.add(
            SignInRow(
                person_id=world.people[name],
                token_hash=f"{seen_at:%Y%m%d%H}".rjust(64, "0"),
                started_at=seen_at - dt.timedelta(hours=1),
                seen_at=seen_at,
                ends_at=seen_at + dt.timedelta(days=1),
            )
        )


def since(page: str) -> str:
    found = words(page).partition("Since your last visit, ")[2]
    return found.partition("Also for you")[0].partition("Quick note")[0].strip()


def test_what_came_since_the_last_visit_is_shown_on_one_day(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    """Level 1 of Communication has two statements: one was reviewed before, one after."""
    one, two, three, *_rest = world.statements["communication"]
    with app.app_context():
        visited(world, "ana", LAST_VISIT - dt.timedelta(days=30))
        visited(world, "ana", LAST_VISIT)
        endorse(world, "ana", "sue", one, EndorsedAnswer.CONSISTENTLY, LAST_VISIT.replace(hour=14))
        endorse(world, "ana", "sue", two, EndorsedAnswer.CONSISTENTLY, LAST_VISIT.replace(hour=16))
        endorse(world, "ana", "sue", three, EndorsedAnswer.PARTLY, NOW)
    ana = sign_in(world.email("ana"))
    told = since(ana.get("/").text)
    assert told.startswith("Nov 21 See all that happened Sue reviewed 1 statement Nov 24")
    assert "Reached Emerging in Communication Nov 21 Sue reviewed 1 statement Nov 21" in told
    assert since(ana.get("/").text) == told, "it stays on that day"
    with time_machine.travel(NOW + dt.timedelta(days=1), tick=False):
        assert "Since your last visit" not in sign_in(world.email("ana")).get("/").text


def test_at_most_three_lines_and_a_way_to_all(app: Flask, world: World, sign_in: SignIn) -> None:
    with app.app_context():
        visited(world, "ana", LAST_VISIT - dt.timedelta(days=10))
        for days, each in enumerate(world.statements["leadership"][3:8]):
            at = NOW - dt.timedelta(days=days, hours=1)
            endorse(world, "ana", "sue", each, EndorsedAnswer.PARTLY, at)
    page = sign_in(world.email("ana")).get("/").text
    assert since(page).count("Sue reviewed 1 statement") == 3
    assert 'href="/profile#happened">See all 5<' in page
    assert "is revealed" not in words(page), "what is told here stands in no list besides"


def test_without_a_former_visit_or_news_there_is_no_such_part(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    with app.app_context():
        one = world.statements["communication"][0]
        endorse(world, "ana", "sue", one, EndorsedAnswer.CONSISTENTLY, LAST_VISIT)
    assert "Since your last visit" not in sign_in(world.email("ana")).get("/").text
    with app.app_context():
        visited(world, "ana", LAST_VISIT + dt.timedelta(hours=1))
    assert "Since your last visit" not in sign_in(world.email("ana")).get("/").text


def test_what_is_not_revealed_yet_is_no_news(app: Flask, world: World, sign_in: SignIn) -> None:
    with app.app_context():
        visited(world, "ana", LAST_VISIT)
        items = dict.fromkeys(world.statements["technical"][:3], ItemStatus.ANSWERED)
        send(world, "ana", "sue", items, status=ReviewStatus.IN_REVIEW)
    assert "Since your last visit" not in sign_in(world.email("ana")).get("/").text


@pytest.fixture
def grown(app: Flask, world: World) -> World:
    """Two rounds kept. Since the first Ana rated again, cleared, and had three more endorsed, one
    of them anew; since the second one more."""
    one, two, three, four, five, *_rest = world.statements["communication"]
    spring = dt.datetime(2026, 2, 10, 9, tzinfo=dt.UTC)
    summer = dt.datetime(2026, 6, 10, 9, tzinfo=dt.UTC)
    with app.app_context():
        open_round(world, "Winter 2026", dt.date(2026, 2, 1), dt.date(2026, 2, 28))
        open_round(world, "Summer 2026", dt.date(2026, 6, 1), dt.date(2026, 6, 30))
        for each in (one, two, three):
            rate(world, "ana", each, Answer.CONSISTENTLY, spring)
        endorse(world, "ana", "sue", one, EndorsedAnswer.CONSISTENTLY, spring)
        endorse(world, "ana", "sue", two, EndorsedAnswer.PARTLY, spring)
        ana = actor(world, "ana")
        ratings_actions.rate(ana, one, Answer.NOT_YET, 1, summer)
        ratings_actions.rate(ana, two, None, 1, summer, clear=True)
        rate(world, "ana", four, Answer.CONSISTENTLY, summer)
        for each in (two, three, four):
            endorse(world, "ana", "sue", each, EndorsedAnswer.CONSISTENTLY, summer)
        endorse(world, "ana", "sue", five, EndorsedAnswer.CONSISTENTLY)
        ratings_actions.rate(ana, one, Answer.CONSISTENTLY, 2, world.now)
        rounds_actions.keep_all_due(world.now)
    return world


def bars(page: str) -> dict[str, tuple[int, int]]:
    part = page.partition('id="growth"')[2].partition("</section>")[0]
    found = re.findall(r"<span>([^<]+)</span>\s*<span[^>]*>You: (\d+). Reviewed: (\d+).", part)
    return {label: (int(own), int(endorsed)) for label, own, endorsed in found}


def test_growth_is_told_by_round_with_its_finding(grown: World, sign_in: SignIn) -> None:
    ana = sign_in(grown.email("ana"))
    page = ana.get("/").text
    assert bars(page) == {"Winter 2026": (3, 1), "Summer 2026": (2, 4), "Autumn 2026": (3, 5)}
    assert "1 more reviewed as Consistently than in Summer 2026" in words(page)
    assert "Reviewed since Summer 2026: 1." in words(page)
    assert "Statements at Consistently, of 33." in words(page)
    (href,) = re.findall(r'href="(/profile\?since=\d+#changes)">See the list', page)
    assert len(lists(ana.get(href).text)["1 more counts as met in reviews"]) == 1


def test_growth_has_the_figures_of_the_profile(app: Flask, grown: World, sign_in: SignIn) -> None:
    """At the end of each round, as a sheet of that moment says, which is what the profile
    compares with."""
    with app.app_context():
        of = learner(grown.people["ana"], NOW.date())
        assert of is not None
        now = sheet_queries.of_learner(of, Side.OWN, None)
        for month in range(1, 12):
            at = dt.datetime(2026, month, 28, tzinfo=dt.UTC)
            then = sheet_queries.of_learner(of, Side.OWN, None, at)
            met = met_at(now, growth_queries.ratings_until(now, at), at)
            assert met == met_now(then)
            assert met == met_at(now, growth_queries.of_learner(of.person_id), at)
            changed = growth(then, now)
            assert len(changed.newly) == len(met_now(now).endorsed - met.endorsed)
            assert len(changed.no_longer) == len(met.endorsed - met_now(now).endorsed)


def test_what_ended_is_told_too(app: Flask, grown: World, sign_in: SignIn) -> None:
    with app.app_context():
        for each in grown.statements["communication"][:3]:
            leave_out(grown, each, "No such tool.")
    assert "1 more reviewed as Consistently than in Summer 2026" in words(
        sign_in(grown.email("ana")).get("/").text
    )
    with app.app_context():
        five = grown.statements["communication"][4]
        leave_out(grown, five, "No such tool.")
    assert "As many reviewed as Consistently as in Summer 2026" in words(
        sign_in(grown.email("ana")).get("/").text
    )


def test_without_a_kept_round_or_anything_endorsed_there_is_no_picture(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    one = world.statements["communication"][0]
    with app.app_context():
        rate(world, "ana", one, Answer.CONSISTENTLY)
        endorse(world, "ana", "sue", one, EndorsedAnswer.CONSISTENTLY)
        rate(world, "ben", one, Answer.CONSISTENTLY)
    assert 'id="growth"' not in sign_in(world.email("ana")).get("/").text
    with app.app_context():
        open_round(world, "Spring 2026", dt.date(2026, 3, 1), dt.date(2026, 4, 30))
        rounds_actions.keep_all_due(NOW)
    assert bars(sign_in(world.email("ana")).get("/").text) == {
        "Spring 2026": (0, 0),
        "Autumn 2026": (1, 1),
    }
    assert 'id="growth"' not in sign_in(world.email("ben")).get("/").text
