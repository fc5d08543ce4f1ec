"""What the two do about an item that differs, within a transaction that has its review locked.

Every move goes through `act`. A choice that is not confirmed is no move: it is a
row of its owner's, and goes when it is confirmed or the item ends.
"""

import datetime as dt

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from tracker.frameworks.versions.rules import CANNOT_TELL
from tracker.models import Confirmation, DifferenceChoice, Review, ReviewItem, ReviewMove
from tracker.models.columns import written
from tracker.record.workflow.rules import ItemStatus, Move
from tracker.reviews.act import records as act_records
from tracker.reviews.act.records import act
from tracker.reviews.act.rules import AtEnd, Thing, rule_of
from tracker.reviews.differences.rules import Choice, ChoiceKind, needs_reason
from tracker.reviews.endorsements import records as endorsements_records
from tracker.reviews.review.rules import seen_stamp
from tracker.rules.errors import Conflict, Invalid


def choose(
    tx: Session, review: Review, item: ReviewItem, by: int, choice: Choice, now: dt.datetime
) -> None:
    """Keep what one side has chosen, for that side alone. Raises Invalid("answer_unknown");
    Conflict("move_not_now")."""
    rule_of(Thing.ITEM, Move.CONFIRM, item.status)
    _must_be_known(review, choice.answer)
    own = DifferenceChoice.item_id == item.id, DifferenceChoice.person_id == by
    mine = tx.scalar(select(DifferenceChoice).where(*own))
    if mine is None:
        mine = DifferenceChoice(item_id=item.id, person_id=by)
        tx.add(mine)
    mine.kind, mine.answer, mine.reason = choice.kind, choice.answer, choice.reason
    mine.chosen_at = now


def forget(tx: Session, item: ReviewItem, by: int | None = None) -> None:
    """What was chosen for it and not confirmed, by one side or by both."""
    chosen = delete(DifferenceChoice).where(DifferenceChoice.item_id == item.id)
    tx.execute(chosen if by is None else chosen.where(DifferenceChoice.person_id == by))


def confirm(
    tx: Session, review: Review, item: ReviewItem, by: int, choice: Choice, now: dt.datetime
) -> bool:
    """One side's word that counts. When both hold the same answer, it is endorsed: also where both
    say it at once, and neither page showed the other's word. Returns whether it is.

    Raises Conflict: confirmation_unseen, confirmation_own (the page showed another word of the
    other side, or of one's own, than stands now); Invalid: answer_unknown, difference_reason
    (nobody gave this answer before).
    """
    of_item = tx.scalars(select(Confirmation).where(Confirmation.item_id == item.id))
    by_other = {confirmation.person_id: confirmation for confirmation in of_item}
    mine = by_other.pop(by, None)
    if item.status is ItemStatus.DIFFERS and _is_overtaken(mine, choice):
        raise Conflict("confirmation_own")
    if choice.kind is ChoiceKind.NO_AGREEMENT:
        keep_apart(tx, review, item, by, now)
        return False
    answer = choice.answer
    _must_be_known(review, answer)
    if item.status is ItemStatus.ENDORSED and mine is not None and mine.answer == answer:
        return True  # the other side agreed while this was sent again
    move = Move.TALK if answer is None else Move.CONFIRM
    act(tx, move, review, item, by, now)
    same = [word for word in by_other.values() if answer and word.answer == answer]
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
    if choice.seen and any(seen_stamp(word.confirmed_at) != choice.seen for word in same):
        raise Conflict("confirmation_unseen")
    act(tx, Move.AGREE, review, item, by, now)
    forget(tx, item)
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
    act(tx, Move.TAKE_BACK, review, item, by, now)
    kind = ChoiceKind.TALK if mine.answer is None else ChoiceKind.AGREE
    choose(tx, review, item, by, Choice(item.id, kind, mine.answer, mine.reason), now)
    tx.delete(mine)


def keep_apart(
    tx: Session, review: Review, item: ReviewItem, by: int | None, now: dt.datetime
) -> None:
    act(tx, Move.KEEP_APART, review, item, by, now)
    forget(tx, item)


def undo_keep_apart(
    tx: Session, review: Review, item: ReviewItem, by: int, now: dt.datetime
) -> None:
    """It differs again. Raises Conflict("move_not_now"): the other side ended it."""
    ended = tx.scalar(
        select(ReviewMove)
        .where(ReviewMove.item_id == item.id, ReviewMove.move == written(Move.KEEP_APART))
        .order_by(ReviewMove.id.desc())
        .limit(1)
    )
    if ended is None or ended.actor_id != by:
        raise Conflict("move_not_now", move=Move.UNDO_KEEP_APART, status=item.status)
    act(tx, Move.UNDO_KEEP_APART, review, item, by, now)


def end_if_late(tx: Session, review: Review, today: dt.date, now: dt.datetime) -> bool:
    """Once its last day is over a review ends, by nobody: what differs is kept apart, what is
    returned or was answered and never revealed is dropped, and the rest was not seen. Returns
    whether it did."""
    if not act_records.is_past_end(tx, review, today):
        return False
    for item in act_records.items(tx, review):
        if item.status is ItemStatus.DIFFERS:
            keep_apart(tx, review, item, None, now)
        elif item.status in (ItemStatus.RETURNED, ItemStatus.ANSWERED):
            act(tx, AtEnd.DROP, review, item, None, now)
        elif item.status is ItemStatus.WAITING:
            unseen = {"reviewer_answer": CANNOT_TELL, "ground": None}
            act(tx, AtEnd.NOT_SEEN, review, item, None, now, **unseen)
        if item.status is ItemStatus.NOT_OBSERVED:
            item.revealed_at = item.revealed_at or now
    endorsements_records.close_if_ended(tx, review, None, now)
    return True


def _must_be_known(review: Review, answer: str | None) -> None:
    if answer is not None and answer not in act_records.scale_of(review).endorsable:
        raise Invalid("answer_unknown", "answer")
