"""What is due in a library, for the daily command: each is one person to remind of one thing.

The statements are built once a day: in them stands who may review whom on that day, which takes
longer to put together than to run.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Integer, Select, and_, bindparam, or_, select
from sqlalchemy.orm import aliased

from tracker.accounts.account.rules import AWAY_MOST, back_after, read_periods
from tracker.db import session
from tracker.models import Person, Review, ReviewItem, TrainingAction
from tracker.models.reviews.reviews import DueDay, away_of, away_until, differences_due, review_due
from tracker.policy.permissions import people_of
from tracker.policy.reviewers import reviewer_may_go_on
from tracker.queries.asking import ask
from tracker.queries.core import access_review as core_access_review_queries
from tracker.record.endorsements import queries as record_endorsements_queries
from tracker.record.workflow.rules import ItemStatus, ReviewStatus
from tracker.rules.core.notices import REMIND_DAYS, STEP_LATE_DAYS, NoticeKind, happening

SOON = dt.timedelta(days=REMIND_DAYS)
LATE = dt.timedelta(days=STEP_LATE_DAYS)
LIBRARY: BindParameter[int] = bindparam("library", type_=Integer)


@dataclass(frozen=True, slots=True)
class Reminder:
    """`key` is the same whenever it is asked for, so one date reminds once."""

    person_id: int
    kind: NoticeKind
    key: str
    review_id: int | None = None
    about_id: int | None = None


def due(library_id: int, today: dt.date) -> list[Reminder]:
    """Five queries, six where the access review is due."""
    return [
        *_answers(library_id, today),
        *_differences(library_id, today),
        *_steps(library_id, today),
        *_endorsements(library_id, today),
        *_access_review(library_id, today),
    ]


def _answers(library_id: int, today: dt.date) -> Iterator[Reminder]:
    """Reviews that the reviewer has something to do in: to answer, or to reveal."""
    for row in session().execute(_answers_on(today), {"library": library_id}).mappings():
        due_on = DueDay.read("due_on", row)
        if due_on is not None and due_on <= today + SOON:
            kind = NoticeKind.REVIEW_OVERDUE if due_on < today else NoticeKind.REVIEW_DUE_SOON
            key = happening("review_due", row["id"], due_on)
            yield Reminder(
                person_id=row["reviewer_id"],
                kind=kind,
                key=key,
                review_id=row["id"],
                about_id=row["learner_id"],
            )


def _answers_on(today: dt.date) -> Select[*tuple[Any, ...]]:
    to_do = or_(
        ReviewItem.status.in_((ItemStatus.WAITING, ItemStatus.ANSWERED)),
        and_(ReviewItem.status == ItemStatus.NOT_OBSERVED, ReviewItem.revealed_at.is_(None)),
    )
    return _living_on(today, review_due()).where(
        _is_here(Review.reviewer_id, today),
        Review.status.in_((ReviewStatus.SENT, ReviewStatus.IN_REVIEW)),
        Review.due_on <= today + SOON,
        select(ReviewItem.id).where(ReviewItem.review_id == Review.id, to_do).exists(),
    )


def _differences(library_id: int, today: dt.date) -> Iterator[Reminder]:
    """What both still see differently and soon ends with no agreement: both are reminded."""
    for row in session().execute(_differences_on(today), {"library": library_id}).mappings():
        due_on = DueDay.read("differences_due_on", row)
        if due_on is not None and today <= due_on <= today + SOON:
            key = happening("differences_due", row["id"], due_on)
            two = row["learner_id"], row["reviewer_id"]
            for person_id, about_id in (two, two[::-1]):
                yield Reminder(
                    person_id=person_id,
                    kind=NoticeKind.DIFFERENCES_DUE_SOON,
                    key=key,
                    review_id=row["id"],
                    about_id=about_id,
                )


def _differences_on(today: dt.date) -> Select[*tuple[Any, ...]]:
    differs = ReviewItem.review_id == Review.id, ReviewItem.status == ItemStatus.DIFFERS
    return _living_on(today, differences_due()).where(
        _is_here(Review.reviewer_id, today),
        _is_here(Review.learner_id, today),
        Review.status == ReviewStatus.DIFFERENCES_OPEN,
        Review.differences_due_on <= today + SOON,
        select(ReviewItem.id).where(*differs).exists(),
    )


def _steps(library_id: int, today: dt.date) -> Iterator[Reminder]:
    """Next steps whose day it is, or that the command missed in the last days; where their owner
    was away on that day, from the day on which they are back."""
    for row in session().execute(_steps_on(today), {"library": library_id}):
        if today - back_after(row.due_on, read_periods(row.away)) <= LATE:
            other = row.reviewer_id if row.owner_id == row.learner_id else row.learner_id
            key = happening("step_due", row.step_id, row.due_on)
            yield Reminder(
                person_id=row.owner_id,
                kind=NoticeKind.NEXT_STEP_DUE,
                key=key,
                review_id=row.id,
                about_id=other,
            )


def _steps_on(today: dt.date) -> Select[*tuple[Any, ...]]:
    return (
        _living_on(today)
        .add_columns(
            TrainingAction.id.label("step_id"),
            TrainingAction.owner_id,
            TrainingAction.due_on,
            away_of(TrainingAction.owner_id).label("away"),
        )
        .join(ReviewItem, ReviewItem.review_id == Review.id)
        .join(TrainingAction, TrainingAction.item_id == ReviewItem.id)
        .where(
            TrainingAction.done_at.is_(None),
            TrainingAction.due_on.between(today - AWAY_MOST - LATE, today),
            _is_here(TrainingAction.owner_id, today),
        )
    )


def _endorsements(library_id: int, today: dt.date) -> list[Reminder]:
    """Whose endorsements expire within a month: once for those of one last day."""
    days = {
        (endorsement.person_id, endorsement.last_day)
        for endorsement in ask(record_endorsements_queries.expiring(library_id, today))
    }
    return [
        Reminder(one, NoticeKind.ENDORSEMENT_EXPIRING, happening("endorsements_over", one, on))
        for one, on in sorted(days)
    ]


def _access_review(library_id: int, today: dt.date) -> list[Reminder]:
    """Its administrators, once for the day on which it was due."""
    due_on = core_access_review_queries.last_review(library_id).next_on
    if due_on > today:
        return []
    key = happening("access_review", library_id, due_on)
    administrators = session().execute(_administrators_on(today), {"library": library_id}).scalars()
    return [Reminder(one, NoticeKind.ACCESS_REVIEW_DUE, key) for one in sorted(administrators)]


def _administrators_on(today: dt.date) -> Select[int]:
    return select(Person.id).where(
        people_of(LIBRARY),
        Person.administrator.is_(True),
        Person.disabled_at.is_(None),
        Person.password_hash.is_not(None),
        _is_here(Person.id, today),
    )


def _is_here(person_id: Any, today: dt.date) -> ColumnElement[bool]:
    """Whether somebody is not away: nobody is reminded while they are."""
    return away_until(person_id, today).is_(None)


def _living_on(today: dt.date, *due: DueDay) -> Select[*tuple[Any, ...]]:
    """Reviews of the library that are still between the two of them. `due`: of each, when."""
    learner = aliased(Person)
    of_learner = learner.id == Review.learner_id, learner.library_id == LIBRARY
    return select(
        Review.id,
        Review.learner_id,
        Review.reviewer_id,
        *(part for day in due for part in day.parts()),
    ).where(select(learner.id).where(*of_learner).exists(), reviewer_may_go_on(today))
