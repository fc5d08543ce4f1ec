"""What the two do about an item that differs, within a transaction that has its review locked.

Every move goes through records/reviews/status. A choice that is not confirmed is no move: it is a
row of its owner's, and goes when it is confirmed or the item ends.
"""

import datetime as dt

from sqlalchemy import Select, delete, select
from sqlalchemy.orm import Session

from tracker.models import Confirmation, DifferenceChoice, Review, ReviewItem, ReviewMove
from tracker.records.reviews import due_dates, endorsements, status
from tracker.rules.calendar import is_over
from tracker.rules.errors import Conflict, Invalid
from tracker.rules.reviews.differences import Choice, ChoiceKind, needs_reason
from tracker.rules.reviews.responses import seen_stamp
from tracker.rules.reviews.workflow import ItemStatus, Move, ReviewStatus, item_after


def choose(
    tx: Session, review: Review, item: ReviewItem, by: int, choice: Choice, now: dt.datetime
) -> None:
    """Keep what one side has chosen, for that side alone. Raises Invalid("answer_unknown");
    Conflict("move_not_now")."""
    item_after(item.status, Move.CONFIRM)
    _must_be_known(tx, review, choice.answer)
    mine = tx.scalar(_choice_of(item, by))
    if mine is None:
        mine = DifferenceChoice(item_id=item.id, person_id=by)
        tx.add(mine)
    mine.kind, mine.answer, mine.reason = choice.kind, choice.answer, choice.reason
    mine.chosen_at = now


def forget(tx: Session, item: ReviewItem, by: int) -> None:
    tx.execute(
        delete(DifferenceChoice).where(
            DifferenceChoice.item_id == item.id, DifferenceChoice.person_id == by
        )
    )


def confirm(
    tx: Session, review: Review, item: ReviewItem, by: int, choice: Choice, now: dt.datetime
) -> bool:
    """One side's word that counts. When both hold the same answer, it is endorsed: also where both
    say it at once, and neither page showed the other's word. Returns whether it is.

    Raises Conflict: confirmation_unseen, confirmation_own (the page showed another word of the
    other side, or of one's own, than stands now); Invalid: answer_unknown, difference_reason
    (nobody gave this answer before).
    """
    confirmations = {
        each.person_id: each
        for each in tx.scalars(select(Confirmation).where(Confirmation.item_id == item.id))
    }
    mine = confirmations.pop(by, None)
    if item.status is ItemStatus.DIFFERS and _is_overtaken(mine, choice):
        raise Conflict("confirmation_own")
    if choice.kind is ChoiceKind.NO_AGREEMENT:
        keep_apart(tx, review, item, by, now)
        return False
    answer = choice.answer
    _must_be_known(tx, review, answer)
    if item.status is ItemStatus.ENDORSED and mine is not None and mine.answer == answer:
        return True  # the other side agreed while this was sent again
    move = Move.TALK if answer is None else Move.CONFIRM
    status.move_item(tx, review, item, move, by, now)
    same = [each for each in confirmations.values() if answer and each.answer == answer]
    is_new = answer is not None and needs_reason(answer, item.learner_answer, item.reviewer_answer)
    if is_new and not same and not choice.reason:
        raise Invalid("difference_reason", "reason")
    if mine is None:
        mine = Confirmation(item_id=item.id, person_id=by)
        tx.add(mine)
    mine.answer, mine.reason, mine.confirmed_at = answer, choice.reason, now
    forget(tx, item, by)
    if not same or answer is None:
        return False
    if choice.seen and any(seen_stamp(at.confirmed_at) != choice.seen for at in same):
        raise Conflict("confirmation_unseen")
    status.move_item(tx, review, item, Move.AGREE, by, now)
    _forget_all(tx, item)
    endorsements.stand(tx, review, item, answer, now)
    return True


def _is_overtaken(mine: Confirmation | None, choice: Choice) -> bool:
    """Whether another window confirmed something else, or took it back, after the page was made."""
    if mine is None:
        return bool(choice.own)
    is_same = choice.kind is not ChoiceKind.NO_AGREEMENT and (mine.answer, mine.reason) == (
        choice.answer,
        choice.reason,
    )
    return not is_same and choice.own not in (None, seen_stamp(mine.confirmed_at))


def take_back(tx: Session, review: Review, item: ReviewItem, by: int, now: dt.datetime) -> None:
    """A confirmation becomes a choice again. Raises Conflict("move_not_now"): there is none."""
    mine = tx.scalar(
        select(Confirmation).where(Confirmation.item_id == item.id, Confirmation.person_id == by)
    )
    if mine is None:
        raise Conflict("move_not_now", move=Move.TAKE_BACK, status=item.status)
    status.move_item(tx, review, item, Move.TAKE_BACK, by, now)
    kind = ChoiceKind.TALK if mine.answer is None else ChoiceKind.AGREE
    choose(tx, review, item, by, Choice(item.id, kind, mine.answer, mine.reason), now)
    tx.delete(mine)


def keep_apart(
    tx: Session, review: Review, item: ReviewItem, by: int | None, now: dt.datetime
) -> None:
    status.move_item(tx, review, item, Move.KEEP_APART, by, now)
    _forget_all(tx, item)
    endorsements.suspend(tx, review, item, by, now)


def undo_keep_apart(
    tx: Session, review: Review, item: ReviewItem, by: int, now: dt.datetime
) -> None:
    """It differs again, and what the end had suspended stands again.

    Raises Conflict: move_not_now (the other side ended it, or time did), difference_sent_again.
    """
    ended = tx.scalar(
        select(ReviewMove)
        .where(ReviewMove.item_id == item.id, ReviewMove.move == Move.KEEP_APART)
        .order_by(ReviewMove.id.desc())
        .limit(1)
    )
    if ended is None or ended.actor_id != by:
        raise Conflict("move_not_now", move=Move.UNDO_KEEP_APART, status=item.status)
    if tx.scalar(_sent_again(review, item)) is not None:
        raise Conflict("difference_sent_again")
    status.move_item(tx, review, item, Move.UNDO_KEEP_APART, by, now)
    endorsements.restore(tx, review, item, ended, by, now)


def keep_due_apart(tx: Session, review: Review, today: dt.date, now: dt.datetime) -> int:
    """Once the time for differences is over, what still differs is kept apart, by nobody. Returns
    how many were."""
    if not _is_over(tx, review, today):
        return 0
    due = [item for item in status.items(tx, review) if item.status == ItemStatus.DIFFERS]
    for item in due:
        keep_apart(tx, review, item, None, now)
    if due:
        status.close_if_ended(tx, review, None, now)
    return len(due)


def is_late(tx: Session, review: Review, today: dt.date, now: dt.datetime) -> bool:
    """Whether the time for the review's differences is over, which ends what is open."""
    return keep_due_apart(tx, review, today, now) > 0 or _is_over(tx, review, today)


def _is_over(tx: Session, review: Review, today: dt.date) -> bool:
    """Nobody being away makes a date earlier: most are asked no more than that."""
    return (
        review.status is ReviewStatus.DIFFERENCES_OPEN
        and is_over(review.differences_due_on, today)
        and is_over(due_dates.differences_end(tx, review), today)
    )


def _must_be_known(tx: Session, review: Review, answer: str | None) -> None:
    if answer is not None and answer not in status.scale_of(tx, review).endorsable:
        raise Invalid("answer_unknown", "answer")


def _choice_of(item: ReviewItem, by: int) -> Select[DifferenceChoice]:
    return select(DifferenceChoice).where(
        DifferenceChoice.item_id == item.id, DifferenceChoice.person_id == by
    )


def _forget_all(tx: Session, item: ReviewItem) -> None:
    tx.execute(delete(DifferenceChoice).where(DifferenceChoice.item_id == item.id))


def _sent_again(review: Review, item: ReviewItem) -> Select[int]:
    """The statement is in a later review of the same learner."""
    return (
        select(ReviewItem.id)
        .join(Review, Review.id == ReviewItem.review_id)
        .where(
            Review.learner_id == review.learner_id,
            Review.status != ReviewStatus.WITHDRAWN,
            ReviewItem.skill_id == item.skill_id,
            ReviewItem.id > item.id,
        )
        .limit(1)
    )
