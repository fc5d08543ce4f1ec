"""Who learns in the teams of a reader."""

import pytest

from tests.factories.sides import actor
from tests.factories.world import World, add
from tracker.db import transaction
from tracker.models import Membership, RoleProfile
from tracker.record.visible.queries import Reader
from tracker.rules.roles import Role
from tracker.teams.gaps.queries_scope import gap_scope

pytestmark = pytest.mark.usefixtures("app_context")


def test_who_is_on_no_version_of_their_framework_is_measured_by_nothing(world: World) -> None:
    with transaction() as tx:
        profile = RoleProfile(library_id=world.libraries["city"], slug="unheard-of", name="Binder")
        for name in ("ben", "hugo"):
            tx.add(
                Membership(
                    person_id=world.people[name],
                    team_id=world.teams["central"],
                    role=Role.LEARNER,
                    role_profile_id=add(tx, profile),
                    starts_on=world.now.date(),
                )
            )
    cora = actor(world, "cora")
    path = f"/{world.teams['city']}/"
    people = gap_scope(Reader(cora, world.now), world.teams["city"], path).people
    assert [one.name for one in people] == ["Ana", "Ben", "Lea", "Sue"]
