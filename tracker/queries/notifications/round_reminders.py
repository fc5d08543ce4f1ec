"""Whom to remind of a round that is about to close, and whether a reminder still holds."""

import datetime as dt

from sqlalchemy import ColumnElement, exists, select

from tracker.db import session
from tracker.models import (
    Membership,
    Notice,
    Person,
    PersonVersion,
    Review,
    ReviewItem,
    RoleProfile,
    Round,
    RoundFramework,
)
from tracker.models.record.versions import learns_on
from tracker.models.reviews.due_dates import away_until
from tracker.policy.permissions import current_on, people_of
from tracker.queries.reviews.submission_counts import counts_as_sent
from tracker.rules.notifications.notices import REMIND_DAYS, NoticeKind, RoundNotice
from tracker.rules.roles import Role
from tracker.rules.teams.round_progress import REMIND_AGAIN


def closing(library_id: int, today: dt.date, now: dt.datetime) -> dict[int, list[int]]:
    """By round of the library that closes within REMIND_DAYS: who learns in it, has not sent, is
    not away, and was not reminded of it lately. One query."""
    lately = exists().where(
        Notice.person_id == Person.id,
        Notice.round_id == Round.id,
        Notice.kind == NoticeKind.ROUND_REMINDER,
        Notice.happened_at > now - REMIND_AGAIN,
    )
    rows = session().execute(
        select(Round.id, Person.id)
        .join(Person, people_of(library_id))
        .where(
            Round.library_id == library_id,
            *_is_open_to(Person.id.expression, today),
            Round.ends_on <= today + dt.timedelta(days=REMIND_DAYS),
            Person.disabled_at.is_(None),
            ~lately,
        )
        .order_by(Round.id, Person.id)
    )
    found: dict[int, list[int]] = {}
    for round_id, person_id in rows:
        found.setdefault(round_id, []).append(person_id)
    return found


def still_holds(person_id: int, round_id: int, today: dt.date) -> bool:
    """The round is open, they learn in a version that it is for, and have neither sent nor gone
    away meanwhile. One query."""
    query = (
        select(Round.id)
        .join(Person, people_of(Round.library_id))
        .where(
            Round.id == round_id, Person.id == person_id, *_is_open_to(Person.id.expression, today)
        )
    )
    return session().scalar(query) is not None


def rounds_of(round_ids: set[int]) -> dict[int, RoundNotice]:
    """What is told of them. One query, none where there is none."""
    if not round_ids:
        return {}
    rows = session().execute(
        select(Round.id, Round.name, Round.ends_on).where(Round.id.in_(round_ids))
    )
    return {round_id: RoundNotice(name, ends_on) for round_id, name, ends_on in rows}


def _is_open_to(person_id: ColumnElement[int], today: dt.date) -> tuple[ColumnElement[bool], ...]:
    """Over `Round`: it is open, and that person is in it, is there, and has not sent."""
    is_in_it = exists(
        select(Membership.id)
        .join(RoleProfile, RoleProfile.id == Membership.role_profile_id)
        .join(PersonVersion, learns_on())
        .join(RoundFramework, RoundFramework.framework_id == PersonVersion.framework_id)
        .where(
            RoundFramework.round_id == Round.id,
            Membership.person_id == person_id,
            Membership.role == Role.LEARNER,
            current_on(Membership, today),
        )
        .correlate_except(Membership, RoleProfile, PersonVersion, RoundFramework)
    )
    sent = exists(
        select(Review.id)
        .join(ReviewItem, ReviewItem.review_id == Review.id)
        .where(Review.round_id == Round.id, Review.learner_id == person_id, counts_as_sent())
        .correlate_except(Review, ReviewItem)
    )
    return (
        Round.starts_on <= today,
        Round.ends_on >= today,
        is_in_it,
        ~sent,
        away_until(person_id, today).is_(None),
    )
