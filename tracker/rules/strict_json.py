"""JSON read strictly: nothing that two readers could understand differently, nothing that a
database cannot keep."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

MAX_DEPTH = 32
MAX_CHARS = 4_000_000
TWICE = "stands twice in the same object"
LAST_COMMA = "the comma at its end has nothing after it: take it out"

_STRING = re.compile(r'"(?:[^"\\]++|\\.)*+"?', re.DOTALL)


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """What is wrong, and where: `strands[2].domains[0].title`, or a line, or nothing for the whole
    text. `value`: what stands there, where it says more than the words; `other`: another place that
    it is about."""

    place: str
    words: str
    value: str = ""
    other: str = ""

    def __str__(self) -> str:
        message = " ".join(filter(None, (self.value, self.words)))
        if self.other:
            message += f", at {self.other}"
        return f"{self.place}: {message}" if self.place else message


class NotStrict(ValueError):  # noqa: N818  (what the text is)
    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("; ".join(map(str, problems)))
        self.problems = problems


class _Object(dict[str, Any]):
    """An object of the text, which remembers the keys that stood in it twice."""

    repeated: tuple[str, ...] = ()


def read(text: str) -> Any:
    """The value of a JSON text. Raises NotStrict with every problem found: what `parsed` refuses,
    and `faults`."""
    value = parsed(text)
    if problems := faults(value):
        raise NotStrict(problems)
    return value


def parsed(text: str) -> Any:
    """The value, whatever its texts hold.

    Raises NotStrict for bad syntax, more than MAX_CHARS, lists and objects deeper than MAX_DEPTH,
    NaN and Infinity.
    """
    if len(text) > MAX_CHARS:
        raise NotStrict(
            [Problem("", f"is {len(text):,} characters long; at most {MAX_CHARS:,} are read")]
        )
    if _depth(text) > MAX_DEPTH:
        raise NotStrict(
            [Problem("", f"has lists or objects inside each other more than {MAX_DEPTH} deep")]
        )
    try:
        return json.loads(text, object_pairs_hook=_object, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        raise NotStrict([_in_words(error)]) from error
    except ValueError as error:
        raise NotStrict([Problem("", f"is not JSON that can be used: {error}")]) from error


def _in_words(error: json.JSONDecodeError) -> Problem:
    """What is wrong, where it can be told, at the line that has to be mended."""
    before = error.doc[: error.pos].rstrip()
    next_one = error.doc[error.pos : error.pos + 1]
    is_new_line = "\n" in error.doc[len(before) : error.pos]
    last = before.count("\n") + 1
    match error.msg:
        case "Expecting value" | "Expecting ',' delimiter" if not next_one:
            words = "ends before the last bracket is closed" if before else "is empty"
        case "Expecting ',' delimiter" if is_new_line and next_one in ('"', "{", "["):
            words = "a comma is missing at its end"
        case "Expecting ',' delimiter" if next_one in ('"', "{", "["):
            words = "a comma is missing in it"
        case "Expecting ',' delimiter" if next_one in ("}", "]"):
            words = f"{next_one} closes a bracket of another kind"
        case "Expecting ',' delimiter" if before.endswith('"'):
            words = 'a quotation mark inside a text must have a backslash before it: \\"'
        case "Expecting ':' delimiter":
            words = "a colon is missing after a name"
        case "Unterminated string starting at" | "Invalid control character at":
            words, last = "a text has no quotation mark at its end", error.lineno
        case _ if before.endswith(",") and next_one in ("}", "]"):  # before Python 3.13
            words = LAST_COMMA
        case message if message.startswith("Illegal trailing comma"):
            words, last = LAST_COMMA, error.lineno
        case _:
            return Problem("", f"isn’t readable JSON from line {error.lineno} on")
    return Problem(f"line {last}", words)


def faults(value: Any) -> list[Problem]:
    """A key twice in one object; control characters (NUL, line breaks, ...) and lone surrogates in
    any text."""
    return sorted(_walk(value, ""))


def repeated(value: Any) -> list[str]:
    """Where a key stands twice in one object: two readers could take one value or the other."""
    return [problem.place for problem in faults(value) if problem.words == TWICE]


def texts(value: Any) -> Iterator[str]:
    """Every text in the value, and every key."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from texts(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield key
            yield from texts(item)


def step(place: str, part: str | int) -> str:
    """The place one step further in: `levels` then 3 is `levels[3]`, then "name" is
    `levels[3].name`."""
    if isinstance(part, int):
        return f"{place}[{part}]"
    return f"{place}.{part}" if place else part


def shown(text: str) -> str:
    """A text as a message can show it: short, and on one line that any terminal can print."""
    escaped = text.encode("unicode_escape").decode("ascii") if not text.isprintable() else text
    return f"“{escaped[:60]}…”" if len(escaped) > 60 else f"“{escaped}”"


def _depth(text: str) -> int:
    """How deep the brackets go, outside of strings."""
    depth = deepest = 0
    for char in re.findall(r"[\[\]{}]", _STRING.sub("", text)):
        depth += 1 if char in "[{" else -1
        deepest = max(deepest, depth)
    return deepest


def _object(pairs: list[tuple[str, Any]]) -> _Object:
    made = _Object(pairs)
    counts = Counter(key for key, _ in pairs)
    made.repeated = tuple(key for key, count in counts.items() if count > 1)
    return made


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not a number")


def _walk(value: Any, place: str) -> Iterator[Problem]:
    if isinstance(value, str):
        if any(ord(char) < 32 or 127 <= ord(char) < 160 for char in value):
            yield Problem(place, "holds a control character", shown(value))
        if any("\ud800" <= char <= "\udfff" for char in value):
            yield Problem(place, "holds half of a character (a lone surrogate)", shown(value))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _walk(item, step(place, index))
    elif isinstance(value, _Object):
        for key in value.repeated:
            yield Problem(step(place, shown(key)), TWICE)
        for key, item in value.items():
            if any(_ is not None for _ in _walk(key, "")):
                yield Problem(step(place, shown(key)), "is a name that cannot be kept")
            else:
                yield from _walk(item, step(place, key))
