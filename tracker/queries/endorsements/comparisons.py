"""What an endorsement was given for, beside what stands now.

For the learner *now* is their own side as it is. For a supervisor it is what was revealed last, and
of notes and evidence they get what was sent to themselves: nothing here reads for them what is not
revealed.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, and_, func, select, true
from sqlalchemy.orm import aliased

from tracker.db import session
from tracker.models import (
    Endorsement,
    Evidence,
    EvidenceLink,
    EvidenceText,
    EvidenceVersion,
    Framework,
    Rating,
    Review,
    ReviewItem,
    ReviewItemEvidence,
    ReviewItemText,
    ScaleAnswer,
    Statement,
)
from tracker.models.joins import current_version, scale_answer
from tracker.models.record.words import STATEMENTS, is_said_of, own_ratings, skill_of, skills_of
from tracker.queries.assessment import earlier_ratings
from tracker.rules.assessment.ratings import joined
from tracker.rules.frameworks.wording import Wording
from tracker.rules.reviews.workflow import REVEALED


@dataclass(frozen=True, slots=True)
class ComparedEvidence:
    """A version of a piece of evidence; `title` is "" where its owner had it erased."""

    evidence_id: int
    number: int
    title: str
    reason: str


@dataclass(frozen=True, slots=True)
class ComparedSide:
    """The learner's side at one moment. `note` and `pieces` are None where they went to another
    reviewer; `note` is None too where it was erased (`erased`)."""

    answer: str
    label: Wording
    on: dt.datetime
    note: str | None
    pieces: tuple[ComparedEvidence, ...] | None
    erased: bool = False


@dataclass(frozen=True, slots=True)
class Comparison:
    """The newest endorsement of a statement. `now` is None where there is nothing newer to compare
    with. `version` and `text`: of the statement that was endorsed."""

    endorsement_id: int
    digest: str
    version: str
    text: Wording
    was: ComparedSide
    now: ComparedSide | None


def own(person_id: int, statement_ids: Sequence[int]) -> Comparison | None:
    """For the learner; None where nothing was ever endorsed. `statement_ids`: the statement, then
    what it was in earlier versions. Six queries at most."""
    found = _newest(person_id, statement_ids)
    if found is None:
        return None
    item_id, endorsement_id, digest, version, text = found
    was, statement_id = _of_item(item_id, None), statement_ids[0]
    mine = aliased(Rating)
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
        .where(Rating.person_id == person_id, Rating.id.in_(_counting(person_id, statement_id)))
    )
    rating = session().execute(query).one_or_none()
    now = None
    if rating is not None:
        of_origins = [statement_id] if rating.is_inherited else []
        notes = earlier_ratings.notes_of_origins(person_id, of_origins)
        now = ComparedSide(
            rating.answer,
            rating.label,
            rating.rated_at,
            joined(rating.note, notes.get(statement_id, ("", ""))[1]),
            pieces=_linked(person_id, statement_id),
        )
    return Comparison(endorsement_id, digest, version, text, was, now)


def for_supervisor(
    reader_id: int, person_id: int, statement_ids: Sequence[int]
) -> Comparison | None:
    """None where nothing was ever endorsed. Six queries at most."""
    found = _newest(person_id, statement_ids)
    if found is None:
        return None
    item_id, endorsement_id, digest, version, text = found
    last = session().scalar(
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
    now = None if last is None or last == item_id else _of_item(last, reader_id)
    was = _of_item(item_id, reader_id)
    return Comparison(endorsement_id, digest, version, text, was, now)


def _newest(
    person_id: int, statement_ids: Sequence[int]
) -> tuple[int, int, str, str, Wording] | None:
    query = (
        select(
            Endorsement.item_id,
            Endorsement.id,
            Endorsement.digest,
            Framework.version,
            Statement.text,
        )
        .join(Statement, Statement.id == Endorsement.statement_id)
        .join(Framework, Framework.id == Statement.framework_id)
        .where(
            Endorsement.person_id == person_id, Endorsement.skill_id.in_(skills_of(statement_ids))
        )
        .order_by(Endorsement.endorsed_at.desc(), Endorsement.id.desc())
        .limit(1)
    )
    return session().execute(query).one_or_none()


def _of_item(item_id: int, reader_id: int | None) -> ComparedSide:
    """As it was frozen. `reader_id`: a supervisor, who gets the note and the evidence of what was
    sent to them."""
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
    if reader_id not in (None, row.reviewer_id):
        return ComparedSide(row.learner_answer, row.learner_answer_label, row.rated_at, None, None)
    return ComparedSide(
        row.learner_answer,
        row.learner_answer_label,
        row.rated_at,
        row.learner_note if row.salt else None,
        _sent(item_id),
        erased=not row.salt,
    )


def _sent(item_id: int) -> tuple[ComparedEvidence, ...]:
    rows = session().execute(
        select(
            EvidenceVersion.evidence_id,
            EvidenceVersion.number,
            func.coalesce(EvidenceText.title, ""),
            ReviewItemEvidence.reason,
        )
        .join(EvidenceVersion, EvidenceVersion.id == ReviewItemEvidence.version_id)
        .outerjoin(EvidenceText, EvidenceText.version_id == EvidenceVersion.id)
        .where(ReviewItemEvidence.item_id == item_id)
        .order_by(EvidenceVersion.evidence_id)
    )
    return tuple(ComparedEvidence(*row) for row in rows)


def _linked(person_id: int, statement_id: int) -> tuple[ComparedEvidence, ...]:
    rows = session().execute(
        select(
            EvidenceVersion.evidence_id,
            EvidenceVersion.number,
            EvidenceText.title,
            EvidenceLink.reason,
        )
        .select_from(EvidenceLink)
        .join(Statement, is_said_of(EvidenceLink.skill_id, Statement.skill_id))
        .join(Evidence, Evidence.id == EvidenceLink.evidence_id)
        .join(EvidenceVersion, current_version())
        .join(EvidenceText, EvidenceText.version_id == EvidenceVersion.id)
        .where(
            Evidence.person_id == person_id,
            Evidence.archived_at.is_(None),
            Statement.id == statement_id,
        )
        .order_by(EvidenceVersion.evidence_id, EvidenceLink.id)
    )
    found = {row.evidence_id: ComparedEvidence(*row) for row in rows}
    return tuple(found.values())


def _counting(person_id: int, statement_id: int) -> Select[int]:
    own = own_ratings(lambda person: person == person_id, STATEMENTS.c.id == statement_id)
    return select(own.c.id)
