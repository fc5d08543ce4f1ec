"""Who supervises whom by a roster: the supervisor of a row becomes one of its team."""

from collections.abc import Sequence

from tracker.rules.administration.roster.columns import RosterColumn
from tracker.rules.administration.roster.entries import RosterProblem
from tracker.rules.administration.roster.ground import KnownTeam, RosterGround
from tracker.rules.administration.roster.memberships import RosterMemberships
from tracker.rules.administration.roster.people import PeopleFinder
from tracker.rules.administration.roster.places import RosterPlaces
from tracker.rules.administration.roster.plan import (
    PlannedMembership,
    PlannedPerson,
    PlannedRow,
    RosterChange,
)
from tracker.rules.roles import Role

Said = list[tuple[PlannedRow, PlannedPerson]]
"""A row, and who supervises by it."""
Above = dict[int, tuple[PlannedRow, PlannedPerson]]
"""The same by the id() of the row's person."""


class Supervisors:
    def __init__(
        self,
        ground: RosterGround,
        finder: PeopleFinder,
        places: RosterPlaces,
        memberships: RosterMemberships,
    ) -> None:
        self._ground, self._finder = ground, finder
        self._places, self._memberships = places, memberships

    def plan(self, rows: Sequence[PlannedRow]) -> None:
        said: Said = []
        for row in rows:
            whom = row.entry.supervisor
            if not whom or row.person is None:
                continue
            found = self._finder.named(whom)
            if found is None:
                _refuse(row, "roster_supervisor_unknown")
            elif found is row.person:
                _refuse(row, "roster_supervisor_self")
            else:
                said.append((row, found))
        for row in _in_circles({id(row.person): (row, found) for row, found in said}):
            _refuse(row, "roster_supervisor_circle")
        for row, supervisor in said:
            if not row.problems:
                self._name(row, supervisor)
        _refuse_orphans(said)

    def _name(self, row: PlannedRow, supervisor: PlannedPerson) -> None:
        """Make them a supervisor of the row's team, where they are not or are not to be."""
        place = self._places.of_row.get(row.entry.number)
        if place is None or place[1] is not Role.LEARNER:
            return
        team, today = place[0], self._ground.today
        if supervisor.known is not None and supervisor.known.is_disabled and not supervisor.rows:
            _refuse(row, "roster_supervisor_disabled")
            return
        told = (self._places.of_row.get(each.entry.number) for each in supervisor.rows)
        if any(each is not None and each[:2] == (team, Role.SUPERVISOR) for each in told):
            return
        standing = supervisor.known.memberships if supervisor.known is not None else ()
        if isinstance(team, KnownTeam) and any(
            each.team_id == team.id and each.role is Role.SUPERVISOR and each.meets(today, None)
            for each in standing
        ):
            return
        name = self._places.teams.name_of(team)
        named = PlannedMembership(
            supervisor,
            None,
            team.id if isinstance(team, KnownTeam) else team,
            Role.SUPERVISOR,
            None,
            "",
            None,
            today,
            None,
        )
        change = RosterChange(
            "supervisor", {"name": supervisor.name or supervisor.email, "team": name}
        )
        self._memberships.write(row, named, change)


def _in_circles(above: Above) -> list[PlannedRow]:
    """The rows that say of each other, round in a circle, who supervises whom."""
    found: dict[int, PlannedRow] = {}
    settled: set[int] = set()
    for begin in above:
        way: dict[int, int] = {}
        here = begin
        while here in above and here not in settled and here not in way:
            way[here] = len(way)
            here = id(above[here][1])
        if here in way:
            circle = [each for each, place in way.items() if place >= way[here]]
            found |= {each: above[each][0] for each in circle}
        settled |= way.keys()
    return list(found.values())


def _refuse_orphans(said: Said) -> None:
    """Whoever is supervised by somebody new whose own rows are all to be fixed waits for them."""
    grew = True
    while grew:
        grew = False
        for row, supervisor in said:
            is_new = supervisor.known is None
            if is_new and not row.problems and all(each.problems for each in supervisor.rows):
                _refuse(row, "roster_supervisor_waits", row=supervisor.rows[0].entry.number)
                grew = True


def _refuse(row: PlannedRow, code: str, /, **facts: object) -> None:
    problem = RosterProblem(RosterColumn.SUPERVISOR, row.entry.supervisor, code, facts)
    row.problems.append(problem)
