"""Endorsements as they are shown: who said what, and when. Counts for levels are in
queries/profiles/levels."""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import RowMapping, Select, bindparam, func, select
from sqlalchemy.orm import aliased

from tracker.db import session
from tracker.models import (
    Endorsement,
    EndorsementText,
    Framework,
    Library,
    Person,
    ReviewItem,
    ScaleAnswer,
    Statement,
)
from tracker.models.joins import scale_answer
from tracker.models.record.words import counting, skills_of, stood
from tracker.policy.reviewers import is_out
from tracker.queries.asking import Question
from tracker.queries.assessment.learners import FRAMEWORK, LEARNER, LIBRARY, Learner, of
from tracker.queries.assessment.statement_lines import left_behind, read_as
from tracker.rules.calendar import day_in
from tracker.rules.frameworks.scale import Meaning
from tracker.rules.frameworks.wording import Wording
from tracker.rules.names import short_name
from tracker.rules.reviews.endorsements import REMINDED, expires_on
from tracker.rules.reviews.workflow import EndorsementStatus


@dataclass(frozen=True, slots=True)
class Endorsed:
    """As in "M. Ortiz: Consistently, Mar 12". `status` is what became of it; only a standing one
    counts (`counts`), and of an earlier version's only what carries. `reason` says why it ended,
    where somebody said why; `version` is the framework's for which it was given."""

    id: int
    item_id: int
    statement_id: int
    endorser_id: int
    who: str
    key: str
    label: Wording
    on: dt.datetime
    status: EndorsementStatus
    ended_at: dt.datetime | None
    reason: str
    version: str
    counts: bool


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
class EndorsementDetails:
    """An endorsement with its statement, as its two sides see it: who gave it, for whom, and in
    which review."""

    id: int
    review_id: int
    item_id: int
    statement_id: int
    title: Wording
    text: Wording
    person: str
    endorser_id: int
    endorser: str
    answer: str
    label: Wording
    means: Meaning
    on: dt.datetime
    stands: bool
    lang: str


def one(endorsement_id: int) -> EndorsementDetails:
    """One query. Raises NoResultFound: ask behind a door."""
    person, endorser = aliased(Person), aliased(Person)
    stands = stood(None)
    query = (
        select(
            Endorsement.id,
            ReviewItem.review_id,
            Endorsement.item_id,
            Endorsement.statement_id,
            Statement.title,
            Statement.text,
            person.name.label("person"),
            Endorsement.endorser_id,
            endorser.name.label("endorser"),
            Endorsement.answer,
            ScaleAnswer.label,
            ScaleAnswer.counts_as.label("means"),
            Endorsement.endorsed_at.label("on"),
            stands.label("stands"),
            Framework.lang,
        )
        .join(ReviewItem, ReviewItem.id == Endorsement.item_id)
        .join(person, person.id == Endorsement.person_id)
        .join(endorser, endorser.id == Endorsement.endorser_id)
        .join(Statement, Statement.id == Endorsement.statement_id)
        .join(Framework, Framework.id == Statement.framework_id)
        .join(ScaleAnswer, scale_answer(Endorsement.answer))
        .where(Endorsement.id == endorsement_id)
    )
    row = session().execute(query).one()
    return EndorsementDetails(**row._mapping)


def expiring(
    library_id: int, today: dt.date, days: int = REMINDED, person_id: int | None = None
) -> Question[list[Expiring]]:
    """What stands and expires within so many days, the next first; of one person, where they are
    named; for the statement as they read it now. Empty where the library lets nothing expire."""
    last = today + dt.timedelta(days=days)
    return Question(
        _expiring_on(today, of_one=person_id is not None),
        {"library": library_id, "learner": person_id},
        lambda rows: [each for each in _expiring(rows) if today <= each.last_day <= last],
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
        .join(
            Statement,
            Statement.id
            == read_as(
                Endorsement.person_id, Endorsement.statement_id, Endorsement.skill_id, today
            ),
        )
        .join(Framework, Framework.id == Statement.framework_id)
        .where(
            Library.id == LIBRARY,
            Library.endorsement_months.is_not(None),
            stood(None),
            ~left_behind(Endorsement.person_id, today),
            *([Endorsement.person_id == LEARNER] if of_one else []),
        )
    )


def history(
    learner: Learner, statement_ids: Collection[int], now_ids: Collection[int]
) -> list[Endorsed]:
    """Every endorsement that the statement ever had, the newest first. `statement_ids`: itself and
    what it was in earlier versions; `now_ids`: what it is in the learner's version. One query."""
    values = {**of(learner), "statements": list(statement_ids), "now": list(now_ids)}
    rows = session().execute(_history(), values)
    return [Endorsed(**{**row, "who": short_name(row["who"])}) for row in rows.mappings()]


@cache
def _history() -> Select[*tuple[Any, ...]]:
    counts = counting(lambda column: column == LEARNER, FRAMEWORK)
    counting_now = select(counts.c.id).where(
        counts.c.statement_id.in_(bindparam("now", expanding=True))
    )
    return (
        select(
            Endorsement.id,
            Endorsement.item_id,
            Endorsement.statement_id,
            Endorsement.endorser_id,
            Person.name.label("who"),
            Endorsement.answer.label("key"),
            ScaleAnswer.label,
            Endorsement.endorsed_at.label("on"),
            Endorsement.status,
            Endorsement.ended_at,
            func.coalesce(EndorsementText.reason, "").label("reason"),
            Framework.version,
            Endorsement.id.in_(counting_now).label("counts"),
        )
        .join(Person, Person.id == Endorsement.endorser_id)
        .join(Statement, Statement.id == Endorsement.statement_id)
        .join(Framework, Framework.id == Statement.framework_id)
        .join(ScaleAnswer, scale_answer(Endorsement.answer))
        .outerjoin(EndorsementText, EndorsementText.endorsement_id == Endorsement.id)
        .where(
            Endorsement.person_id == LEARNER,
            Endorsement.skill_id.in_(skills_of(bindparam("statements", expanding=True))),
        )
        .order_by(Endorsement.endorsed_at.desc(), Endorsement.id.desc())
    )
