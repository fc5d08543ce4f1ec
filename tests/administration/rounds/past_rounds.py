"""A round that is over, and all that can befall its figures afterwards."""

import datetime as dt
from collections.abc import Callable

from sqlalchemy import select

from tests.factories.actors import acting
from tests.factories.frameworks import open_round
from tests.factories.levels import stand
from tests.factories.world import START, World
from tracker.administration.exclusions import actions as exclusions_actions
from tracker.administration.memberships import actions as memberships_actions
from tracker.administration.role_profiles import actions as role_profiles_actions
from tracker.administration.teams import actions as teams_actions
from tracker.db import session
from tracker.frameworks.versions.rules_levels import TargetState
from tracker.models import Domain, Endorsement, Membership, Statement
from tracker.reviews.endorsements import actions as endorsements_actions
from tracker.rules.core.memberships import MembershipTerms
from tracker.rules.roles import Role

MAY = dt.datetime(2026, 5, 20, 12, tzinfo=dt.UTC)
END = dt.datetime(2026, 6, 1, tzinfo=dt.UTC)


def past_round(world: World) -> int:
    """Spring 2026: Ana at target in Communication and with a gap in Leadership, Ben the other way
    round; Lea rated in no domain."""
    at, gap = TargetState.AT_TARGET, TargetState.GAP
    spring = open_round(world, "Spring 2026", dt.date(2026, 4, 1), dt.date(2026, 5, 31))
    for name, communication, leadership in (("ana", at, gap), ("ben", gap, at)):
        stand(world, name, communication, "communication", by="sue", at=MAY)
        stand(world, name, leadership, "leadership", by="sue", at=MAY)
    return spring


def edit_targets(world: World) -> None:
    ids = session().scalars(select(Domain.id)).all()
    profile = world.role_profiles["city"]
    role_profiles_actions.edit(
        acting(world, "adam"), profile, "Mid-level", dict.fromkeys(ids, 4), world.now, "Wanted."
    )


def rename_job(world: World) -> None:
    role_profiles_actions.edit(
        acting(world, "adam"), world.role_profiles["city"], "Clerk", {}, world.now, "Wanted."
    )


def leave_out(world: World) -> None:
    chosen = world.statements["communication"][:2]
    exclusions_actions.leave_out(acting(world, "adam"), chosen, "Not here.", world.now)


def rename_team(world: World) -> None:
    _edit_team(world, "central", "Main", "city")


def move_team(world: World) -> None:
    _edit_team(world, "bookmobile", "Bookmobile", "harbour")


def _edit_team(world: World, team: str, name: str, above: str) -> None:
    teams_actions.edit(
        acting(world, "adam"),
        world.teams[team],
        name=name,
        parent_id=world.teams[above],
        open_reviews=False,
        now=world.now,
    )


def correct_membership(world: World) -> None:
    """Ana is said to have been in Harbour all the time."""
    of = select(Membership.id).where(
        Membership.person_id == world.people["ana"], Membership.role == Role.LEARNER
    )
    terms = MembershipTerms(
        world.teams["harbour"], Role.LEARNER, START, role_profile_id=world.role_profiles["city"]
    )
    memberships_actions.correct(
        acting(world, "adam"), session().scalars(of).one(), terms, world.now
    )


def move_person(world: World) -> None:
    """Ana is said to have gone to Harbour in the middle of it."""
    of = select(Membership.id).where(
        Membership.person_id == world.people["ana"], Membership.role == Role.LEARNER
    )
    terms = MembershipTerms(
        world.teams["harbour"], Role.LEARNER, START, role_profile_id=world.role_profiles["city"]
    )
    moved = session().scalars(of).one()
    memberships_actions.move(acting(world, "adam"), moved, dt.date(2026, 5, 1), terms, world.now)


def add_origin(world: World) -> None:
    """What is reviewed in Communication is said to count for a statement of Technical too."""
    origin, made = (
        session().get_one(Statement, world.statements[of][0]).uuid
        for of in ("communication", "technical")
    )
    session().rollback()
    exclusions_actions.add("small", "1", made, origin, world.now, carries=True)


def revoke_all(world: World) -> None:
    """All that Sue endorsed."""
    sue = acting(world, "sue")
    given = select(Endorsement.id).where(Endorsement.endorser_id == sue.person_id)
    for endorsement_id in session().scalars(given.order_by(Endorsement.id)).all():
        endorsements_actions.revoke(sue, endorsement_id, "By mistake.", world.now)


CHANGING: tuple[Callable[[World], None], ...] = (
    edit_targets,
    rename_job,
    leave_out,
    rename_team,
    move_team,
    correct_membership,
    move_person,
    add_origin,
)
"""Each changes what a past round would be put together from."""
