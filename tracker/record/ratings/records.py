"""The only writer of ratings and of their history."""

import datetime as dt
from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

from sqlalchemy import Update, bindparam, insert, update
from sqlalchemy.orm import Session

from tracker.db import ask_made
from tracker.frameworks.versions.rules import Basis
from tracker.models import Rating, RatingEntry
from tracker.models.columns import table_of
from tracker.records import seals as seals_records
from tracker.rules.core.seals import new_salt

RATINGS, ENTRIES = table_of(Rating), table_of(RatingEntry)
ADD_ENTRY = insert(ENTRIES).returning(ENTRIES.c.id)


class RatedStatement(NamedTuple):
    """What was answered: a skill, as a statement says it."""

    skill_id: int
    statement_id: int


def write(
    tx: Session,
    person_id: int,
    wording: RatedStatement,
    version: int,
    answer: str | None,
    basis: Basis,
    now: dt.datetime,
    notes: dict[str, str],
    given_on: dt.date | None = None,
) -> int:
    """An answer, with its history row, in place of version `version`; 0 for the first for the
    skill of a statement. None: it is *cleared*; of a first one, that of an origin is, for here.
    Returns the new version.

    `given_on` is the day that an imported answer says it was given.
    """
    of = {"person_id": person_id, "skill_id": wording.skill_id}
    values = {
        "statement_id": wording.statement_id,
        "version": version + 1,
        "answer": answer,
        "basis": basis,
        "rated_at": now,
        "given_on": given_on,
    }
    if version:
        _change(person_id, wording, values, notes, now)
    else:
        noted_at = now if any(notes.values()) else None
        first = {"own_note": "", "reviewer_note": "", **notes, "noted_at": noted_at}
        tx.execute(insert(RATINGS), {**of, **values, **first})
    entry = {**of, **values, "salt": new_salt()}
    seals_records.note(tx, RatingEntry(id=ask_made(ADD_ENTRY, entry).scalar_one(), **entry))
    return version + 1


def note(
    person_id: int, wording: RatedStatement, version: int, notes: dict[str, str], now: dt.datetime
) -> int:
    """Other notes beside the same answer: a new version of it without a history row. Returns the
    new version."""
    _change(person_id, wording, {"version": version + 1}, notes, now)
    return version + 1


def _change(
    person_id: int,
    wording: RatedStatement,
    values: Mapping[str, object],
    notes: dict[str, str],
    now: dt.datetime,
) -> None:
    noted: dict[str, object] = {"noted_at": now} if notes else {}
    changed = {**values, **notes, **noted}
    ask_made(_update(tuple(changed)), {**changed, "of": person_id, "skill": wording.skill_id})


@cache
def _update(columns: tuple[str, ...]) -> Update:
    of = RATINGS.c.person_id == bindparam("of"), RATINGS.c.skill_id == bindparam("skill")
    return update(RATINGS).where(*of).values({name: bindparam(name) for name in columns})
