"""What the two of a review see differently: choose, confirm, take back, and what comes of it; and
one short thanks of each to the other, once their review is closed.

Once the time for differences is over, what is open is kept apart, whoever moves next;
Conflict("differences_over") tells those who came too late. Missing: not the actor's review.
"""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tracker.db import session, transaction
from tracker.evidence.erasures import records as erasures_records
from tracker.models import Library, Person, Review, ReviewItem, Thanks, TrainingAction
from tracker.models.reviews.reviews import IS_LIVE
from tracker.policy.permissions import Actor
from tracker.record.workflow.rules import REVEALED, ItemStatus, ReviewStatus
from tracker.records.core import notices as notices_records
from tracker.reviews.act import records as act_records
from tracker.reviews.act.records import act
from tracker.reviews.act.rules import Aside
from tracker.reviews.differences import records as differences_records
from tracker.reviews.differences.queries import waits_for
from tracker.reviews.differences.rules import Choice
from tracker.reviews.endorsements import records as endorsements_records
from tracker.reviews.review.rules import THANKS_MAX, clean_text
from tracker.rules.calendar import day_in
from tracker.rules.core.erasures import HeldSource
from tracker.rules.core.notices import NoticeKind, happening
from tracker.rules.errors import Conflict, Invalid, Missing, Refusal

STEP_YEARS = 5
"""A next step is due within so many years."""


@dataclass(frozen=True, slots=True)
class Confirmed:
    """What came of what one side confirmed: so many endorsed, so many `waiting` for the other side
    alone or for `both`, and so many ended with no agreement."""

    agreed: int
    waiting: int
    both: int
    apart: int


def choose(
    actor: Actor,
    review_id: int,
    choices: Sequence[Choice],
    cleared: Collection[int],
    now: dt.datetime,
) -> None:
    """Keep what the actor has chosen for differences of the review, and forget what they cleared.
    Nobody else sees any of it.

    Raises Conflict("answers_refused") with `rows`: why, by item.
    """
    with transaction() as tx:
        review = act_records.locked(tx, review_id)
        act_records.must_be_either(tx, review, actor, now)
        items = {item.id: item for item in act_records.items(tx, review)}
        _store(differences_records.choose, tx, review, items, actor, choices, now)
        for item_id in set(cleared) & set(items):
            differences_records.forget(tx, items[item_id], actor.person_id)


def confirm_all(
    actor: Actor, review_id: int, choices: Sequence[Choice], now: dt.datetime
) -> Confirmed:
    """One side's word on each of these differences, all of them or none. It can be taken back until
    the other side agrees or the review is closed. No agreement on one lets both answers stand: no
    endorsement, and what was endorsed before is suspended.

    Raises Conflict("answers_refused") with `rows`: why, by item (Invalid: difference_reason,
    review_text_long, answer_unknown; Conflict: move_not_now, confirmation_unseen,
    confirmation_own).
    """
    with transaction() as tx:
        review = act_records.locked(tx, review_id, with_learner=True)
        if not _is_late(tx, review, actor, now):
            return _confirm(tx, review, actor, choices, now)
    raise Conflict("differences_over")


def _confirm(
    tx: Session, review: Review, actor: Actor, choices: Sequence[Choice], now: dt.datetime
) -> Confirmed:
    items = {item.id: item for item in act_records.items(tx, review)}
    _store(differences_records.confirm, tx, review, items, actor, choices, now)
    ended = Counter(items[choice.item_id].status for choice in choices)
    if set(ended) - {ItemStatus.DIFFERS} and review.status is not ReviewStatus.CLOSED:
        endorsements_records.close_if_ended(tx, review, actor.person_id, now)
    chosen = select(func.count()).where(ReviewItem.id.in_(choice.item_id for choice in choices))
    both = tx.scalar(chosen.where(waits_for(actor.person_id))) or 0
    return Confirmed(
        agreed=ended[ItemStatus.ENDORSED],
        waiting=ended[ItemStatus.DIFFERS] - both,
        both=both,
        apart=ended[ItemStatus.KEPT_APART],
    )


def _store(
    write: Callable[[Session, Review, ReviewItem, int, Choice, dt.datetime], object],
    tx: Session,
    review: Review,
    items: Mapping[int, ReviewItem],
    actor: Actor,
    choices: Sequence[Choice],
    now: dt.datetime,
) -> None:
    """All of them, or none. Raises Missing: not an item of that review;
    Conflict("answers_refused")."""
    refused = dict[int, Refusal]()
    for choice in choices:
        if choice.item_id not in items:
            raise Missing
        try:
            reason = clean_text(choice.reason, "reason", required=False)
            of = items[choice.item_id], actor.person_id, replace(choice, reason=reason)
            write(tx, review, *of, now)
        except (Conflict, Invalid) as refusal:
            refused[choice.item_id] = refusal
    if refused:
        raise Conflict("answers_refused", rows=refused)


def take_back(actor: Actor, item_id: int, now: dt.datetime) -> None:
    """Withdraw one's own confirmation: it is a choice again, that nobody else sees."""
    _move(actor, item_id, differences_records.take_back, now)


def undo_keep_apart(actor: Actor, item_id: int, now: dt.datetime) -> None:
    """Whoever ended it with no agreement opens it again, while the review is open.

    Raises Conflict("move_not_now").
    """
    _move(actor, item_id, differences_records.undo_keep_apart, now)


def _move(
    actor: Actor,
    item_id: int,
    move: Callable[[Session, Review, ReviewItem, int, dt.datetime], None],
    now: dt.datetime,
) -> None:
    with transaction() as tx:
        review, item = act_records.locked_item(tx, item_id, with_learner=True)
        if not _is_late(tx, review, actor, now):
            return move(tx, review, item, actor.person_id, now)
    raise Conflict("differences_over")


def _is_late(tx: Session, review: Review, actor: Actor, now: dt.datetime) -> bool:
    """Whether the review's last day is over, which ends it. Raises Missing."""
    act_records.must_be_either(tx, review, actor, now)
    return differences_records.end_if_late(tx, review, actor.today(now), now)


def add_next_step(
    actor: Actor, item_id: int, owner_id: int, text: str, due_on: dt.date | None, now: dt.datetime
) -> int:
    """A next step for a statement whose answers have been shown: what, whose of the two, by when.
    Returns its id.

    Raises Invalid: review_text_needed, review_text_long, step_owner, step_date_needed, step_date;
    Conflict.
    """
    text = clean_text(text, "text", required=True)
    today = day_in(actor.time_zone, now)
    if due_on is None:
        raise Invalid("step_date_needed", "due_on")
    if not today <= due_on <= today + dt.timedelta(days=366 * STEP_YEARS):
        raise Invalid("step_date", "due_on")
    with transaction() as tx:
        review, item = act_records.item_of_both(tx, actor, item_id, now)
        if item.status not in REVEALED:
            raise Conflict("move_not_now", move="next_step", status=item.status)
        if owner_id not in (review.learner_id, review.reviewer_id):
            raise Invalid("step_owner", "owner")
        step = TrainingAction(
            item_id=item.id, owner_id=owner_id, text=text, due_on=due_on, created_at=now
        )
        tx.add(step)
        tx.flush()
        if owner_id != actor.person_id:
            notices_records.note(
                tx,
                owner_id,
                NoticeKind.NEXT_STEP_GIVEN,
                happening("step", step.id, now),
                now,
                review_id=review.id,
                about_id=actor.person_id,
            )
        return step.id


def finish_next_step(actor: Actor, item_id: int, step_id: int, now: dt.datetime) -> None:
    """Either of the two ticks a next step off. A second time changes nothing."""
    with transaction() as tx:
        _review, item = act_records.item_of_both(tx, actor, item_id, now)
        step = tx.get(TrainingAction, step_id)
        if step is None or step.item_id != item.id:
            raise Missing
        step.done_at = step.done_at or now


def end_late(now: dt.datetime) -> int:
    """End every review whose last day is over, in all libraries, one at a time. Returns how many:
    run daily by a command."""
    open_reviews = session().execute(
        select(Review.id, Library.time_zone)
        .join(Person, Person.id == Review.learner_id)
        .join(Library, Library.id == Person.library_id)
        .where(IS_LIVE, Review.differences_due_on.is_not(None))
        .order_by(Review.id)
    )
    count = 0
    for review_id, time_zone in open_reviews.all():
        with transaction() as tx:
            review = act_records.locked(tx, review_id, with_learner=True)
            count += differences_records.end_if_late(tx, review, day_in(time_zone, now), now)
    return count


def thank(actor: Actor, review_id: int, text: str, now: dt.datetime) -> None:
    """In place of what the actor wrote before, if anything. The other is told once, in the
    application alone.

    Raises Invalid: review_text_needed, review_text_long.
    """
    with transaction() as tx:
        review, thanks, other_id = _thanks_of(tx, review_id, actor, now)
        text = clean_text(text, "text", required=True, longest=THANKS_MAX)
        if thanks is None:
            thanks = Thanks(review_id=review.id, from_learner=other_id == review.reviewer_id)
            tx.add(thanks)
        else:
            _hold(tx, thanks, actor, other_id, now)
        thanks.text, thanks.written_at = text, now
        act(tx, Aside.THANK, review, review, actor.person_id, now)


def withdraw_thanks(actor: Actor, review_id: int, now: dt.datetime) -> None:
    """Delete it, and what the other was told of it. Where there is none, nothing changes."""
    with transaction() as tx:
        review, thanks, other_id = _thanks_of(tx, review_id, actor, now)
        if thanks is not None:
            _hold(tx, thanks, actor, other_id, now)
            tx.delete(thanks)
            act(tx, Aside.TAKE_THANKS_BACK, review, review, actor.person_id, now)


def _thanks_of(
    tx: Session, review_id: int, actor: Actor, now: dt.datetime
) -> tuple[Review, Thanks | None, int]:
    """The review, locked, what the actor wrote there, and who the other is."""
    review = act_records.locked(tx, review_id)
    act_records.must_be_either(tx, review, actor, now)
    if review.status is not ReviewStatus.CLOSED:
        raise Conflict("move_not_now")
    is_learner = review.learner_id == actor.person_id
    own = Thanks.review_id == review.id, Thanks.from_learner == is_learner
    other_id = review.reviewer_id if is_learner else review.learner_id
    return review, tx.scalar(select(Thanks).where(*own)), other_id


def _hold(tx: Session, thanks: Thanks, actor: Actor, other_id: int, now: dt.datetime) -> None:
    """Keep what goes, where a legal hold is on either of them."""
    taker = erasures_records.taker_of(tx, other_id, now)
    taker.take(HeldSource.THANKS, thanks.id, actor.person_id, text=thanks.text)
