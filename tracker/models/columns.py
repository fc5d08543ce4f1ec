"""Column shapes that the tables share."""

from enum import StrEnum
from typing import Annotated

from sqlalchemy import CheckConstraint, ForeignKey, String, Text
from sqlalchemy.orm import mapped_column

from tracker.rules import texts

Id = Annotated[int, mapped_column(primary_key=True)]
Line = Annotated[str, mapped_column(String(200))]
"""One line of text."""
Prose = Annotated[str, mapped_column(Text)]
"""Text of some length; the longest allowed is checked before the database."""
Word = Annotated[str, mapped_column(String(40))]
"""A value of a short list (an Enum), with a check on the table."""

NAME_MAX = texts.NAME_MAX
NOTE_MAX = texts.NOTE_MAX


def one_of(column: str, words: type[StrEnum]) -> CheckConstraint:
    """A named check that `column` holds a value of `words`."""
    values = ", ".join(f"'{word.value}'" for word in words)
    return CheckConstraint(f"{column} IN ({values})", name=f"{column}_known")


def parent(column: str) -> ForeignKey:
    """A foreign key to `column`; a parent with children cannot be deleted."""
    return ForeignKey(column, ondelete="RESTRICT")
