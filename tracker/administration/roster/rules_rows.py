"""A row of a roster by itself: its cells as values, and what its words mean here."""

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Sequence
from functools import cache

from tracker.administration.roster.rules import (
    BELOW,
    DEPTH_MAX,
    NEW,
    NOT_HERE,
    KnownProfile,
    KnownTeam,
    NewTeam,
    PlannedRow,
    RosterGround,
    RosterMapping,
)
from tracker.administration.roster.rules_files import Columns, RosterColumn as Column, read_day
from tracker.rules.core.memberships import HOURS_MAX
from tracker.rules.delimited import plain
from tracker.rules.errors import Invalid
from tracker.rules.regions import Region
from tracker.rules.roles import Role
from tracker.rules.texts import NAME_MAX, clean_email, clean_line, clean_name

STAFF_ID_MAX = 60


def read_row(number: int, cells: Sequence[str], columns: Columns, region: Region) -> PlannedRow:
    """Every cell by itself; whatever is wrong is noted, none stops the others."""
    row, first_name = PlannedRow(number), ""
    for column in Column:
        typed = cells[columns[column]] if column in columns else ""
        if column is Column.FIRST_NAME:
            first_name = typed
            continue
        if column is Column.LAST_NAME:
            typed = "" if row.name or row.problems else f"{first_name} {typed}"
        if not typed.strip():
            continue
        try:
            value = _value(column, typed, region)
        except Invalid as refusal:
            row.refuse(column, refusal.code, typed, **refusal.facts)
        except ValueError:
            code = "roster_hours" if column is Column.WEEKLY_HOURS else "roster_no_day"
            row.refuse(column, code, typed, longest=HOURS_MAX)
        else:
            setattr(row, "name" if column is Column.LAST_NAME else column, value)
    return row


def clean_staff_id(typed: str) -> str:
    """As it is stored and compared: one Unicode form, in capitals. Raises Invalid as clean_line
    does."""
    form = unicodedata.normalize("NFKC", typed)
    return clean_line(form.upper(), "staff_id", STAFF_ID_MAX)


def _value(column: Column, typed: str, region: Region) -> object:
    """Raises Invalid; ValueError for what is no day, or no whole number from 1 to HOURS_MAX."""
    value: object = typed.strip()
    match column:
        case Column.NAME | Column.LAST_NAME:
            value = clean_name(typed)
        case Column.JOB:
            value = unicodedata.normalize("NFC", clean_line(typed, "job", NAME_MAX))
        case Column.WEEKLY_HOURS:
            value = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 4 else 0
            if not 1 <= value <= HOURS_MAX:
                raise ValueError(typed)
        case Column.STARTS_ON | Column.ENDS_ON:
            value = read_day(typed, region)
        case Column.STAFF_ID | Column.EMAIL | Column.SUPERVISOR:
            is_email = column is Column.EMAIL or (column is Column.SUPERVISOR and "@" in typed)
            value = clean_email(typed) if is_email else clean_staff_id(typed)
    return value


def team_names(teams: Sequence[KnownTeam]) -> dict[int, str]:
    """By id the shortest that means each: its name, or where several are called so the names from
    below the root down."""
    by_id, named = (
        {team.id: team.name for team in teams},
        Counter(plain(team.name) for team in teams),
    )

    def name_of(team: KnownTeam) -> str:
        above = [by_id[int(part)] for part in team.path.strip("/").split("/")[1:]]
        return team.name if named[plain(team.name)] == 1 else f" {BELOW} ".join(above) or team.name

    return {team.id: name_of(team) for team in teams}


class RosterWords:
    """Which team, role, and job profile a value means, by what was said of it, else by its name."""

    def __init__(self, ground: RosterGround, mapping: RosterMapping) -> None:
        self._mapping = mapping
        self.teams = {team.id: team for team in ground.teams}
        self._names = team_names(ground.teams)
        self._root = next(team for team in ground.teams if team.parent_id is None)
        self._named: dict[str, list[KnownTeam]] = defaultdict(list)
        self._below: dict[tuple[int, str], KnownTeam] = {}
        for team in ground.teams:
            self._named[plain(team.name)].append(team)
            if team.parent_id is not None:
                self._below[team.parent_id, plain(team.name)] = team
        self._profiles = {str(profile.id): profile for profile in ground.profiles}
        self.team, self.profile = cache(self._team), cache(self._profile)

    def _meant(self, column: Column, typed: str) -> str:
        """What was chosen for a value; "" where nothing was."""
        return self._mapping.meanings.get(column, {}).get(plain(typed), "")

    def _team(self, typed: str) -> KnownTeam | NewTeam | None:
        """By name, or by a path of names where several teams have one name. None: as if nothing
        were typed. Raises Invalid: roster_team_unknown, roster_team_twice, team_closed,
        teams_too_deep, line_*."""
        meant = self._meant(Column.TEAM, typed)
        if meant == NOT_HERE or not (meant or typed):
            return None
        if meant.isdigit():
            team, missing = self.teams.get(int(meant)), list[str]()
        else:
            team, missing = self._walked(typed)
        if team is None or (missing and meant != NEW and not self._mapping.makes_teams):
            raise Invalid("roster_team_unknown")
        if not missing:
            return team
        names = tuple(map(clean_line, missing))
        if team.closed_on is not None:
            raise Invalid("team_closed", team=team.name)
        if team.path.count("/") - 1 + len(names) > DEPTH_MAX:
            raise Invalid("teams_too_deep", deepest=DEPTH_MAX)
        return NewTeam(team.id, names)

    def _walked(self, typed: str) -> tuple[KnownTeam | None, list[str]]:
        """The team; or how far its path is here, and the names that are not."""
        team, names = self._root, [name.strip() for name in typed.split(BELOW)]
        if len(names) == 1:
            named = self._named.get(plain(typed), [])
            still_open = [team for team in named if team.closed_on is None]
            if len(still_open) > 1:
                raise Invalid("roster_team_twice", path=self._names[still_open[0].id])
            return ((still_open or named)[0], []) if named else (team, names)
        for place, name in enumerate(names):
            below = self._below.get((team.id, plain(name)))
            if below is None:
                return team, list(map(clean_line, names[place:]))
            team = below
        return team, []

    def name_of(self, team: KnownTeam | NewTeam) -> str:
        """The shortest that means it."""
        return f" {BELOW} ".join(team.names) if isinstance(team, NewTeam) else self._names[team.id]

    def role(self, typed: str) -> Role:
        """Who is nothing else is a learner. Raises Invalid("roster_role_unknown")."""
        words = self._meant(Column.ROLE, typed) or plain(typed)
        if words in ("", NOT_HERE):
            return Role.LEARNER
        if words not in set(Role):
            raise Invalid("roster_role_unknown")
        return Role(words)

    def _profile(self, typed: str) -> KnownProfile | None:
        """Raises Invalid: roster_no_profile, roster_profile_twice."""
        meant = self._meant(Column.ROLE_PROFILE, typed)
        if meant == NOT_HERE or not (meant or typed):
            return None
        if meant in self._profiles:
            return self._profiles[meant]
        named = [
            profile
            for profile in self._profiles.values()
            if not profile.is_retired and plain(profile.name) == plain(typed)
        ]
        if len(named) != 1:
            raise Invalid("roster_profile_twice" if named else "roster_no_profile")
        return named[0]
