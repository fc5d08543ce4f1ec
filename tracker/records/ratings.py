"""The only writer of ratings and of their history."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from tracker.models import Rating, RatingEntry, Statement
from tracker.models.columns import table_of
from tracker.models.ratings import new_salt
from tracker.rules.frameworks.carrying import GivenAnswer
from tracker.rules.frameworks.scale import Basis


def begin(
    tx: Session,
    person_id: int,
    statement_id: int,
    answer: str,
    now: dt.datetime,
    notes: dict[str, str],
    *,
    basis: Basis = Basis.RATED,
    given_on: dt.date | None = None,
) -> int:
    """The first answer of a person to a statement, and its history row. Returns its version: 1.

    `given_on` is the day that an imported answer says it was given.
    """
    tx.execute(
        insert(Rating).values(
            person_id=person_id,
            statement_id=statement_id,
            answer=answer,
            basis=basis,
            version=1,
            own_note=notes.get("own_note", ""),
            reviewer_note=notes.get("reviewer_note", ""),
            rated_at=now,
            given_on=given_on,
            noted_at=now if any(notes.values()) else None,
        )
    )
    _remember(tx, person_id, statement_id, 1, answer, basis, now, given_on)
    return 1


def answer_again(
    tx: Session,
    person_id: int,
    statement_id: int,
    version: int,
    answer: str | None,
    basis: Basis,
    now: dt.datetime,
    notes: dict[str, str],
    given_on: dt.date | None = None,
) -> int:
    """A new answer, none (*cleared*), or the old one given again, in place of version `version`.
    Returns the new version."""
    values = {
        "answer": answer,
        "basis": basis,
        "rated_at": now,
        "given_on": given_on,
        "version": version + 1,
    }
    _change(tx, person_id, statement_id, values, notes, now)
    _remember(tx, person_id, statement_id, version + 1, answer, basis, now, given_on)
    return version + 1


def note(
    tx: Session,
    person_id: int,
    statement_id: int,
    version: int,
    notes: dict[str, str],
    now: dt.datetime,
) -> int:
    """Other notes beside the same answer: a new version, and no history row. Returns the new
    version."""
    _change(tx, person_id, statement_id, {"version": version + 1}, notes, now)
    return version + 1


def _change(
    tx: Session,
    person_id: int,
    statement_id: int,
    values: Mapping[str, object],
    notes: dict[str, str],
    now: dt.datetime,
) -> None:
    noted: dict[str, object] = {"noted_at": now} if notes else {}
    tx.execute(
        update(Rating)
        .where(Rating.person_id == person_id, Rating.statement_id == statement_id)
        .values({**values, **notes, **noted})
    )


def _remember(
    tx: Session,
    person_id: int,
    statement_id: int,
    version: int,
    answer: str | None,
    basis: Basis,
    now: dt.datetime,
    given_on: dt.date | None,
) -> None:
    entry = RatingEntry(
        person_id=person_id,
        statement_id=statement_id,
        version=version,
        answer=answer,
        basis=basis,
        rated_at=now,
        given_on=given_on,
        salt=new_salt(),
    )
    tx.add(entry)


def carry(
    tx: Session, person_id: int, answers: Mapping[int, GivenAnswer], cleared: Mapping[int, int]
) -> None:
    """Answers from an earlier version, by statement of the later one, as old as they are there.
    `cleared`: the version of the row where there is one without an answer."""
    entries = []
    for statement_id, each in answers.items():
        values = asdict(each) | {
            "basis": Basis.CARRIED,
            "version": cleared.get(statement_id, 0) + 1,
        }
        row = {"person_id": person_id, "statement_id": statement_id, **values}
        if statement_id in cleared:
            mine = Rating.person_id == person_id, Rating.statement_id == statement_id
            tx.execute(update(Rating).where(*mine).values(**values))
        entries.append(row)
    new = [row for row in entries if row["statement_id"] not in cleared]
    if new:
        tx.execute(insert(table_of(Rating)), new)
    facts = ("person_id", "statement_id", "version", "answer", "basis", "rated_at", "given_on")
    tx.add_all(
        RatingEntry(**{name: row[name] for name in facts}, salt=new_salt()) for row in entries
    )


def take_back(tx: Session, person_id: int, framework_id: int, now: dt.datetime) -> None:
    """Clear what was carried to that version, with the notes that came along; where it came from it
    stands as before."""
    rows = tx.execute(
        select(Rating.statement_id, Rating.version)
        .join(Statement, Statement.id == Rating.statement_id)
        .where(
            Rating.person_id == person_id,
            Rating.basis == Basis.CARRIED,
            Statement.framework_id == framework_id,
        )
        .order_by(Rating.statement_id)
    ).all()
    gone = {"own_note": "", "reviewer_note": ""}
    for row in rows:
        answer_again(tx, person_id, row.statement_id, row.version, None, Basis.CLEARED, now, gone)
