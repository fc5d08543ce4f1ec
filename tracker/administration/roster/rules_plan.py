"""From the rows of a roster to a plan, in one pass: who each is about, where they work, and who
supervises them.

Who the rows of a roster are about: people who are here already, or new ones.
"""

import datetime as dt
import hashlib
import json
import unicodedata
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache

from tracker.administration.roster.rules import (
    NEW,
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
    is_name,
)
from tracker.administration.roster.rules_files import MEANT, RosterColumn as Column
from tracker.administration.roster.rules_words import RosterWords
from tracker.rules.core.memberships import MembershipTerms
from tracker.rules.delimited import plain
from tracker.rules.errors import Invalid
from tracker.rules.roles import Role

WHO = (Column.STAFF_ID, Column.EMAIL)
"""What tells who a row is about: the first before the second."""
NEEDED = {Column.EMAIL: "roster_email_needed", Column.NAME: "roster_name_needed"}
"""What somebody new cannot be without."""


class RosterPeople:
    """Those that a roster may name: who is here, and whom its rows add as they are read. `left`:
    who is in it only by rows that are left out."""

    def __init__(self, ground: RosterGround, mapping: RosterMapping) -> None:
        self._elsewhere, self._meant = ground.elsewhere, mapping.meanings.get("person", {})
        self.left: set[PlannedPerson] = set()
        here = [
            PlannedPerson(person, person.name, person.email, person.staff_id)
            for person in ground.people
        ]
        self._here = {
            column: {value: person for person in here if (value := getattr(person, column))}
            for column in WHO
        }
        self._by_name: dict[str, list[PlannedPerson]] = defaultdict(list)
        for person in here:
            self._by_name[plain(person.name)].append(person)
        self._in_file: dict[Column, dict[str, PlannedPerson]] = {who: {} for who in WHO}
        self._in_position: dict[str, dict[PlannedPerson, None]] = defaultdict(dict)

    def named(self, typed: str) -> list[PlannedPerson]:
        """Who it may be, here or in the file: by an address, a staff ID, a position, or a name."""
        if is_name(typed):
            return self._called().get(plain(typed), [])
        column = Column.EMAIL if "@" in typed else Column.STAFF_ID
        person = self._in_file[column].get(typed) or self._here[column].get(typed)
        return list(self._in_position.get(typed, ())) if person is None else [person]

    @cache  # noqa: B019  (it lives as long as the plan)
    def _called(self) -> dict[str, list[PlannedPerson]]:
        """By name, once all rows have been read: as it is here, and as it is in the file; who left
        only where nobody else is called so."""
        called: dict[str, dict[PlannedPerson, None]] = {}
        people = [*self._here.values(), *self._in_file.values()]
        for person in dict.fromkeys(person for of in people for person in of.values()):
            for name in {person.name, *(row.name for row in person.rows)} - {""}:
                called.setdefault(plain(name), {})[person] = None
        return {name: list(of.keys() - self.left or of) for name, of in called.items()}

    def identify(self, row: PlannedRow) -> None:
        """Who the row is about, by staff ID, else by address, else somebody new; or what keeps it
        from being clear."""
        if not row.staff_id and not row.email:
            if not row.is_refused(*WHO):
                row.refuse(Column.EMAIL, "roster_nobody")
            return
        person = row.person = self._person_of(row)
        if person.rows and not _is_same_person(row, person.rows[0]):
            shared = Column.EMAIL if row.email == person.rows[0].email else Column.STAFF_ID
            row.refuse(shared, f"roster_same_{shared}", row=person.rows[0].number)
        for column in WHO:  # an address and a staff ID are of one person
            value = getattr(row, column)
            if value and self._in_file[column].setdefault(value, person) is not person:
                number = self._in_file[column][value].rows[0].number
                row.refuse(column, f"roster_same_{column}", row=number)
        person.rows.append(row)
        if row.position:
            self._in_position[row.position][person] = None

    def leave_out(self, row: PlannedRow) -> None:
        """Once all others were identified: of such a row nothing is written."""
        row.person = self._person_of(row) if row.staff_id or row.email else None
        row.problems, row.changes = [], [RosterChange(row.left_out, {})]
        if row.person is not None and not row.person.rows:
            self.left.add(row.person)
            for column in WHO:
                if value := getattr(row, column):
                    self._in_file[column].setdefault(value, row.person)

    def recognize(self, row: PlannedRow) -> None:
        """Once all rows were read: whether somebody new is somebody who is here under another
        address, which nobody but a reader can tell; and what somebody new cannot be without."""
        person = row.person
        if person is None:
            return
        if person.known is None:
            same = [one for one in self._by_name.get(plain(row.name), ()) if not one.rows]
            meant = self._meant.get(plain(row.name), "")
            chosen = next((one for one in same if str(one.id) == meant), None)
            if chosen is not None:
                for own in person.rows:
                    own.person = chosen
                chosen.rows, person = person.rows, chosen
            elif same and meant != NEW:
                people = [(one.id, one.email) for one in same]
                facts = {"name": same[0].name, "email": same[0].email, "people": people}
                row.refuse(Column.NAME, "roster_name_here", **facts)
        if person.known is None:
            if row.email in self._elsewhere:
                row.refuse(Column.EMAIL, "email_taken")
            for column, code in NEEDED.items():
                if not getattr(row, column) and not row.is_refused(column, Column.LAST_NAME):
                    row.refuse(column, code)
        elif person.known.is_disabled and not person.known.is_taken_out:
            row.refuse(Column.EMAIL, "roster_disabled", name=person.known.name)

    def _person_of(self, row: PlannedRow) -> PlannedPerson:
        by_id, by_email = (self._here[column].get(getattr(row, column)) for column in WHO)
        if by_id is not None:
            if by_email is not None and by_email is not by_id:
                row.refuse(Column.EMAIL, "roster_email_of_another", name=by_email.name)
            return by_id
        if by_email is not None:
            name, other_id = by_email.name, by_email.staff_id
            if other_id and row.staff_id:
                row.refuse(Column.STAFF_ID, "roster_other_staff_id", name=name, staff_id=other_id)
            return by_email
        by_id, by_email = (self._in_file[column].get(getattr(row, column)) for column in WHO)
        return by_id or by_email or PlannedPerson(None, row.name, row.email, row.staff_id)


def _is_same_person(row: PlannedRow, first: PlannedRow) -> bool:
    """Two rows of one person are two roles of theirs, and otherwise say the same."""
    is_same_name = not row.name or not first.name or _is_same_text(row.name, first.name)
    is_same_id = row.staff_id in ("", first.staff_id)
    return is_same_name and is_same_id and row.email in ("", first.email)


def settle(person: PlannedPerson) -> None:
    """What is written of them, as their rows without a problem say it, told at the first of these.
    A name that differs in nothing but case or Unicode form stays as it is here."""
    ready = [row for row in person.rows if not row.problems]
    for name in ("name", "email", "staff_id"):
        typed = next((value for row in ready if (value := getattr(row, name))), "")
        here = getattr(person.known, name) if person.known else ""
        is_here = not typed or (name == "name" and _is_same_text(typed, here))
        setattr(person, name, here if is_here else typed)
    if not ready:
        return
    if person.known is None or person.comes_back:
        ready[0].changes.insert(0, RosterChange("back" if person.known else "added", {}))
    for name in person.changed:
        ready[0].changes.append(RosterChange(name, {"value": getattr(person, name)}))


def _is_same_text(one: str, other: str) -> bool:
    """But for case and Unicode form."""
    texts = (unicodedata.normalize("NFKC", text).casefold().split() for text in (one, other))
    return len({" ".join(words) for words in texts}) == 1


class RosterPlan:
    """A verdict for every row, in their order. `digest`: of the file, of what its columns and
    values mean, and of what it would do: whoever approves it approves just this. `people` and
    `memberships`: of the rows that are ready, each once."""

    def __init__(
        self, cells: Cells, rows: Sequence[PlannedRow], ground: RosterGround, mapping: RosterMapping
    ) -> None:
        self.rows, self.ground, self._words = rows, ground, RosterWords(ground, mapping)
        self._people = RosterPeople(ground, mapping)
        meant = [row for row in rows if not row.left_out]
        titles = mapping.columns.get(Column.JOB)
        self._by_title = titles is not None and titles == mapping.columns.get(Column.ROLE_PROFILE)
        for row in meant:
            self._people.identify(row)
        for row in rows:
            if row.left_out:
                self._people.leave_out(row)
        for row in meant:
            self._people.recognize(row)
            self._place(row)
        for row in meant:
            self._join(row)
        self._supervise(meant)
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
        used = sorted(set(mapping.columns.values()))
        read = [(number, [of_row[place] for place in used]) for number, of_row in cells]
        approved = json.dumps([read, mapping, outcome], sort_keys=True, ensure_ascii=False)
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
                is_known = row.person is not None and row.person.memberships
                if column is Column.ROLE_PROFILE and self._by_title and is_known:
                    continue  # who is here keeps theirs
                row.refuse(column, refusal.code, **refusal.facts)
        says_profile = row.role_profile and not self._by_title
        is_needed = team is None and (says_profile or row.supervisor)
        if is_needed and not row.is_refused(Column.TEAM):
            row.refuse(Column.TEAM, "roster_team_needed", "")
        rates_nothing = role is Role.LEARNER and self._words.rates_nothing(row.role_profile)
        if team and role and not rates_nothing and not row.is_refused(Column.ROLE_PROFILE):
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
                facts = {
                    "team": self._words.name_of(place.team),
                    "value": f"{value:g}" if isinstance(value, float) else str(value),
                }
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

    def _supervise(self, rows: Sequence[PlannedRow]) -> None:
        """The supervisor of a row becomes one of its team; but not in a circle, nor who left, nor
        somebody new before their own row is fixed: then the row goes in without."""
        named: list[tuple[PlannedRow, PlannedPerson]] = []
        for row in rows:
            if not row.supervisor or row.person is None:
                continue
            called = self._people.named(row.supervisor)
            supervisor = called[0] if len(called) == 1 else None
            if supervisor is None:
                code = "roster_supervisor_twice" if called else "roster_supervisor_unknown"
                row.refuse(Column.SUPERVISOR, code)
            elif supervisor is row.person:
                row.refuse(Column.SUPERVISOR, "roster_supervisor_self")
            else:
                named.append((row, supervisor))
        links = [
            (row, row.place.team, supervisor)
            for row, supervisor in named
            if not row.problems and row.place is not None and row.place.role is Role.LEARNER
            if not self._supervises(supervisor, row.place.team)
        ]
        for row, _team, supervisor in links:
            if supervisor.comes_back and not supervisor.rows:
                row.refuse(Column.SUPERVISOR, "roster_supervisor_disabled")
            elif supervisor.id == self.ground.actor_id:
                row.refuse(Column.TEAM, "roster_own")
        without = self._without(named)
        for row, team, supervisor in links:
            if not row.problems and row not in without:
                self._name(row, team, supervisor)

    def _without(self, named: Sequence[tuple[PlannedRow, PlannedPerson]]) -> dict[PlannedRow, str]:
        """The rows that go in without their supervisor, and why; each says so."""
        above = {row.person: supervisor for row, supervisor in named if row.person}
        circles, without = _in_circles(above), dict[PlannedRow, str]()
        for row, supervisor in named:
            if row.person in circles and above[row.person] is supervisor:
                without[row] = "circle"
            elif supervisor in self._people.left:
                without[row] = "gone"
            elif supervisor.known is None and all(own.problems for own in supervisor.rows):
                without[row] = "waits"
            is_new = row.person is not None and row.person.known is None
            if row in without and not row.problems and (row.changes or is_new):
                facts = {"name": supervisor.name or supervisor.email}
                row.changes.append(RosterChange(without[row], facts))
        return without

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
