"""Endorsements that end or have ended, as people are told of it, and the exceptions that count for
groups."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import BindParameter, Row, RowMapping, Select, bindparam, exists, func, select
from sqlalchemy.orm import aliased

from tracker.db import UTCDateTime, session
from tracker.models import (
    Endorsement,
    EndorsementText,
    Framework,
    Library,
    Person,
    ReviewItem,
    Statement,
)
from tracker.models.record.words import stood
from tracker.policy.reviewers import is_out
from tracker.queries.asking import Question, row_as
from tracker.record.sheet.queries_learners import LEARNER, LIBRARY
from tracker.record.versions.queries_now import left_behind, read_as
from tracker.record.workflow.rules import REMINDED, EndorsementStatus, expires_on
from tracker.rules.calendar import day_in
from tracker.rules.core.wording import Wording
from tracker.rules.names import short_name

FRESH = dt.timedelta(days=14)
"""On Today a reveal, or the end of something, is told of for so long; differences until they are
settled."""
AT: BindParameter[dt.datetime] = bindparam("at", type_=UTCDateTime)

EndorsementOutcome = Row[int, int, EndorsementStatus, dt.datetime | None, str]
"""`item_id`, `id`, `status`, `ended_at`, and the `reason` of what was given for an item."""


@dataclass(frozen=True, slots=True)
class Expiring:
    """One that stands and counts until `last_day`, the day included. `framework`: its slug;
    `is_out`: the statement is with a reviewer now."""

    person_id: int
    statement_id: int
    framework: str
    title: Wording
    last_day: dt.date
    lang: str
    is_out: bool


@dataclass(frozen=True, slots=True)
class EndedEndorsement:
    """One that was revoked or expired, and nothing stands in its place. `framework`: its slug;
    `is_out`: the statement is with a reviewer now."""

    statement_id: int
    framework: str
    title: Wording
    who: str
    status: EndorsementStatus
    reason: str
    at: dt.datetime
    lang: str
    is_out: bool


def expiring(
    library_id: int, today: dt.date, days: int = REMINDED, person_id: int | None = None
) -> Question[list[Expiring]]:
    """What stands and expires within so many days, the next first; of one person, where they are
    named; for the statement as they read it now. Empty where the library lets nothing expire."""
    last = today + dt.timedelta(days=days)
    return Question(
        _expiring_on(today, of_one=person_id is not None),
        {"library": library_id, "learner": person_id},
        lambda rows: [one for one in _expiring(rows) if today <= one.last_day <= last],
    )


def _expiring(rows: Sequence[RowMapping]) -> list[Expiring]:
    return [
        Expiring(
            person_id=row["person_id"],
            statement_id=row["statement_id"],
            framework=row["framework"],
            title=row["title"],
            last_day=expires_on(day_in(row["time_zone"], row["at"]), row["endorsement_months"]),
            lang=row["lang"],
            is_out=bool(row["is_out"]),
        )
        for row in sorted(rows, key=lambda row: (row["at"], row["id"]))
    ]


@lru_cache(maxsize=8)
def _expiring_on(today: dt.date, *, of_one: bool) -> Select[*tuple[Any, ...]]:
    """Built once a day."""
    return (
        select(
            Endorsement.person_id,
            Statement.id.label("statement_id"),
            Statement.title,
            Endorsement.endorsed_at.label("at"),
            Endorsement.id,
            Framework.slug.label("framework"),
            Framework.lang,
            is_out(LEARNER if of_one else Endorsement.person_id, today).label("is_out"),
            Library.time_zone,
            Library.endorsement_months,
        )
        .join(Person, Person.id == Endorsement.person_id)
        .join(Library, Library.id == Person.library_id)
        .join(Statement, Statement.id == read_as(today))
        .join(Framework, Framework.id == Statement.framework_id)
        .where(
            Library.id == LIBRARY,
            Library.endorsement_months.is_not(None),
            stood(None),
            ~left_behind(today),
            *([Endorsement.person_id == LEARNER] if of_one else []),
        )
    )


def ended(person_id: int, since: dt.datetime, today: dt.date) -> Question[list[EndedEndorsement]]:
    """What was revoked or expired from that moment on, unless something newer stands, for the
    statement as they read it now; the newest first."""
    return Question(_ended_on(today), {"learner": person_id, "since": since}, _ended)


def _ended(rows: Sequence[RowMapping]) -> list[EndedEndorsement]:
    newest_first = sorted(rows, key=lambda row: (row["at"], row["id"]), reverse=True)
    return [row_as(EndedEndorsement, row, who=short_name(row["who"])) for row in newest_first]


@lru_cache(maxsize=8)
def _ended_on(today: dt.date) -> Select[*tuple[Any, ...]]:
    """Built once a day."""
    # Nothing is lost where another one stands, for its skill or for the statement that it is read
    # as today.
    newer = aliased(Endorsement)
    stands = exists(
        select(newer.id).where(
            newer.person_id == Endorsement.person_id,
            newer.skill_id.in_([Endorsement.skill_id, Statement.skill_id]),
            stood(None, newer),
        )
    )
    return (
        select(
            Statement.id.label("statement_id"),
            Framework.slug.label("framework"),
            Statement.title,
            Person.name.label("who"),
            Endorsement.status,
            func.coalesce(EndorsementText.reason, "").label("reason"),
            Endorsement.ended_at.label("at"),
            Framework.lang,
            is_out(LEARNER, today).label("is_out"),
            Endorsement.id,
        )
        .join(Person, Person.id == Endorsement.endorser_id)
        .join(Statement, Statement.id == read_as(today))
        .join(Framework, Framework.id == Statement.framework_id)
        .outerjoin(EndorsementText, EndorsementText.endorsement_id == Endorsement.id)
        .where(
            Endorsement.person_id == LEARNER,
            Endorsement.status.in_([EndorsementStatus.REVOKED, EndorsementStatus.EXPIRED]),
            Endorsement.ended_at >= bindparam("since", type_=UTCDateTime),
            ~stands,
            ~left_behind(today),
        )
    )


def outcomes(review_id: int) -> dict[int, EndorsementOutcome]:
    """What was given for the items of a review and what became of it, by item. One query."""
    rows = session().execute(
        select(
            Endorsement.item_id,
            Endorsement.id,
            Endorsement.status,
            Endorsement.ended_at,
            func.coalesce(EndorsementText.reason, "").label("reason"),
        )
        .join(ReviewItem, ReviewItem.id == Endorsement.item_id)
        .outerjoin(EndorsementText, EndorsementText.endorsement_id == Endorsement.id)
        .where(ReviewItem.review_id == review_id)
    )
    return {row.item_id: row for row in rows}
