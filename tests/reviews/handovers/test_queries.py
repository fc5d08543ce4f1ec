"""Whom nobody can review."""

import pytest

from tests.factories.people import join
from tests.factories.sides import actor
from tests.factories.world import World, job
from tests.reviews.handovers.test_actions import leave
from tracker.db import transaction
from tracker.models import Person, Team
from tracker.reviews.handovers.queries import alone
from tracker.rules.pagination import PAGE
from tracker.rules.roles import Role

pytestmark = pytest.mark.usefixtures("app_context")


def listed(world: World, team: str = "city") -> tuple[list[str], int]:
    """Their names, and how many they are in all."""
    path = "/" if team == "city" else f"/{world.teams['city']}/"
    people = alone(actor(world, "cora"), f"{path}{world.teams[team]}/", world.now.date())
    return [row.name for row in people.rows], people.count


def test_who_alone_supervises_their_own_team(world: World) -> None:
    leave(world, "sue", "central")
    assert listed(world) == (["Ana", "Ben"], 2)
    join(world, "ben", "central", Role.SUPERVISOR)
    assert listed(world) == (["Ben"], 1)
    with transaction() as tx:
        tx.get_one(Person, world.people["ben"]).disabled_at = world.now
    assert listed(world) == (["Ana"], 1)
    join(world, "ana", "city", Role.SUPERVISOR)
    assert listed(world) == listed(world, "central") == (["Ana"], 1)
    join(world, "hugo", "city", Role.SUPERVISOR)
    assert listed(world) == listed(world, "central") == ([], 0)


def test_a_closed_team_above_has_nobody(world: World) -> None:
    leave(world, "sue", "central")
    join(world, "hugo", "city", Role.SUPERVISOR)
    assert listed(world, "central") == ([], 0)
    with transaction() as tx:
        tx.get_one(Team, world.teams["city"]).closed_on = world.now.date()
    assert listed(world, "central") == (["Ana", "Ben"], 2)


def test_each_is_there_once_and_the_first_by_name_where_there_are_many(world: World) -> None:
    leave(world, "sue", "central")
    leave(world, "hugo", "harbour")
    join(world, "lea", "harbour", Role.SUPERVISOR)
    with transaction() as tx:
        library_id = world.libraries["city"]
        world.role_profiles["second"] = job(tx, library_id, world.framework_id, "Shelver", None)
    join(world, "ben", "central", role_profile="second")
    join(world, "lea", "harbour", role_profile="second")
    assert listed(world) == (["Ana", "Ben", "Lea"], 3)
    for number in range(PAGE):
        join(world, f"zed {number:02}", "central")
    join(world, "zora", "bookmobile")
    leave(world, "ana", "bookmobile")
    names, count = listed(world)
    assert names == [
        "Ana",
        "Ben",
        "Lea",
        "Sue",
        *(f"Zed {number:02}" for number in range(PAGE - 4)),
    ]
    assert count == PAGE + 5
