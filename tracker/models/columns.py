"""Column shapes that the tables share."""

from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import Annotated, Any, cast

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    Dialect,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    String,
    Table,
    Text,
    literal_column,
    text,
)
from sqlalchemy.orm import mapped_column
from sqlalchemy.types import TypeDecorator

from tracker.db import Base
from tracker.rules import texts as texts_rules

Id = Annotated[int, mapped_column(primary_key=True)]
Line = Annotated[str, mapped_column(String(200))]
"""One line of text."""
Prose = Annotated[str, mapped_column(Text)]
"""Text of some length; the longest allowed is checked before the database."""
Word = Annotated[str, mapped_column(String(40))]
"""A value of a short list (an Enum), with a check on the table."""


class Hexadecimal(TypeDecorator[str]):
    """Digits of which two are kept as a byte. What somebody wrote past the program that is none is
    given back as it stands: a check tells of it."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> bytes | None:
        return None if value is None else bytes.fromhex(value)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any]:
        return lambda value: value if value is None or isinstance(value, str) else value.hex()


Digest = Annotated[str, mapped_column(Hexadecimal)]

NAME_MAX = texts_rules.NAME_MAX
NOTE_MAX = texts_rules.NOTE_MAX


NEVER_AGAIN = {"sqlite_autoincrement": True}
"""For a table whose rows can be deleted while a page, a job or an approval still names one by its
id: that id is never another row's. PostgreSQL gives none twice by itself."""


def one_of(column: str, words: Iterable[StrEnum]) -> CheckConstraint:
    """A named check that `column` holds one of `words`."""
    values = ", ".join(f"'{word.value}'" for word in words)
    return CheckConstraint(f"{column} IN ({values})", name=f"{column}_known")


def partial(name: str, where: str, *columns: str, unique: bool = False) -> Index:
    """An index of the rows where that holds."""
    held = text(where)
    return Index(name, *columns, unique=unique, sqlite_where=held, postgresql_where=held)


def written(word: StrEnum) -> ColumnElement[Any]:
    """A word in the statement itself. Where a value is bound that is compared with what a partial
    index is of, SQLite plans the whole statement anew each time, to see whether it may use it."""
    return literal_column(f"'{word}'", String)


def parent(column: str) -> ForeignKey:
    """A foreign key to `column`; a parent with children cannot be deleted."""
    return ForeignKey(column, ondelete="RESTRICT")


def wording() -> ForeignKeyConstraint:
    """Of a row that names a skill and the statement that was said of: this is its wording."""
    return ForeignKeyConstraint(
        ["statement_id", "skill_id"], ["statements.id", "statements.skill_id"], ondelete="RESTRICT"
    )


def table_of(model: type[Base]) -> Table:
    """For writing many rows at once: half the time of writing them as objects."""
    return cast(Table, model.__table__)
