"""The same people against the same targets twice: at two moments, or by two sides of one. Only
those are compared of whom it is known both times.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from tracker.frameworks.versions.rules_levels import TargetState
from tracker.teams.gaps.rules import GapRow

KNOWN = (TargetState.AT_TARGET, TargetState.GAP)


class GapChange(NamedTuple):
    """One domain. `both`: known both times, of so many `people`. `before` and `after`: how many of
    them were and are below target. `reached` and `fell`: who came to the target, and who came below
    it."""

    people: int
    both: int
    before: int
    after: int
    reached: tuple[int, ...] = ()
    fell: tuple[int, ...] = ()

    @property
    def difference(self) -> int:
        return self.after - self.before


def changes(
    then: Mapping[int, GapRow], now: Mapping[int, GapRow], domains: Iterable[int], people: int
) -> dict[int, GapChange]:
    """By domain. `then` and `now`: by person."""
    known: dict[int, list[tuple[int, bool, bool]]] = {domain: [] for domain in domains}
    for person_id, row in now.items():
        was = {cell.domain_id: cell.state for cell in then.get(person_id, ())}
        for cell in row:
            state = was.get(cell.domain_id)
            if state in KNOWN and cell.state in KNOWN:
                known[cell.domain_id].append(
                    (person_id, state is TargetState.GAP, cell.state is TargetState.GAP)
                )
    return {
        domain_id: GapChange(
            people=people,
            both=len(people_known),
            before=sum(was_below for _, was_below, _ in people_known),
            after=sum(is_below for _, _, is_below in people_known),
            reached=tuple(
                one for one, was_below, is_below in people_known if was_below and not is_below
            ),
            fell=tuple(
                one for one, was_below, is_below in people_known if is_below and not was_below
            ),
        )
        for domain_id, people_known in known.items()
    }


def total(of: Iterable[GapChange]) -> GapChange:
    """Of groups, or over domains, where somebody counts once in each."""
    parts = list(of)
    return GapChange(
        people=sum(one.people for one in parts),
        both=sum(one.both for one in parts),
        before=sum(one.before for one in parts),
        after=sum(one.after for one in parts),
        reached=tuple(person_id for one in parts for person_id in one.reached),
        fell=tuple(person_id for one in parts for person_id in one.fell),
    )
