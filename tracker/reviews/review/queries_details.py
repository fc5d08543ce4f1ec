"""What lies beside the items of a review: evidence as sent, questions, confirmations, next steps,
thanks, citations."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, func, select

from tracker.db import session
from tracker.evidence.pieces.rules import is_web_link, kind_of
from tracker.frameworks.versions.rules_scale import EvidenceKind
from tracker.models import (
    Citation,
    Confirmation,
    EvidenceText,
    Person,
    ReviewItem,
    ReviewItemEvidence,
    ReviewMessage,
    ScaleAnswer,
    Source,
    Statement,
    StoredFile,
    Thanks,
    TrainingAction,
)
from tracker.models.joins import scale_answer
from tracker.record.versions.rules import CitationChip
from tracker.reviews.review.rules import seen_stamp
from tracker.rules.core.wording import Wording


@dataclass(frozen=True, slots=True)
class SentEvidence:
    """A version as it was sent; `title` is "" where its owner had it erased since."""

    version_id: int
    reason: str
    title: str
    text: str
    href: str
    kind: EvidenceKind
    done_on: dt.date | None
    file_size: int | None

    @property
    def words(self) -> int:
        """How long its text is."""
        return len(self.text.split())


@dataclass(frozen=True, slots=True)
class SideConfirmation:
    """What one side would agree on; without an answer they want to talk about it."""

    answer: str | None
    label: Wording
    reason: str
    confirmed_at: dt.datetime

    @property
    def stamp(self) -> str:
        """What a page holds of it, to tell whether it was seen."""
        return seen_stamp(self.confirmed_at)


Message = Row[int, int, str, str, dt.datetime]
"""`item_id`, `author_id`, `author`, `text`, `written_at`."""
AgreedNextStep = Row[int, int, int, str, str, dt.date | None, dt.datetime | None]
"""`item_id`, `id`, `owner_id`, `owner`, `text`, `due_on`, `done_at`."""


def evidence_of(item_ids: Iterable[int]) -> dict[int, list[SentEvidence]]:
    """By item, in the order of the versions. One query."""
    rows = session().execute(
        select(
            ReviewItemEvidence.item_id,
            ReviewItemEvidence.version_id,
            ReviewItemEvidence.reason,
            EvidenceText.title,
            EvidenceText.text,
            EvidenceText.url,
            EvidenceText.done_on,
            StoredFile.size,
        )
        .outerjoin(EvidenceText, EvidenceText.version_id == ReviewItemEvidence.version_id)
        .outerjoin(StoredFile, StoredFile.id == EvidenceText.file_id)
        .where(ReviewItemEvidence.item_id.in_(list(item_ids)))
        .order_by(ReviewItemEvidence.version_id)
    )
    pieces = defaultdict[int, list[SentEvidence]](list)
    for row in rows:
        url = row.url or ""
        pieces[row.item_id].append(
            SentEvidence(
                version_id=row.version_id,
                reason=row.reason,
                title=row.title or "",
                text=row.text or "",
                href=url if is_web_link(url) else "",
                kind=kind_of(url, row.size is not None),
                done_on=row.done_on,
                file_size=row.size,
            )
        )
    return pieces


def messages_of(item_ids: Iterable[int]) -> dict[int, list[Message]]:
    """By item, the oldest first. One query."""
    rows = session().execute(
        select(
            ReviewMessage.item_id,
            Person.id.label("author_id"),
            Person.name.label("author"),
            ReviewMessage.text,
            ReviewMessage.written_at,
        )
        .join(Person, Person.id == ReviewMessage.author_id)
        .where(ReviewMessage.item_id.in_(list(item_ids)))
        .order_by(ReviewMessage.id)
    )
    return by_item(rows)


def confirmations(review_id: int) -> dict[int, dict[int, SideConfirmation]]:
    """By item and person. One query."""
    rows = session().execute(
        select(
            Confirmation.item_id,
            Confirmation.person_id,
            Confirmation.answer,
            func.coalesce(ScaleAnswer.label, "").label("label"),
            Confirmation.reason,
            Confirmation.confirmed_at,
        )
        .join(ReviewItem, ReviewItem.id == Confirmation.item_id)
        .join(Statement, Statement.id == ReviewItem.statement_id)
        .outerjoin(ScaleAnswer, scale_answer(Confirmation.answer))
        .where(ReviewItem.review_id == review_id)
    )
    sides = defaultdict[int, dict[int, SideConfirmation]](dict)
    for item_id, person_id, answer, label, reason, confirmed_at in rows:
        sides[item_id][person_id] = SideConfirmation(answer, label, reason, confirmed_at)
    return sides


def steps(review_id: int) -> dict[int, list[AgreedNextStep]]:
    """By item, as they were written. One query."""
    rows = session().execute(
        select(
            TrainingAction.item_id,
            TrainingAction.id,
            Person.id.label("owner_id"),
            Person.name.label("owner"),
            TrainingAction.text,
            TrainingAction.due_on,
            TrainingAction.done_at,
        )
        .join(ReviewItem, ReviewItem.id == TrainingAction.item_id)
        .join(Person, Person.id == TrainingAction.owner_id)
        .where(ReviewItem.review_id == review_id)
        .order_by(TrainingAction.id)
    )
    return by_item(rows)


def by_item(rows: Iterable[Any]) -> dict[int, list[Any]]:
    of_item = defaultdict[int, list[Any]](list)
    for row in rows:
        of_item[row.item_id].append(row)
    return of_item


def thanks(review_id: int) -> dict[bool, Row[bool, str, dt.datetime]]:
    """What the two wrote to each other, and when, by whether it is the learner's. For these two
    alone. One query."""
    rows = session().execute(
        select(Thanks.from_learner, Thanks.text, Thanks.written_at).where(
            Thanks.review_id == review_id
        )
    )
    return {row.from_learner: row for row in rows}


def citations(statement_id: int) -> list[CitationChip]:
    """In order. One query."""
    rows = session().execute(
        select(Source.label, Source.name, Source.url)
        .join(Citation, Citation.source_id == Source.id)
        .where(Citation.statement_id == statement_id)
        .order_by(Citation.position)
    )
    return [CitationChip(*row) for row in rows]
