"""The two queues, and one review as each of its sides may see it.

Until an item is revealed nothing of the learner's side is read for the reviewer (an open review's excepted), and
nothing of the reviewer's for the learner: the columns are masked in SQL, so no page can show what it was not given.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, case, exists, func, literal, or_, select
from sqlalchemy.orm import aliased

from tracker.db import session
from tracker.models import (
    Confirmation,
    Domain,
    Framework,
    Handover,
    HandoverText,
    Level,
    Membership,
    Person,
    Review,
    ReviewItem,
    ReviewItemText,
    ScaleAnswer,
    Statement,
    Strand,
    Team,
)
from tracker.policy import Actor
from tracker.routing import reviewer_may_go_on
from tracker.rules.reviews import first_name
from tracker.rules.roles import Role
from tracker.rules.scale import Answer, Ground, ReviewerAnswer
from tracker.rules.wording import Wording
from tracker.rules.workflow import ENDED, LIVE, SEALED, ItemStatus, ReviewStatus

QUEUE_MAX = 200


@dataclass(frozen=True, slots=True)
class Queued:
    """A review in somebody's list. `who` is the other side. `done` counts what has an answer or an end: for the
    reviewer's list alone (None in the learner's). `to_confirm`: differences that wait for this side."""

    id: int
    who: str
    status: ReviewStatus
    open: bool
    sent_at: dt.datetime
    due_on: dt.date
    differences_due_on: dt.date | None
    ended_at: dt.datetime | None
    sent: int
    returned: int
    differing: int
    to_confirm: int
    done: int | None = None
    waiting: int | None = None

    @property
    def is_live(self) -> bool:
        return self.status in LIVE


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands over every page of a review. `may_go_on`: the reviewer can go on with it. `before_id`: the review
    that was handed on and goes on here, with who had it and why it was handed on."""

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
    framework_version: str
    sent_at: dt.datetime
    due_on: dt.date
    revealed_at: dt.datetime | None
    differences_due_on: dt.date | None
    closed_at: dt.datetime | None
    team: str
    job: str
    weekly_hours: int | None
    since: dt.date | None
    may_go_on: bool
    before_id: int | None
    before: str
    handover_note: str

    @property
    def learner_first(self) -> str:
        return first_name(self.learner)

    @property
    def reviewer_first(self) -> str:
        return first_name(self.reviewer)

    @property
    def is_live(self) -> bool:
        return self.status in LIVE


@dataclass(frozen=True, slots=True)
class Item:
    """One statement of a review, as one side may see it: what is sealed from that side is None or "".

    `status` is None for the learner until the item is revealed, returned or dropped.
    """

    id: int
    review_id: int
    position: int
    version: int
    status: ItemStatus | None
    revealed: bool
    statement_id: int
    domain_id: int
    rank: int
    code: str
    title: Wording
    text: Wording
    level: Wording
    domain: Wording
    strand: Wording
    own: Answer | None
    own_label: Wording
    own_note: str
    theirs: ReviewerAnswer | None
    ground: Ground | None
    their_note: str
    agreed: str
    """What the two agreed on, where that ended it."""


def mine(actor: Actor) -> list[Queued]:
    """What the actor sent, the newest first. One statement."""
    return _queue(actor, Review.learner_id == actor.person_id, is_inbox=False)


def inbox(actor: Actor, today: dt.date) -> list[Queued]:
    """What was sent to the actor and is theirs to see, the next due first. One statement."""
    theirs = and_(
        Review.reviewer_id == actor.person_id,
        Review.status != ReviewStatus.WITHDRAWN.value,
        reviewer_may_go_on(today),
    )
    return _queue(actor, theirs, is_inbox=True)


def _queue(actor: Actor, where: ColumnElement[bool], *, is_inbox: bool) -> list[Queued]:
    confirmed = exists(
        select(Confirmation.id).where(
            Confirmation.item_id == ReviewItem.id, Confirmation.person_id == actor.person_id
        )
    )  # fmt: skip
    differs = ReviewItem.status == ItemStatus.DIFFERS.value

    def count(those: ColumnElement[bool]) -> ColumnElement[int]:
        return func.coalesce(func.sum(case((those, 1), else_=0)), 0)

    over = [ItemStatus.ANSWERED.value, ItemStatus.DIFFERS.value, *(status.value for status in ENDED)]
    hidden = (
        (count(ReviewItem.status.in_(over)), count(ReviewItem.status == ItemStatus.WAITING.value))
        if is_inbox
        else (literal(None), literal(None))
    )
    done, waiting = hidden
    ended_at = func.coalesce(Review.closed_at, Review.withdrawn_at)
    order = (Review.due_on, Review.id) if is_inbox else (Review.sent_at.desc(), Review.id.desc())
    rows = session().execute(
        select(
            Review.id, Person.name, Review.status, Review.open, Review.sent_at, Review.due_on,
            Review.differences_due_on, Review.closed_at, Review.withdrawn_at,
            func.count(ReviewItem.id), count(ReviewItem.status == ItemStatus.RETURNED.value),
            count(differs), count(and_(differs, ~confirmed)), done, waiting,
        )
        .join(ReviewItem, ReviewItem.review_id == Review.id)
        .join(Person, Person.id == (Review.learner_id if is_inbox else Review.reviewer_id))
        .where(where)
        .group_by(Review.id, Person.name)
        .order_by(ended_at.is_not(None), ended_at.desc(), *order)
        .limit(QUEUE_MAX)
    )  # fmt: skip
    return [
        Queued(
            review_id, who, ReviewStatus(status), is_open, sent_at, due_on, over_on, closed_at or withdrawn_at, *counts
        )
        for review_id, who, status, is_open, sent_at, due_on, over_on, closed_at, withdrawn_at, *counts in rows
    ]


def frame(review_id: int, today: dt.date) -> Frame:
    """One statement. Raises KeyError: ask behind a door."""
    return _frames(Review.id == review_id, today)[review_id]


def frames(review_ids: Iterable[int], today: dt.date) -> dict[int, Frame]:
    """By review. One statement."""
    return _frames(Review.id.in_(list(review_ids)), today)


def _frames(where: ColumnElement[bool], today: dt.date) -> dict[int, Frame]:
    """Of several times in the team the last one counts."""
    learner, reviewer, before, had_it = aliased(Person), aliased(Person), aliased(Review), aliased(Person)
    rows = session().execute(
        select(
            Review.id, Review.learner_id, learner.name.label("learner"), Review.reviewer_id,
            reviewer.name.label("reviewer"), Review.status, Review.open, Review.framework_id, Framework.title,
            Framework.version, Framework.lang, Review.sent_at, Review.due_on, Review.revealed_at,
            Review.differences_due_on, Review.closed_at,
            Team.name.label("team"), Membership.job, Membership.weekly_hours, Membership.starts_on,
            reviewer_may_go_on(today).label("may_go_on"),
            before.id.label("before_id"), had_it.name.label("before"), HandoverText.note,
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
                Membership.role == Role.LEARNER.value,
            ),
        )
        .where(where)
        .order_by(Membership.starts_on)
    )  # fmt: skip
    return {row.id: _frame(row) for row in rows}


def _frame(row: Row[*tuple[Any, ...]]) -> Frame:
    return Frame(
        id=row.id,
        learner_id=row.learner_id,
        learner=row.learner,
        reviewer_id=row.reviewer_id,
        reviewer=row.reviewer,
        status=ReviewStatus(row.status),
        open=row.open,
        framework_id=row.framework_id,
        framework=row.title,
        lang=row.lang,
        framework_version=row.version,
        sent_at=row.sent_at,
        due_on=row.due_on,
        revealed_at=row.revealed_at,
        differences_due_on=row.differences_due_on,
        closed_at=row.closed_at,
        team=row.team,
        job=row.job or "",
        weekly_hours=row.weekly_hours,
        since=row.starts_on,
        may_go_on=bool(row.may_go_on),
        before_id=row.before_id,
        before=row.before or "",
        handover_note=row.note or "",
    )


def review_of(item_id: int) -> int:
    """The review that an item belongs to."""
    return session().scalars(select(ReviewItem.review_id).where(ReviewItem.id == item_id)).one()


def for_reviewer(review_id: int) -> list[Item]:
    """In order; the learner's side only where it has been revealed, or the review is an open one. One statement."""
    return reviewer_items(ReviewItem.review_id == review_id)


def reviewer_items(where: ColumnElement[bool]) -> list[Item]:
    """The same for any items that are this reviewer's to see. One statement."""
    return _items(where, may_own=or_(_revealed(), Review.open), may_theirs=literal(True), is_reviewer=True)


def for_learner(review_id: int) -> list[Item]:
    """In order; the reviewer's side only where it has been revealed. One statement."""
    return _items(ReviewItem.review_id == review_id, may_own=literal(True), may_theirs=_revealed(), is_reviewer=False)


def _revealed() -> ColumnElement[bool]:
    return ReviewItem.revealed_at.is_not(None)


def _items(
    where: ColumnElement[bool], may_own: ColumnElement[bool], may_theirs: ColumnElement[bool], is_reviewer: bool
) -> list[Item]:
    """`is_reviewer` also shows what is sealed from the learner: status and version of what is not revealed."""
    sealed = [status.value for status in SEALED if status is not ItemStatus.RETURNED]
    seen = literal(True) if is_reviewer else or_(_revealed(), ReviewItem.status.not_in(sealed))
    agreed = (
        select(func.min(Confirmation.answer))
        .where(Confirmation.item_id == ReviewItem.id, ReviewItem.status == ItemStatus.ENDORSED.value)
        .having(func.count() == 2)
        .scalar_subquery()
    )
    rows = session().execute(
        select(
            ReviewItem.id, ReviewItem.review_id, ReviewItem.position,
            (ReviewItem.version if is_reviewer else literal(0)).label("version"),
            case((seen, ReviewItem.status)).label("status"),
            _revealed().label("revealed"),
            ReviewItem.statement_id, Statement.domain_id, Statement.rank, Statement.code, Statement.title,
            Statement.text, Level.name.label("level"), Domain.title.label("domain"), Strand.title.label("strand"),
            case((may_own, ReviewItem.learner_answer)).label("own"),
            case((may_own, ScaleAnswer.label)).label("own_label"),
            case((may_own, ReviewItemText.learner_note)).label("own_note"),
            case((may_theirs, ReviewItem.reviewer_answer)).label("theirs"),
            case((may_theirs, ReviewItem.ground)).label("ground"),
            case((may_theirs, ReviewItemText.reviewer_note)).label("their_note"),
            agreed.label("agreed"),
        )
        .join(Review, Review.id == ReviewItem.review_id)
        .join(Statement, Statement.id == ReviewItem.statement_id)
        .join(Domain, Domain.id == Statement.domain_id)
        .join(Strand, Strand.id == Domain.strand_id)
        .join(Level, and_(Level.strand_id == Strand.id, Level.rank == Statement.rank))
        .join(
            ScaleAnswer,
            and_(ScaleAnswer.framework_id == Statement.framework_id, ScaleAnswer.key == ReviewItem.learner_answer),
        )
        .outerjoin(ReviewItemText, ReviewItemText.item_id == ReviewItem.id)
        .where(where)
        .order_by(ReviewItem.review_id, ReviewItem.position)
    )  # fmt: skip
    return [
        Item(
            id=row.id,
            review_id=row.review_id,
            position=row.position,
            version=row.version,
            status=ItemStatus(row.status) if row.status else None,
            revealed=bool(row.revealed),
            statement_id=row.statement_id,
            domain_id=row.domain_id,
            rank=row.rank,
            code=row.code,
            title=row.title,
            text=row.text,
            level=row.level,
            domain=row.domain,
            strand=row.strand,
            own=Answer(row.own) if row.own else None,
            own_label=row.own_label or "",
            own_note=row.own_note or "",
            theirs=ReviewerAnswer(row.theirs) if row.theirs else None,
            ground=Ground(row.ground) if row.ground else None,
            their_note=row.their_note or "",
            agreed=row.agreed or "",
        )
        for row in rows
    ]
