"""Checks of the record, in the database in use and in copies: whether every row is as it was
sealed, whether what counts now is what its history says, and whether each endorsement is what the
audit sealed when it was given.

Whether the seals themselves were replaced, the chains tell (queries_chains).
"""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    ColumnElement,
    Connection,
    Date,
    Executable,
    Integer,
    LargeBinary,
    String,
    and_,
    false,
    func,
    not_,
    or_,
    select,
    type_coerce,
    union,
)
from sqlalchemy.orm import Session, aliased

from tracker.db import Base, UTCDateTime, session
from tracker.models import (
    SEALED_TABLES,
    AuditEvent,
    AuditEventDetail,
    Endorsement,
    EndorsementMove,
    LevelException,
    LevelExceptionMove,
    Library,
    Membership,
    Person,
    Rating,
    RatingEntry,
    RevealedAnswer,
    Review,
    ReviewItem,
    ReviewMove,
)
from tracker.models.protections import DECIDING, MEANING
from tracker.models.record.skills import lineage_of
from tracker.operations.backups.rules import Finding
from tracker.operations.checks import queries_chains as checks_queries_chains
from tracker.operations.checks.queries_chains import chain_name
from tracker.queries.core.seals import Named, chain_of, on_its_way, rows_unlike_seals, sealed_rows
from tracker.record.endorsements.queries import erased_items
from tracker.record.endorsements.rules import EndorsementContent, SealState, seal
from tracker.record.workflow.rules import REVEALED, ItemStatus
from tracker.reviews.act.rules import GIVEN
from tracker.rules.core.seals import SealHead, lineage
from tracker.rules.roles import Role

NAMED = 20
"""So many rows a finding names; the rest it counts."""
LINEAGE_DECIDED = ("framework_imported", "origin_added")
MOVED: dict[type[Any], tuple[type[Any], ColumnElement[bool], str]] = {
    Review: (ReviewMove, and_(ReviewMove.review_id == Review.id, ReviewMove.item_id.is_(None)), ""),
    ReviewItem: (ReviewMove, ReviewMove.item_id == ReviewItem.id, ItemStatus.WAITING.value),
    Endorsement: (EndorsementMove, EndorsementMove.endorsement_id == Endorsement.id, ""),
    LevelException: (LevelExceptionMove, LevelExceptionMove.exception_id == LevelException.id, ""),
}
"""What has a status -> its moves, how they are joined, and the status before any of them."""
OF_DERIVED = {
    "lineage_changed": "levels may come out otherwise",
    "not_as_revealed": "others may see a rating that no review revealed, or miss one",
}
DIGIT = "[0-9]"
DATE = "-".join((DIGIT * 4, DIGIT * 2, DIGIT * 2))
SPELLED = {
    UTCDateTime: f"{DATE} {':'.join([DIGIT * 2] * 3)}.{DIGIT * 6}",
    Date: DATE,
    Boolean: "[01]",
}
"""How SQLite keeps values as the program writes them, and as what."""
KINDS = {
    **dict.fromkeys((UTCDateTime, Date, String, JSON), "text"),
    **dict.fromkeys((Boolean, Integer), "integer"),
    LargeBinary: "blob",
}
AT_ONCE = 500
"""So many endorsements are held in memory at a time."""
Giving = tuple[int | None, int | None, dt.datetime]
"""All that is left of an event whose facts were erased: about whom, by whom, when."""


def of_own() -> list[Finding]:
    """Of the database in use."""
    return list(findings(session().connection()))


def findings(connection: Connection) -> Iterator[Finding]:
    """Where values can't be read as what they are, only these: the rest can't be compared."""
    unread = list(misspelled(connection))
    if unread:
        yield from unread
        return
    yield from derived(connection)
    yield from _seals(connection)
    yield from checks_queries_chains.rewritten(connection)
    yield from _statuses(connection)


def derived(connection: Connection) -> Iterator[Finding]:
    """Of what can be worked out from other rows (models/protections)."""
    yield from _ratings(connection)
    yield from _revealed(connection)
    yield from _lineages(connection)


def misspelled(connection: Connection) -> Iterator[Finding]:
    """SQLite keeps what it is given: a day or moment in another spelling is the same to a seal, and
    another one to whoever compares it in SQL."""
    if connection.dialect.name != "sqlite":
        return
    for name, of_table in Base.metadata.tables.items():
        wrong = [
            and_(column.is_not(None), not_(type_coerce(column, String()).bool_op("GLOB")(shape)))
            for column in of_table.columns
            for of_type, shape in SPELLED.items()
            if isinstance(column.type, of_type)
        ]
        wrong += [
            func.typeof(column).not_in(["null", kind])
            for column in of_table.columns
            for of_type, kind in KINDS.items()
            if isinstance(column.type, of_type)
        ]
        kept = [column for column in of_table.columns if isinstance(column.type, JSON)]
        wrong += [func.json_valid(type_coerce(column, String())) == 0 for column in kept]
        number = type_coerce(next(iter(of_table.primary_key)), String())
        rows = select(number).select_from(of_table).where(or_(false(), *wrong))
        ids = connection.scalars(rows.limit(NAMED + 1)).all()
        if ids:
            yield Finding("misspelled", f"{name} {', '.join(map(str, ids))}")


def _named(code: str, table: str, rows: Iterable[Named]) -> Iterator[Finding]:
    wrong = list(rows)
    if wrong:
        named = ", ".join(f"{row_id} ({chain_name(chain)})" for row_id, chain in wrong[:NAMED])
        more = f", and {len(wrong) - NAMED} more" if wrong[NAMED:] else ""
        yield Finding(code, f"{table} {named}{more}")


def meaning(finding: Finding) -> str:
    """Of sealed rows, if it names some, and of what is worked out."""
    return OF_DERIVED.get(finding.code) or MEANING.get(finding.what.partition(" ")[0], "")


def of_rights() -> list[Finding]:
    """Of the database in use, and only of what decides, for libraries and for who has more than a
    learner's rights: in seconds, where `of_own` reads all."""
    connection = session().connection()
    rights = or_(Person.administrator, Person.operator, Person.framework_editor)
    roles = select(Membership.person_id).where(Membership.role != Role.LEARNER)
    chains = union(select(Person.id).where(rights), roles, select(-Library.id))
    unread = list(misspelled(connection))
    if unread:
        return unread
    of_chains = _seals(connection, connection.scalars(chains).all(), DECIDING)
    return [*_lineages(connection), *of_chains]


def _seals(
    connection: Connection,
    chains: Collection[int] | None = None,
    models: Iterable[type[Base]] = SEALED_TABLES,
) -> Iterator[Finding]:
    """Chains that are broken; rows that no seal names, that say something else than their seal, or
    that are gone."""
    broken: list[SealHead] = []
    wrong: defaultdict[tuple[str, str], list[Named]] = defaultdict(list)
    for sealed in sealed_rows(connection, broken, chains):
        for model in models:
            unlike = list(rows_unlike_seals(connection, model, sealed, chains))
            blank = [row_id for code, (row_id, _chain) in unlike if code == "text_missing"]
            excused = erased_items(connection, blank)
            for code, row in unlike:
                if code != "text_missing" or row[0] not in excused:
                    wrong[(code, model.__tablename__)].append(row)
    for head in broken:
        yield Finding("seals_broken", f"seals {head.sequence} ({chain_name(head.chain)})")
    for (code, table), rows in wrong.items():
        yield from _named(code, table, rows)


def _statuses(connection: Connection) -> Iterator[Finding]:
    """A status is what the last move led to."""
    for table, wrong in _not_as_moves().items():
        yield from _named("status_not_as_moves", table, connection.execute(wrong))


@cache
def _not_as_moves() -> dict[str, Executable]:
    """By table."""
    queries: dict[str, Executable] = {}
    for model, (move, names, beginning) in MOVED.items():
        last = select(move.after).where(names).order_by(move.id.desc()).limit(1).scalar_subquery()
        how = SEALED_TABLES[model]
        wrong = on_its_way(select(model.id, chain_of(how)), how).where(
            func.coalesce(last, beginning) != model.status
        )
        queries[model.__tablename__] = wrong.order_by(model.id)
    return queries


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
    # A rating is told by its newest entry: the one without a newer of the same person and skill.
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
    rating = select(Rating.id).where(
        Rating.person_id == RatingEntry.person_id, Rating.skill_id == RatingEntry.skill_id
    )
    alone = select(RatingEntry.id, RatingEntry.person_id).where(~rating.exists())
    return wrong, alone.order_by(RatingEntry.id)


def _revealed(connection: Connection) -> Iterator[Finding]:
    """What others see of a rating is what the last review with it ended with, and is there."""
    unlike, without = _not_as_revealed()
    wrong = [*connection.execute(unlike), *connection.execute(without)]
    yield from _named("not_as_revealed", RevealedAnswer.__tablename__, wrong)


@cache
def _not_as_revealed() -> tuple[Executable, Executable]:
    """The number is that of the skill."""
    ended = and_(
        Review.id == ReviewItem.review_id,
        Review.closed_at.is_not(None),
        ReviewItem.status.in_(REVEALED),
    )
    same = and_(
        RevealedAnswer.person_id == Review.learner_id,
        RevealedAnswer.skill_id == ReviewItem.skill_id,
    )
    of_item = (
        select(ReviewItem.id)
        .join(Review, ended)
        .where(
            same,
            RevealedAnswer.statement_id == ReviewItem.statement_id,
            RevealedAnswer.answer == ReviewItem.learner_answer,
            RevealedAnswer.revealed_at == Review.closed_at,
        )
    )
    kept = select(RevealedAnswer.skill_id).where(
        same, RevealedAnswer.revealed_at >= Review.closed_at
    )
    unlike = select(RevealedAnswer.skill_id, RevealedAnswer.person_id).where(~of_item.exists())
    items = select(ReviewItem.skill_id, Review.learner_id).join(Review, ended)
    without = items.where(~kept.exists()).distinct()
    return unlike, without


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


@dataclass(slots=True)
class Seals:
    """`by_id`: every seal that an event holds for an endorsement; more than one is one too many,
    unless alike."""

    by_id: defaultdict[int, set[str]] = field(default_factory=lambda: defaultdict(set))
    erased: Counter[Giving] = field(default_factory=Counter)


def all_compared() -> dict[SealState, list[int]]:
    """Of the database in use."""
    return compared(session())


def compared(source: Session | Connection) -> dict[SealState, list[int]]:
    """The ids of all endorsements that are there or were sealed, by what is found of them."""
    endorsements: dict[SealState, list[int]] = {state: [] for state in SealState}
    seals = _sealed_givings(source)
    for endorsement_id, given in _given(source):
        endorsements[_kept(seals, endorsement_id, given)].append(endorsement_id)
    endorsements[SealState.GONE] = sorted(seals.by_id)
    return endorsements


def _kept(seals: Seals, endorsement_id: int, given: EndorsementContent) -> SealState:
    """Takes its seal, or the event that was erased, away: one event accounts for one
    endorsement."""
    sealed = seals.by_id.pop(endorsement_id, None)
    if sealed is not None:
        return SealState.SEALED if sealed == {seal(given)} else SealState.ALTERED
    giving = (given.person_id, given.endorser_id, given.endorsed_at)
    if seals.erased[giving]:
        seals.erased[giving] -= 1
        return SealState.ERASED
    return SealState.UNSEALED


def _sealed_givings(source: Session | Connection) -> Seals:
    """Facts that were changed past the program are passed over: the chain tells of them."""
    rows = source.execute(
        select(
            AuditEvent.subject_id,
            AuditEvent.actor_id,
            AuditEvent.happened_at,
            AuditEventDetail.event_id,
            AuditEventDetail.facts,
        )
        .outerjoin(AuditEventDetail, AuditEventDetail.event_id == AuditEvent.id)
        .where(AuditEvent.kind == GIVEN)
        .execution_options(yield_per=AT_ONCE)
    )
    givings = Seals()
    for row in rows:
        if row.event_id is None:
            givings.erased[(row.subject_id, row.actor_id, row.happened_at)] += 1
        elif isinstance(row.facts, dict) and isinstance(row.facts.get("endorsement"), int):
            givings.by_id[row.facts["endorsement"]].add(str(row.facts.get("seal")))
    return givings


def _given(source: Session | Connection) -> Iterator[tuple[int, EndorsementContent]]:
    last = 0
    while True:
        rows = source.execute(
            select(
                Endorsement.id,
                ReviewItem.digest,
                Endorsement.endorser_id,
                Endorsement.person_id,
                Endorsement.statement_id,
                Endorsement.answer,
                ReviewItem.reviewer_answer,
                ReviewItem.ground,
                Endorsement.endorsed_at,
            )
            .outerjoin(ReviewItem, ReviewItem.id == Endorsement.item_id)
            .where(Endorsement.id > last)
            .order_by(Endorsement.id)
            .limit(AT_ONCE)
        ).all()
        if not rows:
            return
        for row in rows:
            yield row.id, EndorsementContent(*row[1:])
        last = rows[-1].id
