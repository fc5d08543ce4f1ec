"""An administrator sees whom a move to another version is for, moves them, and moves them back."""

import datetime as dt
import re
from collections.abc import Callable
from html import unescape

import pytest
import time_machine
from flask import Flask

from tests.client import Client
from tests.factories.frameworks import open_round
from tests.factories.ratings import rate
from tests.factories.sides import YES, actor
from tests.factories.versions import AFTER, carried, next_version
from tests.factories.world import World
from tests.reading import words
from tests.teams.rounds.pages import stat
from tracker.administration.library.actions import set_framework_editor
from tracker.administration.rounds import actions as rounds_actions
from tracker.teams.rounds import queries_reviews as teams_rounds_queries_reviews

SignIn = Callable[[str], Client]
PAGES = "/admin/versions"


@pytest.mark.in_ci
def test_seen_first_then_moved_at_once_told_and_moved_back(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    changed, same = world.statements["technical"][:2]
    with app.app_context():
        rate(world, "ana", changed, YES)
        rate(world, "ana", same, YES)
        version = next_version(world, reworded={changed: False}, added=2)
    there, home = (f"{PAGES}/{key}" for key in (version.framework_id, version.before_id))
    adam = sign_in(world.email("adam"))
    published = "Small framework: version 2 is published 4 people are on an earlier version."
    assert published in words(adam.get("/").text)
    assert "Small framework 1 4 people are on it. Move to version 2" in words(adam.get(PAGES).text)
    page = words(adam.get(there).text)
    assert "“Autumn 2026” keeps everybody on their version until Dec 11." in page
    assert "Move 4 people after the round" in page
    refused = words(adam.post(f"{there}/move", {}, follow_redirects=True).text)
    assert "Nobody moved: “Autumn 2026” is open." in refused
    with time_machine.travel(AFTER, tick=False):
        adam, ana = sign_in(world.email("adam")), sign_in(world.email("ana"))
        page = words(adam.get(there).text)
        assert "From version 1 Who moves 4 people" in page
        assert "To rate again at most 1 statement each" in page
        assert "New to rate 2 statements each Time about 1 minute each" in page
        for unseen in ({}, {"seen": "0"}):
            refused = words(adam.post(f"{there}/move", unseen, follow_redirects=True).text)
            assert "Nobody moved: who would move has changed." in refused
        assert "4 people moved. You can move back at any time." in words(moved(adam, there))
        assert published not in words(adam.get("/").text)
        told = (
            "You were moved to Small framework 2. Your ratings came along. 3 statements are new or"
        )
        assert told in words(ana.get("/notices").text)
        hugo = sign_in(world.email("hugo"))
        notices = hugo.get("/notices").text
        assert "1 person you supervise moved to Small framework 2." in words(notices)
        changes = "/frameworks/small/changes?version=2&since=1"
        assert f'<a href="{changes}">1 person' in unescape(notices)
        assert hugo.get(changes).status_code == 200
        new = version.became[changed][0]
        rated = {"answer": "partly", "base_version": "0"}
        assert ana.post(f"/statements/{new}/rating", rated).status_code in (200, 303)
        person = f"/admin/people/{world.people['ana']}"
        assert "Learner, Mid-level version 2" in words(adam.get(person).text)
        assert "Small framework 2 4 people are on it." in words(adam.get(PAGES).text)
    with time_machine.travel(AFTER + dt.timedelta(minutes=1), tick=False):
        page = words(adam.get(home).text)
        kept = "Back to it 4 people, who were on version 1 before: their answers from before are"
        assert kept in page
        assert "To rate again" not in page
        assert "4 people moved." in words(moved(adam, home))
        page = words(adam.get(PAGES).text)
        assert "Small framework: from version 2 to 1 4 people, Dec 14" in page
        notices = words(ana.get("/notices").text)
        assert "You were moved back to Small framework 1. Nothing you rated is lost." in notices
        assert told in notices, "as it was when it was told"


def moved(adam: Client, page: str) -> str:
    """The page after the one button, pressed as it was seen."""
    (seen,) = re.findall(r'name="seen" value="(\w+)"', adam.get(page).text)
    return adam.post(f"{page}/move", {"seen": seen}, follow_redirects=True).text


@pytest.mark.in_ci
def test_while_a_round_is_open_it_is_planned_seen_and_canceled(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    with app.app_context():
        version = next_version(world)
    there = f"{PAGES}/{version.framework_id}"
    adam = sign_in(world.email("adam"))
    page = words(adam.post(f"{there}/plan", {}, follow_redirects=True).text)
    assert "The move is planned. You can cancel it until then." in page
    planned = (
        "Planned: 4 people move to version 2 on Dec 12, after “Autumn 2026” ends. "
        "If the round is prolonged, the move waits. Cancel this move"
    )
    assert planned in page
    assert "Move to version" not in page
    assert "version 2 is published" not in words(adam.get("/").text), "nothing to choose"
    seen = adam.get(there)
    assert seen.status_code == 409
    again = words(adam.post(f"{there}/plan", {}, follow_redirects=True).text)
    for refused in (words(seen.text), again):
        assert "A move is planned already. Cancel it first under “Versions in use”." in refused
    with app.app_context():
        open_round(world, "Winter", dt.date(2026, 12, 12), dt.date(2026, 12, 20))
    assert "on Dec 21, after “Winter” ends." in words(adam.get(PAGES).text)
    with time_machine.travel(dt.datetime(2026, 12, 21, 0, 30, tzinfo=dt.UTC), tick=False):
        late = words(sign_in(world.email("adam")).get(PAGES).text)
        assert "Planned: they move to version 2 within a day. Cancel this move" in late
    cancel = f"{there}/cancel"
    gone = "This move was done or canceled already."
    oda = sign_in(world.email("oda"))
    assert gone in words(oda.post(cancel, {}, follow_redirects=True).text)
    done = words(adam.post(cancel, {}, follow_redirects=True).text)
    assert "The planned move is canceled. Nobody moves." in done
    assert "Planned:" not in done
    assert gone in words(adam.post(cancel, {}, follow_redirects=True).text)
    history = words(adam.get("/admin/audit").text)
    assert "Move to another version planned" in history
    assert "Planned move canceled" in history


def test_who_is_on_another_version_than_the_rest_is_counted_and_comes_along(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    with app.app_context():
        version = next_version(world, added=1)
        third = next_version(world, of=version.framework_id, version="3", added=1)
        carried(world, version, person="lea")
    with time_machine.travel(AFTER, tick=False):
        adam = sign_in(world.email("adam"))
        cora = sign_in(world.email("cora"))
        harbour = words(cora.get(f"/teams/{world.teams['harbour']}").text)
        assert "1 person is on Small framework 2, moved Dec 14." in harbour
        assert "are on" not in words(cora.get(f"/teams/{world.teams['central']}").text)
        listed = words(adam.get(PAGES).text)
        assert (
            "Small framework 1 3 people are on it. 1 person is on version 2. Move to version 3 "
            "Small framework 1 Move to version 2 Small framework 1 Move to version 1"
        ) in listed
        page = words(adam.get(f"{PAGES}/{third.framework_id}").text)
        assert "Move 4 people now" in page
        assert "From version 2 Who moves 1 person" in page
        assert "From version 1 Who moves 3 people" in page
        assert "4 people moved." in words(moved(adam, f"{PAGES}/{third.framework_id}"))


def test_a_button_that_is_pressed_again_from_another_tab_says_where_they_are(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    with app.app_context():
        version = next_version(world)
    there = f"{PAGES}/{version.framework_id}"
    with time_machine.travel(AFTER, tick=False):
        adam = sign_in(world.email("adam"))
        moved(adam, there)
        done = "Nothing to do: everybody is on version 2 already."
        assert done in words(adam.post(f"{there}/move", {}, follow_redirects=True).text)
        seen = adam.get(there)
        assert seen.status_code == 409
        assert done in words(seen.text)


@pytest.mark.in_ci
def test_who_is_on_another_version_than_a_round_is_not_in_it(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    """Today and the page of the round count the same people, and nobody else is reminded."""
    with app.app_context():
        version = next_version(world)
        carried(world, version, person="ben")
        winter = open_round(world, "Winter", AFTER.date(), AFTER.date() + dt.timedelta(days=2))
        closing = teams_rounds_queries_reviews.closing(world.libraries["city"], AFTER.date(), AFTER)
        assert closing == {winter: sorted(world.people[name] for name in ("ana", "lea", "sue"))}
        assert teams_rounds_queries_reviews.still_holds(world.people["ana"], winter, AFTER.date())
        assert not teams_rounds_queries_reviews.still_holds(
            world.people["ben"], winter, AFTER.date()
        )
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
        rounds_actions.edit(
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


def test_without_a_new_version_the_page_says_what_it_is_for(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    page = words(sign_in(world.email("adam")).get(PAGES).text)
    assert "No other version yet" in page
    assert "Whoever runs this site publishes it, or a person they let edit frameworks" in page
    with app.app_context():
        set_framework_editor(None, world.email("adam"), True, world.now)
    page = words(sign_in(world.email("adam")).get(PAGES).text)
    assert "You can upload and publish one. To Versions of frameworks" in page
