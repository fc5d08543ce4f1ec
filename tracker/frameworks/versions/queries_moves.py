"""Moves of people to another version: those still to come, and those that were made."""

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, literal, select, union_all
from sqlalchemy.orm import aliased

from tracker.db import session
from tracker.frameworks.versions.queries_steps import NEW, OLD, MoveScope, whom
from tracker.models import (
    AuditEvent,
    AuditEventDetail,
    Framework,
    Library,
    Person,
    PersonVersion,
    PlannedMove,
    Round,
    RoundFramework,
    Team,
)
from tracker.models.record.versions import row_before
from tracker.policy.permissions import people_of
from tracker.rules.core.wording import Wording
from tracker.rules.pagination import PAGE

DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class ListedMove:
    """`on`: the first day on which it can be done; `round`: whose end it waits for, as was chosen.
    `waits_for`: a round of theirs that is open on that day, and its last day. `people`: for how
    many it is today."""

    id: int
    title: Wording
    lang: str
    before: str
    after: str
    on: dt.date
    round: str
    waits_for: str
    waits_until: dt.date | None
    team: str
    person: str
    newcomers: bool
    people: int


@dataclass(frozen=True, slots=True)
class PastMove:
    """`person`: where it moved one alone; `team`: where it was for one. Without `by` by command."""

    title: Wording
    lang: str
    before: str
    after: str
    moved_at: dt.datetime
    by: str | None
    people: int
    person: str
    team: str


def planned(*which: ColumnElement[bool]) -> list[tuple[PlannedMove, str, dt.date]]:
    """With the time zone of its library, and the first day on which it can be done; the earliest
    first. One query."""
    rows = session().execute(
        select(PlannedMove, Library.time_zone, Round.ends_on)
        .join(Library, Library.id == PlannedMove.library_id)
        .outerjoin(Round, Round.id == PlannedMove.round_id)
        .where(*which)
    )
    moves = [(move, zone, _first_day(move.due_on, ends_on)) for move, zone, ends_on in rows]
    return sorted(moves, key=lambda one: (one[2], one[0].id))


def _first_day(due_on: dt.date | None, round_ends_on: dt.date | None) -> dt.date:
    after_round = None if round_ends_on is None else round_ends_on + DAY
    return max(day for day in (due_on, after_round) if day is not None)


def scope_of(move: PlannedMove) -> MoveScope:
    return MoveScope(move.library_id, move.from_id, move.to_id, move.team_id, move.person_id)


def of_scope(scope: MoveScope) -> Select[int]:
    """The id of a planned move of the same people between the same versions."""
    return select(PlannedMove.id).where(
        *(getattr(PlannedMove, name) == getattr(scope, name) for name in scope.__slots__)
    )


def awaiting(framework_ids: Collection[int]) -> tuple[str, str, dt.date] | None:
    """The library, version, and day of the earliest move that is planned to one of these. Two
    queries, one where there is none."""
    moves = planned(PlannedMove.to_id.in_(framework_ids))
    if not moves:
        return None
    move, _zone, day = moves[0]
    query = (
        select(Library.name, Framework.version)
        .select_from(PlannedMove)
        .join(Library, Library.id == PlannedMove.library_id)
        .join(Framework, Framework.id == PlannedMove.to_id)
        .where(PlannedMove.id == move.id)
    )
    library, version = session().execute(query).one()
    return library, version, day


def left_by_all(library_id: int) -> set[int]:
    """The versions from which a whole library is planned to move. One query."""
    return set(
        session().scalars(
            select(PlannedMove.from_id).where(
                PlannedMove.library_id == library_id,
                PlannedMove.team_id.is_(None),
                PlannedMove.person_id.is_(None),
            )
        )
    )


def listed(library_id: int, today: dt.date) -> list[ListedMove]:
    """The earliest first. Four queries, one where there is none."""
    moves = planned(PlannedMove.library_id == library_id)
    if not moves:
        return []
    before, after = aliased(Framework), aliased(Framework)
    names = {
        row.id: row
        for row in session().execute(
            select(
                PlannedMove.id,
                after.title,
                after.lang,
                before.version.label("before"),
                after.version.label("after"),
                func.coalesce(Round.name, "").label("round"),
                func.coalesce(Team.name, "").label("team"),
                func.coalesce(Person.name, "").label("person"),
            )
            .join(before, before.id == PlannedMove.from_id)
            .join(after, after.id == PlannedMove.to_id)
            .outerjoin(Round, and_(Round.id == PlannedMove.round_id, PlannedMove.due_on.is_(None)))
            .outerjoin(Team, Team.id == PlannedMove.team_id)
            .outerjoin(Person, Person.id == PlannedMove.person_id)
            .where(PlannedMove.library_id == library_id)
        )
    }
    people = _people((move for move, _zone, _day in moves), today)
    query = (
        select(RoundFramework.framework_id, Round.name, Round.starts_on, Round.ends_on)
        .join(Round, Round.id == RoundFramework.round_id)
        .where(Round.library_id == library_id, Round.ends_on >= today)
    )
    rounds = session().execute(query).all()
    lines = []
    for move, _zone, day in moves:
        waits_for, waits_until = next(
            (
                (row.name, row.ends_on)
                for row in rounds
                if row.framework_id == move.from_id
                and row.starts_on <= max(day, today) <= row.ends_on
            ),
            ("", None),
        )
        lines.append(
            ListedMove(
                **names[move.id]._mapping,
                on=day,
                waits_for=waits_for,
                waits_until=waits_until,
                newcomers=move.newcomers and scope_of(move).is_whole,
                people=people[move.id],
            )
        )
    return lines


def _people(moves: Iterable[PlannedMove], today: dt.date) -> dict[int, int]:
    """How many people each move is for today. One query."""
    counts = (
        select(literal(move.id), func.count()).select_from(
            whom(scope_of(move), today).order_by(None).subquery()
        )
        for move in moves
    )
    return dict(session().execute(union_all(*counts)).all())


def past_moves(library_id: int) -> list[PastMove]:
    """The newest first. Two queries."""
    # People who moved at one moment between the same versions by the same hand are one move.
    before, mover = aliased(PersonVersion), aliased(Person)
    of = (NEW.title, NEW.lang, OLD.version, NEW.version, PersonVersion.moved_at, mover.name)
    moved = func.count(PersonVersion.id)
    query: Select[*tuple[Any, ...]] = (
        select(*of, moved, case((moved == 1, func.min(Person.name)), else_=""))
        .join(Person, Person.id == PersonVersion.person_id)
        .join(before, before.id == row_before())
        .join(OLD, OLD.id == before.framework_id)
        .join(NEW, NEW.id == PersonVersion.framework_id)
        .outerjoin(mover, mover.id == PersonVersion.moved_by_id)
        .where(people_of(library_id))
        .group_by(*of)
        .order_by(PersonVersion.moved_at.desc(), OLD.version, NEW.version)
        .limit(PAGE)
    )
    rows = session().execute(query).all()
    teams = _teams_moved(library_id, {row.moved_at for row in rows})
    return [PastMove(*(*row, teams.get((row.moved_at, row[2], row[3]), ""))) for row in rows]


def _teams_moved(
    library_id: int, moments: Collection[dt.datetime]
) -> dict[tuple[dt.datetime, str, str], str]:
    """By moment and both versions, the team that a move was for, from the audit. Nothing where
    several moves were made at that moment."""
    rows = session().execute(
        select(AuditEvent.happened_at, AuditEventDetail.facts)
        .join(AuditEventDetail, AuditEventDetail.event_id == AuditEvent.id)
        .where(
            AuditEvent.library_id == library_id,
            AuditEvent.kind.in_(("people_moved", "planned_move_done")),
            AuditEvent.happened_at.in_(moments),
        )
    )
    teams: dict[tuple[dt.datetime, str, str], str] = {}
    for at, facts in rows:
        key = at, facts["before"], facts["after"]
        teams[key] = "" if key in teams else facts.get("team", "")
    return teams
