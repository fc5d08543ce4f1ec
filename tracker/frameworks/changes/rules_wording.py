"""Which new wordings differ from the old in case, spelling, or punctuation alone, and which words
of two texts differ."""

import difflib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from tracker.rules.core.wording import Wording

SHORTEST = 5
"""Letters of a word that may be spelled in two ways: of shorter ones each letter matters."""
ALIKE = 0.8
"""How much of two spellings of one word is the same: four of every five letters."""


def _folded(text: str) -> list[str]:
    """The words in small letters, without punctuation."""
    words = (re.sub(r"[\W_]+", "", word) for word in text.casefold().split())
    return [word for word in words if word]


def _is_spelling(before: str, after: str) -> bool:
    if before == after:
        return True
    if min(len(before), len(after)) < SHORTEST or before[0] != after[0]:
        return False
    return difflib.SequenceMatcher(None, before, after, autojunk=False).ratio() >= ALIKE


def is_small(before: str, after: str) -> bool:
    """Whether the words are the same without case and punctuation, or each that differs is long
    enough, begins with the same letter, and shares four of every five letters."""
    old, new = _folded(before), _folded(after)
    if "".join(old) == "".join(new):
        return True
    return len(old) == len(new) and all(map(_is_spelling, old, new))


class Fate(StrEnum):
    """Of words, from one text to the next; as HTML calls its elements."""

    STAYS = ""
    WENT = "del"
    CAME = "ins"


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of words."""

    text: Wording
    fate: Fate

    @property
    def differs(self) -> bool:
        """Whether the other text has others there."""
        return self.fate != Fate.STAYS


@dataclass(frozen=True, slots=True)
class Wordings:
    """An older and a newer text, with the words that differ."""

    then: tuple[Piece, ...]
    now: tuple[Piece, ...]

    @property
    def differ(self) -> bool:
        return any(piece.differs for piece in self.then + self.now)


def pieces(before: str, after: str) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    """Both texts, word by word."""
    old, new = re.findall(r"\S+\s*", before), re.findall(r"\S+\s*", after)
    olds, news = list[Piece](), list[Piece]()
    for tag, a, b, c, d in _runs(old, new):
        is_equal = tag == "equal"
        olds += _piece("".join(old[a:b]), Fate.STAYS if is_equal else Fate.WENT)
        news += _piece("".join(new[c:d]), Fate.STAYS if is_equal else Fate.CAME)
    return tuple(olds), tuple(news)


def _runs(old: list[str], new: list[str]) -> Sequence[tuple[str, int, int, int, int]]:
    """Which words are equal, replaced, gone, or new, whatever space is after them."""
    bare_old, bare_new = ([word.strip() for word in words] for words in (old, new))
    return difflib.SequenceMatcher(None, bare_old, bare_new, autojunk=False).get_opcodes()


def _piece(text: str, fate: Fate) -> Iterator[Piece]:
    """The space after words that differ is no part of them."""
    bare = text if fate == Fate.STAYS else text.rstrip()
    if bare:
        yield Piece(bare, fate)
    if text != bare:
        yield Piece(text[len(bare) :], Fate.STAYS)


WORD = re.compile(r"[^\s,.;:!?()،؛؟、。]+\s*|[,.;:!?()،؛؟、。]+\s*")
"""Marks of punctuation are words of their own: "desk" and "desk," don't differ in the word."""
NEAR = 3
"""Words beside those that differ."""
MOST_GONE = 10
"""Words of a longer run that is gone."""


def excerpt(before: str, after: str) -> tuple[Piece, ...]:
    """Both texts in one, without what is far from any difference. What came is never cut."""
    old, new = WORD.findall(before), WORD.findall(after)
    runs = _runs(old, new)
    pieces = list[Piece]()
    for at, (tag, a, b, c, d) in enumerate(runs):
        if tag == "equal":
            is_last = at == len(runs) - 1
            stay = new[c:d]
            if not is_last and runs[at + 1][0] != "insert":
                stay[-1] = old[b - 1]  # The space before words that are gone is the old text's.
            pieces.append(Piece(_near(stay, at > 0, not is_last), Fate.STAYS))
            continue
        gone, came = beginning("".join(old[a:b])), "".join(new[c:d])
        if gone and came:
            gone = f"{gone.rstrip()} "
        pieces += [*_piece(gone, Fate.WENT), *_piece(came, Fate.CAME)]
    return tuple(pieces)


def beginning(text: str) -> Wording:
    words = WORD.findall(text)
    is_short = len(words) <= MOST_GONE + 1
    return text if is_short else "".join(words[:MOST_GONE]).rstrip() + "…"


def _near(words: list[str], is_after: bool, is_before: bool) -> str:
    """The words that stay beside words that differ: some after, where `is_after`, and some before,
    where `is_before`."""
    if len(words) <= NEAR * (is_after + is_before) + 1:
        return "".join(words)
    first = "".join(words[:NEAR]).rstrip() if is_after else ""
    last = "".join(words[-NEAR:]) if is_before else ""
    return f"{first}…{' ' if first and last else ''}{last}"
