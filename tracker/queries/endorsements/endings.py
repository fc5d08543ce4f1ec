"""How endorsements ended: what a learner is told of, and what became of those of a review."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import RowMapping, Select, bindparam, exists, func, select
from sqlalchemy.orm import aliased

from tracker.db import UTCDateTime, session
from tracker.models import Endorsement, EndorsementText, Framework, Person, ReviewItem, Statement
from tracker.models.record.words import stood
from tracker.policy.reviewers import is_out
from tracker.queries.asking import Question, row_as
from tracker.queries.assessment.learners import LEARNER
from tracker.queries.assessment.statement_lines import left_behind, read_as
from tracker.rules.frameworks.wording import Wording
from tracker.rules.names import short_name
from tracker.rules.reviews.workflow import EndorsementStatus


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


@dataclass(frozen=True, slots=True)
class EndorsementOutcome:
    """What was given for an item, and what became of it. `stands`: its giver can revoke it."""

    id: int
    item_id: int
    status: EndorsementStatus
    ended_at: dt.datetime | None
    reason: str

    @property
    def stands(self) -> bool:
        return self.status is EndorsementStatus.STANDING


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
        .join(
            Statement,
            Statement.id
            == read_as(
                Endorsement.person_id, Endorsement.statement_id, Endorsement.skill_id, today
            ),
        )
        .join(Framework, Framework.id == Statement.framework_id)
        .outerjoin(EndorsementText, EndorsementText.endorsement_id == Endorsement.id)
        .where(
            Endorsement.person_id == LEARNER,
            Endorsement.status.in_([EndorsementStatus.REVOKED, EndorsementStatus.EXPIRED]),
            Endorsement.ended_at >= bindparam("since", type_=UTCDateTime),
            ~stands,
            ~left_behind(Endorsement.person_id, today),
        )
    )


def of_review(review_id: int) -> dict[int, EndorsementOutcome]:
    """By item. One query."""
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
    return {row["item_id"]: EndorsementOutcome(**row) for row in rows.mappings()}
