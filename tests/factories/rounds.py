"""Rounds and role profiles."""

import datetime as dt

from tests.factories.world import World, add
from tracker.db import transaction
from tracker.models import RoleProfile, Round, RoundFramework, Target


def add_round(
    world: World, name: str, starts_on: dt.date, ends_on: dt.date, library: str = "city"
) -> int:
    with transaction() as tx:
        round_id = add(
            tx,
            Round(
                library_id=world.libraries[library], name=name, starts_on=starts_on, ends_on=ends_on
            ),
        )
        tx.add(RoundFramework(round_id=round_id, framework_id=world.framework_id))
    return round_id


def add_role_profile(world: World, name: str, rank: int, library: str = "city") -> int:
    """A job that expects `rank` in every domain; known in the world by its name."""
    with transaction() as tx:
        profile_id = world.role_profiles[name] = add(
            tx,
            RoleProfile(
                library_id=world.libraries[library], framework_id=world.framework_id, name=name
            ),
        )
        for domain_id in world.domains.values():
            add(tx, Target(role_profile_id=profile_id, domain_id=domain_id, rank=rank))
    return profile_id
