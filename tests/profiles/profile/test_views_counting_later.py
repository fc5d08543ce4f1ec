"""What is new to somebody in a version: it can be seen, rated, and sent at once, and no page counts
it before the next round begins; then all of them do."""

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass

import pytest
import time_machine
from flask import Flask

from tests.assessment.posted import fields
from tests.client import Client
from tests.factories.answers import Answer, EndorsedAnswer
from tests.factories.ratings import rate
from tests.factories.reviews import endorse
from tests.factories.versions import AFTER, NextVersion, carried, next_version
from tests.factories.world import World, add
from tests.reading import words
from tracker.db import transaction
from tracker.models import Round, RoundFramework
from tracker.record.standings.queries import StandingScope
from tracker.record.standings.rules import ids, short
from tracker.teams.rounds import queries as teams_rounds_queries

SignIn = Callable[[str], Client]
WINTER = dt.datetime(2027, 1, 11, 10, tzinfo=dt.UTC)
DOMAIN = "/assess/small/technical/technical"


@dataclass
class Moved:
    """Of the first five of Technical, all met, the second is asked again; two are new."""

    made: NextVersion
    asked: int
    new: list[int]


@pytest.fixture
def moved(app: Flask, world: World) -> Moved:
    first = world.statements["technical"][:5]
    with app.app_context():
        for each in first:
            rate(world, "ana", each, Answer.CONSISTENTLY)
            endorse(world, "ana", "sue", each, EndorsedAnswer.CONSISTENTLY)
        made = next_version(world, reworded={first[1]: False}, added=2)
        carried(world, made)
        with transaction() as tx:
            winter = Round(
                library_id=world.libraries["city"],
                name="Winter 2027",
                starts_on=WINTER.date(),
                ends_on=WINTER.date() + dt.timedelta(days=40),
            )
            tx.add(RoundFramework(round_id=add(tx, winter), framework_id=made.framework_id))
    return Moved(made, made.became[first[1]][0], made.added)


@pytest.mark.in_ci
def test_no_page_counts_it_before_the_round_begins(
    moved: Moved, world: World, sign_in: SignIn
) -> None:
    """Four of the five at the first level are left, and all are met; 32 of 35 statements count."""
    new = f"/statements/{moved.new[0]}"
    waits = "in version 2. Counts from the next round: Winter 2027, Jan 11, 2027."
    with time_machine.travel(AFTER, tick=False):
        ana, sue = sign_in(world.email("ana")), sign_in(world.email("sue"))
        rated = {"answer": "not_yet", "base_version": 0}
        saved = ana.post_json(f"{new}/rating", rated).get_json()
        assert (saved["rated"], saved["rated_in_domain"], saved["rated_at_level"]) == (4, 4, 4)
        page = words(ana.get(DOMAIN).text)
        assert "4 of 32 rated" in page
        assert "4 of 14 rated" in page, "of the domain"
        assert "All 17 For your job 9 Not rated 10 " in page
        assert " Emerging 7 statements" in page
        assert page.count(f"New {waits}") == 2
        assert page.count(f"Changed {waits}") == 1
        assert words(ana.get(f"{DOMAIN}/grid").text).count(waits) == 3
        for which in ("job", "not_rated"):
            assert waits not in words(ana.get(f"{DOMAIN}?show={which}").text)
        assert not [each for each in (moved.asked, *moved.new) if shown(ana, each)]
        assert f"New {waits}" in words(ana.get(new).text)
        own = words(ana.get("/profile").text)
        assert "You rated 4 of 32 statements" in own
        assert "Reviewed: 4 of 32 statements" in own
        for reader, side in ((ana, "/profile"), (sue, f"/people/{world.people['ana']}/profile")):
            explained = words(reader.get(f"{side}/technical").text)
            assert "Reviewed. Reached: 4 of 4 met, 4 needed." in explained
            assert explained.count(waits) == 3
        assert "14 statements" not in words(ana.get("/").text)
        sending = words(ana.get("/reviews/new").text)
        found = words(ana.get("/reviews/new?find=New").text)
        assert f"New 0 Technical, Emerging · New {waits} Not yet" in found
        assert "1 of these counts later, so it isn’t selected." in sending
        assert "Statements chosen: 0." in sending, "it can be sent by hand"
        statements = ana.get("/profile.json").get_json()["statements"]
        assert [statement["counts_from"] for statement in statements].count("2027-01-11") == 3
        assert "rate again" not in words(ana.get("/").text).lower()
        told = words(ana.get("/notices").text)
        assert "3 statements are new or changed: you can rate them now" in told


@pytest.mark.in_ci
def test_it_is_listed_wherever_its_learner_is_told_of_it_and_says_when_it_is_rated(
    app: Flask, moved: Moved, world: World, sign_in: SignIn
) -> None:
    with app.app_context():
        for each in (*world.statements["technical"][5:], *world.statements["communication"]):
            rate(world, "ana", moved.made.became[each][0], Answer.PARTLY)
        for each in world.statements["leadership"]:
            rate(world, "ana", moved.made.became[each][0], Answer.PARTLY)
    later = [moved.asked, *moved.new]
    told = "3 statements are new or changed in version 2"
    rated = "They count from the next round on. Rated so far: {} of 3."
    with time_machine.travel(AFTER, tick=False):
        ana = sign_in(world.email("ana"))
        assert '<a href="/assess/later">You were moved to' in ana.get("/notices").text
        listed = ana.get("/assess/later").text
        assert sorted(map(int, re.findall(r'<div class="statement" id="s-(\d+)"', listed))) == (
            sorted(later)
        )
        done = ana.get("/assess", follow_redirects=True).text
        assert "You’ve rated all 32 statements that count now" in words(done)
        assert f"{told}. {rated.format(0)} Rate them now if you like" in words(done)
        assert 'href="/assess/later"' in done
        for page in (DOMAIN, f"{DOMAIN}/grid"):
            assert "14 of 14 rated, and 3 that count later." in words(ana.get(page).text)
            assert f"{told}. {rated.format(0)}" in words(ana.get(page).text)
        assert told in words(ana.get("/").text)
        for each in later:
            sent = fields(ana.get("/assess/later").text) | {f"answer-{each}": "partly"}
            saved = ana.post("/assess/ratings", sent)
            assert saved.location == "/assess/later"
            assert f'id="s-{each}"' in ana.get(saved.location).text, "it stays in the list"
        assert f"{rated.format(3)} See them" in words(ana.get("/assess/done").text)
        assert told not in words(ana.get("/").text), "nothing is left of it"
    with time_machine.travel(WINTER, tick=False):
        ana = sign_in(world.email("ana"))
        assert "Every statement counts now" in words(ana.get("/assess/later").text)
        assert told not in words(ana.get(DOMAIN).text)


@pytest.mark.in_ci
def test_all_of_them_count_it_from_the_day_on_which_the_round_begins(
    moved: Moved, world: World, sign_in: SignIn
) -> None:
    with time_machine.travel(AFTER, tick=False):
        rated = {"answer": "not_yet", "base_version": "0"}
        sign_in(world.email("ana")).post(f"/statements/{moved.new[0]}/rating", rated)
    with time_machine.travel(WINTER, tick=False):
        ana, sue = sign_in(world.email("ana")), sign_in(world.email("sue"))
        assert "5 of 35 rated" in words(ana.get(DOMAIN).text)
        assert "Rate 1 statement again: it has changed since you rated it" in words(
            ana.get("/").text
        )
        assert shown(ana, moved.asked)
        assert shown(ana, moved.new[1])
        own = words(ana.get("/profile").text)
        assert "You rated 5 of 35 statements" in own
        assert "Reviewed: 4 of 35 statements" in own
        explained = words(ana.get("/profile/technical").text)
        assert "Your own rating. Not known yet: 4 of 7 met, 6 needed; 2 open." in explained
        assert "Reviewed. Not known yet: 4 of 7 met, 6 needed; 3 open." in explained
        assert "Counts from" not in explained
        assert "New 0 Technical, Emerging Not yet" in words(ana.get("/reviews/new?find=New").text)
        fallen = (
            "By reviewed ratings, Emerging isn’t reached now: 1 statement rated Consistently "
            "changed and isn’t met yet; 2 statements that aren’t met came into it. 4 of 7 now, 6 "
            "needed."
        )
        assert fallen in own
        theirs = words(sue.get(f"/people/{world.people['ana']}/profile").text)
        assert fallen in theirs
        assert "By your own ratings" not in theirs


@pytest.mark.in_ci
def test_the_levels_of_a_team_and_of_a_round_count_the_same(
    app: Flask, moved: Moved, world: World, sign_in: SignIn
) -> None:
    """A new statement that a reviewer found not met holds nobody back yet."""
    version = moved.made.framework_id
    with app.app_context():
        world.framework_id = version
        more = [moved.made.became[each][0] for each in world.statements["technical"][5:10]]
        for each in more:
            endorse(world, "ana", "sue", each, EndorsedAnswer.CONSISTENTLY, AFTER)
        for each in moved.new:
            endorse(world, "ana", "sue", each, EndorsedAnswer.NOT_YET, AFTER)
        ana, library = world.people["ana"], world.libraries["city"]
    team = f"/teams/{world.teams['central']}"

    def kept(day: dt.date) -> tuple[str, list[int]]:
        with app.app_context():
            as_of = dt.datetime.combine(day, dt.time(12), dt.UTC)
            place = StandingScope(version, library)
            assert ana in teams_rounds_queries.jobs_on(place, day, as_of)
            (sheet,) = teams_rounds_queries.sheets_at([ana], place, day, as_of)
            of = short(sheet)
            return of.reviewed.split()[0], ids(of.not_met)

    with time_machine.travel(AFTER, tick=False):
        sue = sign_in(world.email("sue"))
        assert "Ana, Technical: ✓ At target: Developing, target Developing" in words(
            sue.get(f"{team}/gaps").text
        )
        drill = words(sue.get(f"{team}/gaps/domains/technical").text)
        assert "New 0" not in drill
        met, not_met = kept(AFTER.date())
        assert (met[:2], not_met) == ("MM", [])
    with time_machine.travel(WINTER, tick=False):
        sue = sign_in(world.email("sue"))
        assert "Ana, Technical: ▼ " in words(sue.get(f"{team}/gaps").text)
        assert "New 0" in words(sue.get(f"{team}/gaps/domains/technical").text)
        level, not_met = kept(WINTER.date())
        assert ("N" in level[:2], not_met) == (True, moved.new)
        assert kept(AFTER.date()) == (met, []), "as of a day before"


def shown(client: Client, statement_id: int) -> bool:
    """Whether it is among what is left to rate."""
    return f'id="s-{statement_id}"' in client.get(f"{DOMAIN}?show=not_rated").text
