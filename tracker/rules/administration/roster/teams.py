"""Which team a value of a roster means."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from tracker.rules.administration.roster.columns import RosterColumn
from tracker.rules.administration.roster.entries import NEW, NOT_HERE, Meanings, meaning_of
from tracker.rules.administration.roster.ground import KnownTeam
from tracker.rules.delimited import plain
from tracker.rules.errors import Invalid
from tracker.rules.texts import clean_line

BELOW = ">"
"""Between the names of a path of teams, the uppermost first."""
DEPTH_MAX = 12


@dataclass(frozen=True, slots=True)
class NewTeam:
    """A team that is not here yet: `names` of it and of those above it that are made with it, below
    `parent_id`."""

    parent_id: int
    names: tuple[str, ...]
    steps: tuple[tuple[int, tuple[str, ...]], ...]
    """The keys of those that are made, the uppermost first."""

    @property
    def key(self) -> tuple[int, tuple[str, ...]]:
        return self.steps[-1]


class TeamFinder:
    """By name, or by a path of names where several teams have one name."""

    def __init__(self, teams: Sequence[KnownTeam], meanings: Meanings, makes: bool) -> None:
        self._meanings, self._makes = meanings, makes
        self.by_id = {team.id: team for team in teams}
        self._root = next(team for team in teams if team.parent_id is None)
        self._found: dict[str, KnownTeam | NewTeam | None] = {}
        self._named: dict[str, list[KnownTeam]] = defaultdict(list)
        self._below: dict[tuple[int, str], KnownTeam] = {}
        for team in teams:
            self._named[plain(team.name)].append(team)
            if team.parent_id is not None:
                self._below[team.parent_id, plain(team.name)] = team

    def find(self, typed: str) -> KnownTeam | NewTeam | None:
        """None: as if nothing were typed. Raises Invalid: roster_team_unknown, roster_team_twice,
        team_closed, teams_too_deep, line_*."""
        if typed not in self._found:
            self._found[typed] = self._find(typed)
        return self._found[typed]

    def _find(self, typed: str) -> KnownTeam | NewTeam | None:
        meant = meaning_of(self._meanings, RosterColumn.TEAM, typed)
        if meant == NOT_HERE or not (meant or typed):
            return None
        found = self.by_id.get(int(meant)) if meant and meant.isdigit() else self._by_name(typed)
        if found is None and (meant == NEW or self._makes):
            return self._new(typed)
        if found is None:
            raise Invalid("roster_team_unknown")
        return found

    def _by_name(self, typed: str) -> KnownTeam | None:
        if BELOW in typed:
            return self._walked(typed)[0]
        named = [team for team in self._named[plain(typed)] if team.closed_on is None]
        if len(named) > 1:
            raise Invalid("roster_team_twice", path=self.path_of(named[0]))
        return named[0] if named else next(iter(self._named[plain(typed)]), None)

    def _walked(self, typed: str) -> tuple[KnownTeam | None, KnownTeam, tuple[str, ...]]:
        """The team if all of the path is here; how far it is, and the names that are not."""
        names = [name.strip() for name in typed.split(BELOW)]
        here = self._root
        for place, name in enumerate(names):
            below = self._below.get((here.id, plain(name)))
            if below is None:
                return None, here, tuple(clean_line(each) for each in names[place:])
            here = below
        return here, here, ()

    def _new(self, typed: str) -> NewTeam:
        _team, parent, names = self._walked(typed)
        if parent.closed_on is not None:
            raise Invalid("team_closed", team=parent.name)
        if parent.path.count("/") - 1 + len(names) > DEPTH_MAX:
            raise Invalid("teams_too_deep", deepest=DEPTH_MAX)
        words = tuple(plain(name) for name in names)
        steps = tuple((parent.id, words[: count + 1]) for count in range(len(words)))
        return NewTeam(parent.id, names, steps)

    def path_of(self, team: KnownTeam) -> str:
        """Its names from below the root down."""
        names: list[str] = []
        while team.parent_id is not None:
            names.insert(0, team.name)
            team = self.by_id[team.parent_id]
        return f" {BELOW} ".join(names) or team.name

    def name_of(self, team: KnownTeam | NewTeam) -> str:
        """The shortest that means it."""
        if isinstance(team, NewTeam):
            return f" {BELOW} ".join(team.names)
        return team.name if len(self._named[plain(team.name)]) == 1 else self.path_of(team)
