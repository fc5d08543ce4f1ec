"""What people write in reviews: notes, questions, replies, reasons, and thanks."""

from tracker.rules.errors import Invalid

REVIEW_TEXT_MAX = 4_000
"""The longest note, question, reply or reason."""
THANKS_MAX = 500


def clean_text(typed: str, field: str, *, required: bool, longest: int = REVIEW_TEXT_MAX) -> str:
    """Plain line ends, no space around it. Raises Invalid: review_text_needed, review_text_long."""
    text = typed.replace("\r\n", "\n").replace("\r", "\n").strip()
    if required and not text:
        raise Invalid("review_text_needed", field)
    if len(text) > longest:
        raise Invalid("review_text_long", field, longest=longest, length=len(text))
    return text
