"""The rows of a sheet: everything that is said of people's skills, as one statement asks it.

The rows of a sheet that the learner alone reads: what they have to show, what was reviewed with
it, what they noted, what was agreed to do, and whether they read how ratings are used.
"""

import datetime as dt
from collections.abc import Callable, Mapping
from operator import itemgetter
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    Integer,
    Row,
    Select,
    String,
    and_,
    bindparam,
    case,
    cast,
    func,
    literal,
    literal_column,
    null,
    or_,
    select,
    type_coerce,
)
from sqlalchemy.types import TypeEngine

from tracker.db import UTCDateTime
from tracker.models import (
    Domain,
    Draft,
    Endorsement,
    Evidence,
    EvidenceLink,
    EvidenceVersion,
    Framework,
    LevelException,
    LevelExceptionText,
    NotRatedHere,
    Person,
    PersonVersion,
    Rating,
    RatingEntry,
    RevealedAnswer,
    Review,
    ReviewItem,
    ReviewItemEvidence,
    Skill,
    Statement,
    Strand,
    Target,
    TrainingAction,
    UseStatement,
    UseStatementReading,
)
from tracker.models.joins import current_version, draft_of_notes, is_one_of_people, versions_of
from tracker.models.record.versions import expected_rank, expects, target_keys
from tracker.models.record.words import Moment, stood
from tracker.models.reviews.exceptions import is_agreed
from tracker.models.reviews.reviews import AGREED, NOT_WITHDRAWN
from tracker.policy.reviewers import is_with_a_reviewer
from tracker.record.sheet.queries_learners import FRAMEWORK, LATER_OF_PEOPLE, LIBRARY
from tracker.record.sheet.rules import Side
from tracker.record.versions import queries as versions_queries
from tracker.record.workflow.rules import REVEALED, ItemStatus

EXCEPTION, SENT, LEFT_OUT, COUNTS_LATER = "exception", "sent", "left_out", "counts_later"
TARGET, USE_STATEMENT, EDITION, MOVED = "target", "use_statement", "edition", "moved"
LINKED, REVIEWED_WITH, NOTED, STEP = "linked", "reviewed_with", "noted", "step"
"""Kinds of rows, beside the sides."""
Selected = Select[*tuple[Any, ...]]

COLUMNS: Mapping[str, TypeEngine[Any]] = {
    # `other` and `text` hold what one kind alone has: each column costs in every row.
    "person_id": Integer(),
    "skill_id": Integer(),
    "answer": String(),
    "at": UTCDateTime(),
    "id": Integer(),
    "statement_id": Integer(),
    "who_id": Integer(),
    "who": String(),
    "reason": String(),
    "on": UTCDateTime(),
    "day": Date(),
    "of_answer": String(),
    "other": Integer(),
    "text": String(),
    "domain_key": String(),
    "is_so": Integer(),
}
KIND, PERSON, SKILL = 0, 1, 2
"""Where these stand in a row: of a sheet's hundreds that is quicker than by name."""


def _of_row(*names: str) -> Callable[[Row[Any]], tuple[Any, ...]]:
    return itemgetter(*(1 + [*COLUMNS].index(name) for name in names))


ANSWER_COLUMNS = _of_row(
    "answer", "at", "id", "statement_id", "who_id", "who", "reason", "on", "day", "of_answer"
)
ITEM = _of_row("answer", "at", "id", "statement_id", "on", "other", "text", "is_so")
"""What a `SheetAnswer`, but for its place, and a `SentItem` are made of."""


OF_AN_ANSWER = "person_id", "skill_id", "id", "statement_id"


def row(kind: str, of: Any = None, /, **columns: Any) -> Selected:
    """One kind of row. Columns that the kind doesn't have are empty. `of`: a table with columns of
    its own for whose word it is, on which skill, and in which wording."""
    columns = {name: getattr(of, name) for name in OF_AN_ANSWER if hasattr(of, name)} | columns
    return select(
        literal_column(f"'{kind}'").label("kind"),
        *(
            (type_coerce(columns[name], type_) if name in columns else _nothing(type_)).label(name)
            for name, type_ in COLUMNS.items()
        ),
    )


def _nothing(of: TypeEngine[Any]) -> ColumnElement[Any]:
    if isinstance(of, String):
        return literal_column("''", of)
    return literal_column("0", of) if isinstance(of, Integer) else cast(null(), of)


AT = bindparam("at", type_=UTCDateTime)


def own(at: Moment | None) -> Selected:
    of = Rating if at is None else RatingEntry
    return row(
        Side.OWN, of, answer=of.answer, at=of.rated_at, reason=of.basis, day=of.given_on
    ).where(is_one_of_people(of.person_id), *([] if at is None else [of.rated_at <= at]))


def revealed(at: Moment | None) -> Selected:
    if at is None:
        return row(
            Side.REVEALED,
            RevealedAnswer,
            answer=RevealedAnswer.answer,
            at=RevealedAnswer.revealed_at,
            id=RevealedAnswer.skill_id,
        ).where(is_one_of_people(RevealedAnswer.person_id))
    return _of_items(
        Side.REVEALED,
        answer=ReviewItem.learner_answer,
        at=Review.closed_at,
        on=ReviewItem.revealed_at,
    ).where(ReviewItem.status.in_(REVEALED), Review.closed_at <= at)


def revealed_in_open(of_two: ColumnElement[bool]) -> Selected:
    """What a review has revealed that hasn't ended, for its two."""
    return _of_items(
        Side.REVEALED, answer=ReviewItem.learner_answer, at=ReviewItem.revealed_at
    ).where(ReviewItem.status.in_(REVEALED), Review.closed_at.is_(None), of_two)


def reviewed(at: Moment | None) -> Selected:
    return (
        row(
            Side.REVIEWED,
            Endorsement,
            answer=case((stood(at), Endorsement.answer)),
            at=Endorsement.endorsed_at,
            who_id=Endorsement.endorser_id,
            who=Person.name,
            reason=Endorsement.status,
            of_answer=ReviewItem.learner_answer,
        )
        .join(Person, Person.id == Endorsement.endorser_id)
        .join(ReviewItem, ReviewItem.id == Endorsement.item_id)
        .where(
            is_one_of_people(Endorsement.person_id),
            *([] if at is None else [Endorsement.endorsed_at <= at]),
        )
    )


def reviewed_in_open(of_two: ColumnElement[bool]) -> Selected:
    """What has come of a review that hasn't ended, for its two: as it will count."""
    return (
        _of_items(
            Side.REVIEWED,
            answer=case((ReviewItem.status == ItemStatus.ENDORSED, AGREED)),
            at=ReviewItem.revealed_at,
            who_id=Review.reviewer_id,
            who=Person.name,
            of_answer=ReviewItem.learner_answer,
            id=-ReviewItem.id,
        )
        .join(Person, Person.id == Review.reviewer_id)
        .where(
            ReviewItem.status.in_((ItemStatus.ENDORSED, ItemStatus.KEPT_APART)),
            Review.closed_at.is_(None),
            of_two,
        )
    )


def exceptions(at: Moment | None, of_two: ColumnElement[bool]) -> Selected:
    strand_key, domain_key = target_keys()
    is_other = case(
        (LevelException.proposer_id == LevelException.person_id, LevelException.confirmer_id),
        else_=LevelException.proposer_id,
    )
    return (
        row(
            EXCEPTION,
            LevelException,
            at=LevelException.proposed_at,
            who_id=Person.id,
            who=Person.name,
            reason=func.coalesce(LevelExceptionText.reason, ""),
            on=LevelException.agreed_at,
            text=strand_key,
            domain_key=domain_key,
            other=LevelException.rank,
        )
        .join(Domain, Domain.id == LevelException.domain_id)
        .join(Strand, Strand.id == Domain.strand_id)
        .join(Person, Person.id == is_other)
        .outerjoin(LevelExceptionText, LevelExceptionText.exception_id == LevelException.id)
        .where(is_one_of_people(LevelException.person_id), is_agreed(at, of_two))
    )


def sent(own_on: dt.date | None, of_two: ColumnElement[bool]) -> Selected:
    """What became of an item is told to others than its two once its review has ended."""
    is_out: ColumnElement[Any] = literal(0)
    if own_on is not None:
        is_out = case((is_with_a_reviewer(own_on), 1), else_=0)
    is_told = or_(Review.closed_at.is_not(None), of_two)
    is_shown = or_(is_told, ReviewItem.status == ItemStatus.DROPPED)
    return (
        _of_items(
            SENT,
            answer=case((is_shown, ReviewItem.status), else_=ItemStatus.WAITING.value),
            at=Review.sent_at,
            on=case((is_told, ReviewItem.revealed_at)),
            other=func.coalesce(Review.round_id, 0),
            text=Statement.uuid,
            is_so=is_out,
        )
        .join(Statement, Statement.id == ReviewItem.statement_id)
        .where(NOT_WITHDRAWN)
    )


def left_out() -> Selected:
    return row(
        LEFT_OUT,
        skill_id=NotRatedHere.skill_id,
        at=NotRatedHere.set_at,
        id=NotRatedHere.id,
        reason=NotRatedHere.reason,
    ).where(NotRatedHere.library_id == LIBRARY)


def later() -> Selected:
    return row(
        COUNTS_LATER,
        person_id=LATER_OF_PEOPLE.c.person_id,
        skill_id=Statement.skill_id,
        answer=case((LATER_OF_PEOPLE.c.is_changed, "changed"), else_=""),
        id=LATER_OF_PEOPLE.c.id,
        statement_id=LATER_OF_PEOPLE.c.statement_id,
    ).join(Statement, Statement.id == LATER_OF_PEOPLE.c.statement_id)


def targets() -> Selected:
    return (
        row(TARGET, skill_id=Target.role_profile_id, id=Domain.id, other=expected_rank())
        .select_from(Strand)
        .join(Domain, Domain.strand_id == Strand.id)
        .join(Target, expects())
        .where(
            Strand.framework_id == FRAMEWORK,
            Target.role_profile_id.in_(bindparam("jobs", expanding=True)),
        )
    )


def moved() -> Selected:
    return (
        row(
            MOVED,
            PersonVersion,
            other=PersonVersion.framework_id,
            at=PersonVersion.moved_at,
            on=Framework.published_at,
            text=Framework.version,
        )
        .join(Framework, Framework.id == PersonVersion.framework_id)
        .where(
            is_one_of_people(PersonVersion.person_id), PersonVersion.slug == versions_queries.SLUG
        )
    )


def _of_items(kind: str, **columns: Any) -> Selected:
    return (
        row(kind, ReviewItem, person_id=Review.learner_id, **columns)
        .join(Review, Review.id == ReviewItem.review_id)
        .where(is_one_of_people(Review.learner_id))
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
        .where(is_one_of_people(Evidence.person_id), Skill.slug == versions_queries.SLUG)
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
        .where(is_one_of_people(Draft.person_id), Skill.slug == versions_queries.SLUG)
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
