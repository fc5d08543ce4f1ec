"""What is found by the words that somebody types: in any case and order, by their beginnings, by
other words that libraries use for them (seed_data/search_words.txt), and by likeness where nothing
holds them."""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from pathlib import Path

from rapidfuzz import process
from rapidfuzz.distance import OSA

from tracker.rules.core.wording import Wording
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


def in_lines(texts: Iterable[str]) -> str:
    """Many texts as one, a line for each, to be searched at once."""
    return "".join(f"{text}\n" for text in texts)


def places_of(typed: str, texts_of: Sequence[tuple[str, ...]]) -> list[int]:
    """The places of those that hold the words that were typed, the best first. Each is a title and
    other words."""
    titles = in_lines(known(title) for title, *_ in texts_of)
    texts = in_lines("".join(map(known, others)) for _, *others in texts_of)
    ranks = Search.of(typed).nearest(titles, texts).ranks(titles, texts)
    return sorted(ranks, key=ranks.__getitem__)


@cache
def other_words() -> dict[str, tuple[str, ...]]:
    """All spellings on its line, for each word or phrase of the list."""
    words: dict[str, tuple[str, ...]] = {}
    for line in WORDS_FILE.read_text(encoding="utf-8").splitlines():
        told = tuple(dict.fromkeys(plain(term).strip() for term in line.split(",")))
        if not line.startswith("#"):
            words |= dict.fromkeys(filter(None, told), told)
    return words


@cache
def _longest() -> int:
    return max(len(phrase.split()) for phrase in other_words())


@dataclass(frozen=True, slots=True)
class Term:
    """A word that was typed, or a phrase of the list. `spellings`: all of its line, the words of
    which are found whole; a word that is in no line is found by its beginning. `instead_of`: what
    was typed, where this is the nearest that there is."""

    phrase: str
    spellings: tuple[str, ...] = ()
    instead_of: str = ""

    @property
    def beginnings(self) -> tuple[str, ...]:
        if self.spellings:
            return ()
        is_plural = len(self.phrase) > LIKE_FROM and self.phrase.endswith("s")
        return (self.phrase, self.phrase[:-1]) if is_plural else (self.phrase,)

    @property
    def needles(self) -> list[str]:
        """What to look for in a text as `plain` gives it."""
        return [f" {spelling} " for spelling in self.spellings] + [
            f" {beginning}" for beginning in self.beginnings
        ]

    def is_in(self, text: str) -> bool:
        return any(needle in text for needle in self.needles)

    def lines(self, texts: str) -> set[int]:
        """Of texts in lines, the numbers of those that hold it."""
        return {number for needle in self.needles for number in _lines(needle, texts)}

    def hits(self, words: Sequence[str]) -> set[int]:
        """The places of those words of a text that are why it was found."""
        begun = {at for at, word in enumerate(words) if word.startswith(self.beginnings)}
        return begun | {
            place
            for phrase in (spelling.split() for spelling in self.spellings)
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
        words, terms, at = plain(typed[:FIND_MAX]).split(), [], 0
        while at < len(words):
            for length in range(_longest(), 0, -1):
                phrase = " ".join(words[at : at + length])
                if length == 1 or phrase in other_words():
                    terms.append(Term(phrase, other_words().get(phrase, ())))
                    at += len(phrase.split())
                    break
        return cls(tuple(terms))

    def nearest(self, titles: str, texts: str) -> "Search":
        """The same search, with the nearest word of all in place of each that no line holds. Of
        equally near ones a word of a title comes first, so that a name is found before what a text
        says."""
        return replace(self, terms=tuple(_nearest(term, titles, texts) for term in self.terms))

    def ranks(self, titles: str, texts: str) -> dict[int, int]:
        """The numbers of the lines that hold all words, in a title or in the text of the same line,
        in order, each with its rank: lower is better, and best is what a title says as whole words,
        as a name does. Both in lines, as `plain` gives them."""
        titled = [term.lines(titles) for term in self.terms]
        held = [
            in_title | term.lines(texts) for in_title, term in zip(titled, self.terms, strict=True)
        ]
        if not held:
            return {}
        typed = [
            {*_lines(f" {term.phrase}", titles), *_lines(f" {term.phrase}", texts)}
            for term in self.terms
        ]
        whole = [{*_lines(f" {term.phrase} ", titles)} for term in self.terms]
        is_titled, is_as_typed, is_whole = (
            set.intersection(*matches) for matches in (titled, typed, whole)
        )
        return {
            number: 4 * (number not in is_titled)
            + 2 * (number not in is_as_typed)
            + (number not in is_whole)
            for number in sorted(set.intersection(*held))
        }

    @property
    def other_spellings(self) -> list[str]:
        """What else is looked for, in the order of the list."""
        others = (other for term in self.terms for other in term.spellings if other != term.phrase)
        return list(dict.fromkeys(others))

    def spellings(self, titles: str, texts: str, lines: Collection[int]) -> set[str]:
        """Of these, those by which the lines were found."""
        return {
            other_spelling
            for other_spelling in self.other_spellings
            if any(
                number in lines
                for of in (titles, texts)
                for number in _lines(f" {other_spelling} ", of)
            )
        }

    def pieces(self, text: str) -> tuple[TextPiece, ...]:
        """The text, parted by what is found in it."""
        parts = TOKEN.split(text)
        words = [plain(word).strip() for word in parts[1::2]]
        places = {2 * at + 1 for term in self.terms for at in term.hits(words)}
        pieces: list[TextPiece] = []
        for at, part in enumerate(parts):
            if pieces and pieces[-1].is_hit == (at in places):
                pieces[-1] = replace(pieces[-1], words=pieces[-1].words + part)
            elif part:
                pieces.append(TextPiece(part, at in places))
        return tuple(pieces)

    def excerpt(self, text: str) -> tuple[TextPiece, ...]:
        """A line of the text: from its beginning, or from some words before what is found."""
        pieces = self.pieces(" ".join(text.split()))
        if (
            pieces
            and not pieces[0].is_hit
            and len(pieces[0].words) > BEFORE_HIT
            and len(pieces) > 1
        ):
            shown = pieces[0].words[-BEFORE_HIT:].partition(" ")[2]
            return (TextPiece(f"… {shown}", is_hit=False), *pieces[1:])
        return pieces


def _lines(needle: str, texts: str) -> Iterator[int]:
    """The numbers of the lines that hold the needle, in order."""
    number, counted, at = 0, 0, texts.find(needle)
    while at >= 0:
        number += texts.count("\n", counted, at)
        yield number
        counted = at
        at = texts.find(needle, texts.find("\n", at))


def _nearest(term: Term, titles: str, texts: str) -> Term:
    if term.spellings or len(term.phrase) < LIKE_FROM or term.is_in(titles) or term.is_in(texts):
        return term
    words = {
        *titles.split(),
        *texts.split(),
        *(other_word for other_word in other_words() if " " not in other_word),
    }
    most = 1 if len(term.phrase) < LONG_FROM else 2
    like = process.extract(term.phrase, words, scorer=OSA.distance, score_cutoff=most, limit=None)
    if not like:
        return term
    *_, nearest = min((distance, f" {word} " not in titles, word) for word, distance, _ in like)
    return Term(nearest, other_words().get(nearest, ()), term.phrase)
