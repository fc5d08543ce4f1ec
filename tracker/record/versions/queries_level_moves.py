"""Which statements came into a level, or left it, with the version that somebody was moved to."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import aliased

from tracker.db import session
from tracker.frameworks.changes.rules_levels import level_moves
from tracker.frameworks.changes.rules_places import Place
from tracker.frameworks.versions import queries as framework_versions
from tracker.frameworks.versions.rules import VersionStatus
from tracker.models import Domain, Framework, Level, Statement, Strand
from tracker.models.joins import level_of_statement
from tracker.models.record.versions import target_keys
from tracker.record.sheet.rules import Sheet
from tracker.record.sheet.rules_summaries import came_by
from tracker.rules.core.wording import Wording


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
        sheet.version.name, left.version, is_back, came.at, versions, moves(versions)
    )


def between(from_id: int, to_id: int) -> VersionsBetween:
    """The statements of both versions, and what became of each. Two queries."""
    listed = _placed(from_id, to_id)
    placed = {key: entry for key, entry in listed.items() if entry.framework_id in (from_id, to_id)}
    lines = [
        (line.before_id, line.after_id)
        for line in framework_versions.lines(from_id, to_id)
        if {line.before_id, line.after_id} <= placed.keys()
    ]
    on_the_way: dict[str, set[tuple[int, Place]]] = {}
    for entry in listed.values():
        if entry.framework_id != from_id:
            on_the_way.setdefault(entry.version, set()).add((entry.skill_id, entry.place))
    return VersionsBetween(from_id, to_id, placed, lines, on_the_way)


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
        statement_id,
        of.version_of(statement_id, came=came),
        domains[one.place[:2]],
        one.place[2],
        one.level,
        one.code,
        one.title,
        came,
        where,
        is_part,
    )
