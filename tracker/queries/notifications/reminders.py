"""What is due: of all libraries, for the daily command. Each row is one person to remind of one
thing."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import aliased

from tracker.db import session
from tracker.models import Library, Person, Review, ReviewItem, TrainingAction
from tracker.models.reviews.due_dates import away_of, away_until, differences_due, review_due
from tracker.policy.permissions import people_of
from tracker.policy.reviewers import reviewer_may_go_on
from tracker.queries.access import access_review
from tracker.queries.asking import ask
from tracker.queries.endorsements import endorsements
from tracker.rules.notifications.notices import REMIND_DAYS, STEP_LATE_DAYS, NoticeKind, happening
from tracker.rules.reviews.due_dates import AWAY_MOST, back_after, read_periods
from tracker.rules.reviews.workflow import ItemStatus, ReviewStatus


@dataclass(frozen=True, slots=True)
class Reminder:
    """`key` is the same whenever it is asked for, so one date reminds once."""

    person_id: int
    about_id: int | None
    review_id: int | None
    kind: NoticeKind
    key: str


def libraries() -> list[tuple[int, str]]:
    """Ids and time zones."""
    return list(session().execute(select(Library.id, Library.time_zone).order_by(Library.id)))


def due(library_id: int, today: dt.date) -> list[Reminder]:
    """Five queries, six where the access review is due."""
    return [
        *_answers(library_id, today),
        *_differences(library_id, today),
        *_steps(library_id, today),
        *_endorsements(library_id, today),
        *_access_review(library_id, today),
    ]


def _answers(library_id: int, today: dt.date) -> list[Reminder]:
    """Reviews that the reviewer has something to do in: to answer, or to reveal."""
    to_do = or_(
        ReviewItem.status.in_((ItemStatus.WAITING, ItemStatus.ANSWERED)),
        and_(ReviewItem.status == ItemStatus.NOT_OBSERVED, ReviewItem.revealed_at.is_(None)),
    )
    rows = session().execute(
        select(Review.id, Review.learner_id, Review.reviewer_id, review_due()).where(
            *_living(library_id, today),
            _is_here(Review.reviewer_id, today),
            Review.status.in_((ReviewStatus.SENT, ReviewStatus.IN_REVIEW)),
            Review.due_on <= today + dt.timedelta(days=REMIND_DAYS),
            select(ReviewItem.id).where(ReviewItem.review_id == Review.id, to_do).exists(),
        )
    )
    return [
        Reminder(
            reviewer_id,
            learner_id,
            review_id,
            NoticeKind.REVIEW_OVERDUE if due_on < today else NoticeKind.REVIEW_DUE_SOON,
            happening("review_due", review_id, due_on),
        )
        for review_id, learner_id, reviewer_id, due_on in rows
        if due_on <= today + dt.timedelta(days=REMIND_DAYS)
    ]


def _differences(library_id: int, today: dt.date) -> list[Reminder]:
    """What both still see differently and is about to be kept apart: both are reminded."""
    rows = session().execute(
        select(Review.id, Review.learner_id, Review.reviewer_id, differences_due()).where(
            *_living(library_id, today),
            _is_here(Review.reviewer_id, today),
            _is_here(Review.learner_id, today),
            Review.status == ReviewStatus.DIFFERENCES_OPEN,
            Review.differences_due_on <= today + dt.timedelta(days=REMIND_DAYS),
            select(ReviewItem.id)
            .where(ReviewItem.review_id == Review.id, ReviewItem.status == ItemStatus.DIFFERS)
            .exists(),
        )
    )
    return [
        Reminder(
            person_id,
            about_id,
            review_id,
            NoticeKind.DIFFERENCES_DUE_SOON,
            happening("differences_due", review_id, due_on),
        )
        for review_id, learner_id, reviewer_id, due_on in rows
        if today <= due_on <= today + dt.timedelta(days=REMIND_DAYS)
        for person_id, about_id in ((learner_id, reviewer_id), (reviewer_id, learner_id))
    ]


def _steps(library_id: int, today: dt.date) -> list[Reminder]:
    """Next steps whose day it is, or that the command missed in the last days; where their owner
    was away on that day, from the day on which they are back."""
    late = dt.timedelta(days=STEP_LATE_DAYS)
    rows = session().execute(
        select(
            TrainingAction.id,
            TrainingAction.owner_id,
            TrainingAction.due_on,
            Review.id,
            Review.learner_id,
            Review.reviewer_id,
            away_of(TrainingAction.owner_id),
        )
        .join(ReviewItem, ReviewItem.id == TrainingAction.item_id)
        .join(Review, Review.id == ReviewItem.review_id)
        .where(
            *_living(library_id, today),
            TrainingAction.done_at.is_(None),
            TrainingAction.due_on.between(today - AWAY_MOST - late, today),
            _is_here(TrainingAction.owner_id, today),
        )
    )
    return [
        Reminder(
            owner_id,
            reviewer_id if owner_id == learner_id else learner_id,
            review_id,
            NoticeKind.NEXT_STEP_DUE,
            happening("step_due", step_id, due_on),
        )
        for step_id, owner_id, due_on, review_id, learner_id, reviewer_id, away in rows
        if due_on is not None and today - back_after(due_on, read_periods(away)) <= late
    ]


def _endorsements(library_id: int, today: dt.date) -> list[Reminder]:
    """Whose endorsements expire within a month: once for those of one last day."""
    found = {
        (each.person_id, each.last_day) for each in ask(endorsements.expiring(library_id, today))
    }
    return [
        Reminder(
            person_id,
            None,
            None,
            NoticeKind.ENDORSEMENT_EXPIRING,
            happening("endorsements_over", person_id, last_day),
        )
        for person_id, last_day in sorted(found)
    ]


def _access_review(library_id: int, today: dt.date) -> list[Reminder]:
    """Its administrators, once for the day on which it was due."""
    due_on = access_review.last_review(library_id).next_on
    if due_on > today:
        return []
    administrators = session().scalars(
        select(Person.id).where(
            people_of(library_id),
            Person.administrator.is_(True),
            Person.disabled_at.is_(None),
            Person.password_hash.is_not(None),
            _is_here(Person.id, today),
        )
    )
    key = happening("access_review", library_id, due_on)
    return [
        Reminder(person_id, None, None, NoticeKind.ACCESS_REVIEW_DUE, key)
        for person_id in sorted(administrators)
    ]


def _is_here(person_id: Any, today: dt.date) -> ColumnElement[bool]:
    """Nobody is reminded while they are away."""
    return away_until(person_id, today).is_(None)


def _living(library_id: int, today: dt.date) -> tuple[ColumnElement[bool], ...]:
    """Of this library, and still between the two of them."""
    learner = aliased(Person)
    theirs = (
        select(learner.id)
        .where(learner.id == Review.learner_id, learner.library_id == library_id)
        .exists()
    )
    return theirs, reviewer_may_go_on(today)
