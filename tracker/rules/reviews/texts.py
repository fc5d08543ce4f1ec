"""What people write in reviews: notes, questions, replies and reasons."""

from tracker.rules.errors import Invalid

REVIEW_TEXT_MAX = 4_000
"""The longest note, question, reply or reason."""


def clean_text(typed: str, field: str, *, required: bool) -> str:
    """Plain line ends, no space around it. Raises Invalid: review_text_needed, review_text_long."""
    text = typed.replace("\r\n", "\n").replace("\r", "\n").strip()
    if required and not text:
        raise Invalid("review_text_needed", field)
    if len(text) > REVIEW_TEXT_MAX:
        raise Invalid("review_text_long", field, longest=REVIEW_TEXT_MAX, length=len(text))
    return text
