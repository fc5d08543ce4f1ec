"""A team against its targets: the matrix, the biggest gaps, what holds a domain back and who could
teach it.

Everything is worked out from cells of one voice. Who may see which of it, by name or at all, is
policy and `releases`; this file counts.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from tracker.rules.profiles.levels import (
    DomainStanding,
    TargetState,
    blocked_ranks,
    blocking_rank,
    known_rank,
)

NAMES_LIMIT = 30
"""A matrix of more people than this shows distributions, not cells by name."""


@dataclass(frozen=True, slots=True)
class GapCell:
    """One person in one domain. `blocking_rank`: the lowest level that makes the gap, None without
    a gap; `blocked`: all levels that do. `known_rank`: what a page says of the level, None where
    nobody can say."""

    person_id: int
    domain_id: int
    held_rank: int
    target_rank: int | None
    state: TargetState | None
    blocking_rank: int | None = None
    known_rank: int | None = None
    blocked: tuple[int, ...] = ()


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


class NotMet(NamedTuple):
    """A statement of level `rank` that a person does not meet. `order` is its place in the
    domain."""

    domain_id: int
    rank: int
    order: int
    statement_id: int
    person_id: int


def cell_of(person_id: int, domain_id: int, of: DomainStanding) -> GapCell:
    return GapCell(
        person_id,
        domain_id,
        of.held_rank,
        of.target_rank,
        of.target_state,
        blocking_rank(of),
        known_rank(of),
        blocked_ranks(of),
    )


def shows_names(people: int) -> bool:
    """Whether a matrix of so many people has a row for each. What the reader may see is another
    question."""
    return people <= NAMES_LIMIT


def summarise(cells: Iterable[GapCell], domains: Sequence[int]) -> tuple[DomainSummary, ...]:
    """One summary for each of `domains`, in that order, with cells or not. KeyError for a cell
    elsewhere."""
    counts: dict[int, Counter[TargetState | None]] = {domain: Counter() for domain in domains}
    for cell in cells:
        counts[cell.domain_id][cell.state] += 1
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


def biggest_gaps(summaries: Iterable[DomainSummary], most: int = 3) -> tuple[DomainSummary, ...]:
    """The domains with most people in a gap; of equals first the larger share of known, then by
    position."""
    with_gaps = [each for each in summaries if each.gaps]
    return tuple(sorted(with_gaps, key=lambda each: (-each.gaps, each.known, each.position))[:most])


def could_teach(cells: Iterable[GapCell]) -> dict[int, tuple[int, ...]]:
    """For each domain with a gap: the people who hold a rank above their own target, highest rank
    first.

    They must also hold what at least one of those with a gap is expected to reach: nobody teaches
    up.
    """
    by_domain: defaultdict[int, list[GapCell]] = defaultdict(list)
    for cell in cells:
        by_domain[cell.domain_id].append(cell)
    found: dict[int, tuple[int, ...]] = {}
    for domain_id, group in by_domain.items():
        wanted = [
            c.target_rank for c in group if c.state is TargetState.GAP and c.target_rank is not None
        ]
        if not wanted:
            continue
        able = [
            c
            for c in group
            if c.target_rank is not None
            and c.held_rank > c.target_rank
            and c.held_rank >= min(wanted)
        ]
        able.sort(key=lambda each: (-each.held_rank, each.person_id))
        found[domain_id] = tuple(c.person_id for c in able)
    return found
