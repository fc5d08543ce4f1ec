"""What is behind the figures of a gap matrix: the statements that hold people back, why something
is not known yet, and how the same people were at another moment.

For readers who see everybody by name: nothing here hides a small group.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from enum import IntEnum
from typing import NamedTuple

from tracker.rules.profiles.levels import TargetState
from tracker.rules.teams.gaps import GapCell, NotMet

KNOWN = (TargetState.AT_TARGET, TargetState.GAP)


class HeldByStatement(NamedTuple):
    """A statement, and whom it holds back: "8 of 13 haven't reached the target because of it" is
    their number, of all who are below target in the domain."""

    domain_id: int
    statement_id: int
    people: frozenset[int]
    below: int


class SamePeople(NamedTuple):
    """Only those are compared of whom it was known both times: `both`, of so many `people` now.
    `before` and `after`: how many of them were and are below target."""

    people: int
    both: int
    before: int
    after: int

    @property
    def difference(self) -> int:
        return self.after - self.before


class ReviewProgress(IntEnum):
    """How far a statement that has no reviewed rating has come; the most that any of a cell has
    says why the cell is not known. A difference is in review like the rest: of one person it would
    tell how they rated themselves."""

    NOT_SENT = 0
    NO_RESULT = 1
    IN_REVIEW = 2


def held_by(cells: Iterable[GapCell], facts: Iterable[NotMet]) -> tuple[HeldByStatement, ...]:
    """All statements that hold somebody back, those that hold most back first, then in the order of
    the framework. Somebody is held back by what they do not meet at any level that makes their
    gap."""
    blocked = {}
    below: defaultdict[int, int] = defaultdict(int)
    for cell in cells:
        blocked[cell.person_id, cell.domain_id] = cell.blocked
        below[cell.domain_id] += cell.state is TargetState.GAP
    people: defaultdict[tuple[int, int, int], set[int]] = defaultdict(set)
    for domain_id, rank, order, statement_id, person_id in facts:
        if rank in blocked.get((person_id, domain_id), ()):
            people[order, domain_id, statement_id].add(person_id)
    ranked = sorted(people.items(), key=lambda each: (-len(each[1]), each[0]))
    return tuple(
        HeldByStatement(domain_id, statement_id, frozenset(who), below[domain_id])
        for (_order, domain_id, statement_id), who in ranked
    )


def same_people(
    now: Iterable[GapCell], then: Mapping[tuple[int, int], GapCell]
) -> dict[int, SamePeople]:
    """By domain of `now`. `then`: by person and domain."""
    found: dict[int, SamePeople] = {}
    for cell in now:
        people, both, before, after = found.get(cell.domain_id, SamePeople(0, 0, 0, 0))
        was = then.get((cell.person_id, cell.domain_id))
        if was is not None and was.state in KNOWN and cell.state in KNOWN:
            both += 1
            before += was.state is TargetState.GAP
            after += cell.state is TargetState.GAP
        found[cell.domain_id] = SamePeople(people + 1, both, before, after)
    return found


def why_unknown(
    cells: Iterable[GapCell], sent: Mapping[tuple[int, int, int], ReviewProgress]
) -> dict[ReviewProgress, int]:
    """How many of the cells that are not known yet are how far. `sent`: the furthest of the
    statements without a reviewed rating, by person, domain and level; what is above the target
    changes nothing."""
    counts = dict.fromkeys(ReviewProgress, 0)
    for cell in cells:
        if cell.state is TargetState.NOT_YET_KNOWN:
            ranks = range(1, (cell.target_rank or 0) + 1)
            came = (sent.get((cell.person_id, cell.domain_id, rank)) for rank in ranks)
            counts[max((each for each in came if each), default=ReviewProgress.NOT_SENT)] += 1
    return counts
