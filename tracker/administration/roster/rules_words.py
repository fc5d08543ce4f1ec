"""Which team, role, and job profile the words of a roster mean here."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from functools import cache

from tracker.administration.roster.rules import (
    DEPTH_MAX,
    NEW,
    NOT_HERE,
    KnownProfile,
    KnownTeam,
    NewTeam,
    RosterGround,
    RosterMapping,
)
from tracker.administration.roster.rules_files import BELOW, RosterColumn as Column
from tracker.rules.delimited import plain
from tracker.rules.errors import Invalid
from tracker.rules.roles import Role
from tracker.rules.texts import clean_line


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
        root = next(team for team in ground.teams if team.parent_id is None)
        above = mapping.meanings.get("above", {}).get("", "")
        self._root, self._top = root, self.teams.get(int(above or 0), root)
        self._named: dict[str, list[KnownTeam]] = defaultdict(list)
        self._below: dict[tuple[int, str], KnownTeam] = {}
        for team in ground.teams:
            self._named[plain(team.name)].append(team)
            if team.parent_id is not None:
                self._below[team.parent_id, plain(team.name)] = team
        self._profiles = {str(profile.id): profile for profile in ground.profiles}
        self.team, self.profile = cache(self._team), cache(self._profile)

    def meant(self, column: Column, typed: str) -> str:
        """What was chosen for a value; "" where nothing was."""
        return self._mapping.meanings.get(column, {}).get(plain(typed), "")

    def _team(self, typed: str) -> KnownTeam | NewTeam | None:
        """By name, or by a path of names where several teams have one name. None: as if nothing
        were typed. Raises Invalid: roster_team_unknown, roster_team_twice, team_closed,
        teams_too_deep, line_*."""
        meant = self.meant(Column.TEAM, typed)
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
        """The team; or how far its path is here, and the names that are not. It begins below the
        root, or at the only team that is called like its first name."""
        team, names = self._root, [name.strip() for name in typed.split(BELOW)]
        if len(names) == 1 or (team.id, plain(names[0])) not in self._below:
            named = self._named.get(plain(names[0]), [])
            still_open = [team for team in named if team.closed_on is None]
            if len(still_open) > 1:
                raise Invalid("roster_team_twice", path=self._names[still_open[0].id])
            if not named:
                return self._top, names
            team, names = (still_open or named)[0], names[1:]
        for place, name in enumerate(names):
            below = self._below.get((team.id, plain(name)))
            if below is None:
                return team, list(map(clean_line, names[place:]))
            team = below
        return team, []

    def name_of(self, team: KnownTeam | NewTeam) -> str:
        """The shortest that means it."""
        return f" {BELOW} ".join(team.names) if isinstance(team, NewTeam) else self._names[team.id]

    def rates_nothing(self, typed: str) -> bool:
        """Whether it was said that this job has no profile."""
        return self.meant(Column.ROLE_PROFILE, typed) == NOT_HERE

    def role(self, typed: str) -> Role:
        """Who is nothing else is a learner. Raises Invalid("roster_role_unknown")."""
        words = self.meant(Column.ROLE, typed) or plain(typed)
        if words in ("", NOT_HERE):
            return Role.LEARNER
        if words not in set(Role):
            raise Invalid("roster_role_unknown")
        return Role(words)

    def _profile(self, typed: str) -> KnownProfile | None:
        """None: they have no job to rate, or nothing is said. Raises Invalid: roster_no_profile,
        roster_profile_twice."""
        meant = self.meant(Column.ROLE_PROFILE, typed)
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
