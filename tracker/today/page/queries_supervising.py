"""Who of a supervisor's teams has sent nothing."""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import Select, and_, bindparam, exists, or_, select

from tracker.db import ask_made
from tracker.models import (
    Framework,
    Membership,
    Person,
    PersonVersion,
    Review,
    ReviewItem,
    RoleProfile,
    Round,
    RoundFramework,
    Team,
)
from tracker.models.record.versions import learns_on
from tracker.policy.permissions import Actor, current_on
from tracker.record.visible.queries import counts_as_sent
from tracker.rules.roles import Role


@dataclass(frozen=True, slots=True)
class TeamBehind:
    """People of a supervised team: who of them has not sent anything in the round open for one of
    their frameworks."""

    team_id: int
    team: str
    people: int
    not_sent: tuple[str, ...]
    in_round: bool


def behind(actor: Actor, today: dt.date) -> list[TeamBehind]:
    """Each team that this actor supervises. One query."""
    rows = ask_made(_behind_on(today), {"teams": [place.team_id for place in actor.supervises]})
    by_team = defaultdict(list)
    for row in rows:
        by_team[row.id, row.team].append(row)
    teams = []
    for (team_id, team), members in by_team.items():
        others = [row for row in members if row.person_id not in (None, actor.person_id)]
        in_round = [row for row in others if row.in_round]
        others = in_round or others
        late = {row.person_id: row.name for row in others if not row.sent}
        teams.append(
            TeamBehind(
                team_id,
                team,
                len({row.person_id for row in others}),
                tuple(late.values()),
                bool(in_round),
            )
        )
    return teams


@lru_cache(maxsize=8)
def _behind_on(today: dt.date) -> Select[*tuple[Any, ...]]:
    """Built once a day."""
    # The round that is open for the version that somebody is on. What they sent counts in whatever
    # version of that framework it was, but only in this round, where one is open.
    open_round = (
        select(Round.id)
        .join(RoundFramework, RoundFramework.round_id == Round.id)
        .where(
            Round.library_id == RoleProfile.library_id,
            RoundFramework.framework_id == PersonVersion.framework_id,
            Round.starts_on <= today,
            Round.ends_on >= today,
        )
        .correlate(RoleProfile, PersonVersion)
    )
    versions = (
        select(Framework.id).where(Framework.slug == RoleProfile.slug).correlate_except(Framework)
    )
    sent = exists(
        select(ReviewItem.id)
        .join(Review, Review.id == ReviewItem.review_id)
        .where(
            Review.learner_id == Membership.person_id,
            Review.framework_id.in_(versions),
            or_(~exists(open_round), Review.round_id.in_(open_round)),
            counts_as_sent(),
        )
    )
    return (
        select(
            Team.id,
            Team.name.label("team"),
            Person.id.label("person_id"),
            Person.name,
            sent.label("sent"),
            exists(open_round).label("in_round"),
        )
        .select_from(Team)
        .outerjoin(
            Membership,
            and_(
                Membership.team_id == Team.id,
                Membership.role == Role.LEARNER,
                current_on(Membership, today),
            ),
        )
        .outerjoin(Person, and_(Person.id == Membership.person_id, Person.disabled_at.is_(None)))
        .outerjoin(RoleProfile, RoleProfile.id == Membership.role_profile_id)
        .outerjoin(PersonVersion, learns_on())
        .where(Team.id.in_(bindparam("teams", expanding=True)))
        .order_by(Team.name, Team.id, Person.name, Person.id)
    )
