"""What somebody may not see because they are to rate it, or because a record is not open to them
yet: the one place that says so.

A statement that was sent for review by itself counts as not reviewed and not revealed, for its
reviewer and for who stands in for them, until they reveal: whoever rated it before and whatever the
learner said, and also where nobody ever did. As this holds for every review of one statement, and a
second opinion is one, it gives none of them away. What its skill was made of, and what became of
it, is hidden with it in every version, carried or not. Every query that reads past
ratings for others than the learner takes a `BlindSpots`.

Of somebody whose record is closed to the reader (policy/openings) nothing was reviewed and nothing
was revealed, but in reviews that are with the reader.
"""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    CompoundSelect,
    Integer,
    Select,
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
from tracker.models.reviews.reviews import IS_LIVE
from tracker.policy.openings import is_closed
from tracker.policy.permissions import Actor
from tracker.policy.reviewers import deputises_on, is_of_one
from tracker.record.workflow.rules import SEALED

HIDDEN: BindParameter[list[tuple[int, int]]] = bindparam("hidden", expanding=True)
HIDDEN_SKILLS: BindParameter[list[tuple[int, int]]] = bindparam("hidden_skills", expanding=True)
READER: BindParameter[int] = bindparam("blind_reader", type_=Integer)
NOW: BindParameter[dt.datetime] = bindparam("blind_now", type_=UTCDateTime)


@dataclass(frozen=True, slots=True)
class BlindSpots:
    """What one reader may not see: the (person, statement) that they are to rate, in every version,
    with the (person, skill) of each; and whose records are `closed` to them as of `now`, who came
    to read each of these at `came_at`."""

    pairs: frozenset[tuple[int, int]] = frozenset()
    skills: frozenset[tuple[int, int]] = frozenset()
    closed: frozenset[int] = frozenset()
    reader_id: int | None = None
    now: dt.datetime | None = None
    came_at: Mapping[int, dt.datetime] = field(default_factory=dict, compare=False)

    def is_to_rate(self, person_id: int, statement_id: int) -> bool:
        return (person_id, statement_id) in self.pairs

    def hide(self, person_id: int, statement_id: int) -> bool:
        return person_id in self.closed or self.is_to_rate(person_id, statement_id)

    def hide_since(self, person_id: int, statement_id: int, at: dt.datetime) -> bool:
        """Whether to hide what came after a review or rating that the reader gave at that time,
        also from others. What they review since they came is theirs whole."""
        return self.is_to_rate(person_id, statement_id) or (
            person_id in self.closed and at < self.came_at[person_id]
        )

    def shown(
        self, person_id: SQLColumnExpression[int], statement_id: SQLColumnExpression[int]
    ) -> ColumnElement[bool]:
        """Over a query with these two columns: the rows that the reader may see."""
        return self._shown(person_id, statement_id, HIDDEN, self.pairs)

    def shows(
        self, person_id: SQLColumnExpression[int], skill_id: SQLColumnExpression[int]
    ) -> ColumnElement[bool]:
        """The same over words on skills, before it is worked out for which statements they
        count."""
        return self._shown(person_id, skill_id, HIDDEN_SKILLS, self.skills)

    def _shown(
        self,
        person_id: SQLColumnExpression[int],
        other_id: SQLColumnExpression[int],
        hidden: BindParameter[list[tuple[int, int]]],
        values: frozenset[tuple[int, int]],
    ) -> ColumnElement[bool]:
        if self == NO_BLIND_SPOTS:
            return true()
        pairs, reader, now = (
            (hidden, READER, NOW)
            if self == HIDING
            else (
                bindparam("hidden", sorted(values), expanding=True, unique=True),
                bindparam("blind_reader", self.reader_id, type_=Integer, unique=True),
                bindparam("blind_now", self.now, type_=UTCDateTime, unique=True),
            )
        )
        return and_(
            tuple_(person_id, other_id).not_in(pairs), person_id.not_in(_closed_to(reader, now))
        )

    @property
    def form(self) -> "BlindSpots":
        """The same for every reader who may not see something, for a query that is made once and
        given `values`."""
        return HIDING if self.values else NO_BLIND_SPOTS

    @property
    def values(self) -> dict[str, Any]:
        """The parameters of the `form`; empty where nothing is hidden."""
        if not self.pairs and not self.closed:
            return {}
        return {
            "hidden": sorted(self.pairs),
            "hidden_skills": sorted(self.skills),
            "blind_reader": self.reader_id,
            "blind_now": self.now,
        }

    def domains_to_rate(self) -> frozenset[tuple[int, int]]:
        """The (person, domain) in which the reader is to rate something. One query, none where it
        is nothing."""
        if not self.pairs:
            return frozenset()
        of = select(Statement.id, Statement.domain_id).where(
            Statement.id.in_({statement_id for _person, statement_id in self.pairs})
        )
        domain_of = dict(session().execute(of).all())
        return frozenset(
            (person_id, domain_of[statement_id]) for person_id, statement_id in self.pairs
        )

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
        if not self.pairs:
            return []
        return list(
            session().scalars(
                select(Review.id)
                .join(ReviewItem, ReviewItem.review_id == Review.id)
                .where(
                    Review.learner_id.in_({person_id for person_id, _statement in self.pairs}),
                    tuple_(Review.learner_id, ReviewItem.statement_id).in_(sorted(self.pairs)),
                    not_(_is_to_rate()),
                )
            )
        )


NO_BLIND_SPOTS = BlindSpots()
"""For the learner's own side, which is never hidden from them."""
HIDING = BlindSpots(reader_id=0)


def blind_spots(actor: Actor, now: dt.datetime) -> BlindSpots:
    """One query."""
    rows = ask_made(
        _hidden_on(actor.today(now)), {"blind_reader": actor.person_id, "blind_now": now}
    )
    pairs, skills = set[tuple[int, int]](), set[tuple[int, int]]()
    came_at = dict[int, dt.datetime]()
    for row in rows:
        if row.statement_id is None:
            came_at[row.learner_id] = row.came_at
        else:
            pairs.add((row.learner_id, row.statement_id))
            skills.add((row.learner_id, row.skill_id))
    if not pairs and not came_at:
        return NO_BLIND_SPOTS
    return BlindSpots(
        frozenset(pairs), frozenset(skills), frozenset(came_at), actor.person_id, now, came_at
    )


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
    closed = _closed_to(READER, NOW).add_columns(nothing, nothing, RecordOpening.given_at)
    return to_rate.union_all(closed)


def _closed_to(reader: BindParameter[int], now: BindParameter[dt.datetime]) -> Select[int]:
    """Those whose records are closed to the reader."""
    return select(RecordOpening.person_id).where(RecordOpening.reader_id == reader, is_closed(now))


def _is_to_rate() -> ColumnElement[bool]:
    """Over `Review` and `ReviewItem`: neither ended nor revealed."""
    return and_(IS_LIVE, ReviewItem.status.in_(SEALED), ReviewItem.revealed_at.is_(None))
