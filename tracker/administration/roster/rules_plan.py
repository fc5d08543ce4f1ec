"""From the rows of a roster to a plan, in one pass: who each is about, where they work, and who
supervises them."""

import datetime as dt
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace

from tracker.administration.roster.rules import (
    READY,
    Cells,
    KnownMembership,
    KnownTeam,
    NewTeam,
    PlannedMembership,
    PlannedPerson,
    PlannedPlace,
    PlannedRow,
    RosterChange,
    RosterGround,
    RosterMapping,
)
from tracker.administration.roster.rules_files import MEANT, RosterColumn as Column
from tracker.administration.roster.rules_people import RosterPeople, settle
from tracker.administration.roster.rules_rows import RosterWords
from tracker.rules.core.memberships import MembershipTerms
from tracker.rules.errors import Invalid
from tracker.rules.roles import Role


class RosterPlan:
    """A verdict for every row, in their order. `digest`: of the file, of what its columns and
    values mean, and of what it would do: whoever approves it approves just this. `people` and
    `memberships`: of the rows that are ready, each once."""

    def __init__(
        self, cells: Cells, rows: Sequence[PlannedRow], ground: RosterGround, mapping: RosterMapping
    ) -> None:
        self.rows, self.ground, self._words = rows, ground, RosterWords(ground, mapping)
        self._people = RosterPeople(ground)
        for row in rows:
            self._people.identify(row)
            self._place(row)
        for row in rows:
            self._join(row)
        self._supervise()
        for person in dict.fromkeys(row.person for row in rows):
            if person is not None:
                settle(person)
        ready = [row for row in rows if row.verdict in READY]
        self.people = list({row.person: None for row in ready if row.person is not None})
        memberships = {
            membership.key: membership for row in ready for membership in row.memberships
        }
        self.memberships = list(memberships.values())
        outcome = [[(row.person and row.person.id) or 0, row.verdict, row.changes] for row in rows]
        approved = json.dumps([cells, mapping, outcome], sort_keys=True, ensure_ascii=False)
        self.digest = hashlib.sha256(approved.encode()).hexdigest()

    def _place(self, row: PlannedRow) -> None:
        """Look its team, role, and job profile up."""
        team = role = profile = None
        for column in MEANT:
            typed = getattr(row, column)
            try:
                if column is Column.TEAM:
                    team = self._words.team(typed)
                elif column is Column.ROLE:
                    role = self._words.role(typed)
                elif role is Role.LEARNER:
                    profile = self._words.profile(typed)
            except Invalid as refusal:
                row.refuse(column, refusal.code, **refusal.facts)
        is_needed = team is None and (row.role_profile or row.supervisor)
        if is_needed and not row.is_refused(Column.TEAM):
            row.refuse(Column.TEAM, "roster_team_needed", "")
        if team and role and not row.is_refused(Column.ROLE_PROFILE):
            row.place = PlannedPlace(team, role, profile)

    def _join(self, row: PlannedRow) -> None:
        """Plan the row's membership; the same one from two rows is refused."""
        person, place = row.person, row.place
        is_of_another = any(
            problem.code in ("roster_same_email", "roster_same_staff_id")
            for problem in row.problems
        )
        if person is None or place is None or is_of_another:
            return
        for other in person.rows[: person.rows.index(row)]:
            if other.place and other.place.key == place.key:
                row.refuse(Column.TEAM, "roster_same_row", row=other.number)
                return
        standing = self._standing(row, person, place)
        if standing is not None:
            self._correct(row, person, place, standing)
        elif place.role is Role.LEARNER and place.profile is None:
            row.refuse(Column.ROLE_PROFILE, "roster_profile_needed", "")
        elif place.profile is not None and place.profile.is_retired:
            row.refuse(Column.ROLE_PROFILE, "role_profile_retired")
        else:
            self._add(row, person, place)

    def _standing(
        self, row: PlannedRow, person: PlannedPerson, place: PlannedPlace
    ) -> KnownMembership | None:
        """The membership that the row is about: the same team and role, now or to come; or one
        that is over, if the row says its first or last day."""
        today, living = self.ground.today, None
        for membership in person.memberships:
            terms = membership.terms
            if (terms.team_id, terms.role) != (place.team.id, place.role):
                continue
            if place.profile and place.framework != membership.framework:
                continue
            if row.ends_on is not None and (
                terms.ends_on == row.ends_on
                or (terms.starts_on == row.starts_on and row.ends_on < today)
            ):
                return membership
            if living is None and membership.meets(today, None):
                living = membership
        return living

    def _correct(
        self, row: PlannedRow, person: PlannedPerson, place: PlannedPlace, known: KnownMembership
    ) -> None:
        """An empty cell leaves what is there; the first day stays too."""
        terms = replace(
            known.terms,
            role_profile_id=place.profile.id if place.profile else known.terms.role_profile_id,
            job=row.job or known.terms.job,
            weekly_hours=row.weekly_hours or known.terms.weekly_hours,
            ends_on=row.ends_on or known.terms.ends_on,
        )
        changes = []
        for name in ("role_profile_id", "job", "weekly_hours", "ends_on"):
            value = getattr(terms, name)
            if value != getattr(known.terms, name):
                if name == "role_profile_id" and place.profile:
                    value = place.profile.name
                facts = {"team": self._words.name_of(place.team), "value": str(value)}
                changes.append(RosterChange(name.removesuffix("_id"), facts))
        if not changes:
            return
        if terms.ends_on is not None and terms.ends_on < terms.starts_on:
            row.refuse(Column.ENDS_ON, "dates_not_in_order")
        elif changes[0].code == "role_profile" and place.profile and place.profile.is_retired:
            row.refuse(Column.ROLE_PROFILE, "role_profile_retired")
        else:
            self._write(row, PlannedMembership(person, place.team, terms, known), *changes)

    def _add(self, row: PlannedRow, person: PlannedPerson, place: PlannedPlace) -> None:
        """Who learns in one other place now moves: they leave it."""
        today, team, ends_on = self.ground.today, place.team, row.ends_on
        starts_on = row.starts_on or today
        by_rows = {other.place.team.key for other in person.rows if other.place is not None}
        places = [  # in which they learn now, and of which the file says nothing
            membership
            for membership in person.memberships
            if membership.terms.role is place.role is Role.LEARNER
            and membership.framework == place.framework
            and membership.meets(today, None)
            and membership.terms.team_id not in by_rows
        ]
        left = places[0] if len(places) == 1 else None
        if left and left.meets(today, today) and starts_on <= left.terms.starts_on:
            starts_on = today  # the day of hire, not of the move
        if ends_on is not None and ends_on < starts_on:
            row.refuse(Column.ENDS_ON, "dates_not_in_order")
            return
        if team.closed_on is not None and (ends_on is None or ends_on > team.closed_on):
            row.refuse(Column.TEAM, "team_closed", team=team.name)
            return
        if any(
            (membership.terms.team_id, membership.terms.role) == (team.id, place.role)
            and membership.framework == place.framework
            and membership.meets(starts_on, ends_on)
            for membership in person.memberships
        ):
            row.refuse(Column.STARTS_ON, "membership_overlaps")
            return
        terms = MembershipTerms(
            team_id=team.id,
            role=place.role,
            starts_on=starts_on,
            ends_on=ends_on,
            role_profile_id=place.profile.id if place.profile else None,
            job=row.job,
            weekly_hours=row.weekly_hours,
        )
        name, day = self._words.name_of(team), starts_on.isoformat()
        facts = {"team": name, "role": str(place.role), "day": day}
        if left is None or left.terms.starts_on >= starts_on:
            self._write(row, PlannedMembership(person, team, terms), RosterChange("joins", facts))
            return
        from_team = self._words.teams[left.terms.team_id]
        facts["from_team"] = self._words.name_of(from_team)
        ended = replace(left.terms, ends_on=starts_on - dt.timedelta(days=1))
        self._write(row, PlannedMembership(person, team, terms), RosterChange("moves", facts))
        self._write(row, PlannedMembership(person, from_team, ended, left))

    def _write(
        self, row: PlannedRow, membership: PlannedMembership, *changes: RosterChange
    ) -> None:
        """Plan it, unless it would change what the actor is (decision 21)."""
        if membership.person.id == self.ground.actor_id:
            row.refuse(Column.TEAM, "roster_own")
        else:
            row.memberships.append(membership)
            row.changes.extend(changes)

    def _supervise(self) -> None:
        """The supervisor of a row becomes one of its team."""
        named: list[tuple[PlannedRow, PlannedPerson]] = []
        for row in self.rows:
            if not row.supervisor or row.person is None:
                continue
            supervisor = self._people.named(row.supervisor)
            if supervisor is None:
                row.refuse(Column.SUPERVISOR, "roster_supervisor_unknown")
            elif supervisor is row.person:
                row.refuse(Column.SUPERVISOR, "roster_supervisor_self")
            else:
                named.append((row, supervisor))
        last_rows = {row.person: (row, supervisor) for row, supervisor in named if row.person}
        above = {person: supervisor for person, (_row, supervisor) in last_rows.items()}
        for person in _in_circles(above):
            last_rows[person][0].refuse(Column.SUPERVISOR, "roster_supervisor_circle")
        for row, supervisor in named:
            if row.problems or row.place is None or row.place.role is not Role.LEARNER:
                continue
            if supervisor.comes_back and not supervisor.rows:
                row.refuse(Column.SUPERVISOR, "roster_supervisor_disabled")
            elif not self._supervises(supervisor, row.place.team):
                self._name(row, row.place.team, supervisor)
        _refuse_orphans(named)

    def _supervises(self, person: PlannedPerson, team: KnownTeam | NewTeam) -> bool:
        """Now or by another row."""
        by_rows = [other.place[:2] for other in person.rows if other.place is not None]
        return (team, Role.SUPERVISOR) in by_rows or any(
            (membership.terms.team_id, membership.terms.role) == (team.id, Role.SUPERVISOR)
            and membership.meets(self.ground.today, None)
            for membership in person.memberships
        )

    def _name(self, row: PlannedRow, team: KnownTeam | NewTeam, supervisor: PlannedPerson) -> None:
        terms = MembershipTerms(team.id, Role.SUPERVISOR, starts_on=self.ground.today)
        facts = {"name": supervisor.name or supervisor.email, "team": self._words.name_of(team)}
        change = RosterChange("supervisor", facts)
        self._write(row, PlannedMembership(supervisor, team, terms), change)


def _in_circles(above: Mapping[PlannedPerson, PlannedPerson]) -> set[PlannedPerson]:
    """Those who supervise each other, round in a circle."""
    circles: set[PlannedPerson] = set()
    settled: set[PlannedPerson] = set()
    for first in above:
        way: list[PlannedPerson] = []
        person = first
        while person in above and person not in settled:
            settled.add(person)
            way.append(person)
            person = above[person]
        if person in way:
            circles.update(way[way.index(person) :])
    return circles


def _refuse_orphans(named: Sequence[tuple[PlannedRow, PlannedPerson]]) -> None:
    """Whoever is supervised by somebody new whose own rows are all to be fixed waits for them."""
    grew = True
    while grew:
        grew = False
        for row, supervisor in named:
            if row.problems or supervisor.known or not all(own.problems for own in supervisor.rows):
                continue
            first = supervisor.rows[0].number
            row.refuse(Column.SUPERVISOR, "roster_supervisor_waits", row=first)
            grew = True
