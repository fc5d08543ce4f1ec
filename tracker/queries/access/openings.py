"""Readers to whom a record is not open yet: as they, the person, and those who can open it see
it."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, and_, bindparam, exists, func, or_, select
from sqlalchemy.orm import aliased

from tracker.db import UTCDateTime, ask_made, session
from tracker.models import Person, RecordOpening, Team
from tracker.policy.openings import decides_as_administrator, is_closed, is_independent
from tracker.policy.permissions import Actor
from tracker.rules.calendar import day_in
from tracker.rules.core.openings import (
    DECIDE_WITHIN,
    INDEPENDENT_AFTER,
    NOT_NEW,
    OBJECT_WITHIN,
    WAIT,
    OpeningDecision,
)
from tracker.rules.roles import Role

READER, GIVER, ME = aliased(Person), aliased(Person), aliased(Person)
MY_ID = bindparam("me", type_=Integer)
NOW, LATELY = bindparam("now", type_=UTCDateTime), bindparam("lately", type_=UTCDateTime)
IS_UNDECIDED = and_(RecordOpening.objected_at.is_not(None), RecordOpening.decision.is_(None))


@dataclass(frozen=True, slots=True)
class Opening:
    """A person's record and one who came to read it. `reader_since`: when their account was made;
    `given_by`: "" for the operator; `opens_at` None: not before a decision."""

    id: int
    person_id: int
    person: str
    reader_id: int
    reader: str
    reader_email: str
    reader_since: dt.datetime
    role: Role
    team: str
    given_by: str
    given_at: dt.datetime
    told_at: dt.datetime
    opens_at: dt.datetime | None
    is_open: bool
    objected_at: dt.datetime | None
    decision: OpeningDecision | None


def to_me(
    actor: Actor, people: Collection[int], now: dt.datetime
) -> dict[int, tuple[str, dt.datetime | None]]:
    """Of these people, those whose records the actor is to read and cannot yet, by name: who it is
    and when it opens, told or not. One query."""
    rows = session().execute(
        select(Person.id, Person.name, RecordOpening.opens_at)
        .join(RecordOpening, RecordOpening.person_id == Person.id)
        .where(RecordOpening.reader_id == actor.person_id, Person.id.in_(people), is_closed(now))
        .order_by(Person.name, Person.id)
    )
    return {row.id: (row.name, row.opens_at) for row in rows}


def of_me(person_id: int, now: dt.datetime) -> list[Opening]:
    """Of the person's record: what they can object to, and what is closed. One query."""
    recent = RecordOpening.told_at > now - OBJECT_WITHIN
    return _openings(now, RecordOpening.person_id == person_id, or_(recent, is_closed(now)))


def count_to_read(person_id: int, now: dt.datetime) -> int:
    """To how many the person's record is closed, and not by a decision. One query."""
    query = select(func.count(RecordOpening.id)).where(
        RecordOpening.person_id == person_id,
        RecordOpening.told_at.is_not(None),
        RecordOpening.decision.is_(None),
        is_closed(now),
    )
    return session().scalar(query) or 0


def given_by(actor: Actor, now: dt.datetime) -> list[Opening]:
    """What waits by an act of the actor, which they cannot open; an objection changes nothing in
    it. One query."""
    return _openings(
        now, RecordOpening.given_by_id == actor.person_id, RecordOpening.opens_at > now
    )


def begun_at(actor: Actor, at: dt.datetime) -> tuple[int, dt.datetime | None]:
    """How many records began to wait by what the actor did at that moment, and when they open. One
    query."""
    row = session().execute(
        select(func.count(RecordOpening.opens_at), func.min(RecordOpening.opens_at)).where(
            RecordOpening.given_by_id == actor.person_id, RecordOpening.given_at == at
        )
    )
    count, opens_at = row.one()
    return count, opens_at


def count_openable(actor: Actor, now: dt.datetime) -> int:
    """How many readers wait for a yes of the actor, and how many objections for their decision. One
    query."""
    return ask_made(_count_openable(), _values(now, actor.person_id)).scalar() or 0


@cache
def _count_openable() -> Select[int]:
    readers, undecided = (
        select(counted)
        .join(Person, Person.id == RecordOpening.person_id)
        .where(RecordOpening.told_at.is_not(None), which)
        .scalar_subquery()
        for counted, which in (
            (func.count(RecordOpening.reader_id.distinct()), _openable()),
            (func.count(RecordOpening.id), _to_decide()),
        )
    )
    return select(readers + undecided)


def _values(now: dt.datetime, me: int | None = None) -> dict[str, Any]:
    return {"me": me, "now": now, "lately": now - INDEPENDENT_AFTER}


def openable(actor: Actor, now: dt.datetime) -> list[Opening]:
    """What a yes of the actor, an administrator, opens at once, by reader: never what they gave
    themselves, what they wait for, or where the giver or the reader made their account lately. One
    query."""
    return _openings(now, _openable(), asked_by=actor)


def objections(actor: Actor, now: dt.datetime) -> list[Opening]:
    """Those that the actor is asked to decide as another administrator. One query."""
    return _openings(now, _to_decide(), asked_by=actor)


def asked_of_operator(now: dt.datetime, but: int | None = None) -> list[Opening]:
    """Objections that no administrator is there to decide, or has decided in time, of all
    libraries; `but`: without those of whom this person is the giver or the reader. One query."""
    others = RecordOpening.reader_id != but, RecordOpening.given_by_id.is_distinct_from(but)
    is_late = RecordOpening.objected_at <= now - DECIDE_WITHIN
    is_asked = or_(is_late, ~_independent_administrator())
    return _openings(now, IS_UNDECIDED, is_asked, *(() if but is None else others))


def deciding(opening_id: int, now: dt.datetime) -> list[int]:
    """The administrators who can decide about an objection to it. One query."""
    query = (
        select(ME.id)
        .join(Person, ME.library_id == Person.library_id)
        .join(RecordOpening, RecordOpening.person_id == Person.id)
        .where(RecordOpening.id == opening_id, _decides())
        .order_by(ME.name, ME.id)
    )
    return list(session().scalars(query, _values(now)))


def _openable() -> ColumnElement[bool]:
    """Both kinds are looked up by themselves, each by the index; told in one condition, SQLite asks
    it of every row."""
    row = aliased(RecordOpening)
    without_end = select(row.id).where(row.opens_at.is_(None))
    waits = RecordOpening.id.in_(without_end.union_all(select(row.id).where(row.opens_at > NOW)))
    mine = _independent_administrator(ME.id == MY_ID)
    return and_(waits, RecordOpening.objected_at.is_(None), mine)


def _to_decide() -> ColumnElement[bool]:
    return and_(IS_UNDECIDED, _independent_administrator(ME.id == MY_ID))


def _independent_administrator(*which: ColumnElement[bool]) -> ColumnElement[bool]:
    """Over `RecordOpening` and its `Person`: their library has one, of `which` (over ME)."""
    one = select(ME.id).where(*which, ME.library_id == Person.library_id, _decides())
    return exists(one.correlate_except(ME))


def _decides() -> ColumnElement[bool]:
    return and_(is_independent(LATELY, ME), decides_as_administrator(LATELY, ME))


def closed_days(
    person_id: int, reader_ids: Collection[int], time_zone: str
) -> dict[int, list[tuple[dt.date, dt.date]]]:
    """By reader, the whole days on which the person's record was closed to them, in order: each
    from its first to the day on which it was open again, dt.date.max while it is not. By a row a
    pair is new, so until then the reader did not come to it for NOT_NEW. One query."""
    rows = session().scalars(
        select(RecordOpening).where(
            RecordOpening.person_id == person_id, RecordOpening.reader_id.in_(reader_ids)
        )
    )

    def day(at: dt.datetime | None) -> dt.date:
        return dt.date.max if at is None else day_in(time_zone, at)

    closed: dict[int, list[tuple[dt.date, dt.date]]] = {}
    for row in rows:
        opened, objected = row.opens_at, row.objected_at
        if row.decision is OpeningDecision.KEPT_CLOSED and row.told_at is not None:
            opened = row.told_at if row.opened_by_id is not None else row.told_at + WAIT
        decided = row.decided_at if row.decision is OpeningDecision.OPENED else None
        since = day(row.given_at) - NOT_NEW
        if objected is None or opened is None:
            closed[row.reader_id] = [(since, day(opened))]
        elif opened < objected:
            closed_again = day(objected) + dt.timedelta(days=1)
            closed[row.reader_id] = [(since, day(opened)), (closed_again, day(decided))]
        else:
            closed[row.reader_id] = [(since, max(day(opened), day(decided)))]
    return closed


def open_from(closed: Collection[tuple[dt.date, dt.date]], on: dt.date) -> dt.date:
    """The first day from `on` that is none of these `closed_days`."""
    for first, opens in closed:
        if first <= on < opens:
            on = opens
    return on


def _openings(
    now: dt.datetime, *which: ColumnElement[bool], asked_by: Actor | None = None
) -> list[Opening]:
    """Of whom the person was told, by reader and person."""
    query: Select[*tuple[object, ...]] = (
        select(
            RecordOpening.id,
            RecordOpening.person_id,
            Person.name.label("person"),
            RecordOpening.reader_id,
            READER.name.label("reader"),
            READER.email.label("reader_email"),
            READER.created_at.label("reader_since"),
            RecordOpening.role,
            Team.name.label("team"),
            GIVER.name.label("given_by"),
            RecordOpening.given_at,
            RecordOpening.told_at,
            RecordOpening.opens_at,
            (~is_closed(NOW)).label("is_open"),
            RecordOpening.objected_at,
            RecordOpening.decision,
        )
        .join(Person, Person.id == RecordOpening.person_id)
        .join(READER, READER.id == RecordOpening.reader_id)
        .join(Team, Team.id == RecordOpening.team_id)
        .outerjoin(GIVER, GIVER.id == RecordOpening.given_by_id)
        .where(RecordOpening.told_at.is_not(None), *which)
        .order_by(READER.name, READER.id, Person.name, Person.id)
    )
    me = None if asked_by is None else asked_by.person_id
    rows = session().execute(query, _values(now, me)).mappings()
    return [Opening(**{**row, "given_by": row["given_by"] or ""}) for row in rows]
