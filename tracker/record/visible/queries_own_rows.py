"""The rows of a sheet that the learner alone reads: what they have to show, what was reviewed with
it, what they noted, what was agreed to do, and whether they read how ratings are used."""

from sqlalchemy import and_, case, func, select

from tracker.models import (
    Draft,
    Endorsement,
    Evidence,
    EvidenceLink,
    EvidenceVersion,
    Person,
    Review,
    ReviewItem,
    ReviewItemEvidence,
    Skill,
    Statement,
    TrainingAction,
    UseStatement,
    UseStatementReading,
)
from tracker.models.joins import current_version, draft_of_notes, is_one_of_people, versions_of
from tracker.models.record.words import stood
from tracker.record.sheet.queries_learners import FRAMEWORK, LIBRARY
from tracker.record.versions import queries as versions
from tracker.record.visible.queries_rows import (
    LINKED,
    NOTED,
    REVIEWED_WITH,
    STEP,
    USE_STATEMENT,
    Selected,
    row,
)


def own_rows() -> list[Selected]:
    return [_linked(), _reviewed_with(), _noted(), _steps()]


def _linked() -> Selected:
    return (
        row(
            LINKED,
            person_id=Evidence.person_id,
            skill_id=EvidenceLink.skill_id,
            id=EvidenceVersion.id,
            at=EvidenceLink.linked_at,
            on=Evidence.changed_at,
            is_so=case((Evidence.archived_at.is_not(None), 1), else_=0),
        )
        .join(Evidence, Evidence.id == EvidenceLink.evidence_id)
        .join(EvidenceVersion, current_version())
        .join(Skill, Skill.id == EvidenceLink.skill_id)
        .where(is_one_of_people(Evidence.person_id), Skill.slug == versions.SLUG)
    )


def _reviewed_with() -> Selected:
    return (
        row(
            REVIEWED_WITH,
            person_id=Endorsement.person_id,
            id=Endorsement.id,
            other=ReviewItemEvidence.version_id,
        )
        .join(ReviewItemEvidence, ReviewItemEvidence.item_id == Endorsement.item_id)
        .where(is_one_of_people(Endorsement.person_id), stood(None))
    )


def _noted() -> Selected:
    return (
        row(NOTED, person_id=Draft.person_id, skill_id=Skill.id)
        .select_from(Skill)
        .join(Draft, draft_of_notes(Draft.person_id, Skill.id))
        .where(is_one_of_people(Draft.person_id), Skill.slug == versions.SLUG)
    )


def _steps() -> Selected:
    return (
        row(
            STEP,
            person_id=Review.learner_id,
            id=TrainingAction.id,
            statement_id=ReviewItem.id,
            who_id=TrainingAction.owner_id,
            who=Person.name,
            reason=TrainingAction.text,
            day=TrainingAction.due_on,
            other=Review.id,
            text=Statement.title,
        )
        .join(ReviewItem, ReviewItem.id == TrainingAction.item_id)
        .join(Review, Review.id == ReviewItem.review_id)
        .join(Statement, Statement.id == ReviewItem.statement_id)
        .join(Person, Person.id == Review.reviewer_id)
        .where(
            is_one_of_people(Review.learner_id),
            Review.framework_id.in_(versions_of(FRAMEWORK)),
            TrainingAction.done_at.is_(None),
        )
    )


def use_statement() -> Selected:
    newest = (
        select(func.max(UseStatement.id))
        .where(UseStatement.library_id == LIBRARY)
        .scalar_subquery()
    )
    reading = and_(
        UseStatementReading.person_id == Person.id,
        UseStatementReading.use_statement_id == UseStatement.id,
    )
    return (
        row(
            USE_STATEMENT,
            person_id=Person.id,
            answer=case((UseStatementReading.id.is_not(None), "read")),
            id=UseStatement.id,
        )
        .select_from(Person)
        .join(UseStatement, UseStatement.id == newest)
        .outerjoin(UseStatementReading, reading)
        .where(is_one_of_people(Person.id))
    )
