"""Which statements came into a level, or left it, with the version that somebody was moved to."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select

from tracker.db import session
from tracker.models import Domain, Level, Statement, Strand
from tracker.models.joins import level_of_statement
from tracker.models.record.versions import target_keys
from tracker.queries.frameworks import version_steps
from tracker.rules.frameworks.changes.level_effects import Place
from tracker.rules.frameworks.changes.level_moves import PlacedId, level_moves
from tracker.rules.frameworks.wording import Wording
from tracker.rules.record.sheet import Sheet
from tracker.rules.record.summaries import came_by


@dataclass(frozen=True, slots=True)
class MovedStatement:
    """`domain_id` and `rank`: the level, in the later version; `other`: the domain and level that
    it came from, or counts at now, "" where it is new or retired. `is_part`: that is the same
    level, as statements were split or merged there. `statement_id`: in its own version."""

    statement_id: int
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
    domain_id: int
    place: Place
    code: str
    title: Wording
    domain: Wording
    level: Wording


@dataclass(frozen=True, slots=True)
class VersionsBetween:
    """The statements of two versions by id, in order, and (statement, successor)."""

    from_id: int
    to_id: int
    placed: Mapping[int, StatementAtLevel]
    lines: list[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class VersionMove:
    """`is_back`: to a version that is older than the one before."""

    version: str
    is_back: bool
    moved_at: dt.datetime
    between: VersionsBetween
    moves: tuple[MovedStatement, ...]

    def of(self, domain_id: int) -> tuple[MovedStatement, ...]:
        return tuple(each for each in self.moves if each.domain_id == domain_id)


def newest_move(sheet: Sheet) -> VersionMove | None:
    """The one by which somebody came to their version; None where they began on it. Two queries
    where there was one."""
    moves_of = came_by(sheet)
    if moves_of is None:
        return None
    left, came = moves_of
    is_back = (came.published_at, came.framework_id) < (left.published_at, left.framework_id)
    versions = between(left.framework_id, came.framework_id)
    return VersionMove(sheet.version.name, is_back, came.at, versions, moves(versions))


def between(from_id: int, to_id: int) -> VersionsBetween:
    """Two queries."""
    placed = _placed(from_id, to_id)
    lines = [
        (line.before_id, line.after_id)
        for line in version_steps.lines(from_id, to_id)
        if {line.before_id, line.after_id} <= placed.keys()
    ]
    return VersionsBetween(from_id, to_id, placed, lines)


def moves(of: VersionsBetween) -> tuple[MovedStatement, ...]:
    """At the levels of the domains that the later version has, in its order."""
    placed = of.placed
    before, after = (
        [PlacedId(key, each.place) for key, each in placed.items() if each.framework_id == side]
        for side in (of.from_id, of.to_id)
    )
    domains = {placed[each.id].place[:2]: placed[each.id].domain_id for each in after}
    found = [
        _moved(placed, domains, move.statement_id, move.other_id, came=move.came)
        for move in level_moves(before, after, of.lines)
        if move.place[:2] in domains
    ]
    order = {domain_id: number for number, domain_id in enumerate(dict.fromkeys(domains.values()))}
    return tuple(sorted(found, key=lambda each: (order[each.domain_id], each.rank)))


def _placed(*framework_ids: int) -> dict[int, StatementAtLevel]:
    """Statements by id, in order."""
    strand_key, domain_key = target_keys()
    rows = session().execute(
        select(
            Statement.id,
            Statement.framework_id,
            Statement.domain_id,
            strand_key,
            domain_key,
            Statement.rank,
            Statement.code,
            Statement.title,
            Domain.title,
            Level.name,
        )
        .join(Domain, Domain.id == Statement.domain_id)
        .join(Strand, Strand.id == Domain.strand_id)
        .join(Level, level_of_statement())
        .where(Statement.framework_id.in_(framework_ids))
        .order_by(Statement.framework_id, Statement.position)
    )
    return {
        key: StatementAtLevel(framework_id, domain_id, (strand, domain, rank), *words)
        for key, framework_id, domain_id, strand, domain, rank, *words in rows
    }


def _moved(
    placed: Mapping[int, StatementAtLevel],
    domains: Mapping[tuple[str, str], int],
    statement_id: int,
    other_id: int | None,
    *,
    came: bool,
) -> MovedStatement:
    one = placed[statement_id]
    other = placed.get(other_id or 0)
    is_part = other is not None and other.place == one.place
    where = ""
    if other is not None:
        where = other.title if is_part else f"{other.domain}, {other.level}"
    return MovedStatement(
        statement_id,
        domains[one.place[:2]],
        one.place[2],
        one.level,
        one.code,
        one.title,
        came,
        where,
        is_part,
    )
