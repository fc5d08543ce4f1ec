"""The memberships that a roster makes, corrects, and ends."""

import datetime as dt
from collections import Counter
from collections.abc import Sequence

from tracker.rules.administration.roster.columns import RosterColumn
from tracker.rules.administration.roster.entries import RosterEntry, RosterProblem
from tracker.rules.administration.roster.ground import KnownMembership, KnownTeam, RosterGround
from tracker.rules.administration.roster.places import Place, RosterPlaces
from tracker.rules.administration.roster.plan import (
    PlannedMembership,
    PlannedPerson,
    PlannedRow,
    RosterChange,
)
from tracker.rules.administration.roster.teams import NewTeam
from tracker.rules.roles import Role

DAY = dt.timedelta(days=1)


class RosterMemberships:
    def __init__(self, ground: RosterGround, places: RosterPlaces) -> None:
        self._ground, self._places, self._teams = ground, places, places.teams

    def plan(self, row: PlannedRow) -> None:
        """Plan the row's membership; the same one from two rows is refused."""
        place = self._places.of_row.get(row.entry.number)
        if row.person is None or place is None or any(map(_is_of_another, row.problems)):
            return
        team, role, _profile = place
        for other in row.person.rows:
            if other is row:
                break
            theirs = self._places.of_row.get(other.entry.number)
            if theirs is not None and (_key(theirs[0]), theirs[1]) == (_key(team), role):
                if self._framework(theirs[2]) != self._framework(place[2]):
                    continue
                problem = RosterProblem(
                    RosterColumn.TEAM,
                    row.entry.team,
                    "roster_same_row",
                    {"row": other.entry.number},
                )
                row.problems.append(problem)
                return
        self._join(row, row.person, place)

    def _framework(self, profile_id: int | None) -> str:
        return "" if profile_id is None else self._places.profiles[profile_id].framework

    def _join(self, row: PlannedRow, person: PlannedPerson, place: Place) -> None:
        _team, role, profile_id = place
        here = person.known.memberships if person.known is not None else ()
        found = self._standing(here, place, row.entry)
        if found is not None:
            self._correct(row, person, found, profile_id)
            return
        if role is Role.LEARNER and profile_id is None:
            row.problems.append(
                RosterProblem(RosterColumn.ROLE_PROFILE, "", "roster_profile_needed")
            )
            return
        if profile_id is not None and self._places.profiles[profile_id].is_retired:
            row.problems.append(
                RosterProblem(
                    RosterColumn.ROLE_PROFILE, row.entry.role_profile, "role_profile_retired"
                )
            )
            return
        left = self._left(person, place) if role is Role.LEARNER else None
        self._add(row, person, place, left)

    def _standing(
        self, here: Sequence[KnownMembership], place: Place, entry: RosterEntry
    ) -> KnownMembership | None:
        """The membership that the row is about: the same team and role, now or to come; or one
        that is over, if the row says its first or last day."""
        team, role, profile_id = place
        if isinstance(team, NewTeam):
            return None
        fitting = [
            each
            for each in here
            if each.team_id == team.id
            and each.role is role
            and (profile_id is None or each.framework == self._framework(profile_id))
        ]
        today = self._ground.today
        living = [each for each in fitting if each.ends_on is None or each.ends_on >= today]
        told = [
            each
            for each in fitting
            if (entry.ends_on is not None and each.ends_on == entry.ends_on)
            or (
                each.starts_on == entry.starts_on
                and entry.ends_on is not None
                and entry.ends_on < today
            )
        ]
        return next(iter([*told, *living]), None)

    def _correct(
        self, row: PlannedRow, person: PlannedPerson, found: KnownMembership, profile_id: int | None
    ) -> None:
        """An empty cell leaves what is there; the first day stays too."""
        entry = row.entry
        job, hours, ends_on = (
            entry.job or found.job,
            entry.weekly_hours or found.weekly_hours,
            entry.ends_on or found.ends_on,
        )
        profile = profile_id or found.role_profile_id
        before = (found.role_profile_id, found.job, found.weekly_hours, found.ends_on)
        if (profile, job, hours, ends_on) == before:
            return
        if ends_on is not None and ends_on < found.starts_on:
            _refuse_day(row, "dates_not_in_order")
            return
        if (
            profile != found.role_profile_id
            and profile_id
            and self._places.profiles[profile_id].is_retired
        ):
            row.problems.append(
                RosterProblem(RosterColumn.ROLE_PROFILE, entry.role_profile, "role_profile_retired")
            )
            return
        told = {
            "role_profile": profile != found.role_profile_id,
            "job": job != found.job,
            "weekly_hours": hours != found.weekly_hours,
            "ends_on": ends_on != found.ends_on,
        }
        facts = {"team": self._teams.name_of(self._teams.by_id[found.team_id])}
        values = {
            "role_profile": self._places.profiles[profile].name if profile else "",
            "job": job,
            "weekly_hours": str(hours or ""),
            "ends_on": ends_on.isoformat() if ends_on else "",
        }
        self.write(
            row,
            PlannedMembership(
                person,
                found,
                found.team_id,
                found.role,
                profile,
                job,
                hours,
                found.starts_on,
                ends_on,
            ),
            *(
                RosterChange(name, facts | {"value": values[name]})
                for name, is_other in told.items()
                if is_other
            ),
        )

    def _left(self, person: PlannedPerson, place: Place) -> KnownMembership | None:
        """The one place in which they learn now and of which the file says nothing: they move."""
        if person.known is None:
            return None
        framework, today = self._framework(place[2]), self._ground.today
        told: Counter[object] = Counter(
            _key(self._places.of_row[row.entry.number][0])
            for row in person.rows
            if row.entry.number in self._places.of_row
        )
        left = [
            each
            for each in person.known.memberships
            if each.role is Role.LEARNER
            and each.framework == framework
            and (each.ends_on is None or each.ends_on >= today)
            and not told[each.team_id]
        ]
        return left[0] if len(left) == 1 else None

    def _add(
        self, row: PlannedRow, person: PlannedPerson, place: Place, left: KnownMembership | None
    ) -> None:
        team, role, profile_id = place
        entry, today = row.entry, self._ground.today
        starts_on = entry.starts_on or today
        if left is not None and left.covers(today) and starts_on <= left.starts_on:
            starts_on = today  # the day of hire, not of the move
        if entry.ends_on is not None and entry.ends_on < starts_on:
            _refuse_day(row, "dates_not_in_order")
            return
        if isinstance(team, KnownTeam):
            closed = team.closed_on
            if closed is not None and (entry.ends_on is None or entry.ends_on > closed):
                problem = RosterProblem(
                    RosterColumn.TEAM, entry.team, "team_closed", {"team": team.name}
                )
                row.problems.append(problem)
                return
            if self._overlaps(person, place, starts_on, entry.ends_on):
                _refuse_day(row, "membership_overlaps", RosterColumn.STARTS_ON)
                return
        name = self._teams.name_of(team)
        joined = PlannedMembership(
            person,
            None,
            team.id if isinstance(team, KnownTeam) else team,
            role,
            profile_id,
            entry.job,
            entry.weekly_hours,
            starts_on,
            entry.ends_on,
        )
        facts = {"team": name, "role": str(role), "day": starts_on.isoformat()}
        if left is None or left.starts_on >= starts_on:
            self.write(row, joined, RosterChange("joins", facts))
            return
        from_team = self._teams.name_of(self._teams.by_id[left.team_id])
        ended = PlannedMembership(
            person,
            left,
            left.team_id,
            left.role,
            left.role_profile_id,
            left.job,
            left.weekly_hours,
            left.starts_on,
            starts_on - DAY,
        )
        self.write(row, joined, RosterChange("moves", facts | {"from_team": from_team}))
        self.write(row, ended)

    def _overlaps(
        self, person: PlannedPerson, place: Place, starts_on: dt.date, ends_on: dt.date | None
    ) -> bool:
        team, role, profile_id = place
        return person.known is not None and any(
            isinstance(team, KnownTeam)
            and each.team_id == team.id
            and each.role is role
            and each.framework == self._framework(profile_id)
            and each.meets(starts_on, ends_on)
            for each in person.known.memberships
        )

    def write(self, row: PlannedRow, membership: PlannedMembership, *changes: RosterChange) -> None:
        """Plan it, unless it would change what the actor is (decision 21)."""
        known = membership.person.known
        if known is not None and known.id == self._ground.actor_id:
            row.problems.append(RosterProblem(RosterColumn.TEAM, row.entry.team, "roster_own"))
        else:
            row.memberships.append(membership)
            row.changes.extend(changes)


def _is_of_another(problem: RosterProblem) -> bool:
    """Who the row is about is not clear yet."""
    return problem.code in ("roster_same_email", "roster_same_staff_id")


def _key(team: KnownTeam | NewTeam) -> object:
    return team.id if isinstance(team, KnownTeam) else team.key


def _refuse_day(row: PlannedRow, code: str, column: RosterColumn = RosterColumn.ENDS_ON) -> None:
    typed = getattr(row.entry, column)
    row.problems.append(RosterProblem(column, typed.isoformat() if typed else "", code))
