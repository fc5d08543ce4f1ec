"""A statement from version to version: what it was before, and what became of it.

Which statements came into a level, or left it, with the version that somebody was moved to.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    and_,
    bindparam,
    case,
    exists,
    false,
    func,
    literal,
    null,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.orm import aliased

from tracker.db import ask_made, session
from tracker.frameworks.changes.rules import Wordings, pieces
from tracker.frameworks.changes.rules_levels import level_moves
from tracker.frameworks.changes.rules_places import Place
from tracker.frameworks.versions import queries as frameworks_versions_queries
from tracker.frameworks.versions.rules import Change, VersionStatus
from tracker.models import (
    Domain,
    Draft,
    Framework,
    Level,
    PersonVersion,
    Rating,
    SkillOrigin,
    Statement,
    Strand,
)
from tracker.models.joins import draft_of_notes, level_of_statement
from tracker.models.record.versions import target_keys, was_published_before
from tracker.record.sheet.queries_learners import FRAMEWORK, Learner
from tracker.record.sheet.rules import Sheet
from tracker.record.sheet.rules_summaries import came_by
from tracker.rules import drafts as drafts_rules
from tracker.rules.core.wording import Wording


@dataclass(frozen=True, slots=True)
class LineStatement:
    """A statement of another version that is in the line of one. `carries`: whether what was said
    of the older one counts for the newer."""

    id: int
    successor_id: int
    version: str
    code: str
    title: Wording
    text: Wording
    change: Change
    carries: bool
    wordings: Wordings


@dataclass(frozen=True, slots=True)
class EarlierStatement:
    """A statement of another version than the one that somebody is on, with their own notes, also
    those that wait for an answer. `became`: what takes its place in theirs; nothing where it was
    retired."""

    id: int
    version: str
    code: str
    title: Wording
    text: Wording
    own_note: str
    reviewer_note: str
    became: tuple[LineStatement, ...]


OLDER, NEWER = aliased(Statement), aliased(Statement)


def before(statement_id: int) -> list[LineStatement]:
    """What the statement was in earlier versions, the newest first. One query."""
    return _read(ask_made(_before(), {"statement": statement_id}))


@cache
def _before() -> Select[*tuple[Any, ...]]:
    return _lines(OLDER, NEWER.id == bindparam("statement"))


def of_framework(framework_id: int) -> dict[int, list[LineStatement]]:
    """What its statements were in earlier versions, by statement, the newest first. One query."""
    by_successor: defaultdict[int, list[LineStatement]] = defaultdict(list)
    for line in _read(ask_made(_before_each(), {"framework": framework_id})):
        by_successor[line.successor_id].append(line)
    return by_successor


@cache
def _before_each() -> Select[*tuple[Any, ...]]:
    return _lines(OLDER, NEWER.framework_id == FRAMEWORK)


def earlier(statement_id: int, learner: Learner) -> EarlierStatement | None:
    """None where the statement is neither of an earlier version of the learner's framework nor of
    one that they were on. For the learner alone. Two queries."""
    current = aliased(Framework)
    was_theirs = exists().where(
        PersonVersion.person_id == learner.person_id, PersonVersion.framework_id == Framework.id
    )
    query = (
        select(
            Statement.id,
            Framework.version,
            Statement.code,
            Statement.title,
            Statement.text,
            Rating.own_note,
            Rating.reviewer_note,
            Draft.fields,
        )
        .join(Framework, Framework.id == Statement.framework_id)
        .join(current, and_(current.slug == Framework.slug, current.id == learner.framework_id))
        .outerjoin(
            Rating,
            and_(Rating.skill_id == Statement.skill_id, Rating.person_id == learner.person_id),
        )
        .outerjoin(Draft, draft_of_notes(literal(learner.person_id)))
        .where(
            Statement.id == statement_id,
            Framework.id != current.id,
            Framework.status != VersionStatus.WITHDRAWN,
            or_(was_published_before(Framework, current), was_theirs),
        )
    )
    row = session().execute(query).one_or_none()
    if row is None:
        return None
    waiting = dict(drafts_rules.read(row.fields or "") or ())
    now = and_(OLDER.id == statement_id, NEWER.framework_id == learner.framework_id)
    return EarlierStatement(
        id=row.id,
        version=row.version,
        code=row.code,
        title=row.title,
        text=row.text,
        own_note=row.own_note or waiting.get("own_note", ""),
        reviewer_note=row.reviewer_note or waiting.get("reviewer_note", ""),
        became=tuple(_read(session().execute(_lines(NEWER, now)))),
    )


def slug_of(statement_id: int) -> str | None:
    """The slug of the statement's framework, which all its versions share. One query."""
    query = select(Framework.slug).join(Statement, Statement.framework_id == Framework.id)
    return session().scalar(query.where(Statement.id == statement_id))


def _lines(of: type[Statement], where: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    """Pairs of a statement of one version and what it was made of, or was called, in an earlier
    one; `of`: which of both is asked for, the newest version first, none that was withdrawn."""
    ids = OLDER.id.label("older_id"), NEWER.id.label("newer_id")
    is_later = NEWER.framework_id > OLDER.framework_id
    if of is NEWER:
        is_later = NEWER.framework_id != OLDER.framework_id
    same = (
        select(*ids, null().label("change"), true().label("carries"))
        .join(NEWER, and_(NEWER.skill_id == OLDER.skill_id, is_later))
        .where(where)
    )
    made_of = (
        select(*ids, SkillOrigin.change, SkillOrigin.carries)
        .distinct()
        .join(SkillOrigin, SkillOrigin.origin_id == OLDER.skill_id)
        .join(NEWER, and_(NEWER.skill_id == SkillOrigin.skill_id, is_later))
        .where(where)
    )
    pairs = union_all(same, made_of, *([_back(ids, where)] if of is NEWER else [])).subquery()
    older, newer = (aliased(Statement) for _side in range(2))
    older_at, newer_at = aliased(Domain), aliased(Domain)
    older_in, newer_in = aliased(Strand), aliased(Strand)
    asked = older if of is OLDER else newer
    is_moved = or_(
        older.rank != newer.rank, older_at.key != newer_at.key, older_in.key != newer_in.key
    )
    columns: list[Any] = [
        asked.id,
        newer.id.label("successor_id"),
        Framework.version,
        asked.code,
        asked.title,
        asked.text,
        pairs.c.change,
        pairs.c.carries,
        is_moved.label("is_moved"),
        older.title.label("older_title"),
        newer.title.label("newer_title"),
        older.text.label("older"),
        newer.text.label("newer"),
    ]
    return (
        select(*columns)
        .select_from(pairs)
        .join(older, older.id == pairs.c.older_id)
        .join(newer, newer.id == pairs.c.newer_id)
        .join(Framework, Framework.id == asked.framework_id)
        .join(older_at, older_at.id == older.domain_id)
        .join(older_in, older_in.id == older_at.strand_id)
        .join(newer_at, newer_at.id == newer.domain_id)
        .join(newer_in, newer_in.id == newer_at.strand_id)
        .where(Framework.status != VersionStatus.WITHDRAWN)
        .order_by(Framework.id.desc(), asked.position)
    )


BACK = {Change.SPLIT: Change.MERGED, Change.MERGED: Change.SPLIT}
"""What it is on the way back; the same in all other cases."""


def _back(ids: tuple[Any, ...], where: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    """What the statements of a later version were made of, for somebody who moved back to the
    earlier one."""
    change = case(*((SkillOrigin.change == key, to) for key, to in BACK.items()))
    return (
        select(*ids, func.coalesce(change, SkillOrigin.change), false())
        .distinct()
        .join(SkillOrigin, SkillOrigin.skill_id == OLDER.skill_id)
        .join(
            NEWER,
            and_(NEWER.skill_id == SkillOrigin.origin_id, NEWER.framework_id < OLDER.framework_id),
        )
        .where(where)
    )


def _read(rows: Iterable[Row[*tuple[Any, ...]]]) -> list[LineStatement]:
    statements = []
    for row in rows:
        is_reworded = (row.older_title, row.older) != (row.newer_title, row.newer)
        of_words = Change.REWORDED if is_reworded else Change.SAME
        change = row.change or (Change.MOVED if row.is_moved else of_words)
        statements.append(
            LineStatement(
                id=row.id,
                successor_id=row.successor_id,
                version=row.version,
                code=row.code,
                title=row.title,
                text=row.text,
                change=Change(change),
                carries=bool(row.carries),
                wordings=Wordings(*pieces(row.older, row.newer)),
            )
        )
    return statements


@dataclass(frozen=True, slots=True)
class MovedStatement:
    """`domain_id` and `rank`: the level, in the later version; `other`: the domain and level that
    it came from, or counts at now, "" where it is new or retired. `is_part`: that is the same
    level, as statements were split or merged there. `statement_id`: in its own version; `version`:
    by which it came or left, of those that were skipped, too."""

    statement_id: int
    version: str
    domain_id: int
    rank: int
    level: Wording
    code: str
    title: Wording
    came: bool
    other: Wording
    is_part: bool


@dataclass(frozen=True, slots=True)
class StatementAtLevel:
    """`place`: keys of section and domain, and rank; the same where a domain goes on in another."""

    framework_id: int
    version: str
    skill_id: int
    domain_id: int
    place: Place
    code: str
    title: Wording
    domain: Wording
    level: Wording


@dataclass(frozen=True, slots=True)
class VersionsBetween:
    """The statements of two versions by id, in order, and (statement, successor). `on_the_way`: by
    name of each version after the first up to the second, which skills it has at which level."""

    from_id: int
    to_id: int
    placed: Mapping[int, StatementAtLevel]
    lines: list[tuple[int, int]]
    on_the_way: Mapping[str, set[tuple[int, Place]]]

    def version_of(self, statement_id: int, *, came: bool) -> str:
        """The name of the version in which the statement came to its level or left it; on a way
        back, of the version that it leads to."""
        statement = self.placed[statement_id]
        *skipped, last = self.on_the_way.items()
        of = statement.skill_id, statement.place
        return next((version for version, places in skipped if (of in places) is came), last[0])


@dataclass(frozen=True, slots=True)
class VersionMove:
    """`before`: the version that they left; `is_back`: to one that is older than that."""

    version: str
    before: str
    is_back: bool
    moved_at: dt.datetime
    between: VersionsBetween
    moves: tuple[MovedStatement, ...]

    def of(self, domain_id: int) -> tuple[MovedStatement, ...]:
        return tuple(move for move in self.moves if move.domain_id == domain_id)


def newest_move(sheet: Sheet) -> VersionMove | None:
    """The one by which somebody came to their version; None where they began on it. Two queries
    where there was one."""
    moves_of = came_by(sheet)
    if moves_of is None:
        return None
    left, came = moves_of
    is_back = (came.published_at, came.framework_id) < (left.published_at, left.framework_id)
    versions = between(left.framework_id, came.framework_id)
    return VersionMove(
        version=sheet.version.name,
        before=left.version,
        is_back=is_back,
        moved_at=came.at,
        between=versions,
        moves=moves(versions),
    )


def between(from_id: int, to_id: int) -> VersionsBetween:
    """The statements of both versions, and what became of each. Two queries."""
    listed = _placed(from_id, to_id)
    placed = {key: entry for key, entry in listed.items() if entry.framework_id in (from_id, to_id)}
    lines = [
        (line.before_id, line.after_id)
        for line in frameworks_versions_queries.lines(from_id, to_id)
        if {line.before_id, line.after_id} <= placed.keys()
    ]
    on_the_way: dict[str, set[tuple[int, Place]]] = {}
    for entry in listed.values():
        if entry.framework_id != from_id:
            on_the_way.setdefault(entry.version, set()).add((entry.skill_id, entry.place))
    return VersionsBetween(
        from_id=from_id, to_id=to_id, placed=placed, lines=lines, on_the_way=on_the_way
    )


def moves(of: VersionsBetween) -> tuple[MovedStatement, ...]:
    """At the levels of the domains that the later version has, in its order."""
    placed = of.placed
    before, after = (
        {key: entry.place for key, entry in placed.items() if entry.framework_id == side}
        for side in (of.from_id, of.to_id)
    )
    domains = {place[:2]: placed[key].domain_id for key, place in after.items()}
    moved = [
        _moved(of, domains, move.statement_id, move.other_id, came=move.came)
        for move in level_moves(before, after, of.lines)
        if move.place[:2] in domains
    ]
    order = {domain_id: number for number, domain_id in enumerate(dict.fromkeys(domains.values()))}
    return tuple(sorted(moved, key=lambda move: (order[move.domain_id], move.rank)))


def _placed(from_id: int, to_id: int) -> dict[int, StatementAtLevel]:
    """Statements by id, in order: of both versions and of those that are skipped."""
    current = aliased(Framework)
    skipped = and_(
        Framework.slug == select(current.slug).where(current.id == to_id).scalar_subquery(),
        Framework.id > from_id,
        Framework.id < to_id,
        Framework.status != VersionStatus.WITHDRAWN,
    )
    strand_key, domain_key = target_keys()
    rows = session().execute(
        select(
            Statement.id,
            Framework.id,
            Framework.version,
            Statement.skill_id,
            Statement.domain_id,
            strand_key,
            domain_key,
            Statement.rank,
            Statement.code,
            Statement.title,
            Domain.title,
            Level.name,
        )
        .join(Framework, Framework.id == Statement.framework_id)
        .join(Domain, Domain.id == Statement.domain_id)
        .join(Strand, Strand.id == Domain.strand_id)
        .join(Level, level_of_statement())
        .where(or_(Framework.id.in_((from_id, to_id)), skipped))
        .order_by(Framework.id, Statement.position)
    )
    return {
        key: StatementAtLevel(of, version, skill_id, domain_id, (strand, domain, rank), *words)
        for key, of, version, skill_id, domain_id, strand, domain, rank, *words in rows
    }


def _moved(
    of: VersionsBetween,
    domains: Mapping[tuple[str, str], int],
    statement_id: int,
    other_id: int | None,
    *,
    came: bool,
) -> MovedStatement:
    one = of.placed[statement_id]
    other = of.placed.get(other_id or 0)
    is_part = other is not None and other.place == one.place
    where = ""
    if other is not None:
        where = other.title if is_part else f"{other.domain}, {other.level}"
    return MovedStatement(
        statement_id=statement_id,
        version=of.version_of(statement_id, came=came),
        domain_id=domains[one.place[:2]],
        rank=one.place[2],
        level=one.level,
        code=one.code,
        title=one.title,
        came=came,
        other=where,
        is_part=is_part,
    )
