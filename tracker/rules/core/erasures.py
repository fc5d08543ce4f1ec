"""Why a text is erased, and where a text stood that a legal hold keeps."""

from enum import StrEnum


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
