"""What is behind the figures of a gap matrix: the statements that hold people back, and why
something is not known yet.

For readers who see everybody by name: nothing here hides a small group.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from enum import IntEnum
from typing import NamedTuple

from tracker.rules.profiles.levels import TargetState
from tracker.rules.teams.gaps import Alike, NotMet


class HeldByStatement(NamedTuple):
    """A statement, and whom it holds back: "8 of 13 haven't reached the target because of it" is
    their number, of all who are below target in the domain."""

    domain_id: int
    statement_id: int
    people: frozenset[int]
    below: int


class ReviewProgress(IntEnum):
    """How far a statement that has no reviewed rating has come; the most that any of a cell has
    says why the cell is not known. A difference is in review like the rest: of one person it would
    tell how they rated themselves."""

    NOT_SENT = 0
    NO_RESULT = 1
    IN_REVIEW = 2


def held_by(groups: Iterable[Alike], facts: Iterable[NotMet]) -> tuple[HeldByStatement, ...]:
    """All statements that hold somebody back, those that hold most back first, then in the order of
    the framework. Somebody is held back by what they do not meet at any level that makes their
    gap."""
    blocked = {}
    below: defaultdict[int, int] = defaultdict(int)
    for row, those in groups:
        for cell in row:
            if cell.state is TargetState.GAP:
                below[cell.domain_id] += len(those)
                blocked.update({(each, cell.domain_id): cell.blocked for each in those})
    people: defaultdict[tuple[int, int, int], set[int]] = defaultdict(set)
    for domain_id, rank, order, statement_id, person_id in facts:
        if rank in blocked.get((person_id, domain_id), ()):
            people[order, domain_id, statement_id].add(person_id)
    ranked = sorted(people.items(), key=lambda each: (-len(each[1]), each[0]))
    return tuple(
        HeldByStatement(domain_id, statement_id, frozenset(who), below[domain_id])
        for (_order, domain_id, statement_id), who in ranked
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
        those = [of_person[each] for each in people if each in of_person]
        counts[ReviewProgress.NOT_SENT] += (len(people) - len(those)) * len(unknown)
        for furthest in those:
            for cell in unknown:
                ranks = range(1, (cell.target_rank or 0) + 1)
                came_to = [furthest.get((cell.domain_id, each)) for each in ranks]
                counts[max(filter(None, came_to), default=ReviewProgress.NOT_SENT)] += 1
    return counts
