"""From rows to a plan: who each is, where they work, and who supervises them."""

from collections.abc import Sequence

from tracker.rules.administration.roster.entries import Meanings, RosterEntry
from tracker.rules.administration.roster.ground import RosterGround
from tracker.rules.administration.roster.memberships import RosterMemberships
from tracker.rules.administration.roster.people import PeopleFinder, settle
from tracker.rules.administration.roster.places import RosterPlaces
from tracker.rules.administration.roster.plan import (
    PlannedPerson,
    PlannedRow,
    RosterChange,
    RosterPlan,
)
from tracker.rules.administration.roster.supervisors import Supervisors


def plan(
    entries: Sequence[RosterEntry], ground: RosterGround, meanings: Meanings, *, makes_teams: bool
) -> RosterPlan:
    """A verdict for every row, in their order."""
    rows = [PlannedRow(entry, problems=list(entry.problems)) for entry in entries]
    finder = PeopleFinder(ground)
    for row in rows:
        finder.identify(row)
    places = RosterPlaces(ground, meanings, makes_teams=makes_teams)
    for row in rows:
        places.place(row)
    memberships = RosterMemberships(ground, places)
    for row in rows:
        memberships.plan(row)
    Supervisors(ground, finder, places, memberships).plan(rows)
    people: dict[int, PlannedPerson] = {
        id(row.person): row.person for row in rows if row.person is not None
    }
    settle(list(people.values()))
    for person in people.values():
        _tell(person)
    return RosterPlan(tuple(rows))


def _tell(person: PlannedPerson) -> None:
    """The changes of the person, at their first row that is ready."""
    row = next((row for row in person.rows if not row.problems), None)
    if row is None:
        return
    if person.known is None:
        row.changes.insert(0, RosterChange("added"))
    elif person.comes_back:
        row.changes.insert(0, RosterChange("back"))
    for name in person.changed:
        row.changes.append(RosterChange(name, {"value": getattr(person, name)}))
