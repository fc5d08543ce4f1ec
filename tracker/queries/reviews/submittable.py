"""What a learner can send to review, and what of it is frozen at sending. To whom:
queries/reviews/eligible_reviewers."""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import Select, and_, bindparam, func, select, true
from sqlalchemy.orm import aliased

from tracker.db import session
from tracker.models import (
    Evidence,
    EvidenceLink,
    EvidenceText,
    EvidenceVersion,
    Framework,
    Rating,
    ScaleAnswer,
    Statement,
    StoredFile,
)
from tracker.models.joins import current_version, scale_answer
from tracker.models.record.words import is_said_of, left_out, own_ratings
from tracker.policy.reviewers import is_out
from tracker.queries.assessment import earlier_ratings
from tracker.queries.assessment.counting_later import CountsFrom, counted_from
from tracker.queries.assessment.learners import FRAMEWORK, LEARNER, LIBRARY, Learner, of
from tracker.rules.assessment.ratings import joined
from tracker.rules.frameworks.scale import Meaning
from tracker.rules.frameworks.wording import Wording
from tracker.rules.record.sheet import Sheet
from tracker.rules.record.summaries import evidence_at, out_for_review
from tracker.rules.record.words import Side
from tracker.rules.reviews.digests import ReviewedContent, ReviewedEvidence
from tracker.rules.reviews.sending import Candidate, candidate

OUT = left_out(LIBRARY, FRAMEWORK)
LEFT_OUT = OUT.c.statement_id == Statement.id
OWN = own_ratings(lambda column: column == LEARNER, FRAMEWORK)
RATED = OWN.c.statement_id == Statement.id


@dataclass(frozen=True, slots=True)
class Sendable:
    """A rated statement that is not with a reviewer now. `later`: from when it counts, where it
    doesn't yet; `candidate`: why it is worth sending, if it is; the learner's own business
    alone."""

    statement_id: int
    title: Wording
    text: Wording
    rank: int
    level: Wording
    domain_id: int
    domain: Wording
    answer: str
    answer_label: Wording
    means: Meaning
    reviewed_at: dt.datetime | None
    later: CountsFrom | None
    candidate: Candidate | None


@dataclass(frozen=True, slots=True)
class Freezable:
    statement_id: int
    rated_at: dt.datetime
    rating_version: int
    content: ReviewedContent


def sendable(sheet: Sheet, round_starts_on: dt.date | None) -> list[Sendable]:
    """In the framework's order. One query where something counts later."""
    out = out_for_review(sheet)
    rated = [line for line in sheet.lines if Side.OWN in line.words and line.left_out is None]
    counts_from = counted_from([line.later for line in rated], sheet.today)
    targets, domains = sheet.targets, {each.id: each for each in sheet.version.domains}
    found = []
    for line in rated:
        of, own, last = line.statement, line.words[Side.OWN], line.words.get(Side.REVEALED)
        if of.id in out or own.answer is None:
            continue
        shown_at = evidence_at(sheet, line)
        worth = candidate(
            of.id,
            of.rank,
            targets.get(of.domain_id),
            reviewed=last is not None,
            changed=last is not None
            and (last.answer != own.answer or (shown_at or last.at) > last.at),
            due=bool(last and round_starts_on and last.at.date() < round_starts_on),
        )
        found.append(
            Sendable(
                statement_id=of.id,
                title=of.title,
                text=of.text,
                rank=of.rank,
                level=domains[of.domain_id].level_name(of.rank),
                domain_id=of.domain_id,
                domain=domains[of.domain_id].title,
                answer=own.answer,
                answer_label=sheet.version.labels[own.answer],
                means=sheet.version.scale.meaning(own.answer),
                reviewed_at=last.at if last is not None else None,
                later=counts_from(line.later),
                candidate=None if line.later is not None else worth,
            )
        )
    return found


def freezable(learner: Learner, statement_ids: list[int]) -> list[Freezable]:
    """The rated ones of these in the learner's framework, as they are now, in the framework's
    order. Two queries, and one more where what was made of others is among them."""
    evidence = _evidence(learner.person_id, statement_ids)
    values = {**of(learner), "statements": statement_ids}
    rows = session().execute(_freezable(), values).all()
    inherited = [row.id for row in rows if row.is_inherited]
    notes = earlier_ratings.notes_of_origins(learner.person_id, inherited)
    return [
        Freezable(
            statement_id=row.id,
            rated_at=row.rated_at,
            rating_version=row.version,
            content=ReviewedContent(
                person_id=learner.person_id,
                statement_uuid=row.uuid,
                framework_slug=row.slug,
                framework_version=row.framework_version,
                statement_text=f"{row.title}\n{row.text}",
                answer=row.answer,
                answer_label=row.label,
                answer_description=row.description,
                note=joined(row.note or "", notes.get(row.id, ("", ""))[1]),
                evidence=tuple(evidence[row.id]),
            ),
        )
        for row in rows
    ]


@cache
def _freezable() -> Select[*tuple[Any, ...]]:
    mine = aliased(Rating)
    return (
        select(
            Statement.id,
            Statement.uuid,
            Statement.title,
            Statement.text,
            Framework.slug,
            Framework.version.label("framework_version"),
            ScaleAnswer.label,
            ScaleAnswer.description,
            Rating.answer,
            mine.reviewer_note.label("note"),
            func.coalesce(Rating.id != mine.id, true()).label("is_inherited"),
            Rating.rated_at,
            Rating.version,
        )
        .join(OWN, RATED)
        .join(Rating, Rating.id == OWN.c.id)
        .outerjoin(mine, and_(mine.skill_id == Statement.skill_id, mine.person_id == LEARNER))
        .outerjoin(OUT, LEFT_OUT)
        .join(Framework, Framework.id == Statement.framework_id)
        .join(ScaleAnswer, scale_answer(Rating.answer))
        .where(Statement.id.in_(bindparam("statements", expanding=True)), OUT.c.id.is_(None))
        .order_by(Statement.position)
    )


def with_a_reviewer(person_id: int, statement_ids: list[int], today: dt.date) -> list[int]:
    """Which of these are in a review that has not ended for them."""
    values = {"learner": person_id, "statements": statement_ids}
    return list(session().scalars(_with_a_reviewer_on(today), values))


@lru_cache(maxsize=8)
def _with_a_reviewer_on(today: dt.date) -> Select[int]:
    """Built once a day."""
    return select(Statement.id).where(
        Statement.id.in_(bindparam("statements", expanding=True)), is_out(LEARNER, today)
    )


def _evidence(person_id: int, statement_ids: list[int]) -> dict[int, list[ReviewedEvidence]]:
    """By statement: the current versions that are linked to it and not archived."""
    rows = session().execute(
        select(
            Statement.id.label("statement_id"),
            EvidenceVersion.id,
            EvidenceLink.reason,
            EvidenceText.title,
            EvidenceText.text,
            EvidenceText.url,
            func.coalesce(StoredFile.sha256, ""),
        )
        .select_from(EvidenceLink)
        .join(Statement, is_said_of(EvidenceLink.skill_id, Statement.skill_id))
        .join(Evidence, Evidence.id == EvidenceLink.evidence_id)
        .join(EvidenceVersion, current_version())
        .join(EvidenceText, EvidenceText.version_id == EvidenceVersion.id)
        .outerjoin(StoredFile, StoredFile.id == EvidenceText.file_id)
        .where(
            Evidence.person_id == person_id,
            Evidence.archived_at.is_(None),
            Statement.id.in_(statement_ids),
        )
        .order_by(Statement.id, EvidenceVersion.id, EvidenceLink.id)
    )
    found: dict[int, list[ReviewedEvidence]] = defaultdict(list)
    for row in rows:
        there = found[row.statement_id]
        if not there or there[-1].version_id != row.id:
            there.append(ReviewedEvidence(*row[1:]))
    return found
