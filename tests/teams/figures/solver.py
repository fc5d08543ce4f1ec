"""What follows from all that was told, taken together: who must be at target, and who below."""

import itertools
from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping
from typing import NamedTuple, TypeVar

T = TypeVar("T", bound=Hashable)


class Fact(NamedTuple):
    """So many of these are at target: one of the `totals`."""

    who: frozenset[Hashable]
    totals: frozenset[int]


def worked_out(facts: Iterable[Fact], known: Mapping[T, bool]) -> dict[Hashable, bool]:
    """By every way in which people may stand: those about whom the same facts speak are alike, so
    how many of each kind are at target is tried in all integers that fit all facts."""
    left = [
        Fact(
            who - known.keys(),
            frozenset(each - sum(known[one] for one in who & known.keys()) for each in totals),
        )
        for who, totals in set(facts)
    ]
    found = {}
    for together in _components(left):
        kinds: defaultdict[frozenset[int], list[Hashable]] = defaultdict(list)
        for one in frozenset().union(*(fact.who for fact in together)):
            kinds[frozenset(n for n, fact in enumerate(together) if one in fact.who)].append(one)
        alike = list(kinds.items())
        ways = list(_ways([(of, len(those)) for of, those in alike], together))
        assert ways, "no way to stand fits"
        for at, (_of, those) in enumerate(alike):
            for total, is_at in ((0, False), (len(those), True)):
                if {way[at] for way in ways} == {total}:
                    found |= dict.fromkeys(those, is_at)
    return found


def _components(facts: Collection[Fact]) -> list[list[Fact]]:
    found: list[list[Fact]] = []
    for fact in facts:
        touching = [each for each in found if any(fact.who & other.who for other in each)]
        found = [each for each in found if each not in touching]
        found.append([fact, *itertools.chain(*touching)])
    return found


def _ways(kinds: list[tuple[frozenset[int], int]], facts: list[Fact]) -> Iterator[tuple[int, ...]]:
    """How many of each kind may be at target, together."""

    def go(at: int, sums: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
        room = [sum(size for of, size in kinds[at:] if n in of) for n in range(len(facts))]
        for total, more, fact in zip(sums, room, facts, strict=True):
            if not any(total <= each <= total + more for each in fact.totals):
                return
        if at == len(kinds):
            yield ()
            return
        of, size = kinds[at]
        for number in range(size + 1):
            then = tuple(total + number * (n in of) for n, total in enumerate(sums))
            for rest in go(at + 1, then):
                yield number, *rest

    yield from go(0, (0,) * len(facts))
