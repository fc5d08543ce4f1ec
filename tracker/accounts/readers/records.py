"""Who may read somebody's record after a change of memberships, teams or settings, and when it
opens to them. Only this writes rows of `record_openings`; readers/actions changes them."""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from itertools import chain
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, exists, or_, select, true, tuple_
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from tracker.models import (
    Endorsement,
    LevelException,
    Library,
    Membership,
    Person,
    RecordOpening,
    Review,
    ReviewItem,
    Team,
)
from tracker.models.columns import table_of
from tracker.policy.openings import is_closed, setting_changed
from tracker.policy.permissions import GRACE, Actor, people_of
from tracker.records import seals as seals_records
from tracker.records.core import notices as notices_records
from tracker.rules.core.notices import NoticeKind
from tracker.rules.core.openings import NOT_NEW, WAIT
from tracker.rules.roles import Role

Pair = tuple[int, int]
"""A reader and a person with a record."""
OPENINGS = table_of(RecordOpening)
INSERT: dict[str, Callable[..., Any]] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
HID_NAMES = "names_to_coordinators: True -> False"
"""What the audit keeps when a library stops showing coordinators names."""
AT_ONCE = 500


class Reach(NamedTuple):
    """How a reader reaches a person, and from which day to which."""

    begins: dt.date
    ends: dt.date
    role: Role
    team_id: int


@contextmanager
def watched(
    tx: Session,
    actor: Actor,
    now: dt.datetime,
    person_id: int | None = None,
    *,
    signed_in: bool = False,
) -> Iterator[None]:
    """Around a change that may let somebody read a person's record whom they couldn't read before,
    nor lately (NOT_NEW). What was revealed of the person opens WAIT after the person is told.

    A pair that begins later isn't told before it begins (`begin`). Nor is one that has nothing to
    read and isn't there today: else what is revealed later would open without a notice.
    `person_id`: only what this person reads and who reads them can change. `signed_in`: people who
    never signed in have no record, and are left out of what is about today.
    """
    ids = set() if person_id is None else {person_id}
    today = actor.today(now)
    reached = _reached(tx, actor.library_id, today, now, ids, signed_in=signed_in)
    known = reached - _closed(tx, actor.library_id, now).keys()
    yield
    tx.flush()
    waiting = {
        pair
        for pair, row in _closed(tx, actor.library_id, now).items()
        if row.told_at is not None and (pair in reached or row.told_at > now - NOT_NEW)
    }
    shown = _shows_names(tx, actor.library_id)
    after = _reach(tx, actor.library_id, today, ids, names=shown, signed_in=signed_in)
    new = {pair: ways for pair, ways in after.items() if pair not in known | waiting}
    _write(tx, new, actor.person_id, today, now)


def begin(tx: Session, library_id: int, today: dt.date, now: dt.datetime) -> int:
    """Of the pairs that wait untold, tell those that have begun and have something to read; without
    it they are open from now on, and those that will never begin are forgotten. Returns how many
    were told."""
    untold = {
        pair: row for pair, row in _closed(tx, library_id, now).items() if row.told_at is None
    }
    if not untold:
        return 0
    people = {person_id for _reader, person_id in untold}
    reach = _reach(tx, library_id, today, people, names=_shows_names(tx, library_id))
    begun: dict[int | None, dict[Pair, list[Reach]]] = defaultdict(dict)
    for pair, row in untold.items():
        ways = [way for way in reach.get(pair, ()) if way.ends >= today]
        if any(way.begins <= today for way in ways):
            begun[row.given_by_id][pair] = ways
        elif not ways:
            tx.delete(row)
    tx.flush()
    return sum(_write(tx, pairs, by, today, now) for by, pairs in begun.items())


def _write(
    tx: Session, pairs: Mapping[Pair, list[Reach]], by: int | None, today: dt.date, now: dt.datetime
) -> int:
    """Returns how many people were told."""
    if not pairs:
        return 0
    known = _with_record(tx, {person_id for _reader, person_id in pairs})
    blank = dict.fromkeys(column.name for column in OPENINGS.c if column.name != "id")
    rows: list[dict[str, Any]] = []
    open_now: set[Pair] = set()
    for (reader_id, person_id), ways in pairs.items():
        has_record = person_id in known
        if not has_record and any(way.begins <= today <= way.ends for way in ways):
            open_now.add((reader_id, person_id))
            continue
        way = min(
            ways,
            key=lambda way: (way.ends < today, way.begins > today, way.role is not Role.SUPERVISOR),
        )
        rows.append(
            {
                **blank,
                "reader_id": reader_id,
                "person_id": person_id,
                "role": way.role,
                "team_id": way.team_id,
                "given_by_id": by,
                "given_at": now,
                "told_at": now if has_record else None,
                "opens_at": now + WAIT if has_record else None,
            }
        )
    earlier = tx.execute(
        select(RecordOpening.id, RecordOpening.reader_id, RecordOpening.person_id)
    ).all()
    gone = [row.id for row in earlier if (row.reader_id, row.person_id) in open_now]
    if gone:
        seals_records.delete_many(tx, RecordOpening, RecordOpening.id.in_(gone))
    if rows:
        new = INSERT[tx.get_bind().dialect.name](OPENINGS)
        again = {name: new.excluded[name] for name in rows[0]}
        tx.execute(
            new.on_conflict_do_update(index_elements=["reader_id", "person_id"], set_=again), rows
        )
        pair = tuple_(RecordOpening.reader_id, RecordOpening.person_id)
        of_these = pair.in_([(row["reader_id"], row["person_id"]) for row in rows])
        seals_records.note_all(tx, RecordOpening, of_these)
    told = [(row["person_id"], row["reader_id"]) for row in rows if row["told_at"] is not None]
    notices_records.note_all(tx, told, NoticeKind.READER_ADDED, "reader", now)
    return len(told)


def _with_record(tx: Session, people: Collection[int]) -> set[int]:
    """Those of them of whom something was revealed or reviewed."""
    revealed = exists(
        select(ReviewItem.id)
        .join(Review, Review.id == ReviewItem.review_id)
        .where(Review.learner_id == Person.id, ReviewItem.revealed_at.is_not(None))
    )
    reviewed = exists().where(Endorsement.person_id == Person.id)
    excepted = exists().where(LevelException.person_id == Person.id)
    ids, known = sorted(people), set[int]()
    for at in range(0, len(ids), AT_ONCE):
        some = Person.id.in_(ids[at : at + AT_ONCE])
        known.update(tx.scalars(select(Person.id).where(some, or_(revealed, reviewed, excepted))))
    return known


def _closed(tx: Session, library_id: int, now: dt.datetime) -> dict[Pair, RecordOpening]:
    rows = tx.scalars(
        select(RecordOpening)
        .join(Person, Person.id == RecordOpening.person_id)
        .where(people_of(library_id), is_closed(now))
    )
    return {(row.reader_id, row.person_id): row for row in rows}


def _shows_names(tx: Session, library_id: int) -> bool:
    names = select(Library.names_to_coordinators).where(Library.id == library_id)
    return bool(tx.scalar(names))


def _reached(
    tx: Session,
    library_id: int,
    today: dt.date,
    now: dt.datetime,
    ids: set[int],
    *,
    signed_in: bool,
) -> set[Pair]:
    """Who reaches whom today, or did until NOT_NEW ago: by a membership, a team that has closed, an
    account that is disabled, or while coordinators were shown names."""
    lately = now - NOT_NEW
    hid_names = setting_changed(library_id, HID_NAMES, lately)
    names = _shows_names(tx, library_id) or bool(tx.scalar(select(hid_names)))
    gone = Person.disabled_at.is_not(None) & (Person.disabled_at <= lately)
    reach = _reach(tx, library_id, today, ids, names=names, but=gone, signed_in=signed_in)
    return {pair for pair, ways in reach.items() if any(way.begins <= today for way in ways)}


def _reach(
    tx: Session,
    library_id: int,
    today: dt.date,
    ids: set[int],
    *,
    names: bool,
    but: ColumnElement[bool] | None = None,
    signed_in: bool = False,
) -> dict[Pair, list[Reach]]:
    """Ways that have not ended for longer than NOT_NEW, also those to come. A supervisor reads in
    the very team, a coordinator below it too where the library shows them `names`, and both of who
    moved away for GRACE. `but`: over `Person`, the readers to leave out.

    Paired here and not by the database: one that believes that there are few people, as on its
    first day, looks at each pair of memberships, which takes seconds.
    """
    since, roles = today - NOT_NEW, (Role.SUPERVISOR, Role.COORDINATOR)[: 1 + names]
    member, has_password = Membership, Person.password_hash.is_not(None).label("has_password")
    of_library = (
        select(member.person_id, member.role, member.team_id, member.starts_on, member.ends_on)
        .add_columns(Team.path, has_password)
        .join(Team, Team.id == member.team_id)
        .join(Person, Person.id == member.person_id)
        .where(Team.library_id == library_id)
        .order_by(member.id)
    )
    reading = of_library.where(
        member.role.in_(roles),
        or_(Team.closed_on.is_(None), Team.closed_on >= since),
        or_(member.ends_on.is_(None), member.ends_on >= since),
        true() if but is None else ~but,
    )
    learning = of_library.where(
        member.role == Role.LEARNER, or_(member.ends_on.is_(None), member.ends_on >= since - GRACE)
    )
    readers = tx.execute(reading).all()
    if ids and ids.isdisjoint(reader.person_id for reader in readers):
        learning = learning.where(member.person_id.in_(ids))
    learners = defaultdict(list)
    for learner in tx.execute(learning):
        learners[learner.path].append(learner)
    reaches: dict[Pair, list[Reach]] = defaultdict(list)
    for reader in readers:
        coordinates, own = reader.role is Role.COORDINATOR, reader.path
        paths = [path for path in learners if path.startswith(own)] if coordinates else [own]
        for learner in chain.from_iterable(learners.get(path, ()) for path in paths):
            pair = reader.person_id, learner.person_id
            begins = max(reader.starts_on, learner.starts_on)
            may_have = not signed_in or learner.has_password or begins > today
            if pair[0] == pair[1] or (ids and ids.isdisjoint(pair)) or not may_have:
                continue
            until = dt.date.max if learner.ends_on is None else learner.ends_on + GRACE
            ends = min(reader.ends_on or dt.date.max, until)
            if begins <= ends and ends >= since:
                reaches[pair].append(Reach(begins, ends, reader.role, reader.team_id))
    return reaches
