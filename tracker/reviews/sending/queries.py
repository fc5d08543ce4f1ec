"""What a learner can send to review, what of it is frozen at sending, and what they typed and would
not send with it. To whom: queries_reviewers.

What people sent for review, and what came back: all that others learn of how far somebody is.

Nothing here reads a rating: what was not sent is seen by its owner alone, also as a count or a
time.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Select,
    String,
    and_,
    bindparam,
    case,
    cast,
    distinct,
    func,
    or_,
    select,
    true,
    tuple_,
)
from sqlalchemy.orm import aliased

from tracker.db import session
from tracker.models import (
    Evidence,
    EvidenceLink,
    EvidenceText,
    EvidenceVersion,
    Framework,
    Rating,
    Review,
    ReviewItem,
    ScaleAnswer,
    Statement,
    StoredFile,
)
from tracker.models.joins import current_version, is_one_of_people, scale_answer, versions_of
from tracker.models.record import later
from tracker.models.record.words import STATEMENTS, is_said_of, left_out, own_ratings
from tracker.policy.permissions import Actor
from tracker.policy.reviewers import is_out
from tracker.queries.access import drafts as core_drafts_queries
from tracker.queries.access.drafts import DraftHeader
from tracker.record.endorsements.rules import ReviewedContent, ReviewedEvidence
from tracker.record.ratings import queries as record_ratings_queries
from tracker.record.ratings.rules import joined
from tracker.record.sheet.queries_learners import FRAMEWORK, LEARNER, LIBRARY, Learner, of
from tracker.record.sheet.rules_summaries import SentCounts
from tracker.record.visible.queries import Reader, counts_as_sent, is_reviewed
from tracker.record.workflow.rules import ItemStatus, ReviewStatus
from tracker.rules.drafts import (
    EVIDENCE_EDIT,
    EVIDENCE_LINK,
    EVIDENCE_LINKS,
    EVIDENCE_NEW,
    RATING,
    statements_in,
)

FORMS = (RATING, EVIDENCE_NEW, EVIDENCE_EDIT, EVIDENCE_LINK, EVIDENCE_LINKS)
"""In which something is typed at a statement."""
OUT = left_out(LIBRARY, FRAMEWORK)
LEFT_OUT = OUT.c.statement_id == Statement.id
OWN = own_ratings(lambda column: column == LEARNER, FRAMEWORK)
RATED = OWN.c.statement_id == Statement.id


@dataclass(frozen=True, slots=True)
class Freezable:
    statement_id: int
    rated_at: dt.datetime
    rating_version: int
    content: ReviewedContent


def freezable(learner: Learner, statement_ids: list[int]) -> list[Freezable]:
    """The rated ones of these in the learner's framework, as they are now, in the framework's
    order. Two queries, and one more where what was made of others is among them."""
    evidence = _evidence(learner.person_id, statement_ids)
    values = {**of(learner), "statements": statement_ids}
    rows = session().execute(_freezable(), values).all()
    inherited = [row.id for row in rows if row.is_inherited]
    notes = record_ratings_queries.notes_of_origins(learner.person_id, inherited)
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
    of_each = linked(
        person_id,
        statement_ids,
        Statement.id.label("statement_id"),
        EvidenceVersion.id,
        EvidenceLink.reason,
        EvidenceText.title,
        EvidenceText.text,
        EvidenceText.url,
        func.coalesce(StoredFile.sha256, ""),
    )
    rows = session().execute(
        of_each.outerjoin(StoredFile, StoredFile.id == EvidenceText.file_id).order_by(
            Statement.id, EvidenceVersion.id, EvidenceLink.id
        )
    )
    by_statement: dict[int, list[ReviewedEvidence]] = defaultdict(list)
    for row in rows:
        pieces = by_statement[row.statement_id]
        if not pieces or pieces[-1].version_id != row.id:
            pieces.append(ReviewedEvidence(*row[1:]))
    return by_statement


def linked(
    person_id: int | BindParameter[int],
    statement_ids: Collection[int | BindParameter[int]] | BindParameter[Any],
    *columns: Any,
) -> Select[*tuple[Any, ...]]:
    """The current versions of somebody's evidence that is linked to these statements, or to what
    they were made of, and not archived; each link by itself."""
    return (
        select(*columns)
        .select_from(EvidenceLink)
        .join(Statement, is_said_of(EvidenceLink.skill_id, Statement.skill_id))
        .join(Evidence, Evidence.id == EvidenceLink.evidence_id)
        .join(EvidenceVersion, current_version())
        .join(EvidenceText, EvidenceText.version_id == EvidenceVersion.id)
        .where(
            Evidence.person_id == person_id,
            Evidence.archived_at.is_(None),
            Statement.id.in_(statement_ids),
        )
    )


def with_drafts(person_id: int, statement_ids: Collection[int]) -> list[int]:
    """Those of the statements at which there is a draft of theirs, or to which evidence is linked
    that they began to change."""
    typed = core_drafts_queries.all_fields(person_id, *FORMS)
    skills = {header.subject for header, _fields in typed if header.form == RATING}
    named = set[str]().union(
        *(statements_in(header.form, header.subject, fields or ()) for header, fields in typed)
    )
    edited = [header.subject for header, _fields in typed if header.form == EVIDENCE_EDIT]
    if edited:
        linked = select(EvidenceLink.skill_id).where(
            cast(EvidenceLink.evidence_id, String).in_(edited)
        )
        skills |= set(map(str, session().scalars(linked)))
    if not skills and not named:
        return []
    meant = or_(
        cast(Statement.skill_id, String).in_(skills),
        Statement.skill_id.in_(
            select(STATEMENTS.c.skill_id).where(cast(STATEMENTS.c.id, String).in_(named))
        ),
    )
    query = select(Statement.id).where(Statement.id.in_(statement_ids), meant)
    drafted = set(session().scalars(query))
    return [statement_id for statement_id in statement_ids if statement_id in drafted]


def unreadable_drafts(person_id: int) -> list[DraftHeader]:
    """Those that can't be read, so that nobody knows at which statements they are."""
    typed = core_drafts_queries.all_fields(person_id, *FORMS)
    return [header for header, fields in typed if fields is None]


@dataclass(frozen=True, slots=True)
class WaitingReviews:
    """Reviews of one learner that wait for this reader; the oldest is the one to open."""

    reviews: int = 0
    oldest_id: int | None = None


ROUNDS: BindParameter[Any] = bindparam("rounds", expanding=True)


def sent_counts(
    person_ids: Collection[int], round_ids: Collection[int], reader: Reader
) -> dict[tuple[int, int], SentCounts]:
    """What was sent and, in reviews that have ended, reviewed, by (person, framework): under each
    version what there is in all of them, a statement once. Dropped and withdrawn items do not
    count, nor what counts later. One query."""
    values = {
        "people": list(person_ids),
        "rounds": list(round_ids),
        **later.on(reader.today),
        **reader.values,
    }
    rows = session().execute(_sent_counts(hides=reader.hides), values)
    return {
        (person_id, framework_id): SentCounts(*counts) for person_id, framework_id, *counts in rows
    }


@cache
def _sent_counts(*, hides: bool) -> Select[*tuple[Any, ...]]:
    reviewed = is_reviewed(hides=hides)
    in_round = Review.round_id.in_(ROUNDS)
    version = aliased(Framework)
    waits = later.counting_later(is_one_of_people, true()).c

    def statements(*those: ColumnElement[bool]) -> ColumnElement[int]:
        return func.count(distinct(case((and_(*those), Statement.uuid))))

    return (
        select(
            Review.learner_id,
            version.id,
            statements(in_round),
            statements(true()),
            statements(in_round, reviewed),
            statements(reviewed),
            func.max(case((reviewed, Review.closed_at))),
        )
        .join(ReviewItem, ReviewItem.review_id == Review.id)
        .join(Statement, Statement.id == ReviewItem.statement_id)
        .join(version, version.id.in_(versions_of(Review.framework_id)))
        .where(
            is_one_of_people(Review.learner_id),
            counts_as_sent(),
            tuple_(Review.learner_id, Statement.id).not_in(
                select(waits.person_id, waits.statement_id)
            ),
        )
        .group_by(Review.learner_id, version.id)
    )


def waiting_for(actor: Actor, person_ids: Collection[int]) -> dict[tuple[int, int], WaitingReviews]:
    """Reviews in which something waits for this actor to answer or reveal, by (learner, framework),
    under each of its versions. One query."""
    values = {"reader": actor.person_id, "people": list(person_ids)}
    rows = session().execute(_waiting(), values)
    return {
        (person_id, framework_id): WaitingReviews(reviews, oldest_id)
        for person_id, framework_id, reviews, oldest_id in rows
    }


@cache
def _waiting() -> Select[*tuple[Any, ...]]:
    version = aliased(Framework)
    return (
        select(Review.learner_id, version.id, func.count(distinct(Review.id)), func.min(Review.id))
        .join(ReviewItem, ReviewItem.review_id == Review.id)
        .join(version, version.id.in_(versions_of(Review.framework_id)))
        .where(
            Review.reviewer_id == bindparam("reader"),
            is_one_of_people(Review.learner_id),
            Review.status.not_in([ReviewStatus.WITHDRAWN, ReviewStatus.CLOSED]),
            ReviewItem.status.in_([ItemStatus.WAITING, ItemStatus.ANSWERED]),
        )
        .group_by(Review.learner_id, version.id)
    )
