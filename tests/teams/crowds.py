"""People without a name for who reads their teams: by team and role profile, each with or without a
gap in Leadership."""

import datetime as dt

from tests.factories.answers import Answer
from tests.factories.levels import stand
from tests.factories.people import join
from tests.factories.world import World, add
from tracker.db import transaction
from tracker.frameworks.versions.rules_levels import TargetState
from tracker.models import Library, Team

GAP, AT = TargetState.GAP, TargetState.AT_TARGET


def hide_names(world: World, *, hidden: bool = True) -> None:
    with transaction() as tx:
        tx.get_one(Library, world.libraries["city"]).names_to_coordinators = not hidden


def add_team(world: World, name: str, above: str) -> None:
    with transaction() as tx:
        parent = tx.get_one(Team, world.teams[above])
        team = Team(library_id=parent.library_id, parent_id=parent.id, name=name.title(), path="")
        world.teams[name] = add(tx, team)
        team.path = f"{parent.path}{team.id}/"


class Crowd:
    def __init__(self, world: World) -> None:
        self.world = world
        self.names: list[str] = []

    def put(
        self,
        team: str,
        gaps: int,
        at: int,
        role_profile: str = "city",
        reviewed_at: dt.datetime | None = None,
        said: Answer | None = None,
    ) -> None:
        for state in [GAP] * gaps + [AT] * at:
            name = f"zoe{len(self.names)}"
            self.names.append(name)
            join(self.world, name, team, role_profile=role_profile)
            stand(self.world, name, state, at=reviewed_at, said=said)
