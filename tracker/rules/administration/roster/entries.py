"""One row of a roster by itself: its cells as values, and what is wrong with each."""

import datetime as dt
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from tracker.rules.administration.memberships import HOURS_MAX
from tracker.rules.administration.roster.columns import MEANT, Columns, RosterColumn
from tracker.rules.administration.roster.days import read_day
from tracker.rules.delimited import plain
from tracker.rules.errors import Invalid
from tracker.rules.regions import Region
from tracker.rules.texts import NAME_MAX, clean_email, clean_line, clean_name

STAFF_ID_MAX = 60
NEW = "new"
"""What a value can mean instead of a team: one that is made, called by that value."""
NOT_HERE = "none"
"""What a value can mean: as if the cell were empty."""

T = TypeVar("T")
Meanings = dict[RosterColumn, dict[str, str]]
"""By column and plain value: the id of a team or job profile, a role, NEW, or NOT_HERE."""


@dataclass(frozen=True, slots=True)
class RosterProblem:
    """`code` says what is wrong and what to do; `facts` fill its words."""

    column: RosterColumn | None
    value: str
    code: str
    facts: dict[str, object] = field(default_factory=dict)


@dataclass(slots=True)
class RosterEntry:
    """`name`, `email` and the others are clean, or empty. Of `team`, `role` and `role_profile`
    what was typed: their meaning is looked up. `supervisor`: an address or a staff ID."""

    number: int
    staff_id: str = ""
    name: str = ""
    email: str = ""
    team: str = ""
    role: str = ""
    role_profile: str = ""
    job: str = ""
    weekly_hours: int | None = None
    starts_on: dt.date | None = None
    ends_on: dt.date | None = None
    supervisor: str = ""
    problems: list[RosterProblem] = field(default_factory=list)


def clean_staff_id(typed: str, name: str = "staff_id") -> str:
    """As it is stored and compared: one Unicode form, in capitals. Raises Invalid as clean_line
    does."""
    form = unicodedata.normalize("NFKC", typed)
    return clean_line(form.upper(), name, STAFF_ID_MAX)


def read_entry(number: int, cells: Sequence[str], columns: Columns, region: Region) -> RosterEntry:
    """Every cell by itself; whatever is wrong is noted, none stops the others."""
    entry = RosterEntry(number)

    def cell(column: RosterColumn) -> str:
        place = columns.get(column)
        return "" if place is None else cells[place]

    def put(column: RosterColumn, read: Callable[[str], T]) -> None:
        typed = cell(column)
        if not typed.strip():
            return
        try:
            setattr(entry, column, read(typed))
        except Invalid as refusal:
            entry.problems.append(RosterProblem(column, typed, refusal.code, refusal.facts))
        except ValueError:
            code = "roster_no_day" if column in DAYS else "roster_hours"
            entry.problems.append(RosterProblem(column, typed, code, {"longest": HOURS_MAX}))

    put(RosterColumn.STAFF_ID, clean_staff_id)
    put(RosterColumn.NAME, clean_name)
    if not entry.name and not entry.problems:
        both = f"{cell(RosterColumn.FIRST_NAME)} {cell(RosterColumn.LAST_NAME)}"
        if both.strip():
            column = RosterColumn.LAST_NAME
            try:
                entry.name = clean_name(both)
            except Invalid as refusal:
                entry.problems.append(RosterProblem(column, both, refusal.code, refusal.facts))
    put(RosterColumn.EMAIL, clean_email)
    for column in MEANT:
        setattr(entry, column, cell(column).strip())
    put(RosterColumn.JOB, lambda typed: _form(clean_line(typed, "job", NAME_MAX)))
    put(RosterColumn.WEEKLY_HOURS, _hours)
    put(RosterColumn.STARTS_ON, lambda typed: read_day(typed, region))
    put(RosterColumn.ENDS_ON, lambda typed: read_day(typed, region))
    put(RosterColumn.SUPERVISOR, _whom)
    return entry


DAYS = (RosterColumn.STARTS_ON, RosterColumn.ENDS_ON)


def meaning_of(meanings: Meanings, column: RosterColumn, typed: str) -> str | None:
    """What was chosen for a value; None where nothing was."""
    return meanings.get(column, {}).get(plain(typed))


def is_same_text(one: str, other: str) -> bool:
    """But for case and Unicode form."""
    return _folded(one) == _folded(other)


def _folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def _form(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def _hours(typed: str) -> int:
    """Raises ValueError for what is no whole number from 1 to HOURS_MAX."""
    hours = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 4 else 0
    if not 1 <= hours <= HOURS_MAX:
        raise ValueError(typed)
    return hours


def _whom(typed: str) -> str:
    return clean_email(typed) if "@" in typed else clean_staff_id(typed)


def values_of(
    rows: Sequence[tuple[int, Sequence[str]]], columns: Mapping[RosterColumn, int]
) -> dict[RosterColumn, dict[str, tuple[str, int]]]:
    """Of the columns whose values have a meaning: each value by its plain words, as it is typed
    first, and in how many rows."""
    found: dict[RosterColumn, dict[str, tuple[str, int]]] = {}
    for column in MEANT:
        if column not in columns:
            continue
        values: dict[str, tuple[str, int]] = {}
        for _number, cells in rows:
            typed = cells[columns[column]].strip()
            words = plain(typed)
            first, count = values.get(words, (typed, 0))
            values[words] = (first, count + 1)
        found[column] = values
    return found
