"""What differs between what was told then and what is told now, and which of it is meant."""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from fnmatch import fnmatchcase

from tests.oracle.facts import Lines


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
    as regular expressions; "" is found in all."""

    cases: tuple[str, ...]
    place: str
    why: str
    before: str = ""
    now: str = ""

    def is_of(self, change: Change) -> bool:
        return (
            fnmatchcase(change.place, self.place)
            and re.search(self.before, "\n".join(change.before)) is not None
            and re.search(self.now, "\n".join(change.now)) is not None
        )


def changes(before: Mapping[str, Lines], now: Mapping[str, Lines]) -> Iterator[Change]:
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


def faults(
    case: str, before: Mapping[str, Lines], now: Mapping[str, Lines], meant: Collection[Difference]
) -> list[str]:
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
