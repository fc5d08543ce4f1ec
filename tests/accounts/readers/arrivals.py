"""People who come to read a record, and those who have a say in it."""

import datetime as dt

from tests.conftest import NOW
from tests.factories.actors import acting
from tests.factories.answers import EndorsedAnswer
from tests.factories.reviews import endorse
from tests.factories.world import World
from tracker.administration.library import actions as library_actions
from tracker.db import session
from tracker.policy.permissions import Actor
from tracker.record.visible.queries import Reader
from tracker.rules.core.memberships import MembershipTerms
from tracker.rules.regions import Paper, Region
from tracker.rules.roles import Role

TODAY = NOW.date()
DAY = dt.timedelta(days=1)


def met(world: World, person: str, by: str) -> None:
    endorse(world, person, by, world.statements["technical"][0], EndorsedAnswer.CONSISTENTLY)


def supervising(world: World, team: str = "central") -> MembershipTerms:
    return MembershipTerms(world.teams[team], Role.SUPERVISOR, TODAY)


def closed(world: World, reader: str, now: dt.datetime = NOW) -> set[str]:
    """Whose records are closed to them."""
    session().rollback()
    names = {key: name for name, key in world.people.items()}
    return {names[each] for each in Reader(acting(world, reader), now).closed}


def settings(actor: Actor, *, names: bool, now: dt.datetime = NOW, hr: str = "") -> None:
    library_actions.edit(
        actor,
        name="City Library",
        time_zone="UTC",
        review_days=14,
        differences_days=14,
        endorsement_months=None,
        names_to_coordinators=names,
        region=Region.US,
        paper=Paper.LETTER,
        now=now,
        hr_email=hr,
    )
