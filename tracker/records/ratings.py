"""The only writer of ratings and of their history."""

import datetime as dt
from collections.abc import Mapping
from typing import NamedTuple

from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from tracker.models import Rating, RatingEntry
from tracker.models.ratings import new_salt
from tracker.rules.frameworks.scale import Basis


class Wording(NamedTuple):
    """What was answered: a skill, as a statement says it."""

    skill_id: int
    statement_id: int


def begin(
    tx: Session,
    person_id: int,
    wording: Wording,
    answer: str | None,
    now: dt.datetime,
    notes: dict[str, str],
    *,
    basis: Basis = Basis.RATED,
    given_on: dt.date | None = None,
) -> int:
    """The first answer of a person for the skill of a statement, and its history row; none where
    that of an origin is cleared. Returns its version: 1.

    `given_on` is the day that an imported answer says it was given.
    """
    tx.execute(
        insert(Rating).values(
            person_id=person_id,
            skill_id=wording.skill_id,
            statement_id=wording.statement_id,
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
    _remember(tx, person_id, wording, 1, answer, basis, now, given_on)
    return 1


def answer_again(
    tx: Session,
    person_id: int,
    wording: Wording,
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
        "statement_id": wording.statement_id,
        "answer": answer,
        "basis": basis,
        "rated_at": now,
        "given_on": given_on,
        "version": version + 1,
    }
    _change(tx, person_id, wording, values, notes, now)
    _remember(tx, person_id, wording, version + 1, answer, basis, now, given_on)
    return version + 1


def note(
    tx: Session,
    person_id: int,
    wording: Wording,
    version: int,
    notes: dict[str, str],
    now: dt.datetime,
) -> int:
    """Other notes beside the same answer: a new version, and no history row. Returns the new
    version."""
    _change(tx, person_id, wording, {"version": version + 1}, notes, now)
    return version + 1


def _change(
    tx: Session,
    person_id: int,
    wording: Wording,
    values: Mapping[str, object],
    notes: dict[str, str],
    now: dt.datetime,
) -> None:
    noted: dict[str, object] = {"noted_at": now} if notes else {}
    tx.execute(
        update(Rating)
        .where(Rating.person_id == person_id, Rating.skill_id == wording.skill_id)
        .values({**values, **notes, **noted})
    )


def _remember(
    tx: Session,
    person_id: int,
    wording: Wording,
    version: int,
    answer: str | None,
    basis: Basis,
    now: dt.datetime,
    given_on: dt.date | None,
) -> None:
    entry = RatingEntry(
        person_id=person_id,
        skill_id=wording.skill_id,
        statement_id=wording.statement_id,
        version=version,
        answer=answer,
        basis=basis,
        rated_at=now,
        given_on=given_on,
        salt=new_salt(),
    )
    tx.add(entry)
