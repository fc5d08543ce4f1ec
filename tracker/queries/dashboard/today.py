"""What waits for somebody today, in each of their roles: the facts, no words.

A learner's own side stays sealed as everywhere: of a review they learn what is returned and what is
revealed.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
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
    Statement,
    Team,
)
from tracker.models.record.versions import learns_on
from tracker.models.record.words import stood
from tracker.models.reviews.due_dates import DueDay, differences_due, review_due
from tracker.policy.permissions import Actor, current_on
from tracker.queries.asking import Question, row_as
from tracker.queries.assessment.learners import LEARNER
from tracker.queries.reviews.differences import waits_for
from tracker.queries.reviews.submission_counts import counts_as_sent
from tracker.rules.frameworks.wording import Wording
from tracker.rules.reviews.workflow import LIVE, REVEALED, ItemStatus
from tracker.rules.roles import Role

FRAMEWORK = Framework.title + " " + Framework.version
FRESH = dt.timedelta(days=14)
"""A reveal, or the end of a review, is told of for so long; differences until they are settled."""


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


@dataclass(frozen=True, slots=True)
class TeamBehind:
    """People of a supervised team: who of them has not sent anything in the round open for one of
    their frameworks."""

    team_id: int
    team: str
    people: int
    not_sent: tuple[str, ...]
    in_round: bool


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
        .where(
            Review.learner_id == LEARNER,
            Review.status.in_(LIVE),
            ReviewItem.status == ItemStatus.RETURNED,
        )
    )


def revealed(actor: Actor, now: dt.datetime) -> Question[list[RevealedReview]]:
    """Reviews with differences to talk through, and those revealed lately; the newest first."""
    return Question(
        _revealed(), {"learner": actor.person_id, "fresh_since": now - FRESH}, _revealed_reviews
    )


def _revealed_reviews(rows: Sequence[RowMapping]) -> list[RevealedReview]:
    found = [
        row_as(
            RevealedReview,
            row,
            due_on=DueDay.read("differences_due_on", row) or DueDay.read("due_on", row),
        )
        for row in rows
    ]
    return sorted(found, key=lambda each: (each.at, -each.review_id), reverse=True)


@cache
def _revealed() -> Select[*tuple[Any, ...]]:
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
            _count(and_(is_endorsed, given)).label("current"),
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


def behind(actor: Actor, today: dt.date) -> list[TeamBehind]:
    """Each team that this actor supervises. One query."""
    rows = ask_made(_behind_on(today), {"teams": [place.team_id for place in actor.supervises]})
    by_team = defaultdict(list)
    for row in rows:
        by_team[row.id, row.team].append(row)
    found = []
    for (team_id, team), members in by_team.items():
        others = [row for row in members if row.person_id not in (None, actor.person_id)]
        in_round = [row for row in others if row.in_round]
        others = in_round or others
        late = {row.person_id: row.name for row in others if not row.sent}
        found.append(
            TeamBehind(
                team_id,
                team,
                len({row.person_id for row in others}),
                tuple(late.values()),
                bool(in_round),
            )
        )
    return found


@lru_cache(maxsize=8)
def _behind_on(today: dt.date) -> Select[*tuple[Any, ...]]:
    """Built once a day."""
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


def _count(those: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((those, 1), else_=0)), 0)
