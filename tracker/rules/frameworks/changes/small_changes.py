"""Which new wordings differ from the old in case, spelling, or punctuation alone, and which words
of two texts differ."""

import difflib
import re
from dataclasses import dataclass
from itertools import chain

from tracker.rules.frameworks.wording import Wording

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


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of words, and whether the other text has others there."""

    text: Wording
    differs: bool


def pieces(before: str, after: str) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    """Both texts, word by word."""
    old, new = re.findall(r"\S+\s*", before), re.findall(r"\S+\s*", after)
    bare_old, bare_new = ([word.strip() for word in words] for words in (old, new))
    found = difflib.SequenceMatcher(None, bare_old, bare_new, autojunk=False).get_opcodes()
    olds = (_run(old[a:b], tag != "equal") for tag, a, b, _, _ in found if b > a)
    news = (_run(new[c:d], tag != "equal") for tag, _, _, c, d in found if d > c)
    return tuple(chain.from_iterable(olds)), tuple(chain.from_iterable(news))


def _run(words: list[str], differs: bool) -> list[Piece]:
    """The space after words that differ is no part of them."""
    text = "".join(words)
    bare = text.rstrip()
    if not differs or bare == text:
        return [Piece(text, differs)]
    return [Piece(bare, True), Piece(text[len(bare) :], False)]
