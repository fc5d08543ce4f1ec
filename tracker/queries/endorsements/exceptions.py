"""Agreed exceptions to levels: which count for groups, and how each came about."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache

from sqlalchemy import BindParameter, Select, bindparam, func, select
from sqlalchemy.orm import aliased

from tracker.db import UTCDateTime, session
from tracker.models import LevelException, LevelExceptionText, Person, ReviewItem
from tracker.models.record import later
from tracker.models.record.words import agreed_exceptions, left_out
from tracker.queries.access.blind_spots import BlindSpots
from tracker.queries.assessment.learners import FRAMEWORK, LIBRARY, PEOPLE, counts_now
from tracker.rules.reviews.exceptions import ExceptionStatus

PROPOSER, CONFIRMER = aliased(Person), aliased(Person)
AT: BindParameter[dt.datetime] = bindparam("at", type_=UTCDateTime)


@dataclass(frozen=True, slots=True)
class ProposedException:
    """One that was proposed at a review item, whatever became of it."""

    id: int
    item_id: int
    status: ExceptionStatus
    proposer_id: int
    proposer: str
    confirmer: str
    reason: str
    end_reason: str
    proposed_at: dt.datetime
    agreed_at: dt.datetime | None
    ended_at: dt.datetime | None


def of_people(
    person_ids: Collection[int],
    framework_id: int,
    library_id: int,
    today: dt.date,
    blind: BlindSpots,
    at: dt.datetime | None = None,
) -> dict[int, list[int]]:
    """By person, the statements of those that count now or at that moment, of that day. One
    query."""
    rows = session().execute(
        _of_people(blind.form, is_past=at is not None),
        {
            "people": list(person_ids),
            "framework": framework_id,
            "library": library_id,
            "at": at,
            **later.on(today),
            **blind.values,
        },
    )
    found: dict[int, list[int]] = {}
    for person_id, statement_id in rows:
        found.setdefault(person_id, []).append(statement_id)
    return found


@cache
def _of_people(blind: BlindSpots, *, is_past: bool) -> Select[int, int]:
    at = AT if is_past else None
    of = agreed_exceptions(lambda column: column.in_(PEOPLE), FRAMEWORK, at, blind.shows).c
    out = left_out(LIBRARY, FRAMEWORK)
    return (
        select(of.person_id, of.statement_id)
        .outerjoin(out, out.c.statement_id == of.statement_id)
        .where(out.c.id.is_(None), counts_now(of.person_id, of.statement_id))
        .order_by(of.statement_id)
    )


def of_review(review_id: int) -> dict[int, list[ProposedException]]:
    """By item, the newest first. One query."""
    rows = session().execute(
        select(
            LevelException.id,
            LevelException.item_id,
            LevelException.status,
            LevelException.proposer_id,
            PROPOSER.name.label("proposer"),
            func.coalesce(CONFIRMER.name, "").label("confirmer"),
            func.coalesce(LevelExceptionText.reason, "").label("reason"),
            func.coalesce(LevelExceptionText.end_reason, "").label("end_reason"),
            LevelException.proposed_at,
            LevelException.agreed_at,
            LevelException.ended_at,
        )
        .join(ReviewItem, ReviewItem.id == LevelException.item_id)
        .join(PROPOSER, PROPOSER.id == LevelException.proposer_id)
        .outerjoin(CONFIRMER, CONFIRMER.id == LevelException.confirmer_id)
        .outerjoin(LevelExceptionText, LevelExceptionText.exception_id == LevelException.id)
        .where(ReviewItem.review_id == review_id)
        .order_by(LevelException.id.desc())
    )
    found: dict[int, list[ProposedException]] = {}
    for row in rows.mappings():
        found.setdefault(row["item_id"], []).append(ProposedException(**row))
    return found
