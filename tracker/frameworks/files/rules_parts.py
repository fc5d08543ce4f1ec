"""Looking into the parsed file without trusting it."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from tracker.rules.strict_json import Problem, shown, step


@dataclass(frozen=True, slots=True)
class Part:
    """An object of the file and its place. A value of another type than is asked for is treated as
    missing."""

    place: str
    data: dict[str, Any]
    number_in_list: int = 0

    def at(self, name: str) -> str:
        return step(self.place, name)

    def part(self, name: str) -> "Part":
        value = self.data.get(name)
        return Part(self.at(name), value if isinstance(value, dict) else {})

    def parts(self, name: str) -> list["Part"]:
        """The objects of a list, each at its own number."""
        return [
            Part(step(self.at(name), at), entry, at + 1)
            for at, entry in enumerate(self.entries(name))
            if isinstance(entry, dict)
        ]

    def is_list(self, name: str) -> bool:
        """Whether it is a list, or is left out."""
        return isinstance(self.data.get(name, []), list)

    def entries(self, name: str) -> list[Any]:
        value = self.data.get(name)
        return value if isinstance(value, list) else []

    def text(self, name: str) -> str | None:
        value = self.data.get(name)
        return value if isinstance(value, str) else None

    def number(self, name: str) -> int | None:
        value = self.data.get(name)
        if isinstance(value, bool) or not isinstance(value, int | float) or value % 1:
            return None
        return int(value)


def keys(parts: Iterable[Part]) -> set[str]:
    return {key for part in parts if (key := part.text("key")) is not None}


def twice(
    name: str, parts: Iterable[Part], compared: Callable[[str], str] = str
) -> Iterator[Problem]:
    """Each text of that name that an earlier part has too, as it is compared."""
    first: dict[str, str] = {}
    for part in parts:
        value = part.text(name)
        if value is None:
            continue
        same = compared(value)
        if same in first:
            yield Problem(part.at(name), "is used already", shown(value), first[same])
        first.setdefault(same, part.place)
