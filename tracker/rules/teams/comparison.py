"""The same people against the same targets twice: at two moments, or by two sides of one. Only
those are compared of whom it is known both times.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from tracker.rules.profiles.levels import TargetState
from tracker.rules.teams.gaps import GapRow

KNOWN = (TargetState.AT_TARGET, TargetState.GAP)


class Change(NamedTuple):
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
) -> dict[int, Change]:
    """By domain. `then` and `now`: by person."""
    known: dict[int, list[tuple[int, bool, bool]]] = {each: [] for each in domains}
    for person_id, row in now.items():
        was = {cell.domain_id: cell.state for cell in then.get(person_id, ())}
        for cell in row:
            state = was.get(cell.domain_id)
            if state in KNOWN and cell.state in KNOWN:
                known[cell.domain_id].append(
                    (person_id, state is TargetState.GAP, cell.state is TargetState.GAP)
                )
    return {
        domain_id: Change(
            people,
            len(those),
            sum(was_below for _, was_below, _ in those),
            sum(is_below for _, _, is_below in those),
            tuple(one for one, was_below, is_below in those if was_below and not is_below),
            tuple(one for one, was_below, is_below in those if is_below and not was_below),
        )
        for domain_id, those in known.items()
    }


def total(of: Iterable[Change]) -> Change:
    """Of groups, or over domains, where somebody counts once in each."""
    each = list(of)
    return Change(
        sum(one.people for one in each),
        sum(one.both for one in each),
        sum(one.before for one in each),
        sum(one.after for one in each),
        tuple(person_id for one in each for person_id in one.reached),
        tuple(person_id for one in each for person_id in one.fell),
    )
