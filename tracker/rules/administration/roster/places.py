"""What a row of a roster says of where somebody works, and as what: looked up by its words."""

from collections import defaultdict

from tracker.rules.administration.roster.columns import RosterColumn
from tracker.rules.administration.roster.entries import (
    NOT_HERE,
    Meanings,
    RosterProblem,
    meaning_of,
)
from tracker.rules.administration.roster.ground import KnownProfile, KnownTeam, RosterGround
from tracker.rules.administration.roster.plan import PlannedRow
from tracker.rules.administration.roster.teams import NewTeam, TeamFinder
from tracker.rules.delimited import plain
from tracker.rules.errors import Invalid
from tracker.rules.roles import Role

Place = tuple[KnownTeam | NewTeam, Role, int | None]
"""A team, a role, and for learners the job profile if the row says one."""


class RosterPlaces:
    def __init__(self, ground: RosterGround, meanings: Meanings, *, makes_teams: bool) -> None:
        self._meanings = meanings
        self.teams = TeamFinder(ground.teams, meanings, makes_teams)
        self.profiles = {profile.id: profile for profile in ground.profiles}
        self._named: dict[str, list[KnownProfile]] = defaultdict(list)
        for profile in ground.profiles:
            if not profile.is_retired:
                self._named[plain(profile.name)].append(profile)
        self.of_row: dict[int, Place] = {}
        """By the number of the row."""

    def place(self, row: PlannedRow) -> None:
        """Look its team, role and job profile up."""
        entry = row.entry
        team = role = profile_id = None
        for column in (RosterColumn.TEAM, RosterColumn.ROLE, RosterColumn.ROLE_PROFILE):
            try:
                if column is RosterColumn.TEAM:
                    team = self.teams.find(entry.team)
                elif column is RosterColumn.ROLE:
                    role = self._role(entry.role)
                elif role is Role.LEARNER:
                    profile_id = self._profile(entry.role_profile)
            except Invalid as refusal:
                typed = str(getattr(entry, column))
                row.problems.append(RosterProblem(column, typed, refusal.code, refusal.facts))
        is_told = any(each.column is RosterColumn.TEAM for each in row.problems)
        if team is None and not is_told and (entry.role_profile or entry.supervisor):
            row.problems.append(RosterProblem(RosterColumn.TEAM, "", "roster_team_needed"))
        is_meant = not any(each.column is RosterColumn.ROLE_PROFILE for each in row.problems)
        if team is not None and role is not None and is_meant:
            self.of_row[entry.number] = team, role, profile_id

    def _role(self, typed: str) -> Role:
        """Who is nothing else is a learner. Raises Invalid("roster_role_unknown")."""
        meant = meaning_of(self._meanings, RosterColumn.ROLE, typed)
        words = meant or plain(typed)
        if words in ("", NOT_HERE):
            return Role.LEARNER
        if words not in set(Role):
            raise Invalid("roster_role_unknown")
        return Role(words)

    def _profile(self, typed: str) -> int | None:
        """Raises Invalid: roster_no_profile, roster_profile_twice."""
        meant = meaning_of(self._meanings, RosterColumn.ROLE_PROFILE, typed)
        if meant == NOT_HERE or not (meant or typed):
            return None
        if meant and meant.isdigit() and int(meant) in self.profiles:
            return int(meant)
        named = self._named[plain(typed)]
        if len(named) > 1:
            raise Invalid("roster_profile_twice")
        if not named:
            raise Invalid("roster_no_profile")
        return named[0].id
