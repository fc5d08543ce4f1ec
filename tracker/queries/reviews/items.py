"""The statements of a review as each of its sides may see them.

Until an item is revealed nothing of the learner's side is read for the reviewer (an open review's
excepted), and nothing of the reviewer's for the learner: the columns are masked in SQL, so no page
can show what it was not given.
"""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import (
    ColumnElement,
    SQLColumnExpression,
    and_,
    case,
    exists,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.orm import aliased

from tracker.db import session
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
from tracker.rules.frameworks.changes.small_changes import Piece, pieces
from tracker.rules.frameworks.scale import Ground
from tracker.rules.frameworks.versions import Change
from tracker.rules.frameworks.wording import Wording
from tracker.rules.reviews.workflow import SEALED, ItemStatus, Move, item_can


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
    theirs: str | None
    ground: Ground | None
    their_note: str
    agreed: str
    """What the two agreed on, where that ended it."""

    def can(self, move: Move) -> bool:
        """Whether this can be done to it now, as far as its reader may know where it is."""
        return self.status is not None and item_can(self.status, move)


@dataclass(frozen=True, slots=True)
class OtherWording:
    """Of a later or an earlier version, with its title where that is another one; `then` and
    `now`: the item's wording and that one, with the words that differ."""

    version: str
    title: Wording
    then: tuple[Piece, ...]
    now: tuple[Piece, ...]


def for_reviewer(review_id: int) -> list[Item]:
    """In order; the learner's side only where it has been revealed, or the review is an open one.
    One query."""
    return reviewer_items(ReviewItem.review_id == review_id)


def reviewer_items(where: ColumnElement[bool]) -> list[Item]:
    """The same for any items that are this reviewer's to see. One query."""
    return _items(
        where, may_own=or_(_revealed(), Review.open), may_theirs=literal(True), is_reviewer=True
    )


def for_learner(review_id: int) -> list[Item]:
    """In order; the reviewer's side only where it has been revealed. One query."""
    return _items(
        ReviewItem.review_id == review_id,
        may_own=literal(True),
        may_theirs=_revealed(),
        is_reviewer=False,
    )


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
        item_id: OtherWording(name, title, *pieces(before, after))
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


def is_sealed(item: type[ReviewItem] = ReviewItem) -> ColumnElement[bool]:
    """Over `ReviewItem`: what its reviewer said of it is nobody else's, and can be handed on."""
    return and_(item.status.in_(SEALED), item.revealed_at.is_(None))


def _revealed() -> ColumnElement[bool]:
    return ReviewItem.revealed_at.is_not(None)


def _items(
    where: ColumnElement[bool],
    may_own: ColumnElement[bool],
    may_theirs: ColumnElement[bool],
    is_reviewer: bool,
) -> list[Item]:
    """`is_reviewer` also shows what is sealed from the learner: status and version of what is not
    revealed."""
    sealed = [status for status in SEALED if status is not ItemStatus.RETURNED]
    seen = literal(True) if is_reviewer else or_(_revealed(), ReviewItem.status.not_in(sealed))
    agreed = (
        select(func.min(Confirmation.answer))
        .where(Confirmation.item_id == ReviewItem.id, ReviewItem.status == ItemStatus.ENDORSED)
        .having(func.count() == 2)
        .scalar_subquery()
    )
    query = (
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
            case((may_theirs, ReviewItem.reviewer_answer)).label("theirs"),
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
    return [Item(**row) for row in session().execute(query).mappings()]


def _or_nothing(may: ColumnElement[bool], text: SQLColumnExpression[str]) -> ColumnElement[str]:
    """The text where it may be seen and there is any, else ""."""
    return func.coalesce(case((may, text)), "")
