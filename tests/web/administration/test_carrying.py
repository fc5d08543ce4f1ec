"""An administrator moves people to a new version, sees how far it is, and undoes it."""

import datetime as dt
import re
from collections.abc import Callable
from html import unescape

import time_machine
from flask import Flask

from tests.client import Client
from tests.factories.frameworks import open_round
from tests.factories.ratings import rate
from tests.factories.sending import YES, actor
from tests.factories.versions import AFTER, carried, next_version
from tests.factories.world import World
from tests.web.reviews.test_reviews import words
from tests.web.teams.test_rounds import stat
from tracker.cli.background.work import work
from tracker.queries.notifications import round_reminders
from tracker.services.administration import rounds

SignIn = Callable[[str], Client]
PAGES = "/admin/versions"


def test_planned_for_after_the_round_begun_by_itself_told_and_undone(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    changed, same = world.statements["technical"][:2]
    with app.app_context():
        rate(world, "ana", changed, YES)
        rate(world, "ana", same, YES)
        version = next_version(world, reworded={changed: False}, added=2)
    adam = sign_in(world.email("adam"))
    published = "Small framework: version 2 is published 4 people are on version 1."
    assert published in words(adam.get("/").text)
    assert "4 people to move; Autumn 2026 keeps version 1 until Dec 11" in words(
        adam.get(PAGES).text
    )
    ends = {"from_id": world.framework_id, "to_id": version.framework_id}
    page = words(adam.get(f"{PAGES}/new", query_string=ends).text)
    assert "Who moves 4 people if everybody in the library moves" in page
    assert "To rate again at most 1 statement each" in page
    assert "New to rate 2 statements each Time about 1 minute each" in page
    assert "Only for “On another date”: Dec 12 or later." in page
    assert "When Autumn 2026 ends: Dec 12" in page
    person = f"/admin/people/{world.people['ana']}"
    link = re.findall(r'href="([^"]*person_id=\d+)"', adam.get(person).text)
    assert "Only Ana moves." in words(adam.get(unescape(link[0])).text)
    stranger = {**ends, "person_id": world.people["otto"]}
    assert adam.get(f"{PAGES}/new", query_string=stranger).status_code == 404
    early = {**ends, "team_id": "", "when": "day", "starts_on": "2026-12-01"}
    refused = adam.post(PAGES, early)
    assert refused.status_code == 422
    assert "keeps the earlier version until Dec 11. Choose a later day." in words(refused.text)
    one_team = {**early, "team_id": world.teams["harbour"]}
    assert "Who moves 1 person To rate" in words(adam.post(PAGES, one_team).text)
    assert "Enter the day." in adam.post(PAGES, {**early, "starts_on": ""}).text
    planned = adam.post(PAGES, {**ends, "team_id": "", "when": "round"}, follow_redirects=True)
    assert "Planned for Dec 12. You can call it off any time before." in words(planned.text)
    assert published not in words(adam.get("/").text)
    run = app.test_cli_runner().invoke
    assert "begun or going on: 0." in run(work, ["--daily"]).output
    with time_machine.travel(AFTER, tick=False):
        run(work, ["--clock-is-right"])
        assert "begun or going on: 1." in run(work, ["--daily"]).output
        run(work, ["--once"])
        adam, ana = sign_in(world.email("adam")), sign_in(world.email("ana"))
        done = words(adam.get(f"{PAGES}/1").text)
        assert "4 people are on version 2. All of them can go back." in done
        told = "Your ratings are now in Small framework 2. 1 statement changed: rate it again"
        assert told in words(ana.get("/notices").text)
        new = version.became[changed][0]
        rated = {"answer": "partly", "base_version": "0"}
        assert ana.post(f"/statements/{new}/rating", rated).status_code in (200, 303)
    with time_machine.travel(AFTER, tick=False):
        assert "Under 5 of them can’t go back" in words(adam.get(f"{PAGES}/1").text)
        adam.post(f"{PAGES}/1/undo")
        run(work, ["--once"])
        undone = words(adam.get(f"{PAGES}/1").text)
        assert "3 people went back to version 1. 1 person stays on version 2" in undone
        assert f'<li><a href="{person}">Ana</a></li>' in adam.get(f"{PAGES}/1").text
        assert "Learner, Mid-level version 2" in words(adam.get(person).text)
        ben = words(sign_in(world.email("ben")).get("/notices").text)
        assert "The move to Small framework 2 was undone" in ben
        assert "now in Small framework 2" not in ben
        assert "It isn’t done, or it is undone already" in words(
            adam.post(f"{PAGES}/1/undo", follow_redirects=True).text
        )


def test_who_is_on_another_version_than_a_round_is_not_in_it(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    """Today and the page of the round count the same people, and nobody else is reminded."""
    with app.app_context():
        version = next_version(world)
        carried(world, version, person="ben")
        winter = open_round(world, "Winter", AFTER.date(), AFTER.date() + dt.timedelta(days=2))
        closing = round_reminders.closing(world.libraries["city"], AFTER.date(), AFTER)
        assert closing == {winter: sorted(world.people[name] for name in ("ana", "lea", "sue"))}
        assert round_reminders.still_holds(world.people["ana"], winter, AFTER.date())
        assert not round_reminders.still_holds(world.people["ben"], winter, AFTER.date())
    with time_machine.travel(AFTER, tick=False):
        cora, sue = (sign_in(world.email(name)) for name in ("cora", "sue"))
        today = words(cora.get("/").text)
        assert "City Library 0 of 3 people have sent something this round" in today
        assert "Central 0 of 2 people have sent something this round" in today
        page = cora.get(f"/teams/{world.teams['city']}/round").text
        assert stat(page, "People in the round") == "3"
        assert "1 of 1 has not sent anything this round Ana" in words(sue.get("/").text)
        assert "(you’re not in it)" not in words(sue.get("/").text)
    with app.app_context():
        rounds.edit(
            actor(world, "adam"),
            winter,
            "Winter",
            [world.framework_id],
            AFTER.date() + dt.timedelta(days=1),
            AFTER.date() + dt.timedelta(days=2),
            world.now,
        )
        carried(world, version, person="ana")
    with time_machine.travel(AFTER + dt.timedelta(days=1), tick=False):
        ana = words(sign_in(world.email("ana")).get("/").text)
        assert "Winter closes on Dec 16 (you’re not in it)" in ana


def test_without_a_new_version_the_page_says_what_it_is_for(world: World, sign_in: SignIn) -> None:
    assert "No new version yet" in sign_in(world.email("adam")).get(PAGES).text
