"""What erasing would reach, and what it left."""

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from hashlib import sha256
from typing import Any

from sqlalchemy import ColumnElement, Row, SQLColumnExpression, and_, exists, func, select

from tracker.db import Base, session
from tracker.models import (
    Erasure,
    Evidence,
    EvidenceErasure,
    EvidenceText,
    EvidenceVersion,
    FileRemoval,
    Person,
    Rating,
    Review,
    ReviewItem,
    ReviewItemEvidence,
)
from tracker.models.record import personal


def is_file_left() -> bool:
    """Whether a file that was erased is still in its place, because that could not be reached."""
    return session().scalar(select(FileRemoval.sha256).limit(1)) is not None


@dataclass(frozen=True, slots=True)
class Unsent:
    """What somebody said and never sent. `rows`: ids by table, each as its line of
    models/record/personal has it; `notes`: ratings that stay, with a note for oneself; `evidence`:
    pieces that no review used."""

    rows: dict[str, list[int]]
    notes: list[int]
    evidence: list[int]

    @property
    def is_empty(self) -> bool:
        return not (any(self.rows.values()) or self.notes or self.evidence)

    def digest(self) -> str:
        return sha256(repr(astuple(self)).encode()).hexdigest()


def unsent(person_id: int) -> Unsent:
    rows = {}
    for table in Base.metadata.sorted_tables:
        ends = personal.PERSONAL[table.name].ends if table.name in personal.PERSONAL else None
        if ends in (personal.Ends.UNSENT, personal.Ends.OWN):
            mine = personal.owned(table, person_id)
            if ends is personal.Ends.UNSENT:
                mine = and_(mine, ~_is_sent(table.c.skill_id, person_id))
            ids = select(table.c.id).where(mine).order_by(table.c.id)
            rows[table.name] = list(session().scalars(ids))
    notes = select(Rating.id).where(
        Rating.person_id == person_id, Rating.own_note != "", _is_sent(Rating.skill_id, person_id)
    )
    of_piece = EvidenceVersion.evidence_id == Evidence.id
    sent, written = (
        exists(select(EvidenceVersion.id).join(of, of.version_id == EvidenceVersion.id))
        .where(of_piece)
        .correlate(Evidence)
        for of in (ReviewItemEvidence, EvidenceText)
    )
    pieces = select(Evidence.id).where(Evidence.person_id == person_id, ~sent, written)
    return Unsent(
        rows,
        list(session().scalars(notes.order_by(Rating.id))),
        list(session().scalars(pieces.order_by(Evidence.id))),
    )


def _is_sent(skill_id: SQLColumnExpression[int], person_id: int) -> ColumnElement[bool]:
    """Whether a review of theirs rests on what they said of a skill."""
    return exists(
        select(ReviewItem.id)
        .join(Review, Review.id == ReviewItem.review_id)
        .where(Review.learner_id == person_id, ReviewItem.skill_id == skill_id)
        .correlate_except(ReviewItem, Review)
    )


def list_lines(*which: ColumnElement[bool]) -> list[dict[str, Any]]:
    """What the list outside the database says of erasures, the oldest first: when, whose, and the
    numbers of what went. `of` tells the person in every copy of this database, and in no other."""
    erasures = (
        select(Erasure.id, Erasure.opened_at, Erasure.numbers, Person.id, Person.salt)
        .join(Person, Person.id == Erasure.person_id)
        .where(Erasure.closed_at.is_not(None), *which)
        .order_by(Erasure.id)
    )
    lines = {
        row[0]: {
            "at": row[1].isoformat(),
            "person": row[3],
            "of": whose(row[4]),
            "rows": json.loads(row[2] or "{}"),
            "versions": [],
        }
        for row in session().execute(erasures)
    }
    versions = select(EvidenceErasure.erasure_id, EvidenceErasure.version_id)
    for erasure_id, version_id in session().execute(
        versions.join(Erasure, Erasure.id == EvidenceErasure.erasure_id)
        .where(*which)
        .order_by(EvidenceErasure.version_id)
    ):
        if erasure_id in lines:
            lines[erasure_id]["versions"].append(version_id)
    return list(lines.values())


def whose(salt: bytes) -> str:
    return sha256(b"erasures" + salt).hexdigest()[:32]


def used_in(
    evidence_id: int, number: int | None = None
) -> Sequence[Row[int, str, dt.datetime, int]]:
    """The reviews that one version, or any, went into, the newest first, with how many of its
    statements it went with. One query."""
    query = (
        select(
            Review.id.label("review_id"),
            Person.name.label("reviewer"),
            Review.sent_at,
            func.count(ReviewItem.id.distinct()).label("statements"),
        )
        .join(ReviewItem, ReviewItem.review_id == Review.id)
        .join(ReviewItemEvidence, ReviewItemEvidence.item_id == ReviewItem.id)
        .join(EvidenceVersion, EvidenceVersion.id == ReviewItemEvidence.version_id)
        .join(Person, Person.id == Review.reviewer_id)
        .where(EvidenceVersion.evidence_id == evidence_id)
        .group_by(Review.id, Person.name, Review.sent_at)
        .order_by(Review.sent_at.desc(), Review.id.desc())
    )
    if number is not None:
        query = query.where(EvidenceVersion.number == number)
    return session().execute(query).all()
