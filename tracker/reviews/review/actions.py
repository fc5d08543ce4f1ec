"""Reviews, blind first: send, withdraw, reply, drop, take one more week, reveal.

Every move of a review waits for the one before it (its row is locked), and is refused with
Conflict("move_not_now") when the table of moves has no such move any more. Missing: not the actor's
review.

What a reviewer says to items, one or a screen of them: an answer with its ground, or a question.
All of it or nothing; each can be said anew until the reveal.
"""

import datetime as dt
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    CursorResult,
    Integer,
    Row,
    Select,
    String,
    bindparam,
    cast,
    delete,
    exists,
    or_,
    select,
)
from sqlalchemy.orm import Session

from tracker.db import ask_made, transaction
from tracker.frameworks.versions.rules import CANNOT_TELL, WITHOUT_GROUND, Ground, Scale
from tracker.models import (
    AwayPeriod,
    Draft,
    Endorsement,
    Review,
    ReviewItem,
    ReviewItemEvidence,
    ReviewItemText,
    ReviewMessage,
    ReviewMove,
    SecondReading,
    Team,
)
from tracker.models.columns import written
from tracker.models.reviews.reviews import IS_LIVE
from tracker.policy.permissions import Actor
from tracker.record.sheet.queries_learners import learner, learner_of
from tracker.record.versions.queries import read_as
from tracker.record.workflow.rules import EndorsementStatus, ItemStatus, Move, ReviewStatus
from tracker.records import drafts as core_drafts_records
from tracker.reviews.act import records as act_records
from tracker.reviews.act.records import act
from tracker.reviews.act.rules import Aside, Thing, can
from tracker.reviews.differences import records as differences_records
from tracker.reviews.endorsements import records as endorsements_records
from tracker.reviews.review.queries import is_theirs
from tracker.reviews.review.rules import (
    NewerAnswer,
    ReviewerResponse,
    clean_text,
    is_ready,
    reveal_move,
)
from tracker.reviews.sending import (
    queries as sending_queries,
    queries_reviewers as sending_queries_reviewers,
    records as sending_records,
)
from tracker.reviews.sending.queries_reviewers import Reviewer
from tracker.reviews.sending.rules import SENT_MAX
from tracker.row_locks import held
from tracker.rules.calendar import day_in
from tracker.rules.drafts import RESPONSE
from tracker.rules.errors import Conflict, Invalid, Missing, Refusal


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
        left = [] if without_drafts else sending_queries.with_drafts(actor.person_id, statement_ids)
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
        if endorsement.status != EndorsementStatus.IN_FORCE:
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
    sending_records.lock_active(tx, actor)
    today = actor.today(now)
    me = learner_of(actor.person_id, wanted[0], today) or learner(actor.person_id, today)
    if me is None:
        raise Missing
    team = _team(actor, reviewer_id, team_id, today, not_by)
    if team.one_only and len(wanted) > 1:
        raise Invalid("review_one_only", "reviewer", name=team.name)
    frozen = sending_queries.freezable(me, wanted)
    if len(frozen) != len(wanted):
        raise Invalid("review_not_rated", "statements", count=len(wanted) - len(frozen))
    out = sending_queries.with_a_reviewer(actor.person_id, wanted, today)
    if out:
        raise Conflict("review_out_already", count=len(out))
    return sending_records.send(
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
        review = act_records.locked(tx, review_id)
        act_records.must_be_learner(review, actor)
        act(tx, Move.WITHDRAW, review, review, actor.person_id, now)


def reply(actor: Actor, item_id: int, text: str, now: dt.datetime) -> None:
    """The learner answers the question; the item waits for the reviewer again. Raises Invalid:
    review_text_needed, review_text_long."""
    text = clean_text(text, "text", required=True)
    with transaction() as tx:
        review, item = act_records.locked_item(tx, item_id)
        act_records.must_be_learner(review, actor)
        act(tx, Move.REPLY, review, item, actor.person_id, now)
        tx.add(ReviewMessage(item_id=item.id, author_id=actor.person_id, text=text, written_at=now))


def drop(actor: Actor, item_id: int, now: dt.datetime) -> None:
    """Either side lets a returned item go: it ends without an answer."""
    with transaction() as tx:
        review, item = act_records.item_of_both(tx, actor, item_id, now, with_learner=True)
        act(tx, Move.DROP, review, item, actor.person_id, now)
        endorsements_records.close_if_ended(tx, review, actor.person_id, now)


def one_more_week(actor: Actor, review_id: int, now: dt.datetime) -> dt.date:
    """Either side takes it, once in a review. Returns the new date.

    Raises Missing; Conflict: week_taken, move_not_now, differences_over.
    """
    with transaction() as tx:
        review = act_records.locked(tx, review_id, with_learner=True)
        act_records.must_be_either(tx, review, actor, now)
        if not differences_records.end_if_late(tx, review, actor.today(now), now):
            taken = select(ReviewMove.id).where(
                ReviewMove.review_id == review.id, ReviewMove.move == written(Move.ONE_MORE_WEEK)
            )
            if tx.scalar(taken) is not None:
                raise Conflict("week_taken")
            act(tx, Move.ONE_MORE_WEEK, review, review, actor.person_id, now)
            return act_records.last_day(tx, review)
    raise Conflict("differences_over")


def reveal(actor: Actor, review_id: int, now: dt.datetime, base_version: int | None = None) -> None:
    """The reviewer shows all answers and sees the learner's, once nothing waits; where there is
    nothing to compare, this finishes the review.

    `base_version` is the sum of the items' versions that the check page showed; None asks for no
    such check. Raises Conflict: review_not_ready, review_changed, move_not_now.
    """
    with transaction() as tx:
        review = act_records.locked(tx, review_id, with_learner=True)
        act_records.must_be_reviewer(tx, review, actor, now)
        items = act_records.items(tx, review)
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
        endorsements_records.close_if_ended(tx, review, actor.person_id, now)


def _team(
    actor: Actor, reviewer_id: int, team_id: int | None, today: dt.date, not_by: int | None
) -> Reviewer:
    """The team where the reviewer may review the actor now. Raises
    Invalid("review_not_supervisor")."""
    for reviewer in sending_queries_reviewers.of_one(actor.person_id, today, not_by):
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


ITEMS: BindParameter[int] = bindparam("items", expanding=True)
LOCKED = held(
    select(Review.id).where(
        Review.id.in_(select(ReviewItem.review_id).where(ReviewItem.id.in_(ITEMS)))
    )
)


def answer(actor: Actor, responses: Sequence[ReviewerResponse], now: dt.datetime) -> int:
    """Write what was said to each item, and to no other: an answer, or a question that returns it.
    Where one is refused, none is written. Drafts to these items go. The same again changes nothing.
    Returns how many changed.

    *Cannot tell* and *outside their job* need no ground and keep none; a question takes an answer
    given so far back. Raises Missing (one is not the actor's to answer);
    Conflict("answers_refused") with `rows`, why, by item: Invalid review_ground_needed,
    review_ground_empty (*from the evidence*, where none was sent), review_told_needed,
    review_text_needed, review_text_long,
    review_answer_needed; Conflict move_not_now, and review_item_changed with `current`.
    """
    response_to = {response.item_id: response for response in responses}
    with transaction() as tx:
        values = {"items": list(response_to), "me": actor.person_id}
        ask_made(LOCKED, {"items": values["items"]})
        rows = tx.execute(_sent(actor.today(now)), values).all()
        if len(rows) != len(response_to) or not all(row.is_theirs for row in rows):
            raise Missing
        scales = {row.Review.framework_id: act_records.scale_of(row.Review) for row in rows}
        changed, refused = 0, dict[int, Refusal]()
        for row in rows:
            scale = scales[row.Review.framework_id]
            try:
                changed += _respond(tx, actor, row, response_to[row.ReviewItem.id], scale, now)
            except (Conflict, Invalid) as refusal:
                refused[row.ReviewItem.id] = refusal
        if refused:
            raise Conflict("answers_refused", rows=refused)
        typed = [str(row.ReviewItem.id) for row in rows if row.has_draft]
        if typed:
            core_drafts_records.delete_drafts(tx, actor.person_id, RESPONSE, typed)
        return changed


@lru_cache(maxsize=8)
def _sent(today: dt.date) -> Select[*tuple[Any, ...]]:
    """The items with what their answers need, in order, read after the locks. Built once a day."""
    me = bindparam("me", type_=Integer)
    drafted = exists().where(
        Draft.person_id == me, Draft.form == RESPONSE, Draft.subject == cast(ReviewItem.id, String)
    )
    return (
        select(
            ReviewItem,
            Review,
            ReviewItemText,
            Team,
            is_theirs(me, today).label("is_theirs"),
            exists().where(ReviewItemEvidence.item_id == ReviewItem.id).label("has_evidence"),
            drafted.label("has_draft"),
        )
        .join(Review, Review.id == ReviewItem.review_id)
        .join(ReviewItemText, ReviewItemText.item_id == ReviewItem.id)
        .join(Team, Team.id == Review.team_id)
        .where(ReviewItem.id.in_(ITEMS))
        .order_by(Review.id, ReviewItem.id)
    )


def _respond(
    tx: Session,
    actor: Actor,
    row: Row[Any],
    response: ReviewerResponse,
    scale: Scale,
    now: dt.datetime,
) -> bool:
    """Write one response. Returns whether something changed."""
    note = clean_text(response.note, "note", required=response.answer is None)
    ground = response.ground if response.answer not in (None, *WITHOUT_GROUND) else None
    if response.answer is not None:
        _must_be_whole(response.answer, ground, note, scale, has_evidence=row.has_evidence)
    item, text = row.ReviewItem, row.ReviewItemText
    can_change = can(Thing.ITEM, item.status, Move.ANSWER) and item.revealed_at is None
    stands = item.reviewer_answer, item.ground, text.reviewer_note
    if can_change and stands == (response.answer, ground, note):
        return False
    if can_change and item.version != response.base_version:
        raise Conflict("review_item_changed", current=NewerAnswer(*stands, item.version))
    by = actor.person_id
    given = {"reviewer_answer": response.answer, "ground": ground}
    if response.answer is None:
        act(tx, Move.RETURN, row.Review, item, by, now, **given, answered_at=None)
        tx.add(ReviewMessage(item_id=item.id, author_id=by, text=note, written_at=now))
        text.reviewer_note = ""
        return True
    move = Move.CANNOT_TELL if response.answer == CANNOT_TELL else Move.ANSWER
    act(tx, move, row.Review, item, by, now, **given)
    text.reviewer_note = note
    if row.Review.status == ReviewStatus.SENT:
        act(tx, Move.ANSWER, row.Review, row.Review, by, now)
    return True


def _must_be_whole(
    answer: str, ground: Ground | None, note: str, scale: Scale, *, has_evidence: bool
) -> None:
    """Raises Invalid where an answer lacks what it needs of how its reviewer knows."""
    if ground is None and answer not in WITHOUT_GROUND:
        raise Invalid("review_ground_needed", "ground")
    if answer not in scale.theirs:
        raise Invalid("review_answer_needed", "answer")
    if ground is Ground.WAS_TOLD and not note:
        raise Invalid("review_told_needed", "note")
    if ground is Ground.EVIDENCE_ONLY and not has_evidence:
        raise Invalid("review_ground_empty", "ground")
