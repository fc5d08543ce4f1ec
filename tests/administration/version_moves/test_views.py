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
from tests.factories.sending import YES, actor
from tests.factories.versions import AFTER, carried, next_version
from tests.factories.world import World
from tests.reading import words
from tests.teams.rounds.pages import stat
from tracker.administration.library.actions import set_framework_editor
from tracker.administration.rounds import actions as rounds
from tracker.teams.rounds import queries_reviews as reminders

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
    adam = sign_in(world.email("adam"))
    published = "Small framework: version 2 is published 4 people are on version 1."
    assert published in words(adam.get("/").text)
    assert "4 people are on it; Autumn 2026 keeps it until Dec 11 for newcomers" in words(
        adam.get(PAGES).text
    )
    ends = {"from_id": world.framework_id, "to_id": version.framework_id}
    page = words(adam.get(f"{PAGES}/new", query_string=ends).text)
    assert "“Autumn 2026” keeps version 1 until Dec 11. Move them after that day." in page
    person = f"/admin/people/{world.people['ana']}"
    link = re.findall(r'href="([^"]*person_id=\d+)"', adam.get(person).text)
    assert "Only Ana moves." in words(adam.get(unescape(link[0])).text)
    stranger = {**ends, "person_id": world.people["otto"]}
    assert adam.get(f"{PAGES}/new", query_string=stranger).status_code == 404
    refused = adam.post(PAGES, {**ends, "team_id": "", "seen": "0"})
    assert refused.status_code == 422
    assert "keeps the version that people are on until Dec 11." in words(refused.text)
    with time_machine.travel(AFTER, tick=False):
        adam, ana = sign_in(world.email("adam")), sign_in(world.email("ana"))
        page = words(adam.get(f"{PAGES}/new", query_string=ends).text)
        assert "Who moves 4 people" in page
        assert "To rate again at most 1 statement each" in page
        assert "New to rate 2 statements each Time about 1 minute each" in page
        harbour = {**ends, "team_id": world.teams["harbour"]}
        assert "Who moves 1 person" in words(adam.get(f"{PAGES}/new", query_string=harbour).text)
        unseen = adam.post(PAGES, {**ends, "team_id": "", "seen": "0"})
        assert "Who would move has changed since you saw it." in words(unseen.text)
        assert "4 people are on version 2 now." in words(pressed(adam, ends))
        assert published not in words(adam.get("/").text)
        told = (
            "You were moved to Small framework 2. Your ratings came along. 3 statements are new or"
        )
        assert told in words(ana.get("/notices").text)
        new = version.became[changed][0]
        rated = {"answer": "partly", "base_version": "0"}
        assert ana.post(f"/statements/{new}/rating", rated).status_code in (200, 303)
        assert "Learner, Mid-level version 2" in words(adam.get(person).text)
        assert "4 people are on it for newcomers" in words(adam.get(PAGES).text)
    with time_machine.travel(AFTER + dt.timedelta(minutes=1), tick=False):
        back = {"from_id": ends["to_id"], "to_id": ends["from_id"]}
        page = words(adam.get(f"{PAGES}/new", query_string=back).text)
        kept = "Back to it 4 people, who were on version 1 before: their answers from before are"
        assert kept in page
        assert "To rate again" not in page
        assert "4 people are on version 1 now." in words(pressed(adam, back))
        page = words(adam.get(PAGES).text)
        assert "Small framework: from version 2 to 1 4 people, Dec 14" in page
        notices = words(ana.get("/notices").text)
        assert "You were moved back to Small framework 1. Nothing you rated is lost." in notices
        assert told in notices, "as it was when it was told"


def pressed(adam: Client, ends: dict[str, int]) -> str:
    """The page after the one button for everybody."""
    page = adam.get(f"{PAGES}/new", query_string=ends).text
    (seen,) = re.findall(r'name="seen" value="(\w+)"', page)
    sent = {**ends, "team_id": "", "person_id": "", "newcomers": "y", "seen": seen}
    return adam.post(PAGES, sent, follow_redirects=True).text


def the_form(page: str, **typed: str) -> dict[str, str]:
    """What the one button of the page sends, but for its keys, with what was chosen."""
    kept = re.findall(r'name="(from_id|to_id|team_id|person_id|seen|first)" value="(\w*)"', page)
    return {**dict(kept), "newcomers": "y", **typed}


@pytest.mark.in_ci
def test_it_is_planned_for_a_day_seen_and_canceled(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    with app.app_context():
        version = next_version(world)
    ends = {"from_id": world.framework_id, "to_id": version.framework_id}
    with time_machine.travel(AFTER, tick=False):
        adam = sign_in(world.email("adam"))
        form = adam.get(f"{PAGES}/new", query_string=ends).text
        assert "Now On a day you choose" in words(form)
        empty = adam.post(PAGES, the_form(form, when="day", on=""))
        assert empty.status_code == 422
        assert "Enter the day on which they move." in words(empty.text)
        for on, said in (
            ("2026-12-14", "Choose a day after today."),
            ("someday", "This is not a date. Write it like 2026-11-24."),
        ):
            refused = adam.post(PAGES, the_form(form, when="day", on=on))
            assert refused.status_code == 422
            assert said in words(refused.text)
            assert f'value="{on}"' in refused.text, "what was typed is kept"
            assert re.search(r'value="day"[^>]* checked|checked[^>]* value="day"', refused.text)
        unpressed = adam.post(PAGES, the_form(form, when="now", on="2027-01-04"))
        assert unpressed.status_code == 422
        assert "You entered a day. Choose “On a day you choose” to use it" in words(unpressed.text)
        assert 'value="2027-01-04"' in unpressed.text, "what was typed is kept"
        sent = the_form(form, when="day", on="2027-01-04")
        page = words(adam.post(PAGES, sent, follow_redirects=True).text)
        assert "Planned: 4 people move to version 2 on Jan 4, 2027." in page
        assert "Version 2 on Jan 4, 2027, for 4 people" in page
        assert "Small framework, from version 1. Newcomers begin with version 2 from then" in page
        assert "version 2 is published" not in words(adam.get("/").text), "nothing to choose"
        again = adam.post(PAGES, sent)
        assert again.status_code == 422
        assert "This move is planned already." in words(again.text)
        page = adam.get(PAGES).text
        (cancel,) = re.findall(r'action="(/admin/versions/planned/\d+/cancel)"', page)
        oda = sign_in(world.email("oda"))
        gone = "This move was done or canceled already."
        assert gone in words(oda.post(cancel, follow_redirects=True).text)
        done = words(adam.post(cancel, follow_redirects=True).text)
        assert "The planned move is canceled. Nobody moves." in done
        assert "for 4 people" not in done
        assert gone in words(adam.post(cancel, follow_redirects=True).text)
        history = words(adam.get("/admin/audit").text)
        assert "Move to another version planned" in history
        assert "Planned move canceled" in history


def test_while_a_round_is_open_it_is_planned_for_its_end(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    with app.app_context():
        version = next_version(world)
    ends = {"from_id": world.framework_id, "to_id": version.framework_id}
    adam = sign_in(world.email("adam"))
    form = adam.get(f"{PAGES}/new", query_string={**ends, "team_id": world.teams["central"]}).text
    offered = "When “Autumn 2026” ends: on Dec 12, or later if the round is prolonged"
    assert f"{offered} On a day you choose" in words(form)
    page = words(adam.post(PAGES, the_form(form, when="round"), follow_redirects=True).text)
    assert "Planned: 3 people move to version 2 on Dec 12." in page
    assert "Version 2 when “Autumn 2026” ends, on Dec 12, for 3 people" in page
    assert "from version 1: Central, with the teams below it. If the round is prolonged" in page
    with app.app_context():
        open_round(world, "Winter", dt.date(2026, 12, 12), dt.date(2026, 12, 20))
    assert "It waits: “Winter” keeps version 1 until Dec 20." in words(adam.get(PAGES).text)


def test_of_several_that_are_planned_one_is_canceled(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    with app.app_context():
        version = next_version(world)
    ends = {"from_id": world.framework_id, "to_id": version.framework_id}
    with time_machine.travel(AFTER, tick=False):
        adam = sign_in(world.email("adam"))
        for team in ("", world.teams["harbour"]):
            form = adam.get(f"{PAGES}/new", query_string={**ends, "team_id": team}).text
            adam.post(PAGES, the_form(form, when="day", on="2027-01-04"))
        first, second = re.findall(
            r'action="(/admin/versions/planned/\d+/cancel)"', adam.get(PAGES).text
        )
        done = words(adam.post(first, follow_redirects=True).text)
        assert "The planned move is canceled. 1 other move stays planned." in done
        done = words(adam.post(second, follow_redirects=True).text)
        assert "The planned move is canceled. Nobody moves." in done


def test_one_team_can_go_first(app: Flask, world: World, sign_in: SignIn) -> None:
    with app.app_context():
        next_version(world)
    with time_machine.travel(AFTER, tick=False):
        adam = sign_in(world.email("adam"))
        listed = adam.get(PAGES).text
        (href,) = re.findall(r'href="([^"]*)">Move one team first', listed)
        page = adam.get(unescape(href)).text
        assert "Try version 2 with one team. Everybody else stays on version 1" in words(page)
        assert "Choose a team" in page
        assert 'name="seen"' not in page, "nobody is moved before a team is chosen"
        none = adam.get(f"{unescape(href)}&team_id=").text
        assert "Choose a team." in words(none)
        assert 'name="seen"' not in none
        chosen = f"{unescape(href)}&team_id={world.teams['harbour']}"
        form = adam.get(chosen).text
        assert "Move 1 person" in form
        assert "Who moves 1 person Names Lea" in words(form)
        for wrong, said in (
            ({"when": "day", "on": ""}, "Enter the day"),
            ({"team_id": ""}, "Choose a team."),
        ):
            refused = adam.post(PAGES, {**the_form(form), **wrong})
            assert refused.status_code == 422
            assert said in words(refused.text)
            assert "Move one team first" in words(refused.text), "it is no move of everybody"
            assert "Everybody in the library" not in refused.text
        done = words(adam.post(PAGES, the_form(form), follow_redirects=True).text)
        assert "1 person is on version 2 now. You can move them back at any time." in done
        assert "Small framework 1 3 people are on it for newcomers" in done
        assert "Small framework 2 1 person is on it" in done
        assert "from version 1 to 2 Harbour: " in done
        hugo = sign_in(world.email("hugo")).get("/notices")
        assert "1 person you supervise moved to Small framework 2." in words(hugo.text)
        changes = "/frameworks/small/changes?version=2&since=1"
        assert f'<a href="{changes}">1 person' in unescape(hugo.text)
        assert sign_in(world.email("hugo")).get(changes).status_code == 200
        cora = sign_in(world.email("cora"))
        harbour = words(cora.get(f"/teams/{world.teams['harbour']}").text)
        assert "1 person is on Small framework 2, moved Dec 14." in harbour
        assert "are on" not in words(cora.get(f"/teams/{world.teams['central']}").text)
        again = adam.post(PAGES, the_form(form))
        assert again.status_code == 422
        assert "Nothing to do: they are on version 2 already." in words(again.text)


def test_a_form_that_is_sent_again_from_another_tab_says_where_they_are(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    with app.app_context():
        version = next_version(world)
    ends = {"from_id": world.framework_id, "to_id": version.framework_id}
    with time_machine.travel(AFTER, tick=False):
        adam = sign_in(world.email("adam"))
        form = the_form(adam.get(f"{PAGES}/new", query_string=ends).text)
        assert adam.post(PAGES, form).status_code == 303
        for answer in (adam.post(PAGES, form), adam.get(f"{PAGES}/new", query_string=ends)):
            assert answer.status_code == 409
            assert "Nothing to do: they are on version 2 already." in words(answer.text)


@pytest.mark.in_ci
def test_who_is_on_another_version_than_a_round_is_not_in_it(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    """Today and the page of the round count the same people, and nobody else is reminded."""
    with app.app_context():
        version = next_version(world)
        carried(world, version, person="ben")
        winter = open_round(world, "Winter", AFTER.date(), AFTER.date() + dt.timedelta(days=2))
        closing = reminders.closing(world.libraries["city"], AFTER.date(), AFTER)
        assert closing == {winter: sorted(world.people[name] for name in ("ana", "lea", "sue"))}
        assert reminders.still_holds(world.people["ana"], winter, AFTER.date())
        assert not reminders.still_holds(world.people["ben"], winter, AFTER.date())
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
