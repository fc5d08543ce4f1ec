"""Reviews, blind first: send, withdraw, reply, drop, take one more week, reveal. What the reviewer
says: actions_answers.

Every move of a review waits for the one before it (its row is locked), and is refused with
Conflict("move_not_now") when the table of moves has no such move any more. Missing: not the actor's
review.
"""

import datetime as dt

from sqlalchemy import CursorResult, delete, exists, or_, select
from sqlalchemy.orm import Session

from tracker.db import transaction
from tracker.models import AwayPeriod, Endorsement, Review, ReviewMessage, ReviewMove, SecondReading
from tracker.models.columns import written
from tracker.models.reviews.reviews import IS_LIVE
from tracker.policy.permissions import Actor
from tracker.record.sheet.queries_learners import learner, learner_of
from tracker.record.versions.queries_now import read_as
from tracker.record.workflow.rules import EndorsementStatus, ItemStatus, Move
from tracker.reviews.act import records as acts
from tracker.reviews.act.records import act
from tracker.reviews.act.rules import Aside
from tracker.reviews.differences import records as differences
from tracker.reviews.endorsements import records as endorsements
from tracker.reviews.review.rules import clean_text, is_ready, reveal_move
from tracker.reviews.sending import (
    queries as submittable,
    queries_reviewers as eligible_reviewers,
    records as sending,
)
from tracker.reviews.sending.queries_reviewers import Reviewer
from tracker.reviews.sending.rules import SENT_MAX
from tracker.rules.calendar import day_in
from tracker.rules.errors import Conflict, Invalid, Missing


def send(
    actor: Actor,
    reviewer_id: int,
    statement_ids: list[int],
    now: dt.datetime,
    team_id: int | None = None,
    *,
    without_drafts: bool = False,
) -> int:
    """Send rated statements of one framework, frozen as they are now, to somebody who may review
    the actor in one of their teams. One statement alone may go to more people, and is never an
    open review: so a second opinion looks like any other.

    Without `team_id` it is the first of the teams in which the reviewer may. Returns the id of the
    review. Raises Missing (no learner); Invalid: review_nothing_chosen, review_too_many,
    review_yourself, review_not_supervisor, review_one_only, review_not_rated;
    Conflict: review_out_already, and review_drafts with `statements`, at which something was typed
    that would not go with them.
    """
    with transaction() as tx:
        left = [] if without_drafts else submittable.with_drafts(actor.person_id, statement_ids)
        if left:
            raise Conflict("review_drafts", statements=left)
        return _send(tx, actor, reviewer_id, statement_ids, team_id, None, now)


def send_to_second_reader(
    actor: Actor, endorsement_id: int, reviewer_id: int, team_id: int, now: dt.datetime
) -> int:
    """The learner sees an endorsement of theirs differently: somebody else reads that statement,
    blind again.

    Returns the id of the review. Raises as `send`, and Conflict("endorsement_over") when it stands
    no more.
    """
    with transaction() as tx:
        endorsement = tx.get(Endorsement, endorsement_id)
        if endorsement is None or endorsement.person_id != actor.person_id:
            raise Missing
        if endorsement.status != EndorsementStatus.STANDING:
            raise Conflict("endorsement_over")
        now_read_as = select(read_as(actor.today(now))).where(Endorsement.id == endorsement.id)
        statement_id = tx.scalars(now_read_as).one()
        review_id = _send(
            tx, actor, reviewer_id, [statement_id], team_id, endorsement.endorser_id, now
        )
        tx.add(SecondReading(review_id=review_id, endorsement_id=endorsement.id))
        return review_id


def _send(
    tx: Session,
    actor: Actor,
    reviewer_id: int,
    statement_ids: list[int],
    team_id: int | None,
    not_by: int | None,
    now: dt.datetime,
) -> int:
    """`not_by`: who gave the first reading, if this is a second one."""
    wanted = list(dict.fromkeys(statement_ids))
    if not wanted:
        raise Invalid("review_nothing_chosen", "statements")
    if len(wanted) > SENT_MAX:
        raise Invalid("review_too_many", "statements", most=SENT_MAX, count=len(wanted))
    if reviewer_id == actor.person_id:
        raise Invalid("review_yourself", "reviewer")
    sending.lock_active(tx, actor)
    today = actor.today(now)
    me = learner_of(actor.person_id, wanted[0], today) or learner(actor.person_id, today)
    if me is None:
        raise Missing
    team = _team(actor, reviewer_id, team_id, today, not_by)
    if team.one_only and len(wanted) > 1:
        raise Invalid("review_one_only", "reviewer", name=team.name)
    frozen = submittable.freezable(me, wanted)
    if len(frozen) != len(wanted):
        raise Invalid("review_not_rated", "statements", count=len(wanted) - len(frozen))
    out = submittable.with_a_reviewer(actor.person_id, wanted, today)
    if out:
        raise Conflict("review_out_already", count=len(out))
    return sending.send(
        tx,
        Review(
            learner_id=actor.person_id,
            reviewer_id=reviewer_id,
            team_id=team.team_id,
            framework_id=me.framework_id,
            round_id=me.round_id,
            open=team.open and len(wanted) > 1,
        ),
        frozen,
        now,
    )


def withdraw(actor: Actor, review_id: int, now: dt.datetime) -> None:
    """The learner takes a review back, before the first answer."""
    with transaction() as tx:
        review = acts.locked(tx, review_id)
        acts.must_be_learner(review, actor)
        act(tx, Move.WITHDRAW, review, review, actor.person_id, now)


def reply(actor: Actor, item_id: int, text: str, now: dt.datetime) -> None:
    """The learner answers the question; the item waits for the reviewer again. Raises Invalid:
    review_text_needed, review_text_long."""
    text = clean_text(text, "text", required=True)
    with transaction() as tx:
        review, item = acts.locked_item(tx, item_id)
        acts.must_be_learner(review, actor)
        act(tx, Move.REPLY, review, item, actor.person_id, now)
        tx.add(ReviewMessage(item_id=item.id, author_id=actor.person_id, text=text, written_at=now))


def drop(actor: Actor, item_id: int, now: dt.datetime) -> None:
    """Either side lets a returned item go: it ends without an answer."""
    with transaction() as tx:
        review, item = acts.item_of_both(tx, actor, item_id, now, with_learner=True)
        act(tx, Move.DROP, review, item, actor.person_id, now)
        endorsements.close_if_ended(tx, review, actor.person_id, now)


def one_more_week(actor: Actor, review_id: int, now: dt.datetime) -> dt.date:
    """Either side takes it, once in a review. Returns the new date.

    Raises Missing; Conflict: week_taken, move_not_now, differences_over.
    """
    with transaction() as tx:
        review = acts.locked(tx, review_id, with_learner=True)
        acts.must_be_either(tx, review, actor, now)
        if not differences.end_if_late(tx, review, actor.today(now), now):
            taken = select(ReviewMove.id).where(
                ReviewMove.review_id == review.id, ReviewMove.move == written(Move.ONE_MORE_WEEK)
            )
            if tx.scalar(taken) is not None:
                raise Conflict("week_taken")
            act(tx, Move.ONE_MORE_WEEK, review, review, actor.person_id, now)
            return acts.last_day(tx, review)
    raise Conflict("differences_over")


def reveal(actor: Actor, review_id: int, now: dt.datetime, base_version: int | None = None) -> None:
    """The reviewer shows all answers and sees the learner's, once nothing waits; where there is
    nothing to compare, this finishes the review.

    `base_version` is the sum of the items' versions that the check page showed; None asks for no
    such check. Raises Conflict: review_not_ready, review_changed, move_not_now.
    """
    with transaction() as tx:
        review = acts.locked(tx, review_id, with_learner=True)
        acts.must_be_reviewer(tx, review, actor, now)
        items = acts.items(tx, review)
        if base_version is not None and base_version != sum(item.version for item in items):
            raise Conflict("review_changed")
        answered = [item for item in items if item.status == ItemStatus.ANSWERED]
        unseen = [
            item
            for item in items
            if item.status == ItemStatus.NOT_OBSERVED and item.revealed_at is None
        ]
        if not is_ready([(item.status, item.revealed_at is not None) for item in items]):
            raise Conflict("review_not_ready")
        for item in answered:
            move = reveal_move(item.learner_answer, str(item.reviewer_answer))
            act(tx, move, review, item, actor.person_id, now)
        for item in unseen:
            item.revealed_at = now
        act(tx, Aside.REVEAL, review, review, actor.person_id, now)
        if any(item.status == ItemStatus.DIFFERS for item in answered):
            act(tx, Move.REVEAL_DIFFERENT, review, review, actor.person_id, now)
        endorsements.close_if_ended(tx, review, actor.person_id, now)


def _team(
    actor: Actor, reviewer_id: int, team_id: int | None, today: dt.date, not_by: int | None
) -> Reviewer:
    """The team where the reviewer may review the actor now. Raises
    Invalid("review_not_supervisor")."""
    for reviewer in eligible_reviewers.of_one(actor.person_id, today, not_by):
        if reviewer.person_id == reviewer_id and team_id in (None, reviewer.team_id):
            return reviewer
    raise Invalid("review_not_supervisor", "reviewer")


def forget_days_away(now: dt.datetime) -> int:
    """Delete what is over and moves no date of a review that goes on. Returns how many there
    were."""
    needed = exists().where(
        IS_LIVE,
        or_(Review.learner_id == AwayPeriod.person_id, Review.reviewer_id == AwayPeriod.person_id),
        Review.due_from <= AwayPeriod.until_on,
    )
    everywhere_over = day_in("Etc/GMT+12", now)
    with transaction() as tx:
        done = tx.execute(delete(AwayPeriod).where(AwayPeriod.until_on < everywhere_over, ~needed))
        return done.rowcount if isinstance(done, CursorResult) else 0
