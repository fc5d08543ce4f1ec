"""The sheets of people: all that was said of their skills, in one query for one person or many."""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any, TypeVar

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
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
    select,
    type_coerce,
    union_all,
)
from sqlalchemy.types import TypeEngine

from tracker.db import UTCDateTime, session
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
from tracker.models.joins import current_version, draft_of_notes, versions_of
from tracker.models.record import later
from tracker.models.record.versions import expected_rank, expects, target_keys
from tracker.models.record.words import Moment, is_agreed, stood
from tracker.policy.reviewers import is_with_a_reviewer
from tracker.queries.access.blind_spots import BlindSpots
from tracker.queries.assessment.learners import FRAMEWORK, LATER_OF_PEOPLE, LIBRARY, PEOPLE, Learner
from tracker.queries.record import versions
from tracker.rules.names import short_name
from tracker.rules.record.sheet import AgreedStep, PointerMove, Record, Sheet
from tracker.rules.record.versions import Place
from tracker.rules.record.words import LinkedEvidence, Said, SentItem, Side, Word
from tracker.rules.reviews.workflow import REVEALED, ItemStatus, ReviewStatus

T = TypeVar("T")
AT = bindparam("at", type_=UTCDateTime)
EXCEPTION, SENT, LEFT_OUT, COUNTS_LATER = "exception", "sent", "left_out", "counts_later"
TARGET, USE_STATEMENT, EDITION, MOVED = "target", "use_statement", "edition", "moved"
LINKED, REVIEWED_WITH, NOTED, STEP = "linked", "reviewed_with", "noted", "step"
"""Kinds of rows, beside the sides."""
NOBODY = 0
"""Whose rows of the library are."""
Selected = Select[*tuple[Any, ...]]


def of_learner(
    learner: Learner, side: Side | None, blind: BlindSpots, at: dt.datetime | None = None
) -> Sheet:
    """As a reader of that side sees it, now or as it was at that moment. One query; five more by a
    process that never read the version."""
    (sheet,) = of_people(
        [learner.person_id],
        learner.framework_id,
        learner.library_id,
        learner.today,
        side,
        blind,
        at,
        learner.role_profile_ids,
    )
    return sheet


def of_people(
    person_ids: Collection[int],
    framework_id: int,
    library_id: int,
    today: dt.date,
    side: Side | None,
    blind: BlindSpots,
    at: dt.datetime | None = None,
    jobs: Sequence[int] = (),
) -> list[Sheet]:
    """In the order of the people, all on that version. `jobs`: the job profiles that they have, all
    of them, in order."""
    values = {
        "people": list(person_ids),
        "framework": framework_id,
        "library": library_id,
        "jobs": list(jobs),
        **later.on(today),
        "at": at,
    }
    said: defaultdict[Any, defaultdict[str, list[Row[Any]]]] = defaultdict(
        lambda: defaultdict(list)
    )
    is_own = side is Side.OWN and at is None
    rows = _rows(today if is_own else None, is_past=at is not None)
    for row in session().execute(rows, values):
        said[row.person_id][row.kind].append(row)
    (edition,) = said[NOBODY][EDITION]
    version = versions.version((framework_id, *edition[2:]))
    targets: dict[int, dict[int, int]] = {each: {} for each in jobs}
    for row in said[NOBODY][TARGET]:
        targets[row.skill_id][row.id] = row.rank
    left_out = _words(said[NOBODY][LEFT_OUT])
    return [
        replace(_record(said[each], each, left_out), targets=targets)
        .as_seen(side, _hidden(each, blind))
        .on(version, side, today)
        for each in person_ids
    ]


def _hidden(person_id: int, blind: BlindSpots) -> Collection[int] | None:
    if person_id in blind.closed:
        return None
    return {skill_id for whose, skill_id in blind.skills if whose == person_id}


def _record(said: Mapping[str, Sequence[Row[Any]]], person_id: int, left_out: Said) -> Record:
    return Record(
        person_id,
        {of: _words(said[of]) for of in Side},
        _words(said[EXCEPTION]),
        _by_skill(
            said[SENT],
            lambda row: SentItem(
                ItemStatus(row.answer),
                row.at,
                row.id,
                row.statement_id,
                row.on,
                row.round_id,
                row.uuid,
                bool(row.is_so),
            ),
        ),
        left_out,
        _words(said[COUNTS_LATER]),
        sorted(
            PointerMove(row.id, row.version_id, row.at, row.on, row.title) for row in said[MOVED]
        ),
        _by_skill(
            said[LINKED], lambda row: LinkedEvidence(row.id, max(row.at, row.on), bool(row.is_so))
        ),
        {(row.id, row.version_id) for row in said[REVIEWED_WITH]},
        {row.skill_id for row in said[NOTED]},
        sorted(map(_step, said[STEP]), key=_by_day),
        use_statement=next((bool(row.answer) for row in said[USE_STATEMENT]), None),
    )


def _words(rows: Iterable[Row[Any]]) -> Said:
    return _by_skill(rows, lambda row: Word._make([*row[WORD], _place(row)]))


def _place(row: Row[Any]) -> Place | None:
    return (row.strand_key, row.domain_key, row.rank) if row.strand_key else None


def _by_skill(rows: Iterable[Row[Any]], made: Callable[[Row[Any]], T]) -> dict[int, list[T]]:
    found: defaultdict[int, list[T]] = defaultdict(list)
    for row in rows:
        found[row.skill_id].append(made(row))
    return dict(found)


def _step(row: Row[Any]) -> AgreedStep:
    is_mine = row.who_id == row.person_id
    return AgreedStep(
        row.id,
        row.statement_id,
        row.review_id,
        row.reason,
        row.day,
        row.title,
        short_name(row.who),
        is_mine,
    )


def _by_day(step: AgreedStep) -> tuple[dt.date, int]:
    return step.due_on or dt.date.max, step.id


@lru_cache(maxsize=16)
def _rows(own_on: dt.date | None, *, is_past: bool) -> CompoundSelect[*tuple[Any, ...]]:
    """One row for each word. `own_on`: with what the learner alone reads, on that day."""
    at = AT if is_past else None
    return union_all(
        _own(at),
        _revealed(at),
        _reviewed(at),
        _exceptions(at),
        _sent(own_on),
        _row(
            LEFT_OUT,
            skill_id=NotRatedHere.skill_id,
            at=NotRatedHere.set_at,
            id=NotRatedHere.id,
            reason=NotRatedHere.reason,
        ).where(NotRatedHere.library_id == LIBRARY),
        _later(),
        _targets(),
        _use_statement(),
        _moved(),
        _row(EDITION, **versions.EDITION),
        *([] if own_on is None else [_linked(), _reviewed_with(), _noted(), _steps()]),
    )


def _own(at: Moment | None) -> Selected:
    of = Rating if at is None else RatingEntry
    return _row(
        Side.OWN,
        person_id=of.person_id,
        skill_id=of.skill_id,
        answer=of.answer,
        at=of.rated_at,
        id=of.id,
        statement_id=of.statement_id,
        reason=of.basis,
        day=of.given_on,
    ).where(of.person_id.in_(PEOPLE), *([] if at is None else [of.rated_at <= at]))


def _revealed(at: Moment | None) -> Selected:
    if at is None:
        return _row(
            Side.REVEALED,
            person_id=RevealedAnswer.person_id,
            skill_id=RevealedAnswer.skill_id,
            answer=RevealedAnswer.answer,
            at=RevealedAnswer.revealed_at,
            id=RevealedAnswer.skill_id,
            statement_id=RevealedAnswer.statement_id,
        ).where(RevealedAnswer.person_id.in_(PEOPLE))
    return _of_items(
        Side.REVEALED, answer=ReviewItem.learner_answer, at=ReviewItem.revealed_at
    ).where(ReviewItem.status.in_(REVEALED), ReviewItem.revealed_at <= at)


def _reviewed(at: Moment | None) -> Selected:
    return (
        _row(
            Side.REVIEWED,
            person_id=Endorsement.person_id,
            skill_id=Endorsement.skill_id,
            answer=case((stood(at), Endorsement.answer)),
            at=Endorsement.endorsed_at,
            id=Endorsement.id,
            statement_id=Endorsement.statement_id,
            who_id=Endorsement.endorser_id,
            who=Person.name,
            reason=Endorsement.status,
            of_answer=ReviewItem.learner_answer,
        )
        .join(Person, Person.id == Endorsement.endorser_id)
        .join(ReviewItem, ReviewItem.id == Endorsement.item_id)
        .where(
            Endorsement.person_id.in_(PEOPLE),
            *([] if at is None else [Endorsement.endorsed_at <= at]),
        )
    )


def _exceptions(at: Moment | None) -> Selected:
    strand_key, domain_key = target_keys()
    is_other = case(
        (LevelException.proposer_id == LevelException.person_id, LevelException.confirmer_id),
        else_=LevelException.proposer_id,
    )
    return (
        _row(
            EXCEPTION,
            person_id=LevelException.person_id,
            skill_id=LevelException.skill_id,
            at=LevelException.proposed_at,
            id=LevelException.id,
            statement_id=LevelException.statement_id,
            who_id=Person.id,
            who=Person.name,
            reason=func.coalesce(LevelExceptionText.reason, ""),
            on=LevelException.agreed_at,
            strand_key=strand_key,
            domain_key=domain_key,
            rank=LevelException.rank,
        )
        .join(Domain, Domain.id == LevelException.domain_id)
        .join(Strand, Strand.id == Domain.strand_id)
        .join(Person, Person.id == is_other)
        .outerjoin(LevelExceptionText, LevelExceptionText.exception_id == LevelException.id)
        .where(LevelException.person_id.in_(PEOPLE), is_agreed(at))
    )


def _sent(own_on: dt.date | None) -> Selected:
    is_out: ColumnElement[Any] = literal(0)
    if own_on is not None:
        is_out = case((is_with_a_reviewer(own_on), 1), else_=0)
    return (
        _of_items(
            SENT,
            answer=ReviewItem.status,
            at=Review.sent_at,
            round_id=func.coalesce(Review.round_id, 0),
            uuid=Statement.uuid,
            is_so=is_out,
        )
        .join(Statement, Statement.id == ReviewItem.statement_id)
        .where(Review.status != ReviewStatus.WITHDRAWN)
    )


def _later() -> Selected:
    return _row(
        COUNTS_LATER,
        person_id=LATER_OF_PEOPLE.c.person_id,
        skill_id=Statement.skill_id,
        answer=case((LATER_OF_PEOPLE.c.is_changed, "changed"), else_=""),
        id=LATER_OF_PEOPLE.c.id,
        statement_id=LATER_OF_PEOPLE.c.statement_id,
    ).join(Statement, Statement.id == LATER_OF_PEOPLE.c.statement_id)


def _targets() -> Selected:
    return (
        _row(TARGET, skill_id=Target.role_profile_id, id=Domain.id, rank=expected_rank())
        .select_from(Strand)
        .join(Domain, Domain.strand_id == Strand.id)
        .join(Target, expects())
        .where(
            Strand.framework_id == FRAMEWORK,
            Target.role_profile_id.in_(bindparam("jobs", expanding=True)),
        )
    )


def _use_statement() -> Selected:
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
        _row(
            USE_STATEMENT,
            person_id=Person.id,
            answer=case((UseStatementReading.id.is_not(None), "read")),
            id=UseStatement.id,
        )
        .select_from(Person)
        .join(UseStatement, UseStatement.id == newest)
        .outerjoin(UseStatementReading, reading)
        .where(Person.id.in_(PEOPLE))
    )


def _moved() -> Selected:
    return (
        _row(
            MOVED,
            person_id=PersonVersion.person_id,
            version_id=PersonVersion.framework_id,
            id=PersonVersion.id,
            at=PersonVersion.moved_at,
            on=Framework.published_at,
            title=Framework.version,
        )
        .join(Framework, Framework.id == PersonVersion.framework_id)
        .where(PersonVersion.person_id.in_(PEOPLE), PersonVersion.slug == versions.SLUG)
    )


def _linked() -> Selected:
    return (
        _row(
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
        .where(Evidence.person_id.in_(PEOPLE), Skill.slug == versions.SLUG)
    )


def _reviewed_with() -> Selected:
    return (
        _row(
            REVIEWED_WITH,
            person_id=Endorsement.person_id,
            id=Endorsement.id,
            version_id=ReviewItemEvidence.version_id,
        )
        .join(ReviewItemEvidence, ReviewItemEvidence.item_id == Endorsement.item_id)
        .where(Endorsement.person_id.in_(PEOPLE), stood(None))
    )


def _noted() -> Selected:
    return (
        _row(NOTED, person_id=Draft.person_id, skill_id=Skill.id)
        .select_from(Skill)
        .join(Draft, draft_of_notes(Draft.person_id, Skill.id))
        .where(Draft.person_id.in_(PEOPLE), Skill.slug == versions.SLUG)
    )


def _steps() -> Selected:
    return (
        _row(
            STEP,
            person_id=Review.learner_id,
            id=TrainingAction.id,
            statement_id=ReviewItem.id,
            who_id=TrainingAction.owner_id,
            who=Person.name,
            reason=TrainingAction.text,
            day=TrainingAction.due_on,
            review_id=Review.id,
            title=Statement.title,
        )
        .join(ReviewItem, ReviewItem.id == TrainingAction.item_id)
        .join(Review, Review.id == ReviewItem.review_id)
        .join(Statement, Statement.id == ReviewItem.statement_id)
        .join(Person, Person.id == Review.reviewer_id)
        .where(
            Review.learner_id.in_(PEOPLE),
            Review.framework_id.in_(versions_of(FRAMEWORK)),
            TrainingAction.done_at.is_(None),
        )
    )


def _of_items(kind: str, **columns: Any) -> Selected:
    return (
        _row(
            kind,
            person_id=Review.learner_id,
            skill_id=ReviewItem.skill_id,
            id=ReviewItem.id,
            statement_id=ReviewItem.statement_id,
            on=ReviewItem.revealed_at,
            **columns,
        )
        .join(Review, Review.id == ReviewItem.review_id)
        .where(Review.learner_id.in_(PEOPLE))
    )


COLUMNS: Mapping[str, TypeEngine[Any]] = {
    "person_id": Integer(),
    "skill_id": Integer(),
    "strand_key": String(),
    "domain_key": String(),
    "rank": Integer(),
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
    "review_id": Integer(),
    "round_id": Integer(),
    "version_id": Integer(),
    "uuid": String(),
    "title": String(),
    "is_so": Integer(),
}
WORD = slice(6, 16)
"""Of a row, the fields of a `Word` but for its place."""


def _row(kind: str, **columns: Any) -> Selected:
    """With nothing in the columns that its kind doesn't have."""
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
