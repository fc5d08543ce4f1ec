"""What was sent in a round and what became of it, as it is or as it was at some moment, whom a
reminder may go to, and whether one still holds.

Nothing here reads a rating. As of a moment it is read from what was written at the time and never
changes: when a review was sent, withdrawn and closed, and the moves in between.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Date,
    Integer,
    RowMapping,
    Select,
    and_,
    bindparam,
    case,
    exists,
    func,
    or_,
    select,
    true,
)
from sqlalchemy.orm import Session

from tracker.db import UTCDateTime, ask_made, session
from tracker.models import (
    AwayPeriod,
    Handover,
    Library,
    Membership,
    Notice,
    OutboxMail,
    Person,
    PersonVersion,
    Review,
    ReviewItem,
    ReviewMove,
    RoleProfile,
    Round,
    RoundFramework,
)
from tracker.models.columns import written
from tracker.models.joins import is_one_of_people
from tracker.models.record.versions import learns_on
from tracker.models.reviews.reviews import NOT_WITHDRAWN, away_of, away_until, covers, due
from tracker.policy.permissions import current_on, people_of
from tracker.queries.asking import Question, ask_together
from tracker.record.sheet.queries_learners import LIBRARY, NAMED_ONE_BY_ONE
from tracker.record.visible.queries import Reader, counts_as_sent
from tracker.record.workflow.rules import ItemStatus, Move, ReviewStatus
from tracker.rules.calendar import day_in
from tracker.rules.core.notices import REMIND_DAYS, NoticeKind
from tracker.rules.roles import Role
from tracker.teams.rounds.rules import REMIND_AGAIN, RoundReview, RoundSupervisor


def reviews_of(
    round_id: int, person_ids: Collection[int], reader: Reader, at: dt.datetime | None = None
) -> defaultdict[int, list[RoundReview]]:
    """What these people sent in the round, by who sent it; `at`: as of that moment. What is
    withdrawn or dropped does not count, nor a review that would tell who read a statement before.
    One query, two where something is hidden."""
    time_zone = reader.actor.time_zone
    are_few = len(person_ids) <= NAMED_ONE_BY_ONE
    asked = {"round": round_id, "past": reader.past_reviews(), "at": at}
    asked |= {"people": list(person_ids)} if are_few else {}

    def is_past(moment: dt.datetime | None) -> bool:
        return moment is not None and (at is None or moment < at)

    reviewer = cache(RoundSupervisor)
    reviews: defaultdict[int, list[RoundReview]] = defaultdict(list)
    wanted = set(person_ids)
    rows = ask_made(_reviews(as_of=at is not None, of_few=are_few), asked).all()
    for learner, by, name, sent_at, is_begun, closed_at, left, *open_ones in rows:
        if learner not in wanted:
            continue
        due_on, since, away, count = open_ones
        is_closed = is_past(closed_at)
        reviews[learner].append(
            RoundReview(
                by=reviewer(by, name),
                sent_at=sent_at,
                begun=bool(is_begun),
                due_on=due(due_on, since, away),
                statements=count,
                days=(day_in(time_zone, closed_at) - day_in(time_zone, sent_at)).days
                if is_closed
                else None,
                counts=not left,
            )
        )
    return reviews


@cache
def _reviews(*, as_of: bool, of_few: bool) -> Select[*tuple[Any, ...]]:
    begun: ColumnElement[bool] = Review.status != ReviewStatus.SENT
    dropped: ColumnElement[bool] = ReviewItem.status == written(ItemStatus.DROPPED)
    is_there: ColumnElement[bool] = NOT_WITHDRAWN
    is_open: ColumnElement[bool] = Review.closed_at.is_(None)
    if as_of:
        at = bindparam("at", type_=UTCDateTime)
        earlier = ReviewMove.moved_at < at
        begun = exists().where(
            ReviewMove.review_id == Review.id,
            ReviewMove.item_id.is_(None),
            ReviewMove.after == ReviewStatus.IN_REVIEW,
            earlier,
        )
        dropped = exists().where(
            ReviewMove.item_id == ReviewItem.id, ReviewMove.move == written(Move.DROP), earlier
        )
        is_there = and_(
            Review.sent_at < at, or_(Review.withdrawn_at.is_(None), Review.withdrawn_at >= at)
        )
        is_open = or_(is_open, Review.closed_at >= at)
    # As of a moment, what became of a review later has not happened: its status says how it is now,
    # so the moves and times of the review are asked in place of it.
    items = select(ReviewItem.id).where(ReviewItem.review_id == Review.id, ~dropped)
    statements = items.with_only_columns(func.count()).correlate(Review).scalar_subquery()
    return (
        select(
            Review.learner_id,
            Review.reviewer_id,
            Person.name,
            Review.sent_at,
            begun,
            Review.closed_at,
            exists().where(Handover.from_review_id == Review.id),
            # For closed reviews, most of a round in time, these are not needed.
            case((is_open, Review.due_on)),
            case((is_open, Review.due_from)),
            case((is_open, away_of(Review.reviewer_id))),
            case((is_open, statements), else_=0),
        )
        .join(Person, Person.id == Review.reviewer_id)
        .where(
            Review.round_id == bindparam("round", type_=Integer),
            is_one_of_people(Review.learner_id) if of_few else true(),
            is_there,
            items.exists(),
            Review.id.not_in(bindparam("past", expanding=True)),
        )
    )


class LearnerFlags(NamedTuple):
    """`is_ready`: they said so; `reminded_at`: of this round, the last time by the moment asked
    about."""

    is_ready: bool = False
    away_until: dt.date | None = None
    reminded_at: dt.datetime | None = None


def flags_of(
    library_id: int, round_id: int, today: dt.date, at: dt.datetime
) -> dict[int, LearnerFlags]:
    """By person, of those alone who have any. One query."""
    asked = {"library": library_id, "round": round_id, "today": today, "at": at}
    ready, away, reminded = ask_together(
        *(
            Question(of, asked, _by_person(name))
            for of, name in zip(_flags(), ("person_id", "until_on", "happened_at"), strict=True)
        )
    )
    return {
        person_id: LearnerFlags(person_id in ready, away.get(person_id), reminded.get(person_id))
        for person_id in {*ready, *away, *reminded}
    }


def _by_person(name: str) -> Callable[[Sequence[RowMapping]], dict[int, Any]]:
    """By person the latest value of that column."""
    return lambda rows: {
        row["person_id"]: row[name] for row in sorted(rows, key=lambda row: row[name])
    }


@cache
def _flags() -> tuple[Select[*tuple[Any, ...]], ...]:
    """From the index of each: few of a library have one."""
    return (
        select(Person.id.label("person_id")).where(
            people_of(LIBRARY), Person.ready_at.is_not(None)
        ),
        select(AwayPeriod.person_id, func.max(AwayPeriod.until_on).label("until_on"))
        .where(covers(bindparam("today", type_=Date)))
        .group_by(AwayPeriod.person_id),
        select(Notice.person_id, Notice.happened_at).where(
            Notice.kind == NoticeKind.ROUND_REMINDER,
            Notice.round_id == bindparam("round", type_=Integer),
            Notice.happened_at <= bindparam("at", type_=UTCDateTime),
        ),
    )


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
    people: dict[int, list[int]] = {}
    for round_id, person_id in rows:
        people.setdefault(round_id, []).append(person_id)
    return people


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


def goes_at(tx: Session, mail: OutboxMail, now: dt.datetime) -> dt.datetime:
    """When a mail of notices may be sent: one that reminds of a round in the hours of the library,
    any other now."""
    reminds = select(Notice.id).where(
        Notice.mail_id == mail.id, Notice.kind == NoticeKind.ROUND_REMINDER
    )
    if tx.scalar(reminds.limit(1)) is None:
        return now
    library = tx.get_one(Library, tx.get_one(Person, mail.person_id).library_id)
    return library.mails_from(now)
