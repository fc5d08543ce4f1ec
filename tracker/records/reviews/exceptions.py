"""The only writer of agreed exceptions: at most one is open for a person and a level of a
domain."""

import datetime as dt
from collections.abc import Iterable, Sequence

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from tracker.models import (
    LevelException,
    LevelExceptionMove,
    LevelExceptionText,
    Person,
    Review,
    ReviewItem,
    Statement,
)
from tracker.records import audit
from tracker.rules.frameworks.carrying import StatementLine
from tracker.rules.operations.audit_kinds import EXCEPTION_MOVED
from tracker.rules.reviews.exceptions import OPEN, ExceptionMove, ExceptionStatus, exception_after

OPEN_ONES = OPEN


def lock_person(tx: Session, person_id: int) -> None:
    """What is endorsed and excepted of one person follows each other, also from two reviews at
    once."""
    tx.execute(select(Person.id).where(Person.id == person_id).with_for_update(key_share=True))


def open_at(tx: Session, person_id: int, domain_id: int, rank: int) -> LevelException | None:
    """The one that is proposed or agreed for that level."""
    return tx.scalar(
        select(LevelException).where(
            LevelException.person_id == person_id,
            LevelException.domain_id == domain_id,
            LevelException.rank == rank,
            LevelException.status.in_(OPEN_ONES),
        )
    )


def propose(
    tx: Session,
    review: Review,
    item: ReviewItem,
    statement: Statement,
    by: int,
    reason: str,
    now: dt.datetime,
) -> LevelException:
    made = LevelException(
        person_id=review.learner_id,
        statement_id=statement.id,
        domain_id=statement.domain_id,
        rank=statement.rank,
        item_id=item.id,
        proposer_id=by,
        status=ExceptionStatus.PROPOSED,
        proposed_at=now,
    )
    tx.add(made)
    tx.flush()
    tx.add(LevelExceptionText(exception_id=made.id, reason=reason))
    _moved(tx, made, "", by, now)
    return made


def move(
    tx: Session,
    of: LevelException,
    what: ExceptionMove,
    by: int | None,
    now: dt.datetime,
    reason: str = "",
) -> None:
    """What was carried from the same agreement goes the same way. Raises
    Conflict("exception_over"). A `reason` is why it was withdrawn."""
    _move(tx, of, what, by, now, reason)
    if of.ended_at is not None:
        for each in _open(tx, LevelException.item_id == of.item_id):
            _move(tx, each, what, by, now, reason)


def _move(
    tx: Session,
    of: LevelException,
    what: ExceptionMove,
    by: int | None,
    now: dt.datetime,
    reason: str = "",
) -> None:
    before = of.status
    after = exception_after(before, what)
    of.status = after
    if after is ExceptionStatus.AGREED:
        of.confirmer_id, of.agreed_at = by, now
    else:
        of.ended_at = now
    text = tx.get(LevelExceptionText, of.id) if reason else None
    if text is not None:
        text.end_reason = reason
    _moved(tx, of, before, by, now)


def end_for(tx: Session, person_id: int, statement_id: int, now: dt.datetime) -> None:
    """A newer endorsement of the statement takes the place of what is open for it."""
    whose = LevelException.person_id == person_id, LevelException.statement_id == statement_id
    for each in _open(tx, *whose):
        if each.ended_at is None:
            move(tx, each, ExceptionMove.END, None, now)


def carry(tx: Session, person_id: int, lines: Iterable[StatementLine], now: dt.datetime) -> None:
    """What is agreed for a statement is agreed for the one that takes its place, in the same words
    and from the same review; not for what is merged of several."""
    parts: dict[int, list[int]] = {}
    for line in lines:
        if line.carries:
            parts.setdefault(line.successor_id, []).append(line.statement_id)
    successors = {each[0]: successor for successor, each in parts.items() if len(each) == 1}
    mine = LevelException.person_id == person_id
    for each in _open(tx, mine, LevelException.status == ExceptionStatus.AGREED):
        if each.statement_id not in successors:
            continue
        there = tx.get_one(Statement, successors[each.statement_id])
        if open_at(tx, person_id, there.domain_id, there.rank) is None:
            made = LevelException(
                person_id=person_id,
                statement_id=there.id,
                domain_id=there.domain_id,
                rank=there.rank,
                item_id=each.item_id,
                proposer_id=each.proposer_id,
                confirmer_id=each.confirmer_id,
                status=each.status,
                proposed_at=each.proposed_at,
                agreed_at=each.agreed_at,
            )
            tx.add(made)
            tx.flush()
            text = tx.get(LevelExceptionText, each.id)
            if text is not None:
                tx.add(LevelExceptionText(exception_id=made.id, reason=text.reason))
            _moved(tx, made, "", None, now)


def end_carried(tx: Session, person_id: int, framework_id: int, now: dt.datetime) -> None:
    """What was carried to that version counts there no more; where it came from it does."""
    elsewhere = select(ReviewItem.id).where(
        ReviewItem.id == LevelException.item_id,
        ReviewItem.statement_id != LevelException.statement_id,
    )
    there = select(Statement.id).where(Statement.framework_id == framework_id)
    for each in _open(
        tx,
        LevelException.person_id == person_id,
        LevelException.statement_id.in_(there),
        elsewhere.exists(),
    ):
        _move(tx, each, ExceptionMove.END, None, now)


def _open(tx: Session, *which: ColumnElement[bool]) -> Sequence[LevelException]:
    query = select(LevelException).where(LevelException.status.in_(OPEN_ONES), *which)
    return tx.scalars(query.order_by(LevelException.id)).all()


def _moved(tx: Session, of: LevelException, before: str, by: int | None, now: dt.datetime) -> None:
    """Write the move into the history and the trail."""
    tx.add(
        LevelExceptionMove(
            exception_id=of.id, actor_id=by, before=before, after=of.status, moved_at=now
        )
    )
    tx.flush()
    review = tx.get_one(Review, tx.get_one(ReviewItem, of.item_id).review_id)
    audit.of_review(tx, review, EXCEPTION_MOVED, by, now, of.statement_id)
