"""The words of a roster: what it is compared with, and what would become of each of its rows.

Nothing is guessed in silence: a row is new, changes something, changes nothing, or is named with
what is wrong. Nobody is ended by it; only who moves leaves the team that they learned in.

A row of a roster by itself: its cells as values, and what its words mean here.
"""

import datetime as dt
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import ClassVar, NamedTuple

from tracker.administration.roster.rules_columns import Columns, nobody, words
from tracker.administration.roster.rules_files import (
    MEANT,
    RosterColumn,
    RosterColumn as Column,
    read_day,
    typed_in,
)
from tracker.rules.core.memberships import HOURS_MAX, MembershipTerms
from tracker.rules.delimited import plain
from tracker.rules.errors import Invalid
from tracker.rules.regions import Region
from tracker.rules.roles import Role
from tracker.rules.texts import NAME_MAX, clean_email, clean_line, clean_name

KEPT_FOR = dt.timedelta(days=7)
"""From when it was uploaded: then the file goes."""
JOB = "roster"
"""The kind of work in the background that brings in a large one."""
NEW = "new"
"""What a value can mean instead of a team: one that is made, called by that value."""
NOT_HERE = "none"
"""What a value of a team, a job profile, or a supervisor can mean: as if the cell were empty. Of
another column: the row is left out."""
IN = "in"
"""What a status can mean: the row goes in all the same."""
DEPTH_MAX = 12
FULL_WEEK = 40.0
"""Hours, where the library didn't say how many its own has."""

Cells = Sequence[tuple[int, Sequence[str]]]
"""Each row with its number in the file."""
Meanings = dict[str, dict[str, str]]
"""By column and plain value: the id of a team or job profile, a role, NEW, NOT_HERE; of another
column the text that stands for it. And `fte`: the hours of "1"; `status`: IN, by code of LEFT;
`person`: by plain name the id of who it is here, or NEW; `above`: in "" the id of the team below
which teams are made; `of_row`: what is said of that row alone, by column, or by "" NOT_HERE."""


LABEL = "label "
"""Before a role label that a job title means: it becomes a job profile."""


def with_lasting(known: Meanings, said: Meanings) -> Meanings:
    """With what was said of values, but not of single rows, which other files have others of."""
    lasting = {of: values for of, values in said.items() if not of.startswith("row ")}
    return known | {of: known.get(of, {}) | values for of, values in lasting.items()}


def of_row(number: int) -> str:
    """The key of its meanings."""
    return f"row {number}"


class RosterState(StrEnum):
    """How far the import of a roster is."""

    CHECKED = "checked"
    IMPORTED = "imported"
    REPLACED = "replaced"
    """Who uploaded it uploaded another before bringing it in. Its rows are gone."""


class RosterVerdict(StrEnum):
    NEW = "new"
    MOVED = "moved"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    TO_FIX = "to_fix"
    LEFT_OUT = "left_out"


READY = (RosterVerdict.NEW, RosterVerdict.MOVED, RosterVerdict.CHANGED)


class RosterMapping(NamedTuple):
    """Where the columns are, and what their values mean."""

    columns: Columns
    meanings: Meanings
    makes_teams: bool


class KnownMembership(NamedTuple):
    """`framework`: the slug of the one that a learner learns in, else ""."""

    id: int
    framework: str
    terms: MembershipTerms

    def meets(self, starts_on: dt.date, ends_on: dt.date | None) -> bool:
        """Whether they share a day."""
        return (ends_on is None or self.terms.starts_on <= ends_on) and (
            self.terms.ends_on is None or starts_on <= self.terms.ends_on
        )


class KnownPerson(NamedTuple):
    id: int
    name: str
    email: str
    staff_id: str
    is_disabled: bool
    has_password: bool
    memberships: tuple[KnownMembership, ...]

    @property
    def is_taken_out(self) -> bool:
        """Disabled, never signed in, in no team: a later file enables them again."""
        return self.is_disabled and not self.has_password and not self.memberships


class KnownTeam(NamedTuple):
    id: int
    parent_id: int | None
    name: str
    path: str
    closed_on: dt.date | None

    @property
    def key(self) -> object:
        return self.id


@dataclass(frozen=True, slots=True)
class NewTeam:
    """A team that is not here yet: `names` of those above it that are made with it, and of itself,
    below `parent_id`."""

    id: ClassVar[int] = 0
    closed_on: ClassVar[dt.date | None] = None
    parent_id: int
    names: tuple[str, ...]

    @property
    def name(self) -> str:
        return self.names[-1]

    @property
    def key(self) -> object:
        """Tells whether two are one, as names are compared."""
        return self.parent_id, tuple(map(plain, self.names))


class KnownProfile(NamedTuple):
    id: int
    name: str
    framework: str
    is_retired: bool


class RosterGround(NamedTuple):
    """What a roster is compared with: all who and that are here. `elsewhere`: those addresses of
    the file that nobody can have here."""

    actor_id: int
    today: dt.date
    people: tuple[KnownPerson, ...]
    teams: tuple[KnownTeam, ...]
    profiles: tuple[KnownProfile, ...]
    elsewhere: frozenset[str]


class RosterProblem(NamedTuple):
    """`code` says what is wrong and what to do; `facts` fill its words."""

    column: RosterColumn
    value: str
    code: str
    facts: Mapping[str, object]


class RosterChange(NamedTuple):
    """A change in few words: `code` and what fills its words."""

    code: str
    facts: Mapping[str, str]


class PlannedPlace(NamedTuple):
    """Where somebody works by a row, and as what; `profile`: of a learner, if the row says one."""

    team: KnownTeam | NewTeam
    role: Role
    profile: KnownProfile | None

    @property
    def framework(self) -> str:
        return "" if self.profile is None else self.profile.framework

    @property
    def key(self) -> object:
        """Tells whether two are one."""
        return self.team.key, self.role, self.framework


@dataclass(slots=True, eq=False)
class PlannedPerson:
    """Somebody of the file: who is here already (`known`), or somebody new."""

    known: KnownPerson | None
    name: str
    email: str
    staff_id: str
    rows: list["PlannedRow"] = field(default_factory=list)

    @property
    def id(self) -> int | None:
        return None if self.known is None else self.known.id

    @property
    def memberships(self) -> tuple[KnownMembership, ...]:
        return () if self.known is None else self.known.memberships

    @property
    def changed(self) -> list[str]:
        """What of them is written anew."""
        if self.known is None:
            return []
        names = ("name", "email", "staff_id")
        return [
            name for name in names if getattr(self, name) not in ("", getattr(self.known, name))
        ]

    @property
    def comes_back(self) -> bool:
        return self.known is not None and self.known.is_disabled


@dataclass(frozen=True, slots=True, eq=False)
class PlannedMembership:
    """A membership to write: a new one, or what `known` becomes. A team that is not here yet has no
    id in `terms`."""

    person: PlannedPerson
    team: KnownTeam | NewTeam
    terms: MembershipTerms
    known: KnownMembership | None = None

    @property
    def key(self) -> object:
        """One that two rows ask for is written once, one that two rows change as the last says."""
        if self.known is not None:
            return self.known.id
        return self.person, self.team.key, self.terms.role, self.terms.role_profile_id


@dataclass(slots=True, eq=False)
class PlannedRow:
    """`name`, `email` and the others are clean, or empty. Of `team`, `role` and `role_profile`
    what was typed: their meaning is looked up. `supervisor`: an address, a staff
    ID, a position's number, or a name. `left_out`: the code of why, or ""."""

    number: int
    staff_id: str = ""
    name: str = ""
    email: str = ""
    team: str = ""
    role: str = ""
    role_profile: str = ""
    job: str = ""
    weekly_hours: float | None = None
    starts_on: dt.date | None = None
    ends_on: dt.date | None = None
    supervisor: str = ""
    position: str = ""
    status: str = ""
    left_out: str = ""
    person: PlannedPerson | None = None
    place: PlannedPlace | None = None
    problems: list[RosterProblem] = field(default_factory=list)
    changes: list[RosterChange] = field(default_factory=list)
    memberships: list[PlannedMembership] = field(default_factory=list)

    def refuse(
        self, column: RosterColumn, code: str, typed: str | None = None, /, **facts: object
    ) -> None:
        """Once for a column. `typed`: what stands in its cell, where it is not kept."""
        if typed is None:
            value = getattr(self, column)
            typed = "" if value is None else str(value)
        if not any((problem.column, problem.code) == (column, code) for problem in self.problems):
            self.problems.append(RosterProblem(column, typed, code, facts))

    def is_refused(self, *columns: RosterColumn) -> bool:
        return any(problem.column in columns for problem in self.problems)

    @property
    def verdict(self) -> RosterVerdict:
        if self.left_out:
            return RosterVerdict.LEFT_OUT
        if self.problems:
            return RosterVerdict.TO_FIX
        if self.person is not None and (self.person.known is None or self.person.comes_back):
            return RosterVerdict.NEW
        if any(change.code == "moves" for change in self.changes):
            return RosterVerdict.MOVED
        return RosterVerdict.CHANGED if self.changes else RosterVerdict.UNCHANGED

    @property
    def title(self) -> str:
        """Who it is about, as far as it says."""
        here = self.person.known.name if self.person and self.person.known else ""
        return self.name or here or self.email or self.staff_id


STAFF_ID_MAX = 60


def read_row(
    number: int, cells: Sequence[str], mapping: RosterMapping, region: Region
) -> PlannedRow:
    """Every cell by itself, or what was said to stand for it; whatever is wrong is noted, none
    stops the others."""
    row, first_name, columns = PlannedRow(number), "", mapping.columns
    said_of_row = mapping.meanings.get(of_row(number), {})
    if nobody(cells):
        row.left_out = LEFT[nobody(cells)]
        row.name = next(filter(None, cells))
        return row
    for column in Column:
        typed = said_of_row.get(column) or typed_in(cells, columns, column)
        if column is Column.FIRST_NAME:
            first_name = typed
            continue
        if column is Column.LAST_NAME:
            typed = "" if row.name or row.problems else f"{first_name} {typed}"
        if not typed.strip() or column is Column.SUBTEAM:
            continue
        said = {} if column in (*MEANT, Column.STATUS) else mapping.meanings.get(column, {})
        text = said.get(plain(typed), typed)
        try:
            value = _value(column, text, region)
            if column is Column.SUPERVISOR and (text := said.get(plain(str(value)), text)) != typed:
                value = "" if text == NOT_HERE else _value(column, text, region)
            elif text == NOT_HERE:
                row.left_out = LEFT["said"]
        except Invalid as refusal:
            row.refuse(column, refusal.code, typed, **refusal.facts)
        except ValueError:
            is_number = column in (Column.WEEKLY_HOURS, Column.FTE)
            code = "roster_hours" if is_number else "roster_no_day"
            row.refuse(column, code, typed, longest=HOURS_MAX)
        else:
            _keep(row, column, value, mapping)
    if "" in said_of_row:
        row.left_out = LEFT["said"]
    return row


def _keep(row: PlannedRow, column: Column, value: object, mapping: RosterMapping) -> None:
    """Hours that are said count before a full-time equivalent; 0 says nothing."""
    if column is Column.STATUS:
        left = next((LEFT[of] for of in GONE if plain(str(value)) in words()["values"][of]), "")
        if mapping.meanings.get(Column.STATUS, {}).get(left) != IN:
            row.left_out = row.left_out or left
    elif column is Column.FTE:
        row.weekly_hours = row.weekly_hours or hours_of(value, mapping) or None
    elif column is Column.LAST_NAME:
        row.name = str(value)
    else:
        setattr(row, column, value or (None if column is Column.WEEKLY_HOURS else ""))


def hours_of(fte: object, mapping: RosterMapping) -> float:
    """Of a full-time equivalent; more than two full weeks are hours already."""
    full = float(mapping.meanings.get(Column.FTE, {}).get("1", FULL_WEEK))
    return round(fte * full, 2) if isinstance(fte, float) and fte <= 2 else float(str(fte))


GONE = ("left", "on leave")
"""What a status says of people who stay out unless it is said otherwise (rules_columns.words)."""
LEFT = {
    "left": "roster_left",
    "on leave": "roster_on_leave",
    "vacant": "roster_vacant",
    "a total": "roster_total",
    "said": "roster_said_out",
}
"""Why a row is left out, as a code."""
SUFFIX = re.compile(r"(?:jr|sr|ii|iii|iv)\.?", re.IGNORECASE)
CALLED = re.compile(r"[(\"“]([^()\"“”]+)[)\"”]")


def is_name(typed: str) -> bool:
    """Of what says who supervises: else it is an address or a staff ID, which have a number."""
    return "@" not in typed and len(typed.split()) > 1 and not any(map(str.isdigit, typed))


def turned(typed: str) -> str:
    """A name as it is said: "Kim, David" is David Kim, "KIM, DAVID L. (Dave)" Dave Kim."""
    last, *rest = (part.strip() for part in typed.split(","))
    suffix = next((part for part in rest if SUFFIX.fullmatch(part)), "")
    first = " ".join(part for part in rest if part != suffix)
    if called := CALLED.search(typed):
        first, last = called[1], CALLED.sub(" ", last)
        last = last if rest else last.split()[-1]
    names = [first, last] if first else [last]
    kept = [word for word in " ".join(names).split() if not re.fullmatch(r"[^\W\d_]\.?", word)]
    name = " ".join([*(kept or names), *([suffix] if suffix else [])])
    is_loud = len(name) > 3 and CALLED.sub("", typed).isupper()
    return name.title() if is_loud else name


def clean_staff_id(typed: str) -> str:
    """As it is stored and compared: one Unicode form, in capitals. Raises Invalid as clean_line
    does."""
    form = unicodedata.normalize("NFKC", typed)
    return clean_line(form.upper(), "staff_id", STAFF_ID_MAX)


def _value(column: Column, typed: str, region: Region) -> object:
    """Raises Invalid; ValueError for what is no day, or no number up to HOURS_MAX."""
    value: object = typed.strip()
    match column:
        case Column.NAME | Column.LAST_NAME:
            value = clean_name(turned(typed))
        case Column.JOB:
            value = unicodedata.normalize("NFC", clean_line(typed, "job", NAME_MAX))
        case Column.WEEKLY_HOURS | Column.FTE:
            number = float(typed.replace(",", ".").removesuffix("%"))
            value = round(number / 100 if "%" in typed else number, 4)
            if not 0 <= value <= HOURS_MAX:
                raise ValueError(typed)
        case Column.STARTS_ON | Column.ENDS_ON:
            value = read_day(typed, region)
        case Column.SUPERVISOR if is_name(typed):
            value = clean_name(turned(typed))
        case Column.STAFF_ID | Column.EMAIL | Column.SUPERVISOR | Column.POSITION:
            is_email = column is Column.EMAIL or (column is Column.SUPERVISOR and "@" in typed)
            value = clean_email(typed) if is_email else clean_staff_id(typed)
    return value
