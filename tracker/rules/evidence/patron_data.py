"""Whether a text looks as if it names a patron. A warning hangs on it, never a refusal: better to
miss one than to cry at every date, ISBN or call number.
"""

import re
from enum import StrEnum

from tracker.rules.evidence.content import TEXT_MAX


class PatronSign(StrEnum):
    EMAIL = "email"
    PHONE = "phone"
    CARD = "card"


_HARMLESS = re.compile(
    r"""
    https?://[^\s@]+                                         # an address of a page, numbers and all
    | \b10\.\d{4,9}/\S+                                      # DOI
    | \b(?:ISBN|ISSN|OCLC|EAN|UPC|ocn|ocm|on|no\.)
      [\s:#-]*[\dXx][\dXx \u2013-]*                         # said to be something else
    | \b97[89](?:[ -]?\d){10}\b                              # ISBN-13
    | \b\d(?:[ -]?\d){8}[ -]?[\dXx]\b(?<=[ -][\dXx])         # ISBN-10 with its hyphens
    | \b\d{4}[-./]\d{1,2}[-./]\d{1,2}\b                      # 2026-11-24
    | \b\d{1,2}[-./]\d{1,2}[-./]\d{2,4}\b                    # 24.11.2026
    | \b(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])
      (?:[T ]?[0-2]\d[0-5]\d(?:[0-5]\d)?)?\b                 # 20261124 1030
    | \b\d{1,2}[:.h]\d{2}(?:[:.]\d{2})?(?!\d)                # 10:30
    | \b(?:19|20)\d\d(?:[\s,;/\u2013-]+(?:19|20)\d\d)+\b     # years, and ranges of years
    """,
    re.VERBOSE | re.IGNORECASE,
)
_EMAIL = re.compile(r"[^\s@<>()\[\],;:\"]{1,64}@(?:[\w-]{1,63}\.){1,8}[^\W\d_]{2,24}\b")
_PHONE = re.compile(
    r"""
    (?<![\w.+-]) (?:
        \+\d{1,3}[ ./(-]{0,2}\d(?:[ ./()-]{0,2}\d){6,12}     # +44 20 7946 0958
        | (?:1[-. ])?(?:\(\d{3}\)[ ]?|\d{3}[-. ])\d{3}[-. ]\d{4}          # (555) 123-4567
        | 0\d{2,4}[ /-]\d{3,4}[ -]?\d{3,4}                   # 020 7946 0958
        | 0\d(?:[ ]\d\d){4}                                  # 06 12 34 56 78
    ) (?![\w-]|[.]\d)
    | \b(?:phone|telephone|tel|cell|mobile)\b
      [\s.:]{0,3}(?:is\s|no\.?\s|number\s)?\d(?:[ ./-]?\d){6,12}(?!\d)
    """,
    re.VERBOSE | re.IGNORECASE,
)
_CARD = re.compile(
    r"""
    (?<![\w.-]) (?:
        \d{12,19}
        | \d{4}(?:[ -]\d{4}){2}[ -]\d{2,4}
        | \d[ -]\d{4}[ -]\d{5}[ -]\d{4}   # a library card as it is printed: 2 1234 56789 0123
    ) (?![\w-]|[.]\d)
    """,
    re.VERBOSE,
)


def signs(*texts: str) -> frozenset[PatronSign]:
    """What in the texts looks like the particulars of a person, in so much of each as can be kept.

    A number of 14 digits that starts with 3 is left alone: so start the barcodes of items; those of
    patrons start with 2.
    """
    text = "\n".join(each[:TEXT_MAX] for each in texts)
    found = set()
    if _EMAIL.search(text):
        found.add(PatronSign.EMAIL)
    text = _HARMLESS.sub(" \u00b7 ", text)
    if _PHONE.search(text):
        found.add(PatronSign.PHONE)
    for match in _CARD.finditer(text):
        digits = re.sub(r"\D", "", match.group())
        if not (len(digits) == 14 and digits.startswith("3")):
            found.add(PatronSign.CARD)
    return frozenset(found)
