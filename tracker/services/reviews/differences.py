"""What the two of a review see differently: choose, confirm, take back, and what comes of it.

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
from tracker.models import Library, Person, Review, ReviewItem, TrainingAction
from tracker.policy.permissions import Actor
from tracker.queries.reviews.differences import waits_for
from tracker.records.notifications import notices
from tracker.records.reviews import differences, status
from tracker.rules.calendar import day_in
from tracker.rules.errors import Conflict, Invalid, Missing, Refusal
from tracker.rules.notifications.notices import NoticeKind, happening
from tracker.rules.reviews.differences import Choice, ChoiceKind
from tracker.rules.reviews.texts import clean_text
from tracker.rules.reviews.workflow import REVEALED, ItemStatus, ReviewStatus

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
        review = status.locked(tx, review_id)
        status.must_be_either(tx, review, actor, now)
        items = {item.id: item for item in status.items(tx, review)}

        def keep(item: ReviewItem, choice: Choice) -> None:
            differences.choose(tx, review, item, actor.person_id, choice, now)

        _each(items, choices, keep)
        for item_id in set(cleared) & set(items):
            differences.forget(tx, items[item_id], actor.person_id)


def confirm_all(
    actor: Actor, review_id: int, choices: Sequence[Choice], now: dt.datetime
) -> Confirmed:
    """One side's word on each of these differences, all of them or none. It can be taken back until
    the other side agrees or the review is closed.

    Raises Conflict("answers_refused") with `rows`: why, by item (Invalid: difference_reason,
    review_text_long, answer_unknown; Conflict: move_not_now, confirmation_unseen,
    confirmation_own).
    """
    with transaction() as tx:
        review = status.locked(tx, review_id, with_learner=True)
        found = _confirm(tx, review, actor, choices, now)
    if found is None:
        raise Conflict("differences_over")
    return found


def _confirm(
    tx: Session, review: Review, actor: Actor, choices: Sequence[Choice], now: dt.datetime
) -> Confirmed | None:
    """None: the time was over."""
    if _is_late(tx, review, actor, now):
        return None
    items = {item.id: item for item in status.items(tx, review)}

    def say(item: ReviewItem, choice: Choice) -> None:
        differences.confirm(tx, review, item, actor.person_id, choice, now)

    _each(items, choices, say)
    ended = Counter(items[choice.item_id].status for choice in choices)
    if set(ended) - {ItemStatus.DIFFERS} and review.status is not ReviewStatus.CLOSED:
        status.close_if_ended(tx, review, actor.person_id, now)
    here = select(func.count()).where(ReviewItem.id.in_(choice.item_id for choice in choices))
    both = tx.scalar(here.where(waits_for(actor.person_id))) or 0
    return Confirmed(
        agreed=ended[ItemStatus.ENDORSED],
        waiting=ended[ItemStatus.DIFFERS] - both,
        both=both,
        apart=ended[ItemStatus.KEPT_APART],
    )


def _each(
    items: Mapping[int, ReviewItem],
    choices: Sequence[Choice],
    act: Callable[[ReviewItem, Choice], None],
) -> None:
    """Raises Missing: not an item of that review; Conflict("answers_refused")."""
    refused = dict[int, Refusal]()
    for choice in choices:
        if choice.item_id not in items:
            raise Missing
        try:
            reason = clean_text(choice.reason, "reason", required=False)
            act(items[choice.item_id], replace(choice, reason=reason))
        except (Conflict, Invalid) as refusal:
            refused[choice.item_id] = refusal
    if refused:
        raise Conflict("answers_refused", rows=refused)


def confirm(
    actor: Actor, item_id: int, answer: str, reason: str, now: dt.datetime, seen: str | None = None
) -> bool:
    """The same for an answer to one. Returns whether it is endorsed now. Raises what its row was
    refused for."""
    choice = Choice(item_id, ChoiceKind.AGREE, answer, reason, seen)
    return bool(_confirm_one(actor, choice, now).agreed)


def keep_apart(actor: Actor, item_id: int, now: dt.datetime) -> None:
    """Either side lets both answers stand: no endorsement, and what was endorsed before is
    suspended."""
    _confirm_one(actor, Choice(item_id, ChoiceKind.NO_AGREEMENT), now)


def take_back(actor: Actor, item_id: int, now: dt.datetime) -> None:
    """Withdraw one's own confirmation: it is a choice again, that nobody else sees."""
    _move(actor, item_id, differences.take_back, now)


def undo_keep_apart(actor: Actor, item_id: int, now: dt.datetime) -> None:
    """Whoever ended it with no agreement opens it again, while the review is open.

    Raises Conflict: move_not_now, difference_sent_again.
    """
    _move(actor, item_id, differences.undo_keep_apart, now)


def _move(
    actor: Actor,
    item_id: int,
    move: Callable[[Session, Review, ReviewItem, int, dt.datetime], None],
    now: dt.datetime,
) -> None:
    with transaction() as tx:
        review, item = status.locked_item(tx, item_id, with_learner=True)
        late = _is_late(tx, review, actor, now)
        if not late:
            move(tx, review, item, actor.person_id, now)
    if late:
        raise Conflict("differences_over")


def _is_late(tx: Session, review: Review, actor: Actor, now: dt.datetime) -> bool:
    """Whether the time for the review's differences is over, which ends what is open. Raises
    Missing."""
    status.must_be_either(tx, review, actor, now)
    return differences.is_late(tx, review, actor.today(now), now)


def _confirm_one(actor: Actor, choice: Choice, now: dt.datetime) -> Confirmed:
    try:
        with transaction() as tx:
            review, _item = status.locked_item(tx, choice.item_id, with_learner=True)
            found = _confirm(tx, review, actor, [choice], now)
    except Conflict as refused:
        rows = refused.facts.get("rows")
        raise rows[choice.item_id] if isinstance(rows, dict) else refused from None
    if found is None:
        raise Conflict("differences_over")
    return found


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
        review, item = status.locked_item(tx, item_id)
        status.must_be_either(tx, review, actor, now)
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
            notices.note(
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
        review, item = status.locked_item(tx, item_id)
        status.must_be_either(tx, review, actor, now)
        step = tx.get(TrainingAction, step_id)
        if step is None or step.item_id != item.id:
            raise Missing
        step.done_at = step.done_at or now


def keep_due_apart(now: dt.datetime) -> int:
    """Keep apart every difference whose time is over, in all libraries, a review at a time. Returns
    how many: run daily by a command."""
    open_reviews = session().execute(
        select(Review.id, Library.time_zone)
        .join(Person, Person.id == Review.learner_id)
        .join(Library, Library.id == Person.library_id)
        .where(Review.status == ReviewStatus.DIFFERENCES_OPEN)
        .order_by(Review.id)
    )
    count = 0
    for review_id, time_zone in open_reviews.all():
        with transaction() as tx:
            review = status.locked(tx, review_id, with_learner=True)
            count += differences.keep_due_apart(tx, review, day_in(time_zone, now), now)
    return count
