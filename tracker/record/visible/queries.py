"""What somebody may not see because they are to rate it, or because a record is not open to them
yet: the one place that says so.

A statement that was sent for review by itself counts as not reviewed and not revealed, for its
reviewer and for who stands in for them, until they reveal: whoever rated it before and whatever the
learner said, and also where nobody ever did. As this holds for every review of one statement, and a
second opinion is one, it gives none of them away. What its skill was made of, and what became of
it, is hidden with it in every version, carried or not.

Of somebody whose record is closed to the reader (policy/openings) nothing was reviewed and nothing
was revealed, but in reviews that are with the reader.
"""

import datetime as dt
from collections.abc import Callable, Collection, Mapping, Set
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    CompoundSelect,
    Integer,
    SQLColumnExpression,
    and_,
    bindparam,
    cast,
    not_,
    null,
    or_,
    select,
    true,
    tuple_,
)

from tracker.db import UTCDateTime, ask_made, session
from tracker.models import Deputy, RecordOpening, Review, ReviewItem, SkillOrigin, Statement
from tracker.models.columns import written
from tracker.models.reviews.reviews import IS_LIVE, NOT_WITHDRAWN
from tracker.policy.openings import is_closed
from tracker.policy.permissions import Actor
from tracker.policy.reviewers import deputises_on, is_of_one
from tracker.record.workflow.rules import SEALED, ItemStatus

HIDDEN: BindParameter[list[tuple[int, int]]] = bindparam("hidden", expanding=True)
READER: BindParameter[int] = bindparam("reader_id", type_=Integer)
NOW: BindParameter[dt.datetime] = bindparam("reads_at", type_=UTCDateTime)


@dataclass(frozen=True, slots=True)
class Hidden:
    """The (person, statement) that a reader is to rate, in every version, with the (person, skill)
    of each; and those whose records are closed to them, who came to read each at `came_at`."""

    pairs: frozenset[tuple[int, int]] = frozenset()
    skills: frozenset[tuple[int, int]] = frozenset()
    came_at: Mapping[int, dt.datetime] = field(default_factory=dict)


@dataclass(frozen=True)
class Reader:
    """Who asks, and when. What is hidden from them is asked once, when something is read that they
    may not all see. Every query that reads past ratings for others than the learner takes one."""

    actor: Actor
    now: dt.datetime

    @cached_property
    def today(self) -> dt.date:
        return self.actor.today(self.now)

    @cached_property
    def hidden(self) -> Hidden:
        """One query."""
        rows = ask_made(
            _hidden_on(self.today), {"reader_id": self.actor.person_id, "reads_at": self.now}
        ).all()
        to_rate = [row for row in rows if row.statement_id is not None]
        return Hidden(
            frozenset((row.learner_id, row.statement_id) for row in to_rate),
            frozenset((row.learner_id, row.skill_id) for row in to_rate),
            {row.learner_id: row.came_at for row in rows if row.statement_id is None},
        )

    @property
    def closed(self) -> Set[int]:
        """Those whose records are closed to the reader."""
        return self.hidden.came_at.keys()

    @property
    def hides(self) -> bool:
        return bool(self.hidden.pairs or self.closed)

    def is_to_rate(self, person_id: int, statement_id: int) -> bool:
        return (person_id, statement_id) in self.hidden.pairs

    def is_hidden(self, person_id: int, statement_id: int) -> bool:
        return person_id in self.closed or self.is_to_rate(person_id, statement_id)

    def is_hidden_since(self, person_id: int, statement_id: int, at: dt.datetime) -> bool:
        """Whether to hide what came after a review or rating that the reader gave at that time,
        also from others. What they review since they came is theirs whole."""
        return self.is_to_rate(person_id, statement_id) or (
            person_id in self.closed and at < self.hidden.came_at[person_id]
        )

    def hidden_skills(self, person_id: int) -> Collection[int] | None:
        """Of a person's; None for all of them."""
        if person_id in self.closed:
            return None
        return {skill_id for whose, skill_id in self.hidden.skills if whose == person_id}

    @property
    def values(self) -> dict[str, Any]:
        """The parameters of `is_seen`; empty where nothing is hidden."""
        if not self.hides:
            return {}
        return {
            "hidden": sorted(self.hidden.skills),
            "reader_id": self.actor.person_id,
            "reads_at": self.now,
        }

    def domains_to_rate(self) -> frozenset[tuple[int, int]]:
        """The (person, domain) in which the reader is to rate something. One query, none where it
        is nothing."""
        pairs = self.hidden.pairs
        if not pairs:
            return frozenset()
        of = select(Statement.id, Statement.domain_id).where(
            Statement.id.in_({statement_id for _person, statement_id in pairs})
        )
        domain_of = dict(session().execute(of).all())
        return frozenset((person_id, domain_of[statement_id]) for person_id, statement_id in pairs)

    def hidden_domains(self) -> Callable[[int, int], bool]:
        """Whether the reader may not see all of a (person, domain). One query, none where they are
        to rate nothing."""
        to_rate = self.domains_to_rate()
        return lambda person_id, domain_id: (
            person_id in self.closed or (person_id, domain_id) in to_rate
        )

    def past_reviews(self) -> list[int]:
        """Reviews that held a statement which the reader is to rate now, and that don't ask for it
        anymore. One query, none where there is nothing to rate."""
        pairs = self.hidden.pairs
        if not pairs:
            return []
        return list(
            session().scalars(
                select(Review.id)
                .join(ReviewItem, ReviewItem.review_id == Review.id)
                .where(
                    Review.learner_id.in_({person_id for person_id, _statement in pairs}),
                    tuple_(Review.learner_id, ReviewItem.statement_id).in_(sorted(pairs)),
                    not_(_is_to_rate()),
                )
            )
        )


def is_seen(
    person_id: SQLColumnExpression[int], skill_id: SQLColumnExpression[int], *, hides: bool
) -> ColumnElement[bool]:
    """Over a query with these two columns, made once and given a reader's `values`: the rows that
    they may see. `hides`: for readers from whom something is hidden."""
    if not hides:
        return true()
    return and_(tuple_(person_id, skill_id).not_in(HIDDEN), person_id.not_in(_CLOSED))


def is_reviewed(*, hides: bool) -> ColumnElement[bool]:
    """Over `Review` and `ReviewItem`: the review has ended and came to a rating of the item, which
    the reader may see."""
    is_endorsed = ReviewItem.status == written(ItemStatus.ENDORSED)
    seen = is_seen(Review.learner_id, ReviewItem.skill_id, hides=hides)
    return and_(is_endorsed, Review.closed_at.is_not(None), seen)


def counts_as_sent() -> ColumnElement[bool]:
    """Over `Review` and `ReviewItem`: what is not withdrawn and not dropped."""
    return and_(NOT_WITHDRAWN, ReviewItem.status != written(ItemStatus.DROPPED))


_CLOSED = select(RecordOpening.person_id).where(RecordOpening.reader_id == READER, is_closed(NOW))


@lru_cache(maxsize=8)
def _hidden_on(today: dt.date) -> CompoundSelect[*tuple[Any, ...]]:
    """Built once a day: most pages of a reader ask it. It begins with the open reviews that are
    theirs, which are few: a condition on all reviews would be asked of each that ever was."""
    own = select(Review.id).where(Review.reviewer_id == READER, IS_LIVE)
    stood_in_for = (
        select(Review.id)
        .join(Deputy, Deputy.supervisor_id == Review.reviewer_id)
        .where(Deputy.deputy_id == READER, deputises_on(today), IS_LIVE)
    )
    to_rate = (
        select(
            Review.learner_id,
            Statement.id.label("statement_id"),
            Statement.skill_id,
            cast(null(), UTCDateTime).label("came_at"),
        )
        .join(ReviewItem, ReviewItem.review_id == Review.id)
        .outerjoin(
            SkillOrigin,
            or_(
                SkillOrigin.skill_id == ReviewItem.skill_id,
                SkillOrigin.origin_id == ReviewItem.skill_id,
            ),
        )
        .join(
            Statement,
            or_(
                Statement.skill_id == ReviewItem.skill_id,
                Statement.skill_id == SkillOrigin.skill_id,
                Statement.skill_id == SkillOrigin.origin_id,
            ),
        )
        .where(
            Review.id.in_(own.union_all(stood_in_for)),
            Review.learner_id != READER,
            _is_to_rate(),
            is_of_one(),
        )
    )
    nothing = cast(null(), Integer)
    closed = _CLOSED.add_columns(nothing, nothing, RecordOpening.given_at)
    return to_rate.union_all(closed)


def _is_to_rate() -> ColumnElement[bool]:
    """Over `Review` and `ReviewItem`: neither ended nor revealed."""
    return and_(IS_LIVE, ReviewItem.status.in_(SEALED), ReviewItem.revealed_at.is_(None))
