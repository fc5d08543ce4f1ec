"""Moves to another version that are still to come."""

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, and_, func, literal, select, union_all
from sqlalchemy.orm import aliased

from tracker.db import session
from tracker.models import Framework, Library, Person, PlannedMove, Round, RoundFramework, Team
from tracker.queries.frameworks.version_steps import MoveScope, whom
from tracker.rules.frameworks.wording import Wording

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


def planned(*which: ColumnElement[bool]) -> list[tuple[PlannedMove, str, dt.date]]:
    """With the time zone of its library, and the first day on which it can be done; the earliest
    first. One query."""
    rows = session().execute(
        select(PlannedMove, Library.time_zone, Round.ends_on)
        .join(Library, Library.id == PlannedMove.library_id)
        .outerjoin(Round, Round.id == PlannedMove.round_id)
        .where(*which)
    )
    found = [(each, zone, _first_day(each.due_on, ends_on)) for each, zone, ends_on in rows]
    return sorted(found, key=lambda one: (one[2], one[0].id))


def _first_day(due_on: dt.date | None, round_ends_on: dt.date | None) -> dt.date:
    after_round = None if round_ends_on is None else round_ends_on + DAY
    return max(each for each in (due_on, after_round) if each is not None)


def scope_of(move: PlannedMove) -> MoveScope:
    return MoveScope(move.library_id, move.from_id, move.to_id, move.team_id, move.person_id)


def of_scope(scope: MoveScope) -> Select[int]:
    """The id of a move that is planned for the very same."""
    return select(PlannedMove.id).where(
        *(getattr(PlannedMove, name) == getattr(scope, name) for name in scope.__slots__)
    )


def awaiting(framework_ids: Collection[int]) -> tuple[str, str, dt.date] | None:
    """The library, version, and day of the earliest move that is planned to one of these. Two
    queries, one where there is none."""
    found = planned(PlannedMove.to_id.in_(framework_ids))
    if not found:
        return None
    move, _zone, day = found[0]
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
    found = planned(PlannedMove.library_id == library_id)
    if not found:
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
    people = _people((each for each, _zone, _day in found), today)
    rounds = (
        session()
        .execute(
            select(RoundFramework.framework_id, Round.name, Round.starts_on, Round.ends_on)
            .join(Round, Round.id == RoundFramework.round_id)
            .where(Round.library_id == library_id, Round.ends_on >= today)
        )
        .all()
    )
    lines = []
    for each, _zone, day in found:
        waits_for, waits_until = next(
            (
                (row.name, row.ends_on)
                for row in rounds
                if row.framework_id == each.from_id
                and row.starts_on <= max(day, today) <= row.ends_on
            ),
            ("", None),
        )
        lines.append(
            ListedMove(
                **names[each.id]._mapping,
                on=day,
                waits_for=waits_for,
                waits_until=waits_until,
                newcomers=each.newcomers and scope_of(each).is_whole,
                people=people[each.id],
            )
        )
    return lines


def _people(moves: Iterable[PlannedMove], today: dt.date) -> dict[int, int]:
    """For how many each is today. One query."""
    counts = (
        select(literal(each.id), func.count()).select_from(
            whom(scope_of(each), today).order_by(None).subquery()
        )
        for each in moves
    )
    return dict(session().execute(union_all(*counts)).all())
