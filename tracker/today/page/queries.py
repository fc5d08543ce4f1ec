"""What waits for a learner today, when they were here last, and whether they want to be offered
statements to update: the facts, no words.

Their own side stays sealed as everywhere: of a review they learn what is returned and what is
revealed.

Who of a supervisor's teams has sent nothing.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
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
)

from tracker.db import UTCDateTime, ask_made
from tracker.models import (
    Confirmation,
    Endorsement,
    Framework,
    Membership,
    Person,
    PersonVersion,
    Review,
    ReviewItem,
    ReviewMessage,
    RoleProfile,
    Round,
    RoundFramework,
    SignIn,
    Statement,
    Team,
)
from tracker.models.record.versions import learns_on
from tracker.models.record.words import stood
from tracker.models.reviews.reviews import IS_LIVE, DueDay, differences_due, review_due
from tracker.policy.permissions import Actor, current_on
from tracker.queries.asking import Question, row_as
from tracker.record.endorsements.queries import FRESH
from tracker.record.sheet.queries_learners import LEARNER
from tracker.record.visible.queries import counts_as_sent
from tracker.record.workflow.rules import REVEALED, ItemStatus
from tracker.reviews.differences.queries import waits_for
from tracker.rules.core.wording import Wording
from tracker.rules.roles import Role

FRAMEWORK = Framework.title + " " + Framework.version


@dataclass(frozen=True, slots=True)
class ReturnedItem:
    """An item that came back with a question. `due_on`: when its review is due."""

    review_id: int
    due_on: dt.date
    title: Wording
    question: str
    reviewer: str
    at: dt.datetime
    framework: Wording
    lang: str


@dataclass(frozen=True, slots=True)
class RevealedReview:
    """A review of the learner that was revealed. `current`: of what was shown, what is still a
    reviewed rating. `to_say`: differences that wait for the learner; `due_on`: until when.
    `agreed` and `apart`: what became of other differences. `closed_at`: when it ended."""

    review_id: int
    reviewer: str
    at: dt.datetime
    closed_at: dt.datetime | None
    agreed: int
    apart: int
    shown: int
    current: int
    differing: int
    to_say: int
    due_on: dt.date
    framework: Wording
    lang: str


def returned(actor: Actor) -> Question[list[ReturnedItem]]:
    """The newest question first."""
    return Question(
        _returned(),
        {"learner": actor.person_id},
        lambda rows: sorted(
            (row_as(ReturnedItem, row, due_on=DueDay.read("due_on", row)) for row in rows),
            key=lambda item: item.at,
            reverse=True,
        ),
    )


@cache
def _returned() -> Select[*tuple[Any, ...]]:
    # Of what the reviewer wrote about an item the newest: the question that waits.
    newest = (
        select(func.max(ReviewMessage.id))
        .where(
            ReviewMessage.item_id == ReviewItem.id, ReviewMessage.author_id == Review.reviewer_id
        )
        .correlate(ReviewItem, Review)
        .scalar_subquery()
    )
    return (
        select(
            Review.id.label("review_id"),
            *review_due().parts(),
            Statement.title,
            ReviewMessage.text.label("question"),
            Person.name.label("reviewer"),
            ReviewMessage.written_at.label("at"),
            FRAMEWORK.label("framework"),
            Framework.lang,
        )
        .select_from(ReviewItem)
        .join(Review, Review.id == ReviewItem.review_id)
        .join(Framework, Framework.id == Review.framework_id)
        .join(Statement, Statement.id == ReviewItem.statement_id)
        .join(Person, Person.id == Review.reviewer_id)
        .join(ReviewMessage, ReviewMessage.id == newest)
        .where(Review.learner_id == LEARNER, IS_LIVE, ReviewItem.status == ItemStatus.RETURNED)
    )


def revealed(actor: Actor, now: dt.datetime) -> Question[list[RevealedReview]]:
    """Reviews with differences to talk through, and those revealed lately; the newest first."""
    return Question(
        _revealed(), {"learner": actor.person_id, "fresh_since": now - FRESH}, _revealed_reviews
    )


def _revealed_reviews(rows: Sequence[RowMapping]) -> list[RevealedReview]:
    reviews = [
        row_as(
            RevealedReview,
            row,
            due_on=DueDay.read("differences_due_on", row) or DueDay.read("due_on", row),
        )
        for row in rows
    ]
    return sorted(reviews, key=lambda review: (review.at, -review.review_id), reverse=True)


@cache
def _revealed() -> Select[*tuple[Any, ...]]:
    # An item is agreed on where both have confirmed it; where both had answered the same, nobody
    # confirms anything. It is current while the endorsement that it led to still stands, which it
    # leads to once the review ends.
    both = (
        select(func.count(Confirmation.id))
        .where(Confirmation.item_id == ReviewItem.id)
        .scalar_subquery()
    )
    is_endorsed = ReviewItem.status == ItemStatus.ENDORSED
    given = exists(select(Endorsement.id).where(Endorsement.item_id == ReviewItem.id, stood(None)))
    return (
        select(
            Review.id.label("review_id"),
            Person.name.label("reviewer"),
            func.max(ReviewItem.revealed_at).label("at"),
            _count(ReviewItem.status.in_(REVEALED)).label("shown"),
            _count(and_(is_endorsed, or_(given, IS_LIVE))).label("current"),
            Review.closed_at,
            _count(and_(is_endorsed, both == 2)).label("agreed"),
            _count(ReviewItem.status == ItemStatus.KEPT_APART).label("apart"),
            _count(ReviewItem.status == ItemStatus.DIFFERS).label("differing"),
            _count(waits_for(LEARNER)).label("to_say"),
            *differences_due().parts(),
            *review_due().parts(),
            FRAMEWORK.label("framework"),
            Framework.lang,
        )
        .join(ReviewItem, ReviewItem.review_id == Review.id)
        .join(Framework, Framework.id == Review.framework_id)
        .join(Person, Person.id == Review.reviewer_id)
        .where(Review.learner_id == LEARNER, ReviewItem.revealed_at.is_not(None))
        .group_by(Review.id, Person.name, Framework.id)
        .having(
            or_(
                func.coalesce(Review.closed_at, func.max(ReviewItem.revealed_at))
                > bindparam("fresh_since", type_=UTCDateTime),
                _count(ReviewItem.status == ItemStatus.DIFFERS) > 0,
            )
        )
    )


def _count(those: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((those, 1), else_=0)), 0)


@dataclass(frozen=True, slots=True)
class ComingBack:
    """`last_visit`: when they last used it on a day before; None where they never did."""

    offers_updates: bool
    updates_not_before: dt.date | None
    last_visit: dt.datetime | None


def coming_back(actor: Actor, day: dt.datetime) -> Question[ComingBack]:
    """`day`: when today began. A sign-in that goes on since a day before counts by its start: later
    moments of it aren't kept."""
    return Question(
        _coming_back(),
        {"learner": actor.person_id, "sign_in": actor.sign_in_id, "day_began": day},
        lambda rows: row_as(ComingBack, rows[0]),
    )


@cache
def _coming_back() -> Select[*tuple[Any, ...]]:
    used_at = case(
        (SignIn.id == bindparam("sign_in", type_=Integer), SignIn.started_at), else_=SignIn.seen_at
    )
    last_visit = (
        select(func.max(used_at))
        .where(SignIn.person_id == Person.id, used_at < bindparam("day_began", type_=UTCDateTime))
        .scalar_subquery()
    )
    return select(
        Person.offers_updates, Person.updates_not_before, last_visit.label("last_visit")
    ).where(Person.id == LEARNER)


@dataclass(frozen=True, slots=True)
class TeamBehind:
    """People of a supervised team: who of them has not sent anything in the round open for one of
    their frameworks."""

    team_id: int
    team: str
    people: int
    not_sent: tuple[str, ...]
    in_round: bool


def behind(actor: Actor, today: dt.date) -> list[TeamBehind]:
    """Each team that this actor supervises. One query."""
    rows = ask_made(_behind_on(today), {"teams": [place.team_id for place in actor.supervises]})
    by_team = defaultdict(list)
    for row in rows:
        by_team[row.id, row.team].append(row)
    teams = []
    for (team_id, team), members in by_team.items():
        others = [row for row in members if row.person_id not in (None, actor.person_id)]
        in_round = [row for row in others if row.in_round]
        others = in_round or others
        late = {row.person_id: row.name for row in others if not row.sent}
        teams.append(
            TeamBehind(
                team_id=team_id,
                team=team,
                people=len({row.person_id for row in others}),
                not_sent=tuple(late.values()),
                in_round=bool(in_round),
            )
        )
    return teams


@lru_cache(maxsize=8)
def _behind_on(today: dt.date) -> Select[*tuple[Any, ...]]:
    """Built once a day."""
    # The round that is open for the version that somebody is on. What they sent counts in whatever
    # version of that framework it was, but only in this round, where one is open.
    open_round = (
        select(Round.id)
        .join(RoundFramework, RoundFramework.round_id == Round.id)
        .where(
            Round.library_id == RoleProfile.library_id,
            RoundFramework.framework_id == PersonVersion.framework_id,
            Round.starts_on <= today,
            Round.ends_on >= today,
        )
        .correlate(RoleProfile, PersonVersion)
    )
    versions = (
        select(Framework.id).where(Framework.slug == RoleProfile.slug).correlate_except(Framework)
    )
    sent = exists(
        select(ReviewItem.id)
        .join(Review, Review.id == ReviewItem.review_id)
        .where(
            Review.learner_id == Membership.person_id,
            Review.framework_id.in_(versions),
            or_(~exists(open_round), Review.round_id.in_(open_round)),
            counts_as_sent(),
        )
    )
    return (
        select(
            Team.id,
            Team.name.label("team"),
            Person.id.label("person_id"),
            Person.name,
            sent.label("sent"),
            exists(open_round).label("in_round"),
        )
        .select_from(Team)
        .outerjoin(
            Membership,
            and_(
                Membership.team_id == Team.id,
                Membership.role == Role.LEARNER,
                current_on(Membership, today),
            ),
        )
        .outerjoin(Person, and_(Person.id == Membership.person_id, Person.disabled_at.is_(None)))
        .outerjoin(RoleProfile, RoleProfile.id == Membership.role_profile_id)
        .outerjoin(PersonVersion, learns_on())
        .where(Team.id.in_(bindparam("teams", expanding=True)))
        .order_by(Team.name, Team.id, Person.name, Person.id)
    )
