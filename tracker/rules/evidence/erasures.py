"""Why a text is erased, and what goes with it."""

from collections.abc import Collection
from enum import StrEnum

from tracker.rules.evidence import patron_data


class ErasureReason(StrEnum):
    """The closed list: no text is asked for, which could name the patron again."""

    NAMES_PATRON = "names_patron"
    NAMES_COWORKER = "names_coworker"
    PRIVATE = "private"
    WRONG_FILE = "wrong_file"
    OTHER = "other"


class HeldSource(StrEnum):
    """The table that a held text came from."""

    EVIDENCE = "evidence_texts"
    LINK = "evidence_links"
    SENT_EVIDENCE = "review_item_evidence"
    ITEM = "review_item_texts"
    MESSAGE = "review_messages"
    CHOICE = "difference_choices"
    CONFIRMATION = "confirmations"
    RATING = "ratings"
    DRAFT = "drafts"
    THANKS = "thanks"


def goes_too(text: str, sent: Collection[str]) -> bool:
    """Whether a text beside erased evidence is erased with it: it went with it into a review, or
    seems to name a patron itself."""
    return bool(text) and (text in sent or bool(patron_data.signs(text)))
