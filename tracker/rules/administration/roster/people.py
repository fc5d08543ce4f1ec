"""Who each row of a roster is: by staff ID, else by email address; else somebody new."""

from collections.abc import Sequence

from tracker.rules.administration.roster.columns import RosterColumn
from tracker.rules.administration.roster.entries import RosterEntry, RosterProblem, is_same_text
from tracker.rules.administration.roster.ground import KnownPerson, RosterGround
from tracker.rules.administration.roster.plan import PlannedPerson, PlannedRow

UNSAID = {RosterColumn.EMAIL: "roster_email_needed", RosterColumn.NAME: "roster_name_needed"}
"""What somebody new cannot be without."""


class PeopleFinder:
    """Everybody who is here or in the file, as the rows are gone through."""

    def __init__(self, ground: RosterGround) -> None:
        self._ground = ground
        self._by_staff_id = {each.staff_id: each for each in ground.people if each.staff_id}
        self._by_email = {each.email: each for each in ground.people}
        self._planned: dict[int, PlannedPerson] = {}
        self._staff_ids: dict[str, PlannedPerson] = {}
        self._emails: dict[str, PlannedPerson] = {}

    def planned(self, known: KnownPerson) -> PlannedPerson:
        found = self._planned.get(known.id)
        if found is None:
            found = PlannedPerson(known, known.name, known.email, known.staff_id)
            self._planned[known.id] = found
        return found

    def named(self, whom: str) -> PlannedPerson | None:
        """By address or staff ID: who is in the file, or here already."""
        mine, here = (
            (self._emails, self._by_email) if "@" in whom else (self._staff_ids, self._by_staff_id)
        )
        if whom in mine:
            return mine[whom]
        return self.planned(here[whom]) if whom in here else None

    def identify(self, row: PlannedRow) -> None:
        """Note who the row is about, or what keeps it from being clear."""
        entry = row.entry
        if not entry.staff_id and not entry.email:
            if not _is_refused(entry, RosterColumn.STAFF_ID, RosterColumn.EMAIL):
                row.problems.append(RosterProblem(RosterColumn.EMAIL, "", "roster_nobody"))
            return
        person = row.person = self._of(row)
        if person.known is None:
            self._check_new(row)
        elif person.comes_back and not person.known.is_taken_out:
            _refuse(row, RosterColumn.EMAIL, "roster_disabled", name=person.known.name)
        if person.rows:
            _compare(row, person.rows[0])
        self._claim(row, person)
        person.rows.append(row)

    def _of(self, row: PlannedRow) -> PlannedPerson:
        entry = row.entry
        by_id, by_email = (self._by_staff_id.get(entry.staff_id), self._by_email.get(entry.email))
        if by_id is not None and by_email is not None and by_id is not by_email:
            _refuse(row, RosterColumn.EMAIL, "roster_email_of_another", name=by_email.name)
        if by_id is not None:
            return self.planned(by_id)
        if by_email is not None:
            if by_email.staff_id and entry.staff_id:
                _refuse(
                    row,
                    RosterColumn.STAFF_ID,
                    "roster_other_staff_id",
                    name=by_email.name,
                    staff_id=by_email.staff_id,
                )
            return self.planned(by_email)
        found = self._staff_ids.get(entry.staff_id) or self._emails.get(entry.email)
        return found or PlannedPerson(None, entry.name, entry.email, entry.staff_id)

    def _check_new(self, row: PlannedRow) -> None:
        entry = row.entry
        if entry.email in self._ground.elsewhere:
            _refuse(row, RosterColumn.EMAIL, "email_taken")
        for column, code in UNSAID.items():
            if not getattr(entry, column) and not _is_refused(
                entry, column, RosterColumn.LAST_NAME
            ):
                row.problems.append(RosterProblem(column, "", code))

    def _claim(self, row: PlannedRow, person: PlannedPerson) -> None:
        """An address and a staff ID are of one person."""
        for column, claims in (
            (RosterColumn.STAFF_ID, self._staff_ids),
            (RosterColumn.EMAIL, self._emails),
        ):
            value = getattr(row.entry, column)
            if value and claims.setdefault(value, person) is not person:
                first = claims[value].rows[0].entry.number
                _refuse(row, column, f"roster_same_{column}", row=first)


def _compare(row: PlannedRow, first: PlannedRow) -> None:
    """Two rows of one person are two roles of theirs, and otherwise say the same."""
    one, other = row.entry, first.entry
    shared = RosterColumn.EMAIL if one.email == other.email else RosterColumn.STAFF_ID
    is_same = (
        (not one.name or not other.name or is_same_text(one.name, other.name))
        and one.email in ("", other.email)
        and one.staff_id in ("", other.staff_id)
    )
    if not is_same:
        _refuse(row, shared, f"roster_same_{shared}", row=other.number)


def _refuse(row: PlannedRow, column: RosterColumn, code: str, /, **facts: object) -> None:
    value = str(getattr(row.entry, column))
    if not any(problem.code == code for problem in row.problems):
        row.problems.append(RosterProblem(column, value, code, facts))


def _is_refused(entry: RosterEntry, *columns: RosterColumn) -> bool:
    return any(problem.column in columns for problem in entry.problems)


def settle(people: Sequence[PlannedPerson]) -> None:
    """What is written of each, as their rows without a problem say it. Names that differ in
    nothing but case or Unicode form stay as they are here."""
    for person in people:
        ready = [row for row in person.rows if not row.problems]
        for name in ("name", "email", "staff_id"):
            said = next((value for row in ready if (value := getattr(row.entry, name))), "")
            here = "" if person.known is None else getattr(person.known, name)
            is_here = name == "name" and is_same_text(said, here)
            setattr(person, name, here if not said or is_here else said)
