"""The statements of a review as each of its sides may see them, and how fast they are answered.

Until an item is revealed nothing of the learner's side is read for the reviewer (an open review's
excepted), and nothing of the reviewer's for the learner: the columns are masked in SQL, so no page
can show what it was not given.
"""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    SQLColumnExpression,
    and_,
    bindparam,
    case,
    exists,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.orm import aliased

from tracker.db import ask_made, session
from tracker.frameworks.changes.rules import Wordings, pieces
from tracker.frameworks.versions.rules import Change, Ground
from tracker.models import (
    Confirmation,
    Domain,
    Framework,
    Level,
    PersonVersion,
    Rating,
    Review,
    ReviewItem,
    ReviewItemText,
    SkillOrigin,
    Statement,
    Strand,
)
from tracker.models.joins import level_of_statement
from tracker.models.record.versions import is_current
from tracker.record.workflow.rules import SEALED, ItemStatus, Move
from tracker.reviews.act.rules import Thing, can
from tracker.rules.core.wording import Wording
from tracker.rules.pace import LOOKED_AT, REVIEWER_LEAST, REVIEWER_SECONDS, seconds_each


@dataclass(frozen=True, slots=True)
class Item:
    """One statement of a review, as one side may see it: what is sealed from that side is None or
    "".

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
    own: str | None
    own_label: Wording
    own_note: str
    reviewer_answer: str | None
    ground: Ground | None
    their_note: str
    agreed: str
    """What the two agreed on, where that ended it."""

    def can(self, move: Move) -> bool:
        """Whether this can be done to it now, as far as its reader may know where it is."""
        return self.status is not None and can(Thing.ITEM, self.status, move)


@dataclass(frozen=True, slots=True)
class OtherWording:
    """Of a later or an earlier version, with its title where that is another one; `wordings`: the
    item's and that one."""

    version: str
    title: Wording
    wordings: Wordings


def for_reviewer(review_id: int) -> list[Item]:
    """In order; the learner's side only where it has been revealed, or the review is an open one.
    One query."""
    return [Item(**row) for row in ask_made(_OF_REVIEWER, {"review": review_id}).mappings()]


def reviewer_items(where: ColumnElement[bool]) -> list[Item]:
    """The same for any items that are this reviewer's to see. One query."""
    rows = session().execute(_items(where, is_reviewer=True))
    return [Item(**row) for row in rows.mappings()]


def for_learner(review_id: int) -> list[Item]:
    """In order; the reviewer's side only where it has been revealed. One query."""
    return [Item(**row) for row in ask_made(_OF_LEARNER, {"review": review_id}).mappings()]


def other_wordings(review_ids: Collection[int]) -> dict[int, OtherWording]:
    """By item, where the version that its learner is on by now words it otherwise: of versions
    alone, whatever anybody rated. One query; none for no reviews."""
    if not review_ids:
        return {}
    then, now = aliased(Statement), aliased(Statement)
    of, version = aliased(Framework), aliased(Framework)
    asked_again = exists().where(
        SkillOrigin.skill_id == now.skill_id,
        SkillOrigin.origin_id == then.skill_id,
        SkillOrigin.change.in_((Change.REWORDED, Change.MOVED)),
    )
    rows = session().execute(
        select(
            ReviewItem.id,
            version.version,
            case((now.title != then.title, now.title), else_=""),
            then.text,
            now.text,
        )
        .join(Review, Review.id == ReviewItem.review_id)
        .join(then, then.id == ReviewItem.statement_id)
        .join(of, of.id == then.framework_id)
        .join(
            PersonVersion,
            and_(
                PersonVersion.person_id == Review.learner_id,
                PersonVersion.slug == of.slug,
                PersonVersion.framework_id != of.id,
                is_current(),
            ),
        )
        .join(version, version.id == PersonVersion.framework_id)
        .join(now, now.framework_id == version.id)
        .where(
            ReviewItem.review_id.in_(review_ids),
            or_(now.skill_id == then.skill_id, asked_again),
            or_(now.text != then.text, now.title != then.title),
        )
    )
    return {
        item_id: OtherWording(name, title, Wordings(*pieces(before, after)))
        for item_id, name, title, before, after in rows
    }


def changed_since_sent(review_id: int) -> dict[int, bool]:
    """Of the items whose statement the learner has answered otherwise since they sent it: whether
    they have an answer to it now. For the learner alone. One query."""
    rows = session().execute(
        select(ReviewItem.id, Rating.answer)
        .join(Review, Review.id == ReviewItem.review_id)
        .join(
            Rating,
            and_(Rating.person_id == Review.learner_id, Rating.skill_id == ReviewItem.skill_id),
        )
        .where(
            ReviewItem.review_id == review_id,
            Rating.answer.is_distinct_from(ReviewItem.learner_answer),
        )
    )
    return {row.id: row.answer is not None for row in rows}


def seconds_of(reviewer_ids: Collection[int]) -> dict[int, int]:
    """Seconds for a statement, by reviewer. From what is revealed alone: a learner reads the
    estimate too, and must not see from it that somebody is answering now. One query."""
    rows = ask_made(_answered(), {"reviewers": list(reviewer_ids)})
    answers: defaultdict[int, list[tuple[int, Any]]] = defaultdict(list)
    for reviewer_id, item_id, answered_at, _place in rows.all():
        answers[reviewer_id].append((item_id, answered_at))
    return {
        one: seconds_each(answers[one], REVIEWER_SECONDS, REVIEWER_LEAST) for one in reviewer_ids
    }


@cache
def _answered() -> Select[*tuple[Any, ...]]:
    newest_first = (ReviewItem.answered_at.desc(), ReviewItem.id.desc())
    place = func.row_number().over(partition_by=Review.reviewer_id, order_by=newest_first)
    answered = (
        select(Review.reviewer_id, ReviewItem.id, ReviewItem.answered_at, place.label("place"))
        .join(Review, Review.id == ReviewItem.review_id)
        .where(
            Review.reviewer_id.in_(bindparam("reviewers", expanding=True)),
            ReviewItem.answered_at.is_not(None),
            ReviewItem.revealed_at.is_not(None),
        )
        .subquery()
    )
    return select(answered).where(answered.c.place <= LOOKED_AT).order_by(answered.c.place.desc())


def is_sealed(item: type[ReviewItem] = ReviewItem) -> ColumnElement[bool]:
    """Over `ReviewItem`: what its reviewer said of it is nobody else's, and can be handed on."""
    return and_(item.status.in_(SEALED), item.revealed_at.is_(None))


def _revealed() -> ColumnElement[bool]:
    return ReviewItem.revealed_at.is_not(None)


def _items(where: ColumnElement[bool], *, is_reviewer: bool) -> Select[*tuple[Any, ...]]:
    """`is_reviewer` also shows what is sealed from the learner: status and version of what is not
    revealed."""
    everything = literal(True)
    may_own = or_(_revealed(), Review.open) if is_reviewer else everything
    may_theirs = everything if is_reviewer else _revealed()
    sealed = [status for status in SEALED if status is not ItemStatus.RETURNED]
    seen = everything if is_reviewer else or_(_revealed(), ReviewItem.status.not_in(sealed))
    agreed = (
        select(func.min(Confirmation.answer))
        .where(Confirmation.item_id == ReviewItem.id, ReviewItem.status == ItemStatus.ENDORSED)
        .having(func.count() == 2)
        .scalar_subquery()
    )
    return (
        select(
            ReviewItem.id,
            ReviewItem.review_id,
            ReviewItem.position,
            (ReviewItem.version if is_reviewer else literal(0)).label("version"),
            case((seen, ReviewItem.status)).label("status"),
            _revealed().label("revealed"),
            ReviewItem.statement_id,
            Statement.domain_id,
            Statement.rank,
            Statement.code,
            Statement.title,
            Statement.text,
            Level.name.label("level"),
            Domain.title.label("domain"),
            Strand.title.label("strand"),
            case((may_own, ReviewItem.learner_answer)).label("own"),
            _or_nothing(may_own, ReviewItem.learner_answer_label).label("own_label"),
            _or_nothing(may_own, ReviewItemText.learner_note).label("own_note"),
            case((may_theirs, ReviewItem.reviewer_answer)).label("reviewer_answer"),
            case((may_theirs, ReviewItem.ground)).label("ground"),
            _or_nothing(may_theirs, ReviewItemText.reviewer_note).label("their_note"),
            func.coalesce(agreed, "").label("agreed"),
        )
        .join(Review, Review.id == ReviewItem.review_id)
        .join(Statement, Statement.id == ReviewItem.statement_id)
        .join(Domain, Domain.id == Statement.domain_id)
        .join(Strand, Strand.id == Domain.strand_id)
        .join(Level, level_of_statement())
        .outerjoin(ReviewItemText, ReviewItemText.item_id == ReviewItem.id)
        .where(where)
        .order_by(ReviewItem.review_id, ReviewItem.position)
    )


def _or_nothing(may: ColumnElement[bool], text: SQLColumnExpression[str]) -> ColumnElement[str]:
    """The text where it may be seen and there is any, else ""."""
    return func.coalesce(case((may, text)), "")


_OF_ONE: ColumnElement[bool] = ReviewItem.review_id == bindparam("review", type_=Integer)
_OF_REVIEWER, _OF_LEARNER = _items(_OF_ONE, is_reviewer=True), _items(_OF_ONE, is_reviewer=False)
