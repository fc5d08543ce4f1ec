"""What differs between what was told then and what is told now, and which of it is meant."""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from fnmatch import fnmatchcase

from tests.oracle.facts import Lines

Told = Mapping[str, Lines]


@dataclass(frozen=True, slots=True)
class Change:
    """Lines at a place that were there `before`, and what stands there `now`."""

    place: str
    before: tuple[str, ...]
    now: tuple[str, ...]

    def __str__(self) -> str:
        lines = [self.place, *(f"  - {line}" for line in self.before)]
        return "\n".join([*lines, *(f"  + {line}" for line in self.now)])


@dataclass(frozen=True, slots=True)
class Difference:
    """One that is meant, and `why`, in a sentence. `place`: as in a shell, in the `cases` that are
    named, in each of which it occurs. `before` and `now`: what is found among the lines of each side,
    as regular expressions, `either`: on one side at least; "" is found in all."""

    cases: tuple[str, ...]
    place: str
    why: str
    before: str = ""
    now: str = ""
    either: str = ""

    def is_of(self, change: Change) -> bool:
        before, now = "\n".join(change.before), "\n".join(change.now)
        return (
            fnmatchcase(change.place, self.place)
            and re.search(self.before, before) is not None
            and re.search(self.now, now) is not None
            and any(re.search(self.either, side) for side in (before, now))
        )


@dataclass(frozen=True, slots=True)
class Redrawn:
    """Pages that are other pages now, in every case, and `why`. What `facts` finds in their lines (its
    last group, or all of it) is compared; without it nothing, and `held_by` are the tests of the
    same facts."""

    place: str
    why: str
    facts: str = ""
    held_by: tuple[str, ...] = ()

    def of(self, lines: Lines) -> Lines:
        found = ([m[m.lastindex or 0] for m in re.finditer(self.facts, line)] for line in lines)
        return [" ".join(facts) for facts in found if facts]


def facts_of(told: Told, redrawn: Collection[Redrawn]) -> dict[str, Lines]:
    """What is compared of what was told."""
    found = {}
    for place, lines in told.items():
        rule = next((each for each in redrawn if fnmatchcase(place, each.place)), None)
        if rule is None or rule.facts:
            found[place] = lines if rule is None else rule.of(lines)
    return found


def changes(before: Told, now: Told) -> Iterator[Change]:
    """Each run of lines that is another; a page that is gone or new as a whole."""
    for place in dict.fromkeys([*before, *now]):
        if place not in now:
            yield Change(place, tuple(before[place]), ("(gone)",))
        elif place not in before:
            yield Change(place, ("(not there)",), tuple(now[place]))
        elif before[place] != now[place]:
            one, other = before[place], now[place]
            matcher = SequenceMatcher(None, one, other, autojunk=False)
            for kind, first, last, other_first, other_last in matcher.get_opcodes():
                if kind != "equal":
                    lines = tuple(one[first:last]), tuple(other[other_first:other_last])
                    yield Change(place, *lines)


def faults(case: str, before: Told, now: Told, meant: Collection[Difference]) -> list[str]:
    """What differs without being meant, and what is meant and does not differ."""
    mine = [each for each in meant if case in each.cases]
    found = list(changes(before, now))
    said = [str(change) for change in found if not any(each.is_of(change) for each in mine)]
    said += [
        f"listed, and does not differ: {each.place} ({each.why})"
        for each in mine
        if not any(each.is_of(change) for change in found)
    ]
    return said
