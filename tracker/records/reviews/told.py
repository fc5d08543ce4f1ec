"""The only writer of who is counted in a figure without names: in which group of a round, and with
which outcomes."""

import datetime as dt
from collections.abc import Iterable

from sqlalchemy import exists, func, insert, select
from sqlalchemy.orm import Session

from tracker.models import (
    CountedOutcome,
    FigureGroup,
    Membership,
    Person,
    PersonVersion,
    RoleProfile,
    Round,
    RoundFramework,
    Team,
)
from tracker.models.columns import table_of
from tracker.models.record.versions import learns_on
from tracker.policy.permissions import current_on, people_of
from tracker.rules.roles import Role
from tracker.rules.teams.told import Measure, Outcome, groups, to_count

GROUPS, OUTCOMES = table_of(FigureGroup), table_of(CountedOutcome)


def open_groups(tx: Session, library_id: int, today: dt.date) -> None:
    """Of each round that is open and has none yet: who learns one of its frameworks now, each in
    the newest of their teams."""
    opened = select(Round.id).where(
        Round.library_id == library_id,
        Round.starts_on <= today,
        Round.ends_on >= today,
        ~exists().where(FigureGroup.round_id == Round.id),
    )
    for round_id in tx.scalars(opened.order_by(Round.id)).all():
        rows = tx.execute(
            select(Membership.person_id, Team.path)
            .join(Person, Person.id == Membership.person_id)
            .join(Team, Team.id == Membership.team_id)
            .join(RoleProfile, RoleProfile.id == Membership.role_profile_id)
            .join(PersonVersion, learns_on())
            .join(RoundFramework, RoundFramework.framework_id == PersonVersion.framework_id)
            .where(
                RoundFramework.round_id == round_id,
                Membership.role == Role.LEARNER,
                current_on(Membership, today),
                people_of(library_id),
                Person.disabled_at.is_(None),
            )
            .order_by(Membership.starts_on, Membership.id)
        )
        found = groups({row.person_id: row.path for row in rows})
        if found:
            tx.execute(
                insert(GROUPS),
                [
                    {"round_id": round_id, "person_id": person_id, "team_id": team_id}
                    for person_id, team_id in sorted(found.items())
                ],
            )


def count(tx: Session, round_id: int, as_of: dt.datetime, outcomes: Iterable[Outcome]) -> None:
    """What is new by then. The library's row is locked: nothing is counted twice."""
    of = select(FigureGroup.person_id, FigureGroup.team_id).where(FigureGroup.round_id == round_id)
    group_of = {row.person_id: row.team_id for row in tx.execute(of)}
    measure = (OUTCOMES.c.person_id, OUTCOMES.c.slug, OUTCOMES.c.domain_key, OUTCOMES.c.voice)
    before = (
        select(*measure, func.max(CountedOutcome.reviewed_at))
        .where(CountedOutcome.person_id.in_(select(of.subquery().c.person_id)))
        .group_by(*measure)
    )
    counted = {Measure(*row[:4]): row[4] for row in tx.execute(before)}
    rows = [
        {
            **each.of._asdict(),
            "round_id": round_id,
            "team_id": group_of[each.of.person_id],
            "as_of": as_of,
            "state": each.state,
            "reviewed_at": each.reviewed_at,
        }
        for each in to_count(outcomes, group_of, counted)
    ]
    if rows:
        tx.execute(insert(OUTCOMES), rows)
