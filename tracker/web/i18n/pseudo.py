"""Two languages that nobody speaks, to see before any translation where a page would break in one.

Every text that goes through gettext comes out accented, four tenths longer and [in brackets]: what
stays plain English was never handed to gettext, and what is cut off lacks its bracket. The mirrored
one runs from right to left besides.
"""

import re
from functools import lru_cache

from babel.support import NullTranslations

LONGER = 0.4
ACCENTS = str.maketrans(
    "AaBbCcDdEeFfGgHhIiJjKkLlMmNnOoPpRrSsTtUuVvWwXxYyZz",
    "ÁáƁƀÇçÐđÉéƑƒĜĝĤĥÎîĴĵĶķĻļṀṁÑñÖöÞþŔŕŠšŢţÛûṼṽŴŵẊẋÝýŽž",
)
KEPT = re.compile(r"(%\(\w+\)[sd]|%%|\{\w+\}|<[^>]+>|&#?\w+;)")
"""What a translation must keep as it is: placeholders (those in braces are filled by scripts), per
cent signs, tags, entities."""
WORD = re.compile(r"[^\W\d_]+")
RLM, RLO, PDF = "\u200f", "\u202e", "\u202c"
"""Marks of Unicode's bidirectional algorithm: "here runs right to left", "so do these letters",
"end of that"."""


def _stretched(word: str, more: int) -> str:
    """The word with `more` letters doubled, vowels first, so that it is longer where no line can
    break."""
    order = sorted(range(len(word)), key=lambda at: (word[at].lower() not in "aeiou", at))
    doubled = set(order[:more])
    return "".join(letter + letter.lower() * (at in doubled) for at, letter in enumerate(word))


def _longer(text: str) -> str:
    """Every word by LONGER, what is rounded off carried to the next, so that it holds for the text
    too."""
    due = 0.0

    def one(match: re.Match[str]) -> str:
        nonlocal due
        due += LONGER * len(match[0])
        more = min(round(due), len(match[0]))
        due -= more
        return _stretched(match[0], more).translate(ACCENTS)

    return WORD.sub(one, text)


def _mirrored(text: str) -> str:
    return WORD.sub(lambda match: f"{RLM}{RLO}{match[0]}{PDF}{RLM}", text)


@lru_cache(maxsize=4096)
def disguised(text: str, mirrored: bool) -> str:
    """The text as the pseudo-language says it. A text without letters ("%(a)s / %(b)s") stays as it
    is."""
    parts = KEPT.split(text)
    if not any(WORD.search(part) for part in parts[::2]):
        return text
    parts[::2] = [_mirrored(_longer(part)) if mirrored else _longer(part) for part in parts[::2]]
    before, core, after = re.fullmatch(r"(\s*)(.*?)(\s*)", "".join(parts), re.DOTALL).groups()  # type: ignore[union-attr]
    return f"{before}[{core}]{after}"


class PseudoTranslations(NullTranslations):
    """A catalogue that has every text."""

    def __init__(self, mirrored: bool) -> None:
        super().__init__()
        self.mirrored = mirrored

    def gettext(self, message: str) -> str:
        return disguised(message, self.mirrored)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return disguised(msgid1 if n == 1 else msgid2, self.mirrored)

    def pgettext(self, context: str, message: str) -> str:
        return self.gettext(message)

    def npgettext(self, context: str, singular: str, plural: str, num: int) -> str:
        return self.ngettext(singular, plural, num)

    ugettext, ungettext, upgettext, unpgettext = gettext, ngettext, pgettext, npgettext
