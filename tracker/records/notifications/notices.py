"""The only writer of notices. They are written in the transaction of the act that they tell of."""

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from tracker.models import Handover, Notice, Person, Review
from tracker.models.columns import table_of
from tracker.rules.notifications.notices import (
    CALLED_BACK,
    NOTICE_RULES,
    NoticeKind,
    NoticeRule,
    Recipient,
    happening,
)
from tracker.rules.reviews.workflow import Move

NOTICES = table_of(Notice)
INSERT: dict[str, Callable[..., Any]] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


def notify(tx: Session, review: Review, move: Move, by: int | None, now: dt.datetime) -> None:
    """Tell whom this move of a review concerns (rules/notifications/notices.NOTICE_RULES). No
    actor: the time was over."""
    if move in CALLED_BACK:
        call_back(tx, review.id, review.reviewer_id)
    telling = NOTICE_RULES[move]
    if telling is None or (move is Move.CLOSE and _goes_on(tx, review)):
        return
    if telling.kind is NoticeKind.REVIEW_CLOSED and review.revealed_at == now:
        telling = NoticeRule(NoticeKind.REVIEW_REVEALED, Recipient.LEARNER)
    for person_id in _people(review, telling.to, by):
        note(
            tx,
            person_id,
            telling.kind,
            happening("review", review.id, now),
            now,
            review_id=review.id,
            about_id=_other(review, person_id),
        )


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
    """Tell one person of one thing. The same `key` (rules/notifications/notices.happening) again
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
    found: int | None = tx.scalar(new)
    return found


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
    carried = ((*each, None, NoticeKind.VERSION_MOVED) for each in moved)
    theirs = ((*each, NoticeKind.PEOPLE_MOVED) for each in supervised)
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
        for person_id, version_id, people, kind in (*carried, *theirs)
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


def call_back(tx: Session, review_id: int, person_id: int, *which: ColumnElement[bool]) -> None:
    """Delete what somebody was told of a review, of `which`."""
    tx.execute(
        delete(Notice)
        .where(Notice.review_id == review_id, Notice.person_id == person_id, *which)
        .execution_options(synchronize_session=False)
    )


def _goes_on(tx: Session, review: Review) -> bool:
    """It ended by being handed on, which is told by itself."""
    return (
        tx.scalar(select(Handover.review_id).where(Handover.from_review_id == review.id))
        is not None
    )


def _people(review: Review, to: Recipient, by: int | None) -> list[int]:
    if to is Recipient.LEARNER:
        return [review.learner_id]
    if to is Recipient.REVIEWER:
        return [review.reviewer_id]
    both = [review.learner_id, review.reviewer_id]
    return both if to is Recipient.BOTH else [each for each in both if each != by]


def _other(review: Review, person_id: int) -> int:
    return review.reviewer_id if person_id == review.learner_id else review.learner_id
