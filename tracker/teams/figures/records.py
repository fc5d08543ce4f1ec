"""The only writer of who is counted in a figure without names: in which group of a round, and with
which outcomes."""

import datetime as dt
from collections.abc import Iterable

from sqlalchemy import exists, func, select
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
from tracker.models.record.versions import learns_on
from tracker.policy.permissions import current_on, people_of
from tracker.records import seals as seals_records
from tracker.rules.roles import Role
from tracker.teams.figures.rules import Measure, Outcome, groups, to_count


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
        group_of = groups({row.person_id: row.path for row in rows})
        members = [
            {"round_id": round_id, "person_id": person_id, "team_id": team_id}
            for person_id, team_id in sorted(group_of.items())
        ]
        seals_records.add_many(tx, FigureGroup, members)


def count(tx: Session, round_id: int, as_of: dt.datetime, outcomes: Iterable[Outcome]) -> None:
    """What is new by then. The library's row is locked: nothing is counted twice."""
    of = select(FigureGroup.person_id, FigureGroup.team_id).where(FigureGroup.round_id == round_id)
    group_of = {row.person_id: row.team_id for row in tx.execute(of)}
    of_one = CountedOutcome
    measure = of_one.person_id, of_one.slug, of_one.domain_key, of_one.voice
    # Up to when each of these people was counted before, in any group and round.
    before = (
        select(*measure, func.max(CountedOutcome.reviewed_at))
        .where(CountedOutcome.person_id.in_(select(of.subquery().c.person_id)))
        .group_by(*measure)
    )
    counted = {Measure(*row[:4]): row[4] for row in tx.execute(before)}
    rows = [
        {
            **outcome.of._asdict(),
            "round_id": round_id,
            "team_id": group_of[outcome.of.person_id],
            "as_of": as_of,
            "state": outcome.state,
            "reviewed_at": outcome.reviewed_at,
            "is_implied": outcome.is_implied,
        }
        for outcome in to_count(outcomes, group_of, counted)
    ]
    seals_records.add_many(tx, CountedOutcome, rows)
