"""The endorsements of a statement, and what each was given for beside what stands now.

For the learner *now* is their own side as it is. For a supervisor it is what was revealed last, and
of notes and evidence they get what was sent to themselves: nothing here reads for them what is not
revealed.
"""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Row, Select, and_, bindparam, func, select, true
from sqlalchemy.orm import aliased

from tracker.db import session
from tracker.frameworks.versions.rules_scale import Meaning
from tracker.models import (
    Endorsement,
    EndorsementText,
    EvidenceLink,
    EvidenceText,
    EvidenceVersion,
    Framework,
    Person,
    Rating,
    Review,
    ReviewItem,
    ReviewItemEvidence,
    ReviewItemText,
    ScaleAnswer,
    Statement,
)
from tracker.models.joins import scale_answer
from tracker.models.record.words import (
    STATEMENTS,
    counting,
    own_ratings,
    skill_of,
    skills_of,
    stood,
)
from tracker.record.ratings import queries as earlier_ratings
from tracker.record.ratings.rules import joined
from tracker.record.sheet.queries_learners import FRAMEWORK, LEARNER, Learner, of
from tracker.record.workflow.rules import REVEALED, EndorsementStatus
from tracker.reviews.sending.queries import linked
from tracker.rules.core.wording import Wording
from tracker.rules.names import short_name


@dataclass(frozen=True, slots=True)
class Endorsed:
    """As in "M. Ortiz: Consistently, Mar 12". `status` is what became of it; only a standing one
    counts (`counts`), and of an earlier version's only what carries. `reason` says why it ended,
    where somebody said why; `version` and `text` are those for which it was given."""

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
    text: Wording
    digest: str
    counts: bool


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


SentPiece = Row[int, int, str, str]
"""`evidence_id`, `number`, `title`, and `reason` of a version of a piece of evidence; the title is
"" where its owner had it erased."""


@dataclass(frozen=True, slots=True)
class LearnerSide:
    """The learner's side at one moment. `note` and `pieces` are None where they went to another
    reviewer; `note` is None too where it was erased (`erased`)."""

    answer: str
    label: Wording
    on: dt.datetime
    note: str | None
    pieces: Sequence[SentPiece] | None
    erased: bool = False


def one(endorsement_id: int) -> EndorsementDetails:
    """One query. Raises NoResultFound: ask behind a door."""
    person, endorser = aliased(Person), aliased(Person)
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
            stood(None).label("stands"),
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
    return EndorsementDetails(**session().execute(query).one()._mapping)


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
            Statement.text,
            Endorsement.digest,
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


def own_now(person_id: int, statement_id: int) -> LearnerSide | None:
    """Of the learner's own, unrevealed or not: their answer that counts for the statement, whether
    given for it or inherited; None where there is none. Three queries at most."""
    mine = aliased(Rating)
    counting_one = own_ratings(lambda person: person == person_id, STATEMENTS.c.id == statement_id)
    query = (
        select(
            Rating.answer,
            ScaleAnswer.label,
            Rating.rated_at,
            func.coalesce(mine.reviewer_note, "").label("note"),
            func.coalesce(Rating.id != mine.id, true()).label("is_inherited"),
        )
        .join(Statement, Statement.id == Rating.statement_id)
        .join(ScaleAnswer, scale_answer(Rating.answer))
        .outerjoin(mine, and_(mine.person_id == person_id, mine.skill_id == skill_of(statement_id)))
        .where(Rating.person_id == person_id, Rating.id.in_(select(counting_one.c.id)))
    )
    rating = session().execute(query).one_or_none()
    if rating is None:
        return None
    of_origins = [statement_id] if rating.is_inherited else []
    notes = earlier_ratings.notes_of_origins(person_id, of_origins)
    note = joined(rating.note, notes.get(statement_id, ("", ""))[1])
    pieces = _linked(person_id, statement_id)
    return LearnerSide(rating.answer, rating.label, rating.rated_at, note, pieces)


def last_revealed(person_id: int, statement_ids: Sequence[int]) -> int | None:
    """The item that was revealed last of the statement and what it was in earlier versions."""
    return session().scalar(
        select(ReviewItem.id)
        .join(Review, Review.id == ReviewItem.review_id)
        .where(
            Review.learner_id == person_id,
            ReviewItem.skill_id.in_(skills_of(statement_ids)),
            ReviewItem.status.in_(REVEALED),
        )
        .order_by(ReviewItem.revealed_at.desc(), ReviewItem.id.desc())
        .limit(1)
    )


def as_sent(item_id: int, reader_id: int | None = None) -> LearnerSide:
    """The learner's side as it was sent. `reader_id`: of a supervisor, who gets the note and the
    evidence only of what was sent to them. Two queries."""
    query = (
        select(
            ReviewItem.learner_answer,
            ReviewItem.learner_answer_label,
            ReviewItem.rated_at,
            ReviewItemText.learner_note,
            ReviewItemText.salt,
            Review.reviewer_id,
        )
        .join(Review, Review.id == ReviewItem.review_id)
        .outerjoin(ReviewItemText, ReviewItemText.item_id == ReviewItem.id)
        .where(ReviewItem.id == item_id)
    )
    row = session().execute(query).one()
    answer = row.learner_answer, row.learner_answer_label, row.rated_at
    if reader_id not in (None, row.reviewer_id):
        return LearnerSide(*answer, None, None)
    note = row.learner_note if row.salt else None
    return LearnerSide(*answer, note, _sent(item_id), erased=not row.salt)


def _sent(item_id: int) -> Sequence[SentPiece]:
    query = (
        select(
            EvidenceVersion.evidence_id,
            EvidenceVersion.number,
            func.coalesce(EvidenceText.title, "").label("title"),
            ReviewItemEvidence.reason,
        )
        .join(EvidenceVersion, EvidenceVersion.id == ReviewItemEvidence.version_id)
        .outerjoin(EvidenceText, EvidenceText.version_id == EvidenceVersion.id)
        .where(ReviewItemEvidence.item_id == item_id)
        .order_by(EvidenceVersion.evidence_id)
    )
    return session().execute(query).all()


def _linked(person_id: int, statement_id: int) -> Sequence[SentPiece]:
    """Each piece once, also where it is linked to the statement and to what that was made of: with
    the reason of its first link, as it is sent."""
    piece = EvidenceVersion.evidence_id, EvidenceVersion.number, EvidenceText.title
    query = linked(person_id, [statement_id], *piece, EvidenceLink.reason)
    pieces: dict[int, SentPiece] = {}
    for row in session().execute(query.order_by(EvidenceVersion.evidence_id, EvidenceLink.id)):
        pieces.setdefault(row.evidence_id, row)
    return [*pieces.values()]
