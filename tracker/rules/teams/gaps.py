"""A team against its targets: the matrix, where need is, what holds a domain back and who could
teach it.

Everything is worked out from cells of one voice. Who may see which of it, by name or at all, is
policy and `releases`; this file counts.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from tracker.rules.frameworks.wording import Wording
from tracker.rules.profiles.levels import TargetState

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
    say; `blocked`: all levels that make the gap, none without one."""

    domain_id: int
    held_rank: int
    target_rank: int | None
    state: TargetState | None
    known_rank: int | None = None
    blocked: tuple[int, ...] = ()


GapRow = tuple[GapCell, ...]
"""Somebody's cells, in the framework's order. Who stand alike share one."""


class Alike(NamedTuple):
    """These people, and how each of them stands."""

    row: GapRow
    people: list[int]


def alike(people: Iterable[tuple[int, GapRow | None]]) -> list[Alike]:
    """Of those who have a row: thousands of people stand in far fewer ways."""
    found: dict[int, Alike] = {}
    for person_id, row in people:
        if row is not None:
            if id(row) not in found:
                found[id(row)] = Alike(row, [])
            found[id(row)].people.append(person_id)
    return list(found.values())


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


class GapStatement(NamedTuple):
    """`rank` of its level; `order` is its place in the domain."""

    domain_id: int
    rank: int
    order: int
    title: Wording


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
    return tuple((below[each], below[each] + at_target[each]) for each in domains)


def by_need(summaries: Iterable[DomainSummary]) -> list[DomainSummary]:
    """The domains with most people in a gap first; of equals first the larger share of known, then
    by position."""
    return sorted(summaries, key=lambda each: (-each.gaps, each.known, each.position))


def could_teach(groups: Collection[Alike]) -> dict[int, tuple[int, ...]]:
    """For each domain with a gap: the people who hold what at least one of those with a gap needs
    there, highest rank first. Their own target doesn't matter."""
    needed: dict[int, int] = {}
    for row, _people in groups:
        for cell in row:
            if cell.state is TargetState.GAP and cell.target_rank is not None:
                least = needed.get(cell.domain_id, cell.target_rank)
                needed[cell.domain_id] = min(least, cell.target_rank)
    able: dict[int, list[tuple[int, int]]] = {domain_id: [] for domain_id in needed}
    for row, people in groups:
        for cell in row:
            if cell.domain_id in needed and cell.held_rank >= needed[cell.domain_id]:
                able[cell.domain_id] += ((-cell.held_rank, person_id) for person_id in people)
    return {
        domain_id: tuple(person_id for _held, person_id in sorted(those))
        for domain_id, those in able.items()
    }
