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

from sqlalchemy import Integer, RowMapping, Select, and_, bindparam, func, select, true
from sqlalchemy.orm import aliased

from tracker.db import session
from tracker.frameworks.versions.rules import Meaning
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
from tracker.queries.asking import Question, newest_first, row_as
from tracker.record.ratings import queries as record_ratings_queries
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


@dataclass(frozen=True, slots=True)
class SentPiece:
    """A version of a piece of evidence; the title is "" where its owner had it erased."""

    evidence_id: int
    number: int
    title: str
    reason: str


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
) -> Question[list[Endorsed]]:
    """Every endorsement that the statement ever had, the newest first. `statement_ids`: itself and
    what it was in earlier versions; `now_ids`: what it is in the learner's version."""
    values = {**of(learner), "statements": list(statement_ids), "now": list(now_ids)}
    return Question(
        _history(),
        values,
        lambda rows: [
            row_as(Endorsed, row, who=short_name(row["who"])) for row in newest_first(rows, "on")
        ],
    )


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
    )


def own_now(person_id: int, statement_id: int) -> Question[LearnerSide | None]:
    """Of the learner's own, unrevealed or not: their answer that counts for the statement, whether
    given for it or inherited; None where there is none. One query more where it is inherited. A
    piece that is linked to the statement, and to what that was made of, is sent with the reason of
    its first link."""

    def read(rows: Sequence[RowMapping]) -> LearnerSide | None:
        if not rows:
            return None
        rating, pieces = rows[0], _pieces(sorted(rows, key=lambda row: row["link_id"] or 0))
        of_origins = [statement_id] if rating["is_inherited"] else []
        notes = record_ratings_queries.notes_of_origins(person_id, of_origins)
        note = joined(rating["note"], notes.get(statement_id, ("", ""))[1])
        return LearnerSide(
            answer=rating["answer"],
            label=rating["label"],
            on=rating["rated_at"],
            note=note,
            pieces=pieces,
        )

    return Question(_own_now(), {"learner": person_id, "statement": statement_id}, read)


def _pieces(rows: Sequence[RowMapping]) -> list[SentPiece]:
    """By piece; of several rows the first."""
    pieces: dict[int, SentPiece] = {}
    for row in rows:
        if row["evidence_id"] is not None:
            pieces.setdefault(row["evidence_id"], row_as(SentPiece, row))
    return [pieces[evidence_id] for evidence_id in sorted(pieces)]


@cache
def _own_now() -> Select[*tuple[Any, ...]]:
    mine, statement = aliased(Rating), bindparam("statement", type_=Integer)
    counting_one = own_ratings(lambda person: person == LEARNER, STATEMENTS.c.id == statement)
    piece = EvidenceVersion.evidence_id, EvidenceVersion.number, EvidenceText.title
    link = EvidenceLink.reason, EvidenceLink.id.label("link_id")
    pieces = linked(LEARNER, (statement,), *piece, *link).subquery()
    return (
        select(
            Rating.answer,
            ScaleAnswer.label,
            Rating.rated_at,
            func.coalesce(mine.reviewer_note, "").label("note"),
            func.coalesce(Rating.id != mine.id, true()).label("is_inherited"),
            *pieces.c,
        )
        .join(Statement, Statement.id == Rating.statement_id)
        .join(ScaleAnswer, scale_answer(Rating.answer))
        .outerjoin(mine, and_(mine.person_id == LEARNER, mine.skill_id == skill_of(statement)))
        .outerjoin(pieces, true())
        .where(Rating.person_id == LEARNER, Rating.id.in_(select(counting_one.c.id)))
    )


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


def as_sent(item_id: int, reader_id: int | None = None) -> Question[LearnerSide]:
    """The learner's side as it was sent. `reader_id`: of a supervisor, who gets the note and the
    evidence only of what was sent to them."""

    def read(rows: Sequence[RowMapping]) -> LearnerSide:
        sent = rows[0]
        is_told = reader_id in (None, sent["reviewer_id"])
        return LearnerSide(
            answer=sent["learner_answer"],
            label=sent["learner_answer_label"],
            on=sent["rated_at"],
            note=sent["learner_note"] if is_told and sent["salt"] else None,
            pieces=_pieces(rows) if is_told else None,
            erased=is_told and not sent["salt"],
        )

    return Question(_as_sent(), {"item": item_id}, read)


@cache
def _as_sent() -> Select[*tuple[Any, ...]]:
    """A row for each piece of evidence, or one where none was sent."""
    return (
        select(
            ReviewItem.learner_answer,
            ReviewItem.learner_answer_label,
            ReviewItem.rated_at,
            ReviewItemText.learner_note,
            ReviewItemText.salt,
            Review.reviewer_id,
            EvidenceVersion.evidence_id,
            EvidenceVersion.number,
            func.coalesce(EvidenceText.title, "").label("title"),
            ReviewItemEvidence.reason,
        )
        .join(Review, Review.id == ReviewItem.review_id)
        .outerjoin(ReviewItemText, ReviewItemText.item_id == ReviewItem.id)
        .outerjoin(ReviewItemEvidence, ReviewItemEvidence.item_id == ReviewItem.id)
        .outerjoin(EvidenceVersion, EvidenceVersion.id == ReviewItemEvidence.version_id)
        .outerjoin(EvidenceText, EvidenceText.version_id == EvidenceVersion.id)
        .where(ReviewItem.id == bindparam("item", type_=Integer))
    )
