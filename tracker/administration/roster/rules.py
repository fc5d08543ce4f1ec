"""The words of a roster: what it is compared with, and what would become of each of its rows.

Nothing is guessed in silence: a row is new, changes something, changes nothing, or is named with
what is wrong. Nobody is ended by it; only who moves leaves the team that they learned in.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import ClassVar, NamedTuple

from tracker.administration.roster.rules_files import Columns, RosterColumn
from tracker.rules.core.memberships import MembershipTerms
from tracker.rules.delimited import plain
from tracker.rules.roles import Role

KEPT_FOR = dt.timedelta(days=7)
"""From when it was uploaded: then the file goes."""
JOB = "roster"
"""The kind of work in the background that brings in a large one."""
NEW = "new"
"""What a value can mean instead of a team: one that is made, called by that value."""
NOT_HERE = "none"
"""What a value can mean: as if the cell were empty."""
BELOW = ">"
"""Between the names of a path of teams, the uppermost first."""
DEPTH_MAX = 12

Cells = Sequence[tuple[int, Sequence[str]]]
"""Each row with its number in the file."""
Meanings = dict[str, dict[str, str]]
"""By column and plain value: the id of a team or job profile, a role, NEW, or NOT_HERE."""


class RosterState(StrEnum):
    """How far the import of a roster is."""

    CHECKED = "checked"
    IMPORTED = "imported"
    REPLACED = "replaced"
    """Who uploaded it uploaded another before bringing it in. Its rows are gone."""


class RosterVerdict(StrEnum):
    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    TO_FIX = "to_fix"


READY = (RosterVerdict.NEW, RosterVerdict.CHANGED)


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
        if self.problems:
            return RosterVerdict.TO_FIX
        if self.person is not None and (self.person.known is None or self.person.comes_back):
            return RosterVerdict.NEW
        return RosterVerdict.CHANGED if self.changes else RosterVerdict.UNCHANGED

    @property
    def title(self) -> str:
        """Who it is about, as far as it says."""
        here = self.person.known.name if self.person and self.person.known else ""
        return self.name or here or self.email or self.staff_id
