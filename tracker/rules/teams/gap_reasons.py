"""What is behind the figures of a gap matrix: the statements that hold people back, and why
something is not known yet.

For readers who see everybody by name: nothing here hides a small group.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from enum import IntEnum
from typing import NamedTuple

from tracker.rules.profiles.levels import TargetState
from tracker.rules.teams.gaps import Alike, GapStatement


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


def held_by(
    groups: Iterable[Alike],
    not_met: Mapping[int, Iterable[int]],
    statements: Mapping[int, GapStatement],
) -> tuple[HeldByStatement, ...]:
    """All statements that hold somebody back, those that hold most back first, then in the order of
    the framework. Somebody is held back by what they do not meet at any level that makes their
    gap. `not_met`: of each person those of the statements, and maybe others."""
    at_level: defaultdict[tuple[int, int], list[int]] = defaultdict(list)
    for statement_id, of in statements.items():
        at_level[of.domain_id, of.rank].append(statement_id)
    below: defaultdict[int, int] = defaultdict(int)
    people: defaultdict[int, list[int]] = defaultdict(list)
    for row, those in groups:
        blocking = set[int]()
        for cell in row:
            if cell.state is TargetState.GAP:
                below[cell.domain_id] += len(those)
                blocking.update(*(at_level[cell.domain_id, rank] for rank in cell.blocked))
        for person_id in those if blocking else ():
            for statement_id in blocking.intersection(not_met.get(person_id, ())):
                people[statement_id].append(person_id)

    def rank(statement_id: int) -> tuple[int, int, int, int]:
        of = statements[statement_id]
        return -len(people[statement_id]), of.order, of.domain_id, statement_id

    return tuple(
        HeldByStatement(domain_id, each, frozenset(people[each]), below[domain_id])
        for each in sorted(people, key=rank)
        for domain_id in [statements[each].domain_id]
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
