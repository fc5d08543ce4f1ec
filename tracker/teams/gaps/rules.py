"""A team against its targets: the matrix, where need is, what holds people back, who could teach,
and why something is not known yet.

Everything is worked out from cells of one voice. Who may see which of it, by name or at all, is
policy and `told`; this file counts.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple

from tracker.frameworks.versions.rules_levels import TargetState
from tracker.record.standings.rules import against
from tracker.record.versions.rules import DomainShape, VersionStatement
from tracker.rules.core.wording import Wording

NEED = (
    TargetState.GAP,
    TargetState.NOT_YET_KNOWN,
    TargetState.AT_TARGET,
    TargetState.NOT_ASSESSED,
    None,
)
"""In this order people stand by how they are in one domain."""


class GapCell(NamedTuple):
    """Somebody in one domain. `known_rank`: what a page says of the level, None where nobody can
    say; `blocked`: all levels that make the gap, none without one; `is_judged`: unless every level
    has too few statements."""

    domain_id: int
    held_rank: int
    target_rank: int | None
    state: TargetState | None
    known_rank: int | None = None
    blocked: tuple[int, ...] = ()
    is_judged: bool = True


def cell_of(domain_id: int, word: str, ranks: Sequence[int], target: int | None) -> GapCell:
    """Of the word of a standing (record/standings/rules); `ranks`: of the domain's levels."""
    of = against(word, ranks, target)
    return GapCell(
        domain_id=domain_id,
        held_rank=of.held_rank,
        target_rank=target,
        state=of.state,
        known_rank=of.known_rank,
        blocked=of.blocked,
        is_judged=of.is_judged,
    )


def veiled(one: GapCell) -> GapCell:
    """What is left of a cell for who may not see a statement of its domain: the target alone,
    whatever was endorsed."""
    state = None if one.target_rank is None else TargetState.NOT_YET_KNOWN
    return GapCell(one.domain_id, 0, one.target_rank, state)


GapRow = tuple[GapCell, ...]
"""Somebody's cells, in the framework's order. Who stand alike share one."""


class Alike(NamedTuple):
    """These people, and how each of them stands."""

    row: GapRow
    people: list[int]


def alike(people: Iterable[tuple[int, GapRow]]) -> list[Alike]:
    """Thousands of people stand in far fewer ways."""
    groups: dict[int, Alike] = {}
    for person_id, row in people:
        if id(row) not in groups:
            groups[id(row)] = Alike(row, [])
        groups[id(row)].people.append(person_id)
    return list(groups.values())


@dataclass(frozen=True, slots=True)
class DomainSummary:
    """The people of a matrix in one domain. `position` is the domain's place in the framework, from
    0."""

    domain_id: int
    position: int
    at_target: int = 0
    gaps: int = 0
    not_yet_known: int = 0
    not_assessed: int = 0
    no_target: int = 0

    @property
    def known(self) -> int:
        """Those of whom it is known whether they have a gap: "8 of 10 known are below target"."""
        return self.at_target + self.gaps

    @property
    def people(self) -> int:
        return self.known + self.not_yet_known + self.not_assessed + self.no_target


def summarise(groups: Iterable[Alike], domains: Sequence[int]) -> tuple[DomainSummary, ...]:
    """One summary for each of `domains`, in that order, with cells or not. KeyError for a cell
    elsewhere."""
    counts: dict[int, dict[TargetState | None, int]]
    counts = {domain: dict.fromkeys((*TargetState, None), 0) for domain in domains}
    for row, people in groups:
        for cell in row:
            counts[cell.domain_id][cell.state] += len(people)
    return tuple(
        DomainSummary(
            domain_id=domain,
            position=position,
            at_target=counts[domain][TargetState.AT_TARGET],
            gaps=counts[domain][TargetState.GAP],
            not_yet_known=counts[domain][TargetState.NOT_YET_KNOWN],
            not_assessed=counts[domain][TargetState.NOT_ASSESSED],
            no_target=counts[domain][None],
        )
        for position, domain in enumerate(domains)
    )


def below_of_known(groups: Iterable[Alike], domains: Sequence[int]) -> tuple[tuple[int, int], ...]:
    """For each of `domains`, as `summarise` has them: (gaps, known)."""
    below, at_target = dict.fromkeys(domains, 0), dict.fromkeys(domains, 0)
    for row, people in groups:
        for cell in row:
            if cell.state is TargetState.GAP:
                below[cell.domain_id] += len(people)
            elif cell.state is TargetState.AT_TARGET:
                at_target[cell.domain_id] += len(people)
    return tuple((below[domain], below[domain] + at_target[domain]) for domain in domains)


def by_need(summaries: Iterable[DomainSummary]) -> list[DomainSummary]:
    """The domains with most people in a gap first; of equals first the larger share of known, then
    by position."""
    return sorted(summaries, key=lambda domain: (-domain.gaps, domain.known, domain.position))


def could_teach(groups: Iterable[Alike], domain_id: int) -> tuple[int, tuple[int, ...]]:
    """The highest rank that somebody with a gap in that domain needs there, 0 without a gap; and
    who hold it and are at target themselves, highest rank first."""
    cells = [
        (cell, people) for row, people in groups for cell in row if cell.domain_id == domain_id
    ]
    needs = [cell.target_rank or 0 for cell, _people in cells if cell.state is TargetState.GAP]
    needed = max(needs, default=0)
    able = (
        (-cell.held_rank, person_id)
        for cell, people in cells
        if needed and cell.state is TargetState.AT_TARGET and cell.held_rank >= needed
        for person_id in people
    )
    return needed, tuple(person_id for _held, person_id in sorted(able))


class StatementReason(NamedTuple):
    """A statement, and whom it holds back: "8 of 13 haven't reached the target because of it" is
    the number of these people, of all who are `below` target in the domain."""

    statement_id: int
    title: Wording
    domain: DomainShape
    level: Wording
    people: frozenset[int]
    below: int


class ReviewProgress(IntEnum):
    """How far a statement that has no reviewed rating has come; the most that any of a cell has
    says why the cell is not known. A difference is in review like the rest: of one person it would
    tell how they rated themselves."""

    NOT_SENT = 0
    NO_RESULT = 1
    IN_REVIEW = 2


def held_by(
    domains: Iterable[DomainShape],
    groups: Iterable[Alike],
    not_met: Mapping[int, Iterable[int]],
    statements: Iterable[VersionStatement],
) -> tuple[StatementReason, ...]:
    """All statements that hold somebody back, those that hold most back first, then in the order of
    the framework. Somebody is held back by what they do not meet at any level that makes their
    gap. `not_met`: of each person those of the statements, and maybe others."""
    at_level: defaultdict[tuple[int, int], list[int]] = defaultdict(list)
    of_id = {statement.id: statement for statement in statements}
    for statement in of_id.values():
        at_level[statement.domain_id, statement.rank].append(statement.id)
    below: defaultdict[int, int] = defaultdict(int)
    held: defaultdict[int, list[int]] = defaultdict(list)
    for row, people in groups:
        blocking = set[int]()
        for cell in row:
            if cell.state is TargetState.GAP:
                below[cell.domain_id] += len(people)
                blocking.update(*(at_level[cell.domain_id, rank] for rank in cell.blocked))
        for person_id in people if blocking else ():
            for statement_id in blocking.intersection(not_met.get(person_id, ())):
                held[statement_id].append(person_id)

    def most_first(statement_id: int) -> tuple[int, int, int, int]:
        of = of_id[statement_id]
        return -len(held[statement_id]), of.position, of.domain_id, statement_id

    shapes = {domain.id: domain for domain in domains}
    return tuple(
        StatementReason(
            statement_id=statement.id,
            title=statement.title,
            domain=domain,
            level=domain.level_name(statement.rank),
            people=frozenset(held[statement.id]),
            below=below[domain.id],
        )
        for statement in map(of_id.__getitem__, sorted(held, key=most_first))
        for domain in [shapes[statement.domain_id]]
    )


def why_unknown(
    groups: Iterable[Alike], sent: Mapping[tuple[int, int, int], ReviewProgress]
) -> dict[ReviewProgress, int]:
    """How many of the cells that are not known yet are how far. `sent`: the furthest of the
    statements without a reviewed rating, by person, domain and level; what is above the target
    changes nothing."""
    of_person: defaultdict[int, dict[tuple[int, int], ReviewProgress]] = defaultdict(dict)
    for (person_id, domain_id, rank), came in sent.items():
        of_person[person_id][domain_id, rank] = came
    counts = dict.fromkeys(ReviewProgress, 0)
    for row, people in groups:
        unknown = [cell for cell in row if cell.state is TargetState.NOT_YET_KNOWN]
        senders = [of_person[person_id] for person_id in people if person_id in of_person]
        counts[ReviewProgress.NOT_SENT] += (len(people) - len(senders)) * len(unknown)
        for furthest in senders:
            for cell in unknown:
                ranks = range(1, (cell.target_rank or 0) + 1)
                came_to = [furthest.get((cell.domain_id, rank)) for rank in ranks]
                counts[max(filter(None, came_to), default=ReviewProgress.NOT_SENT)] += 1
    return counts
