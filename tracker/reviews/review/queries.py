"""What stands over every page of a review: who, when, how far, and where it was before.

What lies beside the items of a review: evidence as sent, questions, confirmations, next steps,
thanks, citations.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Integer,
    Row,
    ScalarSelect,
    Select,
    and_,
    bindparam,
    case,
    exists,
    func,
    or_,
    select,
)
from sqlalchemy.orm import aliased

from tracker.db import session
from tracker.evidence.pieces.rules import is_web_link, kind_of
from tracker.frameworks.versions.rules import EvidenceKind
from tracker.models import (
    Citation,
    Confirmation,
    EvidenceText,
    Framework,
    Handover,
    HandoverText,
    Membership,
    Person,
    PersonVersion,
    Review,
    ReviewItem,
    ReviewItemEvidence,
    ReviewMessage,
    ReviewMove,
    RoleProfile,
    ScaleAnswer,
    Source,
    Statement,
    StoredFile,
    Team,
    Thanks,
    TrainingAction,
)
from tracker.models.columns import written
from tracker.models.joins import scale_answer
from tracker.models.record.versions import is_current
from tracker.models.reviews.reviews import away_until, differences_due, review_due
from tracker.policy.reviewers import reviewer_may_go_on
from tracker.record.versions.rules import CitationChip
from tracker.record.workflow.rules import LIVE, Move, ReviewStatus
from tracker.reviews.act.rules import Thing, can
from tracker.reviews.review.rules import seen_stamp
from tracker.rules.core.wording import Wording
from tracker.rules.names import first_name
from tracker.rules.roles import Role


@dataclass(frozen=True, slots=True)
class ReviewHeader:
    """What stands over every page of a review. `may_go_on`: the reviewer can go on with it.
    `before_id`: the review that was handed on and goes on here, with who had it and why it was
    handed on. `is_moved`: the learner is on another version of the framework by now."""

    id: int
    learner_id: int
    learner: str
    reviewer_id: int
    reviewer: str
    status: ReviewStatus
    open: bool
    framework_id: int
    framework: Wording
    lang: str
    question: Wording
    """What the framework asks the reviewer; "" for the usual question."""
    help: Wording
    """How the framework's answers are meant."""
    framework_version: str
    sent_at: dt.datetime
    due_on: dt.date
    revealed_at: dt.datetime | None
    differences_from: dt.date | None
    differences_due_on: dt.date | None
    closed_at: dt.datetime | None
    withdrawn_at: dt.datetime | None
    team: str
    job: str
    weekly_hours: float | None
    since: dt.date | None
    may_go_on: bool
    learner_away_until: dt.date | None
    reviewer_away_until: dt.date | None
    week_taken: bool
    before_id: int | None
    before: str
    handover_note: str
    is_moved: bool

    @property
    def learner_first(self) -> str:
        return first_name(self.learner)

    @property
    def reviewer_first(self) -> str:
        return first_name(self.reviewer)

    @property
    def is_live(self) -> bool:
        return self.status in LIVE

    def can(self, move: Move) -> bool:
        """Whether this can be done to the review now."""
        is_used_up = move == Move.ONE_MORE_WEEK and self.week_taken
        return can(Thing.REVIEW, self.status, move) and not is_used_up


def is_theirs(reviewer: int | BindParameter[int], today: dt.date) -> ColumnElement[bool]:
    """Over `Review`: whether that person answers it: it was sent to them, and they may review its
    learner still."""
    return and_(
        Review.reviewer_id == reviewer, Review.learner_id != reviewer, reviewer_may_go_on(today)
    )


@lru_cache(maxsize=8)
def of_reviewer(today: dt.date) -> Select[int]:
    """A `review`, if it is that of `me` to answer. Built once a day: every act of a reviewer asks
    it."""
    me: BindParameter[int] = bindparam("me", type_=Integer)
    return select(Review.id).where(Review.id == bindparam("review"), is_theirs(me, today))


def header(review_id: int, today: dt.date) -> ReviewHeader:
    """One query. Raises KeyError: ask behind a door."""
    return headers([review_id], today)[review_id]


def headers(review_ids: Iterable[int], today: dt.date) -> dict[int, ReviewHeader]:
    """By review. One query."""
    rows = session().execute(_headers_on(today).where(Review.id.in_(list(review_ids))))
    return {row["id"]: ReviewHeader(**row) for row in rows.mappings()}


def changed_by_other(review_id: int, person_id: int) -> bool:
    """Whether somebody else made the last move of it. What was answered is left out: when it was
    is sealed."""
    is_answer = ReviewMove.move.in_((Move.ANSWER, Move.CANNOT_TELL))
    last = (
        select(ReviewMove.actor_id)
        .where(ReviewMove.review_id == review_id, ReviewMove.item_id.is_(None) | ~is_answer)
        .order_by(ReviewMove.id.desc())
        .limit(1)
    )
    return session().scalar(last) not in (None, person_id)


@lru_cache(maxsize=8)
def _headers_on(today: dt.date) -> Select[*tuple[Any, ...]]:
    """Of several jobs in the team the one in the review's framework counts, and of several times
    the last. Built once a day: every page of a review asks it."""
    learner, reviewer, had_it = aliased(Person), aliased(Person), aliased(Person)
    before = aliased(Review)
    return (
        select(
            Review.id,
            Review.learner_id,
            learner.name.label("learner"),
            Review.reviewer_id,
            reviewer.name.label("reviewer"),
            Review.status,
            Review.open,
            Review.framework_id,
            Framework.title.label("framework"),
            Framework.version.label("framework_version"),
            Framework.lang,
            func.coalesce(Framework.about["scale"]["reviewer_question"].as_string(), "").label(
                "question"
            ),
            func.coalesce(Framework.about["scale"]["help"].as_string(), "").label("help"),
            Review.sent_at,
            review_due(),
            Review.revealed_at,
            Review.differences_from,
            differences_due(),
            Review.closed_at,
            Review.withdrawn_at,
            Team.name.label("team"),
            func.coalesce(Membership.job, "").label("job"),
            Membership.weekly_hours,
            _there_since().label("since"),
            reviewer_may_go_on(today).label("may_go_on"),
            away_until(Review.learner_id, today).label("learner_away_until"),
            away_until(Review.reviewer_id, today).label("reviewer_away_until"),
            exists()
            .where(
                ReviewMove.review_id == Review.id, ReviewMove.move == written(Move.ONE_MORE_WEEK)
            )
            .label("week_taken"),
            before.id.label("before_id"),
            func.coalesce(had_it.name, "").label("before"),
            func.coalesce(HandoverText.note, "").label("handover_note"),
            exists(PersonVersion.id)
            .where(
                PersonVersion.person_id == Review.learner_id,
                PersonVersion.slug == Framework.slug,
                PersonVersion.framework_id != Review.framework_id,
                is_current(),
            )
            .label("is_moved"),
        )
        .join(learner, learner.id == Review.learner_id)
        .join(reviewer, reviewer.id == Review.reviewer_id)
        .join(Team, Team.id == Review.team_id)
        .join(Framework, Framework.id == Review.framework_id)
        .outerjoin(Handover, Handover.review_id == Review.id)
        .outerjoin(HandoverText, HandoverText.review_id == Handover.review_id)
        .outerjoin(before, before.id == Handover.from_review_id)
        .outerjoin(had_it, had_it.id == before.reviewer_id)
        .outerjoin(
            Membership,
            and_(
                Membership.person_id == Review.learner_id,
                Membership.team_id == Review.team_id,
                Membership.role == Role.LEARNER,
            ),
        )
        .outerjoin(RoleProfile, RoleProfile.id == Membership.role_profile_id)
        .order_by(case((RoleProfile.slug == Framework.slug, 1), else_=0), Membership.starts_on)
    )


def _there_since() -> ScalarSelect[Any]:
    """When the learner came to the team: another job that began before, and went on into this one,
    is the same time there."""
    other = aliased(Membership)
    return (
        select(func.min(other.starts_on))
        .where(
            other.person_id == Membership.person_id,
            other.team_id == Membership.team_id,
            other.role == Role.LEARNER,
            or_(other.ends_on.is_(None), other.ends_on >= Membership.starts_on),
        )
        .correlate(Membership)
        .scalar_subquery()
    )


@dataclass(frozen=True, slots=True)
class SentEvidence:
    """A version as it was sent; `title` is "" where its owner had it erased since."""

    version_id: int
    reason: str
    title: str
    text: str
    href: str
    kind: EvidenceKind
    done_on: dt.date | None
    file_size: int | None

    @property
    def words(self) -> int:
        """How long its text is."""
        return len(self.text.split())


@dataclass(frozen=True, slots=True)
class SideConfirmation:
    """What one side would agree on; without an answer they want to talk about it."""

    answer: str | None
    label: Wording
    reason: str
    confirmed_at: dt.datetime

    @property
    def stamp(self) -> str:
        """What a page holds of it, to tell whether it was seen."""
        return seen_stamp(self.confirmed_at)


Message = Row[int, int, str, str, dt.datetime]
"""`item_id`, `author_id`, `author`, `text`, `written_at`."""
AgreedNextStep = Row[int, int, int, str, str, dt.date | None, dt.datetime | None]
"""`item_id`, `id`, `owner_id`, `owner`, `text`, `due_on`, `done_at`."""


def evidence_of(item_ids: Iterable[int]) -> dict[int, list[SentEvidence]]:
    """By item, in the order of the versions. One query."""
    rows = session().execute(
        select(
            ReviewItemEvidence.item_id,
            ReviewItemEvidence.version_id,
            ReviewItemEvidence.reason,
            EvidenceText.title,
            EvidenceText.text,
            EvidenceText.url,
            EvidenceText.done_on,
            StoredFile.size,
        )
        .outerjoin(EvidenceText, EvidenceText.version_id == ReviewItemEvidence.version_id)
        .outerjoin(StoredFile, StoredFile.id == EvidenceText.file_id)
        .where(ReviewItemEvidence.item_id.in_(list(item_ids)))
        .order_by(ReviewItemEvidence.version_id)
    )
    pieces = defaultdict[int, list[SentEvidence]](list)
    for row in rows:
        url = row.url or ""
        pieces[row.item_id].append(
            SentEvidence(
                version_id=row.version_id,
                reason=row.reason,
                title=row.title or "",
                text=row.text or "",
                href=url if is_web_link(url) else "",
                kind=kind_of(url, row.size is not None),
                done_on=row.done_on,
                file_size=row.size,
            )
        )
    return pieces


def messages_of(item_ids: Iterable[int]) -> dict[int, list[Message]]:
    """By item, the oldest first. One query."""
    rows = session().execute(
        select(
            ReviewMessage.item_id,
            Person.id.label("author_id"),
            Person.name.label("author"),
            ReviewMessage.text,
            ReviewMessage.written_at,
        )
        .join(Person, Person.id == ReviewMessage.author_id)
        .where(ReviewMessage.item_id.in_(list(item_ids)))
        .order_by(ReviewMessage.id)
    )
    return by_item(rows)


def confirmations(review_id: int) -> dict[int, dict[int, SideConfirmation]]:
    """By item and person. One query."""
    rows = session().execute(
        select(
            Confirmation.item_id,
            Confirmation.person_id,
            Confirmation.answer,
            func.coalesce(ScaleAnswer.label, "").label("label"),
            Confirmation.reason,
            Confirmation.confirmed_at,
        )
        .join(ReviewItem, ReviewItem.id == Confirmation.item_id)
        .join(Statement, Statement.id == ReviewItem.statement_id)
        .outerjoin(ScaleAnswer, scale_answer(Confirmation.answer))
        .where(ReviewItem.review_id == review_id)
    )
    sides = defaultdict[int, dict[int, SideConfirmation]](dict)
    for item_id, person_id, answer, label, reason, confirmed_at in rows:
        sides[item_id][person_id] = SideConfirmation(answer, label, reason, confirmed_at)
    return sides


def steps(review_id: int) -> dict[int, list[AgreedNextStep]]:
    """By item, as they were written. One query."""
    rows = session().execute(
        select(
            TrainingAction.item_id,
            TrainingAction.id,
            Person.id.label("owner_id"),
            Person.name.label("owner"),
            TrainingAction.text,
            TrainingAction.due_on,
            TrainingAction.done_at,
        )
        .join(ReviewItem, ReviewItem.id == TrainingAction.item_id)
        .join(Person, Person.id == TrainingAction.owner_id)
        .where(ReviewItem.review_id == review_id)
        .order_by(TrainingAction.id)
    )
    return by_item(rows)


def by_item(rows: Iterable[Any]) -> dict[int, list[Any]]:
    of_item = defaultdict[int, list[Any]](list)
    for row in rows:
        of_item[row.item_id].append(row)
    return of_item


def thanks(review_id: int) -> dict[bool, Row[bool, str, dt.datetime]]:
    """What the two wrote to each other, and when, by whether it is the learner's. For these two
    alone. One query."""
    rows = session().execute(
        select(Thanks.from_learner, Thanks.text, Thanks.written_at).where(
            Thanks.review_id == review_id
        )
    )
    return {row.from_learner: row for row in rows}


def citations(statement_id: int) -> list[CitationChip]:
    """In order. One query."""
    rows = session().execute(
        select(Source.label, Source.name, Source.url)
        .join(Citation, Citation.source_id == Source.id)
        .where(Citation.statement_id == statement_id)
        .order_by(Citation.position)
    )
    return [CitationChip(*row) for row in rows]
