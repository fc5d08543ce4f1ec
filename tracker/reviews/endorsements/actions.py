"""What ends an endorsement besides a newer one: its endorser revokes it, or its time is over. And
agreed exceptions to a level: either side of a review proposes one, the other confirms it, either
withdraws it.

Missing: not the actor's review, or not an endorsement or exception of it.
"""

import datetime as dt
from collections.abc import Collection

from sqlalchemy import Select, select, tuple_
from sqlalchemy.orm import Session

from tracker.db import session, transaction
from tracker.evidence.files.rules_backends import FileBackend
from tracker.models import (
    Domain,
    Endorsement,
    EndorsementText,
    Framework,
    LevelException,
    LevelExceptionText,
    Library,
    Person,
    Review,
    ReviewItem,
    ScaleAnswer,
    Statement,
    Strand,
)
from tracker.models.record.words import STATEMENTS, left_out, stood
from tracker.models.reviews.reviews import AGREED
from tracker.policy.permissions import Actor, people_of
from tracker.record.endorsements.rules import OPEN, TakenBack, may_be_excepted, taken_back
from tracker.record.visible.queries import Reader
from tracker.record.workflow.rules import expires_on
from tracker.reviews.act import records as act_records
from tracker.reviews.act.records import act
from tracker.reviews.act.rules import EndorsementChange, ExceptionMove
from tracker.reviews.endorsements.queries import last_revealed
from tracker.reviews.endorsements.records import review_of
from tracker.reviews.review.rules import clean_text
from tracker.rules.calendar import day_in, is_over
from tracker.rules.errors import Conflict, Missing
from tracker.storage import files as storage_files


def revoke(actor: Actor, endorsement_id: int, reason: str, now: dt.datetime) -> None:
    """Its endorser, who still supervises the learner, takes it back: it does not count from now on.

    Raises Missing; Invalid: review_text_needed, review_text_long; Conflict: endorsement_ended,
    statement_hidden (they are to rate the statement anew by itself, or the record is not open to
    them yet).
    """
    reason = clean_text(reason, "reason", required=True)
    with transaction() as tx:
        endorsement = tx.get(Endorsement, endorsement_id)
        if endorsement is None or endorsement.endorser_id != actor.person_id:
            raise Missing
        review, _item = act_records.locked_item(tx, endorsement.item_id, with_learner=True)
        act_records.must_be_reviewer(tx, review, actor, now)
        of = review.learner_id, endorsement.statement_id, endorsement.endorsed_at
        if Reader(actor, now).is_hidden_since(*of):
            raise Conflict("statement_hidden")
        tx.refresh(endorsement)
        act(tx, EndorsementChange.REVOKE, review, endorsement, actor.person_id, now)
        tx.add(EndorsementText(endorsement_id=endorsement.id, reason=reason))


def expire_due(now: dt.datetime) -> int:
    """Let expire what is older than its library's time, in all libraries, one at a time. Returns
    how many: run daily by a command."""
    limited = select(Library).where(Library.endorsement_months.is_not(None))
    due = [
        endorsement_id
        for library in session().scalars(limited)
        for endorsement_id in _over(library, library.endorsement_months or 0, now)
    ]
    count = 0
    for endorsement_id in due:
        try:
            with transaction() as tx:
                endorsement = tx.get_one(Endorsement, endorsement_id)
                act_records.lock_person(tx, endorsement.person_id)
                tx.refresh(endorsement)
                review = review_of(tx, endorsement)
                act(tx, EndorsementChange.EXPIRE, review, endorsement, None, now)
        except Conflict:  # somebody ended it meanwhile
            continue
        count += 1
    return count


def damaged_files(place: FileBackend, digests: Collection[str]) -> frozenset[str]:
    """Which of these evidence files are gone, or are not what was stored any more."""
    return frozenset(sha256 for sha256 in digests if storage_files.whole(place, sha256) is None)


def propose_exception(actor: Actor, item_id: int, reason: str, now: dt.datetime) -> int:
    """Propose that the statement of a revealed item does not count at its level for the learner.
    Returns its id.

    Raises Invalid: review_text_needed, review_text_long; Conflict: exception_not_here (met, not
    rated here, or revealed again since), exception_there (one is proposed or agreed for that
    level), statement_hidden (the actor is to rate one of that level by itself, or the record is not
    open to them yet).
    """
    reason = clean_text(reason, "reason", required=True)
    with transaction() as tx:
        review, item = act_records.item_of_both(tx, actor, item_id, now, with_learner=True)
        statement = tx.get_one(Statement, item.statement_id)
        if not _is_below_met(tx, item) or _is_left_out(tx, review, statement):
            raise Conflict("exception_not_here")
        if _is_hidden_at(tx, Reader(actor, now), review, statement):
            raise Conflict("statement_hidden")
        if last_revealed(review.learner_id, [item.statement_id]) != item.id:
            raise Conflict("exception_not_here")
        if tx.scalar(_open_at(review.learner_id, statement)) is not None:
            raise Conflict("exception_there")
        made = LevelException(
            person_id=review.learner_id,
            skill_id=statement.skill_id,
            statement_id=statement.id,
            domain_id=statement.domain_id,
            rank=statement.rank,
            item_id=item.id,
            proposer_id=actor.person_id,
        )
        act(tx, ExceptionMove.PROPOSE, review, made, actor.person_id, now)
        tx.add(LevelExceptionText(exception_id=made.id, reason=reason))
        return made.id


def confirm_exception(actor: Actor, item_id: int, exception_id: int, now: dt.datetime) -> None:
    """The other side agrees: from now on the statement does not count at its level in the endorsed
    voice.

    Raises Conflict: exception_needs_other (the actor proposed it), exception_over.
    """
    with transaction() as tx:
        review, excepted = _locked(tx, actor, item_id, exception_id, now)
        if excepted.proposer_id == actor.person_id:
            raise Conflict("exception_needs_other")
        by = actor.person_id
        act(tx, ExceptionMove.CONFIRM, review, excepted, by, now, confirmer_id=by)


def withdraw_exception(
    actor: Actor, item_id: int, exception_id: int, reason: str, now: dt.datetime
) -> TakenBack:
    """Either side takes back what is agreed, so that the statement counts again, or what is
    proposed. Returns which.

    Raises Invalid: review_text_needed, review_text_long; Conflict("exception_over").
    """
    reason = clean_text(reason, "reason", required=True)
    with transaction() as tx:
        review, excepted = _locked(tx, actor, item_id, exception_id, now)
        what = taken_back(excepted.status, by_proposer=excepted.proposer_id == actor.person_id)
        act(tx, ExceptionMove.WITHDRAW, review, excepted, actor.person_id, now)
        text = tx.get(LevelExceptionText, excepted.id)
        if text is not None:
            text.end_reason = reason
        return what


def _over(library: Library, months: int, now: dt.datetime) -> list[int]:
    """Endorsements of a library that stand although their last day is over. No month is shorter
    than 28 days."""
    rows = session().execute(
        select(Endorsement.id, Endorsement.endorsed_at)
        .join(Person, Person.id == Endorsement.person_id)
        .where(
            people_of(library.id),
            stood(None),
            Endorsement.endorsed_at < now - dt.timedelta(days=28 * months),
        )
        .order_by(Endorsement.id)
    )
    zone = library.time_zone
    return [
        row.id
        for row in rows
        if is_over(expires_on(day_in(zone, row.endorsed_at), months), day_in(zone, now))
    ]


def _locked(
    tx: Session, actor: Actor, item_id: int, exception_id: int, now: dt.datetime
) -> tuple[Review, LevelException]:
    review, item = act_records.item_of_both(tx, actor, item_id, now, with_learner=True)
    if Reader(actor, now).is_hidden_since(review.learner_id, item.statement_id, review.sent_at):
        raise Conflict("statement_hidden")
    excepted = tx.get(LevelException, exception_id, populate_existing=True)
    if excepted is None or excepted.item_id != item.id:
        raise Missing
    return review, excepted


def _open_at(person_id: int, statement: Statement) -> Select[int]:
    """The exception that is proposed or agreed at the statement's level, in any version: its domain
    has the same key, in the same section of the same framework."""
    here = (
        select(Framework.slug, Strand.key, Domain.key)
        .join(Strand, Strand.framework_id == Framework.id)
        .join(Domain, Domain.strand_id == Strand.id)
        .where(Domain.id == statement.domain_id)
        .correlate(None)
    )
    alike = (
        select(Domain.id)
        .join(Strand, Strand.id == Domain.strand_id)
        .join(Framework, Framework.id == Strand.framework_id)
        .where(tuple_(Framework.slug, Strand.key, Domain.key).in_(here))
    )
    return (
        select(LevelException.id)
        .where(
            LevelException.person_id == person_id,
            LevelException.domain_id.in_(alike),
            LevelException.rank == statement.rank,
            LevelException.status.in_(OPEN),
        )
        .limit(1)
    )


def _is_below_met(tx: Session, item: ReviewItem) -> bool:
    endorsed = tx.scalar(
        select(ScaleAnswer.counts_as)
        .join(Statement, Statement.framework_id == ScaleAnswer.framework_id)
        .join(ReviewItem, ReviewItem.statement_id == Statement.id)
        .where(ReviewItem.id == item.id, ScaleAnswer.key == AGREED)
    )
    return may_be_excepted(item.status, endorsed)


def _is_hidden_at(tx: Session, reader: Reader, review: Review, statement: Statement) -> bool:
    """Whether the actor must not learn of an exception that would be in the way."""
    hidden = reader.hidden_skills(review.learner_id)
    if hidden is None:
        return True
    at_this_level = select(Statement.id).where(
        Statement.skill_id.in_(hidden),
        Statement.domain_id == statement.domain_id,
        Statement.rank == statement.rank,
    )
    return bool(hidden) and tx.scalar(at_this_level.limit(1)) is not None


def _is_left_out(tx: Session, review: Review, statement: Statement) -> bool:
    """Whether the learner's library does not rate the statement at all."""
    library = select(Person.library_id).where(Person.id == review.learner_id).scalar_subquery()
    out = left_out(library, STATEMENTS.c.id == statement.id)
    return tx.scalar(select(out.c.id)) is not None
