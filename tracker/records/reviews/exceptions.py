"""The only writer of agreed exceptions: at most one is open for a person and a level of a
domain."""

import datetime as dt
from collections.abc import Iterable, Sequence

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session

from tracker.models import (
    CarriedPerson,
    Carrying,
    LevelException,
    LevelExceptionMove,
    LevelExceptionText,
    Person,
    Review,
    ReviewItem,
    Statement,
    StatementSuccessor,
)
from tracker.models.joins import is_carried
from tracker.records import audit
from tracker.row_locks import held
from tracker.rules.frameworks.carrying import StatementLine
from tracker.rules.frameworks.versions import Change
from tracker.rules.operations.audit_kinds import EXCEPTION_MOVED
from tracker.rules.reviews.exceptions import OPEN, ExceptionMove, ExceptionStatus, exception_after

OPEN_ONES = OPEN


def lock_person(tx: Session, person_id: int) -> None:
    """What is endorsed and excepted of one person follows each other, also from two reviews at
    once."""
    tx.execute(held(select(Person.id).where(Person.id == person_id)))


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
    for successor in tx.scalars(_where_carried(review.learner_id, statement.id)).all():
        _go_along(tx, made, successor, now)
    return made


def move(
    tx: Session,
    of: LevelException,
    what: ExceptionMove,
    by: int | None,
    now: dt.datetime,
    reason: str = "",
) -> None:
    """What was carried from the same proposal goes the same way. Raises Conflict("exception_over").
    A `reason` is why it was withdrawn."""
    before = of.status
    _move(tx, of, what, by, now, reason)
    same = LevelException.item_id == of.item_id, LevelException.status == before
    for each in _open(tx, *same, LevelException.id != of.id):
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
    """What is proposed or agreed for a statement is so for the one that takes its place, in the
    same words and from the same review; not for what is merged of several."""
    parts: dict[int, list[int]] = {}
    for line in lines:
        if line.carries:
            parts.setdefault(line.successor_id, []).append(line.statement_id)
    successors = {each[0]: successor for successor, each in parts.items() if len(each) == 1}
    for each in _open(tx, LevelException.person_id == person_id):
        if each.statement_id in successors:
            there = tx.get_one(Statement, successors[each.statement_id])
            _go_along(tx, each, there, now)


def _go_along(tx: Session, of: LevelException, there: Statement, now: dt.datetime) -> None:
    if open_at(tx, of.person_id, there.domain_id, there.rank) is not None:
        return
    made = LevelException(
        person_id=of.person_id,
        statement_id=there.id,
        domain_id=there.domain_id,
        rank=there.rank,
        item_id=of.item_id,
        proposer_id=of.proposer_id,
        confirmer_id=of.confirmer_id,
        status=of.status,
        proposed_at=of.proposed_at,
        agreed_at=of.agreed_at,
    )
    tx.add(made)
    tx.flush()
    text = tx.get(LevelExceptionText, of.id)
    if text is not None:
        tx.add(LevelExceptionText(exception_id=made.id, reason=text.reason))
    _moved(tx, made, "", None, now)


def _where_carried(person_id: int, statement_id: int) -> Select[Statement]:
    """What alone takes the statement's place in the versions that the person was carried to: their
    review of it may end later."""
    carried_to = (
        select(Carrying.to_id)
        .join(CarriedPerson, CarriedPerson.carrying_id == Carrying.id)
        .where(CarriedPerson.person_id == person_id, is_carried())
    )
    return (
        select(Statement)
        .join(StatementSuccessor, StatementSuccessor.successor_id == Statement.id)
        .where(
            StatementSuccessor.statement_id == statement_id,
            StatementSuccessor.carries,
            StatementSuccessor.change != Change.MERGED,
            Statement.framework_id.in_(carried_to),
        )
        .order_by(Statement.id)
    )


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
