"""Who the rows of a roster are about: people who are here already, or new ones."""

import unicodedata

from tracker.administration.roster.rules import (
    PlannedPerson,
    PlannedRow,
    RosterChange,
    RosterGround,
)
from tracker.administration.roster.rules_files import RosterColumn as Column

WHO = (Column.STAFF_ID, Column.EMAIL)
"""What tells who a row is about: the first before the second."""
NEEDED = {Column.EMAIL: "roster_email_needed", Column.NAME: "roster_name_needed"}
"""What somebody new cannot be without."""


class RosterPeople:
    """Those that a roster may name: who is here, and whom its rows add as they are read."""

    def __init__(self, ground: RosterGround) -> None:
        self._elsewhere = ground.elsewhere
        here = [
            PlannedPerson(person, person.name, person.email, person.staff_id)
            for person in ground.people
        ]
        self._here = {
            column: {value: person for person in here if (value := getattr(person, column))}
            for column in WHO
        }
        self._in_file: dict[Column, dict[str, PlannedPerson]] = {who: {} for who in WHO}

    def named(self, typed: str) -> PlannedPerson | None:
        """By an address or a staff ID, here or in the file."""
        column = Column.EMAIL if "@" in typed else Column.STAFF_ID
        return self._in_file[column].get(typed) or self._here[column].get(typed)

    def identify(self, row: PlannedRow) -> None:
        """Who the row is about, by staff ID, else by address, else somebody new; or what keeps it
        from being clear."""
        if not row.staff_id and not row.email:
            if not row.is_refused(*WHO):
                row.refuse(Column.EMAIL, "roster_nobody")
            return
        person = row.person = self._person_of(row)
        if person.known is None:
            if row.email in self._elsewhere:
                row.refuse(Column.EMAIL, "email_taken")
            for column, code in NEEDED.items():
                if not getattr(row, column) and not row.is_refused(column, Column.LAST_NAME):
                    row.refuse(column, code)
        elif person.known.is_disabled and not person.known.is_taken_out:
            row.refuse(Column.EMAIL, "roster_disabled", name=person.known.name)
        if person.rows and not _is_same_person(row, person.rows[0]):
            shared = Column.EMAIL if row.email == person.rows[0].email else Column.STAFF_ID
            row.refuse(shared, f"roster_same_{shared}", row=person.rows[0].number)
        for column in WHO:  # an address and a staff ID are of one person
            value = getattr(row, column)
            if value and self._in_file[column].setdefault(value, person) is not person:
                number = self._in_file[column][value].rows[0].number
                row.refuse(column, f"roster_same_{column}", row=number)
        person.rows.append(row)

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
