"""The only writer of agreed exceptions: at most one is open for a person and a level of a
domain."""

import datetime as dt
from functools import cache

from sqlalchemy import Integer, Select, and_, bindparam, select
from sqlalchemy.orm import Session, aliased

from tracker.models import (
    Domain,
    Framework,
    LevelException,
    LevelExceptionMove,
    LevelExceptionText,
    Person,
    Review,
    ReviewItem,
    Statement,
    Strand,
)
from tracker.models.record.words import is_said_of
from tracker.records import audit
from tracker.row_locks import held
from tracker.rules.operations.audit_kinds import EXCEPTION_MOVED
from tracker.rules.reviews.exceptions import OPEN, ExceptionMove, ExceptionStatus, exception_after

OPEN_ONES = OPEN


def lock_person(tx: Session, person_id: int) -> None:
    """What is endorsed and excepted of one person follows each other, also from two reviews at
    once."""
    tx.execute(held(select(Person.id).where(Person.id == person_id)))


def open_at(tx: Session, person_id: int, domain_id: int, rank: int) -> LevelException | None:
    """The one that is proposed or agreed for that level, in whichever version."""
    here, there = aliased(Domain), aliased(Domain)
    section, same_section = aliased(Strand), aliased(Strand)
    framework, same_framework = aliased(Framework), aliased(Framework)
    alike = (
        select(there.id)
        .join(same_section, same_section.id == there.strand_id)
        .join(same_framework, same_framework.id == same_section.framework_id)
        .join(here, here.key == there.key)
        .join(section, and_(section.id == here.strand_id, section.key == same_section.key))
        .join(
            framework,
            and_(framework.id == section.framework_id, framework.slug == same_framework.slug),
        )
        .where(here.id == domain_id)
    )
    return tx.scalar(
        select(LevelException)
        .where(
            LevelException.person_id == person_id,
            LevelException.domain_id.in_(alike),
            LevelException.rank == rank,
            LevelException.status.in_(OPEN_ONES),
        )
        .order_by(LevelException.id)
        .limit(1)
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
        skill_id=statement.skill_id,
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
    """Raises Conflict("exception_over"). A `reason` is why it was withdrawn."""
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


def end_for(tx: Session, person_id: int, skill_id: int, now: dt.datetime) -> None:
    """A newer endorsement of the skill takes the place of what is open for it, and for what it was
    made of."""
    of = {"person": person_id, "skill": skill_id}
    for each in tx.scalars(_open_in_line(), of).all():
        move(tx, each, ExceptionMove.END, None, now)


@cache
def _open_in_line() -> Select[LevelException]:
    skill = bindparam("skill", type_=Integer)
    return (
        select(LevelException)
        .where(
            LevelException.status.in_(OPEN_ONES),
            LevelException.person_id == bindparam("person"),
            is_said_of(LevelException.skill_id, skill, carrying=True),
        )
        .order_by(LevelException.id)
    )


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
