"""What somebody may not see because they are to rate it: the one place that says so.

A statement that was sent for review by itself counts as not reviewed and not revealed, for its
reviewer and for who stands in for them, until they reveal: whoever rated it before and whatever the
learner said, and also where nobody ever did. As this holds for every review of one statement, and a
second opinion is one, it gives none of them away. What the statement was in earlier versions, and
what became of it in later ones, is hidden with it, carried or not. Every query that reads past
ratings for others than the learner takes a `BlindSpots`.
"""

import datetime as dt
from dataclasses import dataclass
from functools import lru_cache

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    SQLColumnExpression,
    and_,
    bindparam,
    exists,
    not_,
    or_,
    select,
    true,
    tuple_,
)

from tracker.db import session
from tracker.models import Deputy, Review, ReviewItem, Statement, StatementSuccessor
from tracker.policy.permissions import Actor
from tracker.policy.reviewers import deputises_on, is_of_one
from tracker.rules.reviews.workflow import LIVE, SEALED


@dataclass(frozen=True, slots=True)
class BlindSpots:
    """The (person, statement) that one reader may not see."""

    pairs: frozenset[tuple[int, int]] = frozenset()

    def hide(self, person_id: int, statement_id: int) -> bool:
        return (person_id, statement_id) in self.pairs

    def shown(
        self, person_id: SQLColumnExpression[int], statement_id: SQLColumnExpression[int]
    ) -> ColumnElement[bool]:
        """Over a query with these two columns: what the reader may see of it."""
        if not self.pairs:
            return true()
        return tuple_(person_id, statement_id).not_in(self.hidden)

    @property
    def form(self) -> "BlindSpots":
        """For a query that is made once: NO_BLIND_SPOTS, or those that `hidden` is the value of."""
        return HIDDEN if self.pairs else NO_BLIND_SPOTS

    @property
    def hidden(self) -> list[tuple[int, int]]:
        return sorted(self.pairs)

    def domains(self) -> frozenset[tuple[int, int]]:
        """The (person, domain) of which the reader may not see all. One query, none where nothing
        is hidden."""
        if not self.pairs:
            return frozenset()
        of = select(Statement.id, Statement.domain_id).where(
            Statement.id.in_({statement_id for _person, statement_id in self.pairs})
        )
        domain_of = dict(session().execute(of).all())
        return frozenset((person_id, domain_of[each]) for person_id, each in self.pairs)

    def past_reviews(self) -> list[int]:
        """Those that held such a statement and do so no more. One query, none where nothing is
        hidden."""
        if not self.pairs:
            return []
        return list(
            session().scalars(
                select(Review.id)
                .join(ReviewItem, ReviewItem.review_id == Review.id)
                .where(
                    tuple_(Review.learner_id, ReviewItem.statement_id).in_(self.hidden),
                    not_(_is_to_rate()),
                )
            )
        )


NO_BLIND_SPOTS = BlindSpots()
"""For the learner's own side, which is never hidden from them."""


class _Hidden(BlindSpots):
    """Whatever the parameter `hidden` is given."""

    def shown(
        self, person_id: SQLColumnExpression[int], statement_id: SQLColumnExpression[int]
    ) -> ColumnElement[bool]:
        return tuple_(person_id, statement_id).not_in(bindparam("hidden", expanding=True))


HIDDEN = _Hidden()


def blind_spots(actor: Actor, today: dt.date) -> BlindSpots:
    """One query."""
    rows = session().execute(_to_rate_on(today), {"reader": actor.person_id})
    return BlindSpots(
        frozenset(
            (row.learner_id, each)
            for row in rows
            for each in (row.statement_id, row.earlier, row.later)
            if each is not None
        )
    )


@lru_cache(maxsize=8)
def _to_rate_on(today: dt.date) -> Select[int, int, int, int]:
    """Built once a day: most pages of a reader ask it."""
    reader = bindparam("reader", type_=Integer)
    stands_in = exists().where(
        Deputy.supervisor_id == Review.reviewer_id, Deputy.deputy_id == reader, deputises_on(today)
    )
    return (
        select(
            Review.learner_id,
            ReviewItem.statement_id,
            StatementSuccessor.statement_id.label("earlier"),
            StatementSuccessor.successor_id.label("later"),
        )
        .join(ReviewItem, ReviewItem.review_id == Review.id)
        .outerjoin(
            StatementSuccessor,
            or_(
                StatementSuccessor.statement_id == ReviewItem.statement_id,
                StatementSuccessor.successor_id == ReviewItem.statement_id,
            ),
        )
        .where(
            or_(Review.reviewer_id == reader, stands_in),
            Review.learner_id != reader,
            _is_to_rate(),
            is_of_one(),
        )
    )


def _is_to_rate() -> ColumnElement[bool]:
    """Over `Review` and `ReviewItem`: neither ended nor revealed."""
    return and_(
        Review.status.in_(LIVE), ReviewItem.status.in_(SEALED), ReviewItem.revealed_at.is_(None)
    )
