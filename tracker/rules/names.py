"""Names of people: shortened, as they are compared, and what makes one pass for another by Unicode
Technical Standard 39, with the data and the checks of ICU."""

import unicodedata
from collections.abc import Collection, Iterable
from functools import lru_cache

from icu import Char, SpoofChecker, UProperty, URestrictionLevel, USpoofChecks

from tracker.rules.errors import Invalid

JOINERS = "\u200c\u200d"
"""They shape letters of Arabic and of the scripts of India and Southeast Asia."""
UNSEEN = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"})
BLANK = "\u2800"
"""A Braille pattern without dots: a sign by its category, and nothing to see."""
SHAPING = (UProperty.JOINING_TYPE, UProperty.INDIC_SYLLABIC_CATEGORY)
"""Not 0 for a letter that joiners shape."""
WITHIN_WORDS = frozenset("LMN")

_checker = SpoofChecker()
_checker.setChecks(
    USpoofChecks.RESTRICTION_LEVEL | USpoofChecks.MIXED_NUMBERS | USpoofChecks.INVISIBLE
)
_checker.setRestrictionLevel(URestrictionLevel.HIGHLY_RESTRICTIVE)


def short_name(name: str) -> str:
    """A name as it stands beside an endorsement: "Maria Ortiz" becomes "M. Ortiz"; a single word
    stays."""
    first, _, rest = name.strip().partition(" ")
    return f"{first[0]}. {rest.strip()}" if rest.strip() else first


def first_name(name: str) -> str:
    return name.strip().partition(" ")[0]


def telling_length(names: Collection[str]) -> int:
    """How many letters, two or more, tell the names apart."""
    length = 2
    while len({name[:length] for name in names}) < len(set(names)):
        length += 1
    return length


def folded(text: str) -> str:
    """For comparing: without case, accents and doubled spaces."""
    if text.isascii():
        return " ".join(text.casefold().split())
    letters = unicodedata.normalize("NFKD", text.casefold())
    return " ".join(
        "".join(letter for letter in letters if not unicodedata.combining(letter)).split()
    )


def check_letters(text: str, field: str) -> None:
    """Raise Invalid for what makes a name or an address read as another one:

    - characters_unseen: one that is not seen, or the same accent twice over one letter. A joiner
      between two letters that it shapes is let through.
    - scripts_mixed: two scripts within one word, but for those that are written together, such as
      kanji and kana. Spaces, hyphens and other signs part words.
    """
    for at, char in enumerate(text):
        if _is_unseen(char) and not (char in JOINERS and _shapes(text, at)):
            raise Invalid("characters_unseen", field, before=text[:at])
    parted = "".join(
        char if char in JOINERS or unicodedata.category(char)[0] in WITHIN_WORDS else " "
        for char in text
    )
    for word in parted.split():
        checks = _checker.check(word)
        if checks & USpoofChecks.INVISIBLE:
            raise Invalid("characters_unseen", field, before=word)
        if checks:
            raise Invalid("scripts_mixed", field, word=word)


@lru_cache(2**16)
def look_alike_keys(name: str) -> frozenset[str]:
    """Two names that have one of these in common are taken for each other: but for case and
    accents they are the same, or look the same."""
    plain = folded(name)
    skeletons = (_checker.getSkeleton(0, plain), _checker.getSkeleton(0, name))
    return frozenset(folded(skeleton) for skeleton in skeletons)


def _is_unseen(char: str) -> bool:
    return (
        unicodedata.category(char) in UNSEEN
        or char == BLANK
        or Char.hasBinaryProperty(char, UProperty.DEFAULT_IGNORABLE_CODE_POINT)
    )


def _shapes(text: str, at: int) -> bool:
    """Whether a joiner stands within a word of a script whose letters it shapes."""
    return all(
        any(Char.getIntPropertyValue(letter, shaping) for shaping in SHAPING)
        for letter in (_base(reversed(text[:at])), _base(text[at + 1 :]))
    )


def _base(text: Iterable[str]) -> str:
    """Its first character but for marks, where that is a letter; else a space."""
    first = next((char for char in text if unicodedata.category(char)[0] != "M"), " ")
    return first if first.isalpha() else " "
