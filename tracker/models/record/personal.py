"""What is kept about people, column by column: whether its owner downloads it, what becomes of it,
and for which kind of record it is kept. The download, the erasing, the deletion of an account, and
docs/reference/personal-data.md are read from these lines.

A table from which a foreign key leads to a person stands in personal.txt beside this file: what it
is kept for, what becomes of it, and its ways; below that its columns. A row's own number and salt,
and the first column of each way, are understood. A test compares the lines with the database.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from sqlalchemy import Column, ColumnElement, Table, or_, select

from tracker.db import Base


class Kept(StrEnum):
    """The kind of record that a table is kept for."""

    RATING = "rating"
    EVIDENCE = "evidence"
    REVIEW = "review"
    LOOK = "look"
    AUDIT = "audit"
    ROUND = "round"
    ACCOUNT = "account"
    MAIL = "mail"
    UPLOAD = "upload"
    LIBRARY = "library"


class Ends(StrEnum):
    """What becomes of the rows of a table."""

    UNSENT = "Erased at once by its owner while no review rests on it; then kept with the review."
    WITH_EVIDENCE = "Erased by its owner at any time, also where a review used it."
    OWN = "Erased at once by its owner, or by the program when nobody went on with it."
    REVIEWED = "Kept: a review rests on it. What was written of evidence goes with the evidence."
    PROOF = "Kept: shows what was done and when, and says nothing of what was written."
    FIGURES = "Kept: the figures of a round. They name the account, which may have no name anymore."
    AUDIT = "Kept: the audit trail has no gaps."
    LIBRARY = "Kept: says who decided for the library."
    ACCOUNT = "Kept with the account."
    PASSING = "Deleted by the program when it has served its time."
    LOCKED = "Kept locked, out of sight of everybody, until the legal hold ends; then erased."
    DERIVED = "Worked out from other lines, and gone with them."


class Left(StrEnum):
    """Why a column isn't downloaded."""

    NUMBER = "a number inside the program"
    WHOSE = "says whose it is"
    HASHED = "kept only as a fingerprint of a password, code, or link"
    SEAL = "shows that nothing was changed; without a meaning of its own"
    DOUBLE = "worked out from other lines of this list"
    OTHERS = "about what somebody else did, or may keep to themselves"
    WORK = "how the program does its work"
    LOCKED = "a copy that a law asks for, kept out of sight"


@dataclass(frozen=True, slots=True)
class Personal:
    """`ways`: how a row leads to its owner, each the columns from foreign key to foreign key, the
    last of which names a person. None: nobody owns it, it only says who did something.

    `taken`: the columns that its owner downloads. `left`: why the others aren't. `goes`: with a row
    of these columns that names an account never used, the row is deleted with the account; `stays`:
    such a row is no use of an account, and stays. Any other column that names a person is a use.
    """

    kept: Kept
    ends: Ends
    ways: tuple[str, ...]
    taken: tuple[str, ...]
    left: dict[str, Left]
    goes: tuple[str, ...]
    stays: tuple[str, ...]


def _read(lines: str) -> Iterator[tuple[str, Personal]]:
    for block in re.split(r"\n(?=\w)", lines.strip()):
        head, *rest = re.sub(r"\n {4}", " ", block).split("\n")
        name, kept, ends, way = [*re.split(": |, by |, ", head), ""][:4]
        ways = tuple(way.split(" | ")) if way else ()
        columns = {
            key: names.split() for key, _, names in (one.strip().partition(": ") for one in rest)
        }
        taken, goes, stays = (tuple(columns.pop(key, ())) for key in ("taken", "goes", "stays"))
        left = {"id": Left.NUMBER, "salt": Left.SEAL} | {one.split()[0]: Left.WHOSE for one in ways}
        for reason, names in columns.items():
            left |= dict.fromkeys(names, Left[reason.upper()])
        left = {column: why for column, why in left.items() if column not in taken}
        yield (
            name,
            Personal(
                kept=Kept(kept),
                ends=Ends[ends.upper()],
                ways=ways,
                taken=taken,
                left=left,
                goes=goes,
                stays=stays,
            ),
        )


PERSONAL = dict(_read(Path(__file__).with_suffix(".txt").read_text(encoding="utf-8")))


def parent_of(column: Column[Any]) -> Table | None:
    """The table that a foreign key names."""
    return next((key.column.table for key in column.foreign_keys), None)


def name_of(column: str) -> str:
    """A column's name in the download: a foreign key's is that of what it leads to."""
    return column.removesuffix("_id")


def naming(which: str) -> Iterator[tuple[Table, Column[Any]]]:
    """The columns that `goes` or `stays` names, with their tables, children before parents."""
    for table in reversed(Base.metadata.sorted_tables):
        if table.name in PERSONAL:
            yield from ((table, table.c[name]) for name in getattr(PERSONAL[table.name], which))


def owned(table: Table, person_id: int) -> ColumnElement[bool]:
    """Whether a row is that person's, by any of its ways."""
    return or_(*(_leads(table, way.split(), person_id) for way in PERSONAL[table.name].ways))


def _leads(table: Table, way: list[str], person_id: int) -> ColumnElement[bool]:
    column = table.c[way[0]]
    if len(way) == 1:
        return column == person_id
    (key,) = column.foreign_keys
    return column.in_(select(key.column).where(_leads(key.column.table, way[1:], person_id)))
