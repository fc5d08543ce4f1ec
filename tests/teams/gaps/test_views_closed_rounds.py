"""The gaps pages of a round that is over: whatever changes afterwards, no figure of them does."""

import datetime as dt
from collections.abc import Callable

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from tests.administration.rounds import past_rounds
from tests.client import Client
from tests.factories.actors import acting
from tests.factories.people import join
from tests.factories.versions import AFTER, carried, next_version
from tests.factories.world import START, World
from tests.reading import words
from tests.teams.gaps.matrix import domains
from tests.teams.gaps.pages import file
from tracker.administration.accounts import actions as accounts_actions
from tracker.administration.people import actions as people_actions
from tracker.administration.rounds import actions as rounds_actions
from tracker.db import session, transaction
from tracker.frameworks.versions import (
    records_moves as frameworks_versions_records_moves,
    rules_levels as frameworks_versions_rules_levels,
)
from tracker.frameworks.versions.rules_levels import LevelRule, level_state
from tracker.models import Library, Membership, Person, SnapshotPerson
from tracker.rules.roles import Role

SignIn = Callable[[str], Client]
FILES = (
    "city/gaps.csv",
    "city/gaps/people.csv",
    "city/gaps/statements.csv",
    "city/gaps/teams.csv",
    "city/gaps/about.csv",
    "central/gaps.csv",
    "bookmobile/gaps.csv",
)


def told(world: World, client: Client, spring: int) -> str:
    """All files about the round, and what its pages say but for links and names of links."""
    found = []
    for each in FILES:
        team, _, rest = each.partition("/")
        found.append(client.http.get(f"/teams/{world.teams[team]}/{rest}?round={spring}").text)
    page = client.get(f"/teams/{world.teams['city']}/gaps?round={spring}").text
    found.append(page.partition("Where training would help most")[2].partition('id="people"')[0])
    found.append(page.partition("holding people back")[2].partition("</main>")[0])
    return "\n".join(found).replace("Ben", "(erased)")


def change_everything(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    past_rounds.revoke_all(world)
    for change in past_rounds.CHANGING:
        change(world)
    people_actions.disable(acting(world, "adam"), world.people["ben"], world.now)
    made = next_version(world, reworded={world.statements["leadership"][0]: False})
    carried(world, made)
    with transaction() as tx:
        tx.get_one(Person, world.people["ben"]).name = "(erased)"
        tx.get_one(Library, world.libraries["city"]).time_zone = "Pacific/Honolulu"
    everything, usual = LevelRule(1, 1), level_state
    monkeypatch.setattr(
        frameworks_versions_rules_levels,
        "level_state",
        lambda _rule, tally: usual(everything, tally),
    )
    frameworks_versions_rules_levels.standing_by_counts.cache_clear()


@pytest.mark.in_ci
def test_whatever_changes_afterwards_no_figure_of_a_closed_round_does(
    app: Flask, world: World, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    cora = sign_in(world.email("cora"))
    with app.app_context():
        spring = past_rounds.past_round(world)
        rounds_actions.keep_all_due(world.now)
    before = told(world, cora, spring)
    now = file(cora, f"/teams/{world.teams['central']}/gaps.csv")
    assert '"Spring 2026. As of May 31, 2026."' in before
    with app.app_context():
        change_everything(world, monkeypatch)
    assert told(world, cora, spring) == before
    assert file(cora, f"/teams/{world.teams['central']}/gaps.csv?framework=small") != now
    page = cora.get(f"/teams/{world.teams['central']}/gaps?round={spring}").text
    assert "<b>As of May 31, 2026.</b>" in page
    assert "reconstructed" not in page
    frameworks_versions_rules_levels.standing_by_counts.cache_clear()


def test_a_round_is_offered_once_it_is_over_and_kept(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    """The open one is not, and what is not offered is no file."""
    cora = sign_in(world.email("cora"))
    url = f"/teams/{world.teams['central']}/gaps"
    assert "End of" not in cora.get(url).text
    assert cora.http.get(f"{url}.csv?round={world.rounds['city']}").status_code == 404
    with app.app_context():
        past_rounds.past_round(world)
        rounds_actions.keep_all_due(world.now)
    assert "End of Spring 2026" in cora.get(url).text


def test_who_only_supervises_sees_those_whom_they_may_see_now(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    """Somebody who left the team longer ago than 30 days is not among them."""
    sue = sign_in(world.email("sue"))
    with app.app_context():
        join(world, "cleo", "central", ends_on=dt.date(2026, 8, 1))
        spring = past_rounds.past_round(world)
        rounds_actions.keep_all_due(world.now)
    url = f"/teams/{world.teams['central']}/gaps/people.csv?round={spring}"
    assert [line[0] for line in file(sue, url)] == ["Name", "Ana", "Ben"]
    names = [line[0] for line in file(sign_in(world.email("cora")), url)]
    assert names[:4] == ["Name", "Ana", "Ben", "Cleo"]


def test_a_learner_takes_along_what_was_kept_of_them(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    with app.app_context():
        past_rounds.past_round(world)
        rounds_actions.keep_all_due(world.now)
    (kept,) = sign_in(world.email("ana")).get("/profile.json").json["rounds"]
    assert (kept["round"], kept["as_of"], kept["version"]) == ("Spring 2026", "2026-05-31", "1")
    leadership = next(each for each in kept["domains"] if each["domain"] == "Leadership")
    assert (leadership["target"], leadership["endorsed"]["state"]) == (2, "gap")
    assert leadership["endorsed"]["levels"][:2] == [
        {"rank": 1, "state": "not_met"},
        {"rank": 2, "state": "limited"},
    ]


def test_who_moved_to_a_new_version_is_compared_with_the_round_before(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    """Nobody kept the round: the move does, before it moves anybody."""
    with app.app_context():
        spring = past_rounds.past_round(world)
        carried(world, next_version(world))
    with time_machine.travel(AFTER, tick=False):
        cora = sign_in(world.email("cora"))
        page = cora.get(f"/teams/{world.teams['city']}/gaps?compare={spring}").text
    assert "reconstructed" not in page
    assert "Unchanged since Spring 2026" in words(page)
    said = domains(page)
    none = "people compared: no difference"
    assert said["Technical"].endswith(f"0 of 4 {none}, 0 below target")
    for domain in ("Communication", "Leadership"):
        assert said[domain].endswith(f"2 of 4 {none}, 1 below target")


def test_who_is_deleted_loses_the_name_and_no_figure(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    """Also where the daily work has not come to keep the round."""
    cora = sign_in(world.email("cora"))
    with app.app_context():
        spring = past_rounds.past_round(world)
        adam = acting(world, "adam")
        nora, _token = people_actions.add(adam, "Nora Newman", "nora@example.org", world.now)
        with transaction() as tx:
            place = world.teams["central"], world.role_profiles["city"]
            learns = Membership(person_id=nora, role=Role.LEARNER, starts_on=START)
            learns.team_id, learns.role_profile_id = place
            tx.add(learns)
            frameworks_versions_records_moves.begin(tx, [nora], world.now)
        accounts_actions.remove(acting(world, "adam"), nora, world.now)
    after = told(world, cora, spring)
    assert "Nora" not in after
    assert f"Deleted account {nora}" in after
    with app.app_context():
        kept = session().scalars(select(SnapshotPerson).where(SnapshotPerson.person_id == nora))
        found = [([job[2] for job in each.jobs], each.reviewed) for each in kept]
        assert found == [(["Mid-level"], "UUUU UUUU ULUU")]
