"""What would become of each row of a roster, before anything is stored.

Nothing is guessed in silence: a row is new, changes something, changes nothing, or is named with
what is wrong. Nobody is ended by it; only who moves leaves the team that they learned in.
"""

import datetime as dt
from dataclasses import dataclass, field
from enum import StrEnum

from tracker.rules.administration.roster.entries import RosterEntry, RosterProblem
from tracker.rules.administration.roster.ground import KnownMembership, KnownPerson
from tracker.rules.administration.roster.teams import NewTeam
from tracker.rules.roles import Role


class RosterVerdict(StrEnum):
    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    TO_FIX = "to_fix"


READY = (RosterVerdict.NEW, RosterVerdict.CHANGED)


@dataclass(frozen=True, slots=True)
class RosterChange:
    """A change in few words: `code` and what fills its words."""

    code: str
    facts: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class PlannedPerson:
    """Somebody of the file: who is here already (`known`), or somebody new."""

    known: KnownPerson | None
    name: str
    email: str
    staff_id: str
    rows: list["PlannedRow"] = field(default_factory=list)

    @property
    def changed(self) -> tuple[str, ...]:
        """What of them is written anew."""
        if self.known is None:
            return ()
        names = ("name", "email", "staff_id")
        return tuple(
            name for name in names if getattr(self, name) not in ("", getattr(self.known, name))
        )

    @property
    def comes_back(self) -> bool:
        return self.known is not None and self.known.is_disabled


@dataclass(frozen=True, slots=True, eq=False)
class PlannedMembership:
    """A membership to write: a new one, or what `known` becomes."""

    person: PlannedPerson
    known: KnownMembership | None
    team: int | NewTeam
    role: Role
    role_profile_id: int | None
    job: str
    weekly_hours: int | None
    starts_on: dt.date
    ends_on: dt.date | None


@dataclass(slots=True, eq=False)
class PlannedRow:
    entry: RosterEntry
    person: PlannedPerson | None = None
    problems: list[RosterProblem] = field(default_factory=list)
    changes: list[RosterChange] = field(default_factory=list)
    memberships: list[PlannedMembership] = field(default_factory=list)

    @property
    def verdict(self) -> RosterVerdict:
        if self.problems:
            return RosterVerdict.TO_FIX
        if self.person is not None and (self.person.known is None or self.person.comes_back):
            return RosterVerdict.NEW
        return RosterVerdict.CHANGED if self.changes else RosterVerdict.UNCHANGED

    @property
    def is_ready(self) -> bool:
        return self.verdict in READY

    @property
    def title(self) -> str:
        """Who it is about, as far as it says."""
        person, entry = self.person, self.entry
        here = person.known.name if person is not None and person.known is not None else ""
        return entry.name or here or entry.email or entry.staff_id


@dataclass(frozen=True, slots=True)
class RosterPlan:
    rows: tuple[PlannedRow, ...]

    def ready(self) -> list[PlannedRow]:
        return [row for row in self.rows if row.is_ready]

    def people(self) -> list[PlannedPerson]:
        """Of the rows that are ready, each once."""
        found = {id(row.person): row.person for row in self.ready() if row.person is not None}
        return list(found.values())

    def memberships(self) -> list[PlannedMembership]:
        """Of the rows that are ready: one that two rows ask for is written once, one that two rows
        change as the last says."""
        found: dict[object, PlannedMembership] = {}
        for row in self.ready():
            for each in row.memberships:
                team = each.team if isinstance(each.team, int) else each.team.key
                key: object = (id(each.person), team, each.role, each.role_profile_id)
                found[key if each.known is None else each.known.id] = each
        return list(found.values())
