"""Texts in which nothing can be seen, though they are not empty."""

import unicodedata
from collections.abc import Iterator
from typing import Any

from tracker.rules.strict_json import Problem, shown, step

BLANK = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""Letters and signs without ink: fillers of Hangul, the empty braille pattern."""


def unseen(value: Any, place: str = "") -> Iterator[Problem]:
    """Each such text of the parsed file, by its place."""
    if isinstance(value, str):
        if value.strip() and not any(map(_can_be_seen, value)):
            yield Problem(place, "holds nothing that can be seen", shown(value))
    elif isinstance(value, list):
        for at, item in enumerate(value):
            yield from unseen(item, step(place, at))
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from unseen(item, step(place, key))


def _can_be_seen(char: str) -> bool:
    """Format characters (zero width, directions), separators, combining marks alone and unassigned
    code points cannot."""
    return char not in BLANK and unicodedata.category(char)[0] in "LNPS"
