"""The one way in which reviews, their items, endorsements and exceptions move: `act`.

A review's row is locked before anything of it is read for writing, so its moves follow each other;
then that of its learner, where what counts for them may change.
"""

import datetime as dt
from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.accounts.account.rules import Away
from tracker.db import ask_made
from tracker.frameworks.versions.rules import Scale
from tracker.models import (
    AwayPeriod,
    Endorsement,
    EndorsementMove,
    LevelException,
    LevelExceptionMove,
    Library,
    Person,
    Review,
    ReviewItem,
    ReviewMove,
    Team,
)
from tracker.models.joins import scale_rows
from tracker.policy.permissions import Actor
from tracker.record.endorsements.rules import EndorsementContent, seal
from tracker.record.workflow.rules import LIVE, ItemStatus, a_week_later, due_day, is_settled
from tracker.records import audit as audit_records
from tracker.records.core import notices as notices_records
from tracker.reviews.act import rules as act_rules
from tracker.reviews.act.rules import AnyMove, Due, MoveRule, Recipient, Tell, Thing
from tracker.reviews.review.queries import of_reviewer
from tracker.row_locks import held
from tracker.rules.calendar import day_in, is_over
from tracker.rules.core.notices import happening
from tracker.rules.errors import Conflict, Missing

Moving = Review | ReviewItem | Endorsement | LevelException
THINGS: dict[type[Moving], Thing] = {
    Review: Thing.REVIEW,
    ReviewItem: Thing.ITEM,
    Endorsement: Thing.ENDORSEMENT,
    LevelException: Thing.EXCEPTION,
}


def act(
    tx: Session,
    move: AnyMove,
    review: Review,
    row: Moving,
    by: int | None,
    now: dt.datetime,
    **written: object,
) -> None:
    """Make one move of `row`, which is `review` or belongs to it, as the table says
    (reviews/act/rules). `by` None: the time was over. `written`: the columns that the move fills
    or empties, in the same act as the status.

    Its seal is written by itself (records/seals), and the standings that it changes go by the
    triggers of what it writes. Raises Conflict: the table has no such move, the review of an item
    is over, or the item has been shown; differences_over, where somebody comes after its last day.
    """
    before = row.status or act_rules.NEW
    rule = act_rules.rule_of(THINGS[type(row)], move, before)
    if isinstance(row, ReviewItem):
        was_shown = before == ItemStatus.NOT_OBSERVED and row.revealed_at is not None
        if review.status not in LIVE or was_shown:
            raise Conflict("move_not_now", move=move, status=before)
        row.version += 1
    if rule.after is not None:
        written["status"] = rule.after
    if rule.at:
        written[rule.at] = now
    for column, value in written.items():
        setattr(row, column, value)
    with tx.no_autoflush:
        library = tx.get_one(Library, tx.get_one(Team, review.team_id).library_id)
        today = day_in(library.time_zone, now)
        if by is not None and isinstance(row, ReviewItem) and is_past_end(tx, review, today):
            raise Conflict("differences_over")
        if rule.due is not None:
            _begin_time(tx, rule.due, review, library, today)
    if before == act_rules.NEW:
        tx.flush()
        tx.add(row)
        tx.flush()
    _remember(tx, rule, move, review, row, by, before, now)
    facts: dict[str, audit_records.Fact] = {"review": review.id}
    for name in rule.facts:
        facts[name] = _fact(tx, name, row)
    audit_records.note(
        tx,
        rule.audit,
        now,
        library_id=library.id,
        actor_id=by,
        subject_id=review.learner_id,
        **facts,
    )
    if rule.takes_back is not None:
        of, kind = rule.takes_back
        for person_id in _people(review, of, by):
            notices_records.call_back(tx, review.id, person_id, kind)
    if rule.tells is not None:
        _tell(tx, rule.tells, review, row, by, now)


def _begin_time(tx: Session, due: Due, review: Review, library: Library, today: dt.date) -> None:
    """When the review is due, or ends, from now on: a later reveal does not move its end."""
    if due is Due.REVIEW:
        review.due_from, review.due_on = today, today + dt.timedelta(days=library.review_days)
    elif due is Due.END:
        if review.differences_from is None and not is_ended(tx, review):
            review.differences_from = today
            review.differences_due_on = today + dt.timedelta(days=library.differences_days)
    else:
        column, on, since, away = _running_time(tx, review)
        setattr(review, column, a_week_later(on, since, away, today))


def last_day(tx: Session, review: Review) -> dt.date:
    """The last day of the time that runs: for the answers or, once something was revealed, of the
    review."""
    _column, on, since, away = _running_time(tx, review)
    return due_day(on, since, away)


def is_past_end(tx: Session, review: Review, today: dt.date) -> bool:
    """Whether it was revealed and should have ended. Nobody being away makes a date earlier: most
    are asked no more than that."""
    return (
        review.status in LIVE
        and is_over(review.differences_due_on, today)
        and is_over(last_day(tx, review), today)
    )


def _running_time(tx: Session, review: Review) -> tuple[str, dt.date, dt.date, Collection[Away]]:
    """The column that says when it ends; when it ends and began; and the days on which who must
    act in it is away."""
    on, since = review.differences_due_on, review.differences_from
    if on is not None and since is not None:
        column, who = "differences_due_on", [review.reviewer_id, review.learner_id]
    else:
        column, on, since, who = "due_on", review.due_on, review.due_from, [review.reviewer_id]
    away = select(AwayPeriod.starts_on, AwayPeriod.until_on).where(AwayPeriod.person_id.in_(who))
    return column, on, since, [Away(*row) for row in tx.execute(away)]


def _remember(
    tx: Session,
    rule: MoveRule,
    move: AnyMove,
    review: Review,
    row: Moving,
    by: int | None,
    before: str,
    now: dt.datetime,
) -> None:
    """Add the row of the history."""
    told = {"actor_id": by, "before": str(before), "after": str(row.status), "moved_at": now}
    if isinstance(row, Endorsement):
        tx.add(EndorsementMove(endorsement_id=row.id, **told))
    elif isinstance(row, LevelException):
        tx.add(LevelExceptionMove(exception_id=row.id, **told))
    elif rule.history != "":
        item_id = row.id if isinstance(row, ReviewItem) else None
        name = rule.history or move
        tx.add(ReviewMove(review_id=review.id, item_id=item_id, move=name, **told))


def _fact(tx: Session, name: str, row: Moving) -> audit_records.Fact:
    """The value for a name in the `facts` of a rule."""
    if name == "seal" and isinstance(row, Endorsement):
        return seal_of(row, tx.get_one(ReviewItem, row.item_id))
    fact: audit_records.Fact = row.id if name == "endorsement" else getattr(row, name)
    return fact


def seal_of(endorsement: Endorsement, item: ReviewItem) -> str:
    """It goes into the chain of the audit, so that nobody changes or deletes the endorsement
    without it showing."""
    return seal(
        EndorsementContent(
            item_digest=item.digest,
            endorser_id=endorsement.endorser_id,
            person_id=endorsement.person_id,
            statement_id=endorsement.statement_id,
            answer=endorsement.answer,
            reviewer_answer=item.reviewer_answer,
            ground=item.ground,
            endorsed_at=endorsement.endorsed_at,
        )
    )


def _tell(
    tx: Session, tell: Tell, review: Review, row: Moving, by: int | None, now: dt.datetime
) -> None:
    of: Moving = review if isinstance(row, ReviewItem) else row
    key = happening(THINGS[type(of)], of.id, review.sent_at if tell.once else now)
    for person_id in _people(review, tell.to, by):
        notices_records.note(
            tx,
            person_id,
            tell.kind,
            key,
            now,
            review_id=review.id,
            about_id=review.learner_id + review.reviewer_id - person_id,
            to_mail=tell.by_mail,
        )


def _people(review: Review, to: Recipient, by: int | None) -> list[int]:
    if to is Recipient.LEARNER:
        return [review.learner_id]
    if to is Recipient.REVIEWER:
        return [review.reviewer_id]
    both = [review.learner_id, review.reviewer_id]
    return both if to is Recipient.BOTH else [person_id for person_id in both if person_id != by]


def is_ended(tx: Session, review: Review) -> bool:
    """Whether every item has ended for good."""
    return all(is_settled(item.status, item.revealed_at is not None) for item in items(tx, review))


def lock_person(tx: Session, person_id: int) -> None:
    """Lock the person's row, so that their endorsements and exceptions are written one after the
    other, also from two reviews at once."""
    tx.execute(held(select(Person.id).where(Person.id == person_id)))


def locked(tx: Session, review_id: int, *, with_learner: bool = False) -> Review:
    """The review, locked until the transaction ends. `with_learner`: what counts for them may
    change by it. Raises Missing."""
    review = tx.scalar(held(select(Review).where(Review.id == review_id)))
    if review is None:
        raise Missing
    if with_learner:
        lock_person(tx, review.learner_id)
    return review


def locked_item(
    tx: Session, item_id: int, *, with_learner: bool = False
) -> tuple[Review, ReviewItem]:
    """An item with its review locked, as above. Raises Missing."""
    review_id = tx.scalar(select(ReviewItem.review_id).where(ReviewItem.id == item_id))
    if review_id is None:
        raise Missing
    review = locked(tx, review_id, with_learner=with_learner)
    return review, tx.get_one(ReviewItem, item_id, populate_existing=True)


def item_of_both(
    tx: Session, actor: Actor, item_id: int, now: dt.datetime, *, with_learner: bool = False
) -> tuple[Review, ReviewItem]:
    """The same, for either of the two. Raises Missing."""
    review, item = locked_item(tx, item_id, with_learner=with_learner)
    must_be_either(tx, review, actor, now)
    return review, item


def must_be_learner(review: Review, actor: Actor) -> None:
    """Raises Missing where the actor is not the review's learner."""
    if review.learner_id != actor.person_id:
        raise Missing


def must_be_reviewer(tx: Session, review: Review, actor: Actor, now: dt.datetime) -> None:
    """Raises Missing: not theirs, or they supervise its learner no more (asked of the tables, not
    of the actor)."""
    values = {"review": review.id, "me": actor.person_id}
    if tx.scalar(of_reviewer(actor.today(now)), values) is None:
        raise Missing


def must_be_either(tx: Session, review: Review, actor: Actor, now: dt.datetime) -> None:
    """Raises Missing where the actor is neither of the two."""
    if review.learner_id != actor.person_id:
        must_be_reviewer(tx, review, actor, now)


def scale_of(review: Review) -> Scale:
    return Scale.of(ask_made(scale_rows(review.framework_id), {}).all())


def items(tx: Session, review: Review) -> list[ReviewItem]:
    of_review = select(ReviewItem).where(ReviewItem.review_id == review.id)
    return list(tx.scalars(of_review.order_by(ReviewItem.position)))
