"""Whether every row of the record is as it was sealed, and whether what stands now is what its
history says. In the database in use, and in copies of it."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Executable, and_, false, func, literal, select
from sqlalchemy.orm import aliased

from tracker.db import Base, session
from tracker.models import (
    SEALED_TABLES,
    AuditEvent,
    AuditEventDetail,
    Endorsement,
    EndorsementMove,
    LevelException,
    LevelExceptionMove,
    Rating,
    RatingEntry,
    Review,
    ReviewItem,
    ReviewItemText,
    ReviewMove,
    Seal,
)
from tracker.models.record.skills import lineage_of
from tracker.models.seals import key_of
from tracker.queries.endorsements.erased import item_was_erased
from tracker.queries.operations import seal_chains
from tracker.queries.operations.seal_chains import OWNER
from tracker.rules.operations.backups import Finding
from tracker.rules.operations.seals import commitment, lineage
from tracker.rules.reviews.workflow import ItemStatus

AT_ONCE = 1000
"""Rows held in memory at a time."""
NAMED = 20
"""So many rows a finding names; the rest it counts."""
LINEAGE_DECIDED = ("framework_imported", "origin_added")

Named = Sequence[Any]
"""The number of a row, and whose record it belongs to."""


def of_own() -> list[Finding]:
    """Of the database in use."""
    return list(findings(session().connection()))


def findings(connection: Connection) -> Iterator[Finding]:
    yield from _ratings(connection)
    yield from seal_chains.findings(connection)
    for model in SEALED_TABLES:
        yield from _rows(connection, model)
    yield from _statuses(connection)
    yield from _lineages(connection)


def _named(code: str, table: str, rows: Iterable[Named]) -> Iterator[Finding]:
    wrong = list(rows)
    if wrong:
        said = ", ".join(f"{row_id} (person {owner})" for row_id, owner in wrong[:NAMED])
        more = f", and {len(wrong) - NAMED} more" if wrong[NAMED:] else ""
        yield Finding(code, f"{table} {said}{more}")


def _rows(connection: Connection, model: type[Base]) -> Iterator[Finding]:
    """Rows that no seal names, that say something else than their seal, or that are gone."""
    found: dict[str, list[Named]] = defaultdict(list)
    columns = SEALED_TABLES[model].columns
    with connection.execute(_with_seal(model)) as rows:
        for key, owner, said, salt, is_erased, *values in rows:
            is_blank = model is ReviewItemText and not any((salt, *values))
            if is_blank and is_erased:
                continue
            if is_blank:
                found["text_missing"].append((key, owner))
            elif said is None:
                found["row_not_sealed"].append((key, owner))
            elif said != commitment(salt, dict(zip(columns, values, strict=True))):
                found["row_changed"].append((key, owner))
    found["row_gone"] = list(connection.execute(_gone(model)))
    for code, wrong in found.items():
        yield from _named(code, model.__tablename__, wrong)


@cache
def _with_seal(model: type[Base]) -> Executable:
    """(key, owner, commitment, salt, whether an erasure accounts for what is gone, columns)."""
    how, key = SEALED_TABLES[model], getattr(model, key_of(model))
    pick = func.min if how.grows else func.max
    of_row = aliased(Seal)
    sealed_by = (
        select(pick(of_row.id))
        .where(of_row.source == model.__tablename__, of_row.row_id == key)
        .scalar_subquery()
    )
    query = select(
        key,
        _owner(model),
        Seal.commitment,
        getattr(model, "salt", literal("")),
        item_was_erased(ReviewItemText.item_id) if model is ReviewItemText else false(),
        *(getattr(model, name) for name in how.columns),
    )
    return (
        query.outerjoin(Seal, Seal.id == sealed_by)
        .order_by(key)
        .execution_options(yield_per=AT_ONCE)
    )


@cache
def _gone(model: type[Base]) -> Executable:
    key = getattr(model, key_of(model))
    there = select(key).where(key == Seal.row_id).exists()
    of_table = Seal.source == model.__tablename__
    return select(Seal.row_id, OWNER).where(of_table, ~there).distinct().order_by(Seal.row_id)


def _owner(model: type[Base]) -> Any:
    """The person whose record a row belongs to, as an expression over the row."""
    how = SEALED_TABLES[model]
    leads_to = getattr(model, how.by)
    if how.through is not None:
        above = aliased(how.through)
        name = SEALED_TABLES[how.through].by
        is_it = getattr(above, key_of(how.through)) == leads_to
        leads_to = select(getattr(above, name)).where(is_it).correlate(model).scalar_subquery()
        how = SEALED_TABLES[how.through]
    if not how.of_review:
        return leads_to
    review = aliased(Review)
    return select(review.learner_id).where(review.id == leads_to).scalar_subquery()


MOVED: dict[type[Any], tuple[type[Any], ColumnElement[bool], str]] = {
    Review: (ReviewMove, and_(ReviewMove.review_id == Review.id, ReviewMove.item_id.is_(None)), ""),
    ReviewItem: (ReviewMove, ReviewMove.item_id == ReviewItem.id, ItemStatus.WAITING.value),
    Endorsement: (EndorsementMove, EndorsementMove.endorsement_id == Endorsement.id, ""),
    LevelException: (LevelExceptionMove, LevelExceptionMove.exception_id == LevelException.id, ""),
}
"""What has a status -> its moves, how they are joined, and the status before any of them."""


def _statuses(connection: Connection) -> Iterator[Finding]:
    """A status is what the last move led to."""
    for table, wrong in _not_as_moves().items():
        yield from _named("status_not_as_moves", table, connection.execute(wrong))


@cache
def _not_as_moves() -> dict[str, Executable]:
    """By table."""
    found: dict[str, Executable] = {}
    for model, (move, names, beginning) in MOVED.items():
        last = select(move.after).where(names).order_by(move.id.desc()).limit(1).scalar_subquery()
        wrong = select(model.id, _owner(model)).where(
            func.coalesce(last, beginning) != model.status
        )
        found[model.__tablename__] = wrong.order_by(model.id)
    return found


def _ratings(connection: Connection) -> Iterator[Finding]:
    """A rating is what the newest entry of its history says, and what has a history is there."""
    wrong, alone = _not_as_history()
    yield from _named("rating_not_as_history", Rating.__tablename__, connection.execute(wrong))
    rows = connection.execute(alone)
    yield from _named("history_without_rating", RatingEntry.__tablename__, rows)


@cache
def _not_as_history() -> tuple[Executable, Executable]:
    newest, newer = aliased(RatingEntry), aliased(RatingEntry)
    same = and_(newest.person_id == Rating.person_id, newest.skill_id == Rating.skill_id)
    later = and_(
        newer.person_id == newest.person_id,
        newer.skill_id == newest.skill_id,
        newer.version > newest.version,
    )
    told = (
        select(newest.id)
        .where(
            same,
            newest.answer.is_not_distinct_from(Rating.answer),
            newest.basis == Rating.basis,
            newest.rated_at == Rating.rated_at,
            newest.given_on.is_not_distinct_from(Rating.given_on),
            ~select(newer.id).where(later).exists(),
        )
        .exists()
    )
    wrong = select(Rating.id, Rating.person_id).where(~told).order_by(Rating.id)
    there = select(Rating.id).where(
        Rating.person_id == RatingEntry.person_id, Rating.skill_id == RatingEntry.skill_id
    )
    alone = select(RatingEntry.id, RatingEntry.person_id).where(~there.exists())
    return wrong, alone.order_by(RatingEntry.id)


def _lineages(connection: Connection) -> Iterator[Finding]:
    """Statements are wordings of the skills, and these made of those, of which the audit noted one
    digest when that was decided last."""
    noted = (
        select(AuditEventDetail.facts)
        .join(AuditEvent, AuditEvent.id == AuditEventDetail.event_id)
        .where(AuditEvent.kind.in_(LINEAGE_DECIDED))
        .order_by(AuditEvent.sequence)
    )
    newest = {
        str(facts["slug"]): facts["lineage"]
        for facts in connection.scalars(noted)
        if isinstance(facts, dict) and {"slug", "lineage"} <= facts.keys()
    }
    for slug, digest in newest.items():
        if digest != lineage(*(connection.execute(rows).all() for rows in lineage_of(slug))):
            yield Finding("lineage_changed", slug)
