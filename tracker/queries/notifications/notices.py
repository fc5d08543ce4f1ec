"""Somebody's own notices, and how they come by mail."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import aliased

from tracker.db import session
from tracker.models import Notice, NoticeChoice, Person, Review
from tracker.policy.permissions import Actor
from tracker.policy.reviewers import reviewer_may_go_on
from tracker.rules.notices import USUAL_CHOICE, MailChoice, NoticeKind

PAGE = 50
ABOUT = aliased(Person)


@dataclass(frozen=True, slots=True)
class ListedNotice:
    """`name`: whom it is about, if anybody."""

    kind: NoticeKind
    name: str
    review_id: int | None
    happened_at: dt.datetime
    read: bool


@dataclass(frozen=True, slots=True)
class NoticeList:
    """`newest`: the id of the newest of all, 0 where there is none."""

    notices: list[ListedNotice]
    newest: int
    count: int
    unread: int
    page: int
    pages: int


def listed(actor: Actor, today: dt.date, page: int = 1) -> NoticeList:
    """The actor's, newest first. Two statements."""
    counts = (
        session()
        .execute(
            select(func.count(), func.count().filter(Notice.read_at.is_(None)), func.max(Notice.id))
            .select_from(Notice)
            .outerjoin(Review, Review.id == Notice.review_id)
            .where(Notice.person_id == actor.person_id, _may_see(actor, today))
        )
        .one()
    )
    count, unread_count, newest = counts
    pages = max(1, -(-count // PAGE))
    page = min(max(page, 1), pages)
    rows = session().execute(
        select(Notice.kind, ABOUT.name, Notice.review_id, Notice.happened_at, Notice.read_at)
        .outerjoin(Review, Review.id == Notice.review_id)
        .outerjoin(ABOUT, ABOUT.id == Notice.about_id)
        .where(Notice.person_id == actor.person_id, _may_see(actor, today))
        .order_by(Notice.happened_at.desc(), Notice.id.desc())
        .limit(PAGE)
        .offset((page - 1) * PAGE)
    )
    found = [
        ListedNotice(NoticeKind(kind), name or "", review_id, happened_at, read_at is not None)
        for kind, name, review_id, happened_at, read_at in rows
    ]
    return NoticeList(found, newest or 0, count, unread_count, page, pages)


def unread(actor: Actor, today: dt.date) -> int:
    """One statement."""
    return (
        session().scalar(
            select(func.count())
            .select_from(Notice)
            .outerjoin(Review, Review.id == Notice.review_id)
            .where(
                Notice.person_id == actor.person_id,
                Notice.read_at.is_(None),
                _may_see(actor, today),
            )
        )
        or 0
    )


def mail_choice(actor: Actor) -> MailChoice:
    """One statement."""
    chosen = session().scalar(
        select(NoticeChoice.mail).where(NoticeChoice.person_id == actor.person_id)
    )
    return USUAL_CHOICE if chosen is None else MailChoice(chosen)


def _may_see(actor: Actor, today: dt.date) -> ColumnElement[bool]:
    """REVIEW_READ as SQL: one's own reviews, and those one still reviews."""
    return or_(
        Notice.review_id.is_(None),
        Review.learner_id == actor.person_id,
        and_(Review.reviewer_id == actor.person_id, reviewer_may_go_on(today)),
    )
