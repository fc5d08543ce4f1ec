"""Reviews, blind first: send, withdraw, answer, ask, reply, drop, reveal.

Every move of a review waits for the one before it (its row is locked), and is refused with
Conflict("move_not_now") when the table of moves has no such move any more. Missing: not the actor's
review.
"""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from tracker.db import transaction
from tracker.models import Endorsement, Library, Person, Review, ReviewMessage, SecondReading
from tracker.policy.permissions import Actor
from tracker.queries.assessment.learners import learner, learner_of
from tracker.queries.assessment.statement_lines import read_as
from tracker.queries.reviews import eligible_reviewers, submittable, unsent_drafts
from tracker.queries.reviews.eligible_reviewers import Reviewer
from tracker.records import audit
from tracker.records.reviews import sending, status
from tracker.row_locks import held
from tracker.rules.errors import Conflict, Invalid, Missing
from tracker.rules.operations.audit_kinds import REVEALED
from tracker.rules.reviews.sending import SENT_MAX
from tracker.rules.reviews.texts import clean_text
from tracker.rules.reviews.workflow import (
    EndorsementStatus,
    ItemStatus,
    Move,
    can_finish,
    can_reveal,
)


@dataclass(frozen=True, slots=True)
class RevealCounts:
    """How many items this reveal showed, and as what."""

    equal: int
    different: int
    not_observed: int


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
        left = [] if without_drafts else unsent_drafts.at(actor.person_id, statement_ids)
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
        review_id = _send(
            tx,
            actor,
            reviewer_id,
            [_now_read_as(tx, endorsement, actor.today(now))],
            team_id,
            endorsement.endorser_id,
            now,
        )
        tx.add(SecondReading(review_id=review_id, endorsement_id=endorsement.id))
        return review_id


def _now_read_as(tx: Session, endorsement: Endorsement, today: dt.date) -> int:
    """The statement in the version that the learner is on."""
    read: ColumnElement[int] = read_as(
        Endorsement.person_id, Endorsement.statement_id, Endorsement.skill_id, today
    )
    return tx.scalars(select(read).where(Endorsement.id == endorsement.id)).one()


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
    _lock_person(tx, actor)
    today = actor.today(now)
    me = learner_of(actor.person_id, wanted[0], today) or learner(actor.person_id, today)
    library = tx.get_one(Library, actor.library_id)
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
            sent_at=now,
            due_from=today,
            due_on=today + dt.timedelta(days=library.review_days),
        ),
        [
            sending.StatementToFreeze(
                each.statement_id, each.rated_at, each.rating_version, each.content
            )
            for each in frozen
        ],
        now,
    )


def withdraw(actor: Actor, review_id: int, now: dt.datetime) -> None:
    """The learner takes a review back, before the first answer."""
    with transaction() as tx:
        review = status.locked(tx, review_id)
        status.must_be_learner(review, actor)
        status.move_review(tx, review, Move.WITHDRAW, actor.person_id, now)


def reply(actor: Actor, item_id: int, text: str, now: dt.datetime) -> None:
    """The learner answers the question; the item waits for the reviewer again. Raises Invalid:
    review_text_needed, review_text_long."""
    text = clean_text(text, "text", required=True)
    with transaction() as tx:
        review, item = status.locked_item(tx, item_id)
        status.must_be_learner(review, actor)
        status.move_item(tx, review, item, Move.REPLY, actor.person_id, now)
        tx.add(ReviewMessage(item_id=item.id, author_id=actor.person_id, text=text, written_at=now))


def drop(actor: Actor, item_id: int, now: dt.datetime) -> None:
    """Either side lets a returned item go: it ends without an answer."""
    with transaction() as tx:
        review, item = status.locked_item(tx, item_id)
        status.must_be_either(tx, review, actor, now)
        status.move_item(tx, review, item, Move.DROP, actor.person_id, now)
        status.close_if_ended(tx, review, actor.person_id, now)


def reveal(
    actor: Actor, review_id: int, now: dt.datetime, base_version: int | None = None
) -> RevealCounts:
    """The reviewer shows all answers and sees the learner's, once nothing waits; where there is
    nothing to compare, this finishes the review.

    `base_version` is the sum of the items' versions that the check page showed; None asks for no
    such check. Raises Conflict: review_not_ready, review_changed, move_not_now.
    """
    with transaction() as tx:
        review = status.locked(tx, review_id, with_learner=True)
        status.must_be_reviewer(tx, review, actor, now)
        items = status.items(tx, review)
        if base_version is not None and base_version != sum(item.version for item in items):
            raise Conflict("review_changed")
        statuses = [item.status for item in items]
        answered = [item for item in items if item.status == ItemStatus.ANSWERED]
        unseen = [
            item
            for item in items
            if item.status == ItemStatus.NOT_OBSERVED and item.revealed_at is None
        ]
        if not (can_reveal(statuses) or (unseen and can_finish(statuses))):
            raise Conflict("review_not_ready")
        for item in answered:
            status.reveal_item(tx, review, item, actor.person_id, now)
        for item in unseen:
            item.revealed_at = now
        review.revealed_at = now
        audit.of_review(tx, review, REVEALED, actor.person_id, now)
        different = sum(item.status == ItemStatus.DIFFERS for item in answered)
        if different:
            days = tx.get_one(Library, actor.library_id).differences_days
            review.differences_from = actor.today(now)
            review.differences_due_on = review.differences_from + dt.timedelta(days=days)
            status.move_review(tx, review, Move.REVEAL_DIFFERENT, actor.person_id, now)
        status.close_if_ended(tx, review, actor.person_id, now)
        return RevealCounts(len(answered) - different, different, len(unseen))


def _lock_person(tx: Session, actor: Actor) -> None:
    """Sendings of one person follow each other. Raises Missing when they may not sign in any
    more."""
    found = select(Person.id).where(Person.id == actor.person_id, Person.disabled_at.is_(None))
    if tx.scalar(held(found)) is None:
        raise Missing


def _team(
    actor: Actor, reviewer_id: int, team_id: int | None, today: dt.date, not_by: int | None
) -> Reviewer:
    """Where the reviewer may review the actor now. Raises Invalid("review_not_supervisor")."""
    for each in eligible_reviewers.of_one(actor.person_id, today, not_by):
        if each.person_id == reviewer_id and team_id in (None, each.team_id):
            return each
    raise Invalid("review_not_supervisor", "reviewer")
