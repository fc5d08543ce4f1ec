"""The only writer of notices. They are written in the transaction of the act that they tell of."""

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from tracker.models import Notice, Person
from tracker.models.columns import table_of
from tracker.rules.core.notices import NoticeKind, happening

NOTICES = table_of(Notice)
INSERT: dict[str, Callable[..., Any]] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


def note(
    tx: Session,
    person_id: int,
    kind: NoticeKind,
    key: str,
    now: dt.datetime,
    *,
    review_id: int | None = None,
    about_id: int | None = None,
    round_id: int | None = None,
    to_mail: bool = True,
) -> int | None:
    """Tell one person of one thing. The same `key` (rules/core/notices.happening) again
    changes nothing. Without `to_mail` it goes in no mail of notices.

    Returns its id; None where it is not new.
    """
    new = (
        INSERT[tx.get_bind().dialect.name](NOTICES)
        .values(
            person_id=person_id,
            kind=kind,
            happening=key,
            review_id=review_id,
            about_id=about_id,
            round_id=round_id,
            happened_at=now,
            to_mail=to_mail,
        )
        .on_conflict_do_nothing(index_elements=["person_id", "kind", "happening"])
        .returning(NOTICES.c.id)
    )
    notice_id: int | None = tx.scalar(new)
    return notice_id


def note_all(
    tx: Session, told: Sequence[tuple[int, int]], kind: NoticeKind, what: str, now: dt.datetime
) -> None:
    """Tell many people at once, each about somebody: (person, about)."""
    signed_in = set(
        tx.scalars(select(Person.id).where(Person.password_hash.is_not(None))) if told else ()
    )
    rows = [
        {
            "person_id": person_id,
            "kind": kind,
            "happening": happening(what, about_id, now),
            "about_id": about_id,
            "happened_at": now,
            "to_mail": True,
        }
        for person_id, about_id in told
        if person_id in signed_in
    ]
    if rows:
        new = INSERT[tx.get_bind().dialect.name](NOTICES)
        tx.execute(
            new.on_conflict_do_nothing(index_elements=["person_id", "kind", "happening"]), rows
        )


def note_moved(
    tx: Session,
    moved: Sequence[tuple[int, int]],
    supervised: Sequence[tuple[int, int, int]],
    now: dt.datetime,
) -> None:
    """Tell people that they are on another version: (person, row of `person_versions`). And once
    whoever supervises some of them: (supervisor, row of one of these, how many)."""
    carried = ((*who, None, NoticeKind.VERSION_MOVED) for who in moved)
    told = ((*who, NoticeKind.PEOPLE_MOVED) for who in supervised)
    rows = [
        {
            "person_id": person_id,
            "kind": kind,
            "happening": happening("version", version_id, now),
            "version_id": version_id,
            "people": people,
            "happened_at": now,
            "to_mail": True,
        }
        for person_id, version_id, people, kind in (*carried, *told)
    ]
    if rows:
        tx.execute(insert(NOTICES), rows)


def read(tx: Session, person_id: int, now: dt.datetime, *which: ColumnElement[bool]) -> int:
    """Mark as read what this person has not read, of `which`. Returns how many."""
    unread = update(Notice).where(Notice.person_id == person_id, Notice.read_at.is_(None), *which)
    marked = (
        unread.values(read_at=now).returning(Notice.id).execution_options(synchronize_session=False)
    )
    return len(tx.scalars(marked).all())


def call_back(tx: Session, review_id: int, person_id: int, kind: NoticeKind | None) -> None:
    """Delete what somebody was told of a review: all of it, or what is of that kind."""
    told = delete(Notice).where(Notice.review_id == review_id, Notice.person_id == person_id)
    if kind is not None:
        told = told.where(Notice.kind == kind)
    tx.execute(told.execution_options(synchronize_session=False))
