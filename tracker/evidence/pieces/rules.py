"""What a piece of evidence may say: lengths, which links are links, the shape of a jotted line; and
whether it seems to name a patron."""

import datetime as dt
import re
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from urllib.parse import unquote, urlsplit

from tracker.frameworks.versions.rules import EvidenceKind
from tracker.rules.errors import Invalid, Refusal

TITLE_MAX = 200
TEXT_MAX = 10_000
URL_MAX = 2_000
REASON_MAX = 1_000
JOT_MAX = 500
LINKS_MAX = 200
"""Most statements linked by one form."""
FILES_MAX = 10
"""Most files sent by one form."""
PAGES_MAX = 30
"""Most pages of a PDF that are kept as pictures."""
OPENED = frozenset({"http", "https", "mailto", "tel", "ftp"})
SCHEME = re.compile(r"[a-z][a-z0-9+-]*(?=:)", re.IGNORECASE)
BARE_ADDRESS = re.compile(r"(?:[\w-]+\.)+[^\W\d_][\w-]*(?::\d{1,5})?(?=[/?#]|\Z)")
"""A host with a dot in it, and perhaps a port: a name before a colon alone may be a scheme."""
_TURNS = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
_UNSEEN = dict.fromkeys(
    code
    for code in (*range(0xA0), *range(0xD800, 0xE000), *map(ord, _TURNS))
    if not chr(code).isspace() and (unicodedata.category(chr(code)) in ("Cc", "Cs", "Cf"))
)
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


@dataclass(frozen=True, slots=True)
class EvidenceContent:
    """What a version says, beside its file."""

    title: str
    text: str = ""
    url: str = ""
    done_on: dt.date | None = None


def kind_of(url: str, has_file: bool) -> EvidenceKind:
    """A file, else a link, else a note."""
    if has_file:
        return EvidenceKind.FILE
    return EvidenceKind.LINK if url else EvidenceKind.NOTE


def completed(url: str) -> str:
    """A web address that was typed without a scheme gets one; anything else stays as it is."""
    return f"https://{url}" if BARE_ADDRESS.match(url) else url


def may_be_opened(address: str) -> bool:
    """Whether a click on such a link in a file leads to a web page, a mail, a call, or a place in
    the file or beside it; not to a program, or to another machine that asks who comes."""
    seen = unquote("".join(char for char in address if char > " " and char.isprintable()))
    scheme = SCHEME.match(seen)
    return scheme[0].lower() in OPENED if scheme else not seen.startswith(("/", "\\"))


def carries(code: str, what: str) -> Invalid:
    """The refusal of a file for something in it, which is named as far as it can be read."""
    seen = "".join(char if char.isprintable() else " " for char in what[:200])
    return Invalid(code, "file", what=" ".join(seen.split())[:80])


def may_be_drawn(refusal: Refusal) -> bool:
    """Whether the file can be kept as pictures of its pages: a PDF that is refused for something
    in it."""
    return refusal.code.startswith("pdf_") and "what" in refusal.facts


def is_web_link(url: str) -> bool:
    """An http or https address with a host, without a user name, and without a character that
    nobody sees."""
    if not url or len(url) > URL_MAX or "\\" in url:
        return False
    if any(char.isspace() or unicodedata.category(char)[0] == "C" for char in url):
        return False
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname, parts.port
    except ValueError:
        return False
    return (
        parts.scheme in ("http", "https")
        and bool((host or "").strip("."))
        and "@" not in parts.netloc
    )


def clean(content: EvidenceContent, today: dt.date) -> EvidenceContent:
    """The content as it is stored: a title on one line, text with plain line ends, a link with its
    scheme.

    Raises Invalid: title_empty, title_long, text_long, link_not_web, done_in_future, done_long_ago.
    """
    title = " ".join(_visible(content.title).split())
    text = _visible(content.text.replace("\r\n", "\n").replace("\r", "\n")).strip()
    url = completed(content.url.strip())
    if not title:
        raise Invalid("evidence_title_empty", "title")
    if len(title) > TITLE_MAX:
        raise Invalid("evidence_title_long", "title", most=TITLE_MAX)
    if len(text) > TEXT_MAX:
        raise Invalid("evidence_text_long", "text", most=TEXT_MAX)
    if url and not is_web_link(url):
        raise Invalid("evidence_link_not_web", "url")
    if content.done_on is not None and content.done_on > today:
        raise Invalid("evidence_done_in_future", "done_on")
    if content.done_on is not None and content.done_on.year < 1900:
        raise Invalid("evidence_done_long_ago", "done_on")
    return EvidenceContent(title, text, url, content.done_on)


def clean_reasons(reasons: Mapping[int, str]) -> dict[int, str]:
    """Reasons by statement, as stored. Raises Invalid: evidence_reason_long,
    evidence_links_many."""
    if len(reasons) > LINKS_MAX:
        raise Invalid("evidence_links_many", "statements", most=LINKS_MAX)
    cleaned = {key: " ".join(_visible(reason).split()) for key, reason in reasons.items()}
    if any(len(reason) > REASON_MAX for reason in cleaned.values()):
        raise Invalid("evidence_reason_long", "statements", most=REASON_MAX)
    return cleaned


def titled_for(content: EvidenceContent, file_name: str) -> EvidenceContent:
    """The content for one of several files, with its name in the title."""
    return replace(content, title=f"{content.title}: {file_name}"[:TITLE_MAX])


def jotted(line: str) -> EvidenceContent:
    """A line as a note: the whole of it is the title when it fits, else its first words, with all
    of it as the text.

    Raises Invalid: evidence_jot_empty, evidence_jot_long.
    """
    whole = " ".join(_visible(line).split())
    if not whole:
        raise Invalid("evidence_jot_empty", "line")
    if len(whole) > JOT_MAX:
        raise Invalid("evidence_jot_long", "line", most=JOT_MAX)
    if len(whole) <= TITLE_MAX:
        return EvidenceContent(whole)
    start = whole[: TITLE_MAX - 1]
    return EvidenceContent((start.rpartition(" ")[0] or start) + "…", whole)


def _visible(text: str) -> str:
    """Without control characters (line ends and tabs stay) and without those that turn the
    direction of the text."""
    return text.translate(_UNSEEN)


class PatronSign(StrEnum):
    EMAIL = "email"
    PHONE = "phone"
    CARD = "card"


def signs(*texts: str) -> frozenset[PatronSign]:
    """What in the texts looks like the particulars of a person, in so much of each as can be kept.

    A warning hangs on it, never a refusal: better to miss one than to cry at every date, ISBN or
    call number.

    A number of 14 digits that starts with 3 is left alone: so start the barcodes of items; those of
    patrons start with 2.
    """
    text = "\n".join(text[:TEXT_MAX] for text in texts)
    patron_signs = set()
    if _EMAIL.search(text):
        patron_signs.add(PatronSign.EMAIL)
    text = _HARMLESS.sub(" \u00b7 ", text)
    if _PHONE.search(text):
        patron_signs.add(PatronSign.PHONE)
    for match in _CARD.finditer(text):
        digits = re.sub(r"\D", "", match.group())
        if not (len(digits) == 14 and digits.startswith("3")):
            patron_signs.add(PatronSign.CARD)
    return frozenset(patron_signs)


def goes_too(text: str, sent: Collection[str]) -> bool:
    """Whether a text beside erased evidence is erased with it: it went with it into a review, or
    seems to name a patron itself."""
    return bool(text) and (text in sent or bool(signs(text)))
