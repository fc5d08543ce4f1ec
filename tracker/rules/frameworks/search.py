"""What is found by the words that somebody types: in any case and order, by their beginnings, by
other words that libraries use for them (seed_data/search_words.txt), and by likeness where nothing
holds them."""

import re
from bisect import bisect
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from itertools import accumulate
from pathlib import Path

from rapidfuzz import process
from rapidfuzz.distance import OSA

from tracker.rules.frameworks.wording import Wording
from tracker.rules.names import folded

FIND_MAX = 200
WORDS_FILE = Path(__file__).resolve().parents[3] / "seed_data" / "search_words.txt"
WORD = re.compile(r"\d+(?:\.\d+)+|[^\W_]+")
TOKEN = re.compile(r"(\d+(?:\.\d+)+|[^\W_]+(?:['’][^\W_]+)*)")
APOSTROPHES = str.maketrans("", "", "'’")
LIKE_FROM, LONG_FROM = 4, 8
"""A word of so many letters may have one wrong; a long one, two."""
BEFORE_HIT = 32


def plain(text: str) -> str:
    """The words as they are compared, each with a space on both sides."""
    return f" {' '.join(WORD.findall(folded(text.translate(APOSTROPHES))))} "


known = lru_cache(2**15)(plain)
"""The same of what is looked through again and again: names, titles, and texts of frameworks. Never
of what somebody typed."""


@cache
def other_words() -> dict[str, tuple[str, ...]]:
    """Of each word or phrase of the list, all of its line."""
    found: dict[str, tuple[str, ...]] = {}
    for line in WORDS_FILE.read_text(encoding="utf-8").splitlines():
        told = tuple(dict.fromkeys(plain(each).strip() for each in line.split(",")))
        if not line.startswith("#"):
            found |= dict.fromkeys(filter(None, told), told)
    return found


@cache
def _longest() -> int:
    return max(len(phrase.split()) for phrase in other_words())


@dataclass(frozen=True, slots=True)
class Term:
    """A word that was typed, or a phrase of the list. `spellings`: all of its line, the words of
    which are found whole; a word that is in no line is found by its beginning. `instead_of`: what
    was typed, where this is the nearest that there is."""

    said: str
    spellings: tuple[str, ...] = ()
    instead_of: str = ""

    @property
    def beginnings(self) -> tuple[str, ...]:
        if self.spellings:
            return ()
        is_plural = len(self.said) > LIKE_FROM and self.said.endswith("s")
        return (self.said, self.said[:-1]) if is_plural else (self.said,)

    @property
    def needles(self) -> list[str]:
        """What to look for in a text as `plain` gives it."""
        return [f" {each} " for each in self.spellings] + [f" {each}" for each in self.beginnings]

    def is_in(self, text: str) -> bool:
        return any(needle in text for needle in self.needles)

    def places(self, texts: str) -> Iterator[int]:
        """Of texts in lines, a place in each line that holds it, for each of its needles."""
        for needle in self.needles:
            at = texts.find(needle)
            while at >= 0:
                yield at
                at = texts.find(needle, texts.find("\n", at))

    def hits(self, words: Sequence[str]) -> set[int]:
        """The places of those words of a text that are why it was found."""
        begun = {at for at, word in enumerate(words) if word.startswith(self.beginnings)}
        return begun | {
            place
            for phrase in (each.split() for each in self.spellings)
            for at in range(len(words) - len(phrase) + 1)
            if list(words[at : at + len(phrase)]) == phrase
            for place in range(at, at + len(phrase))
        }


@dataclass(frozen=True, slots=True)
class TextPiece:
    """Some words of a text that was found; `is_hit`: they are why."""

    words: Wording
    is_hit: bool


@dataclass(frozen=True, slots=True)
class Search:
    terms: tuple[Term, ...]

    @classmethod
    def of(cls, typed: str) -> "Search":
        """The longest phrases of the list that are in it, and each other word."""
        words, found, at = plain(typed[:FIND_MAX]).split(), [], 0
        while at < len(words):
            for length in range(_longest(), 0, -1):
                phrase = " ".join(words[at : at + length])
                if length == 1 or phrase in other_words():
                    found.append(Term(phrase, other_words().get(phrase, ())))
                    at += len(phrase.split())
                    break
        return cls(tuple(found))

    def among(self, texts: Sequence[str]) -> tuple["Search", list[int]]:
        """Which of the texts hold all words, each as `plain` gives it; with the nearest word in the
        place of each that none of them holds. They are looked through as one: there are many."""
        every = "".join(f"{text}\n" for text in texts)
        found = replace(self, terms=tuple(_nearest(term, every) for term in self.terms))
        ends = list(accumulate(len(text) + 1 for text in texts))
        held = [{bisect(ends, at) for at in term.places(every)} for term in found.terms]
        return found, sorted(set.intersection(*held)) if held else []

    def rank(self, title: str, text: str) -> int:
        """Of what is found: lower is better. Both as `plain` gives them."""
        is_titled = all(term.is_in(title) for term in self.terms)
        is_as_typed = all(f" {term.said}" in title + text for term in self.terms)
        return 2 * (not is_titled) + (not is_as_typed)

    def spellings(self, texts: Iterable[str]) -> list[str]:
        """Other words by which the texts were found, in the order of the list."""
        every = " ".join(texts)
        others = (each for term in self.terms for each in term.spellings if each != term.said)
        return [each for each in dict.fromkeys(others) if f" {each} " in every]

    def pieces(self, text: str) -> tuple[TextPiece, ...]:
        """The text, parted by what is found in it."""
        parts = TOKEN.split(text)
        words = [plain(word).strip() for word in parts[1::2]]
        places = {2 * at + 1 for term in self.terms for at in term.hits(words)}
        found: list[TextPiece] = []
        for at, part in enumerate(parts):
            if found and found[-1].is_hit == (at in places):
                found[-1] = replace(found[-1], words=found[-1].words + part)
            elif part:
                found.append(TextPiece(part, at in places))
        return tuple(found)

    def excerpt(self, text: str) -> tuple[TextPiece, ...]:
        """A line of the text: from its beginning, or from some words before what is found."""
        found = self.pieces(" ".join(text.split()))
        if found and not found[0].is_hit and len(found[0].words) > BEFORE_HIT and len(found) > 1:
            shown = found[0].words[-BEFORE_HIT:].partition(" ")[2]
            return (TextPiece(f"… {shown}", is_hit=False), *found[1:])
        return found


def _nearest(term: Term, texts: str) -> Term:
    if term.spellings or len(term.said) < LIKE_FROM or term.is_in(texts):
        return term
    words = {*texts.split(), *(each for each in other_words() if " " not in each)}
    most = 1 if len(term.said) < LONG_FROM else 2
    like = process.extract(term.said, words, scorer=OSA.distance, score_cutoff=most, limit=None)
    if not like:
        return term
    nearest = min((distance, word) for word, distance, _ in like)[1]
    return Term(nearest, other_words().get(nearest, ()), term.said)
