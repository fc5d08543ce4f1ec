"""Drafts: what a form holds that was not sent, as pairs of a field's name and what was typed."""

import datetime as dt
import json
from collections.abc import Iterable

from tracker.rules.errors import Invalid

KEPT_FOR = dt.timedelta(days=30)
DRAFTS_MAX = 300
"""How many one person can have at a time."""
FIELDS_MAX = 500
DRAFT_MAX = 100_000
"""Characters of one draft, as it is stored."""
NAME_MAX = 200
"""Characters of the name of a form, and of what it is about."""

RATING = "assessment.save"
"""The notes at a statement that is not rated yet. Its subject is the skill."""
RESPONSE = "reviews.answer"
"""What a reviewer says to an item of a review, on either of its pages. Its subject is the item."""

EVIDENCE_NEW = "evidence.create"
EVIDENCE_EDIT = "evidence.update"
EVIDENCE_LINK = "evidence.link"
"""One reason. Its subject ends with the statement."""
EVIDENCE_LINKS = "evidence.choose_now"
OF_EVIDENCE = frozenset({EVIDENCE_EDIT, EVIDENCE_LINK, EVIDENCE_LINKS})
"""Their subjects begin with the piece."""
OF_ITEMS = frozenset({RESPONSE, "reviews.next_step", "reviews.reply"})
"""Their subject is an item of a review."""

Fields = tuple[tuple[str, str], ...]


def written(fields: Iterable[tuple[str, str]]) -> str:
    """As it is stored. Raises Invalid("draft_long")."""
    pairs = [list(pair) for pair in fields]
    text = json.dumps(pairs, ensure_ascii=False)
    if len(pairs) > FIELDS_MAX or len(text) > DRAFT_MAX:
        raise Invalid("draft_long")
    return text


def read(stored: str) -> Fields | None:
    """None where it isn't what `written` makes."""
    try:
        return pairs(json.loads(stored))
    except (ValueError, RecursionError):
        return None


def pairs(read: object) -> Fields | None:
    """None where it is no list of pairs of texts."""
    if not isinstance(read, list) or not all(map(_is_pair, read)):
        return None
    return tuple((name, value) for name, value in read)


def _is_pair(read: object) -> bool:
    return isinstance(read, list) and len(read) == 2 and all(isinstance(part, str) for part in read)


def statements_in(form: str, subject: str, fields: Fields) -> set[str]:
    """The statements that a draft of evidence names, by their ids as they are typed."""
    if form == EVIDENCE_LINK:
        return {subject.rpartition("-")[2]}
    if form in (EVIDENCE_NEW, EVIDENCE_LINKS):
        return {value for name, value in fields if name == "statement"}
    return set()
