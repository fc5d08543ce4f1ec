"""The sheets of people: all that was said of their skills, in one query for one person or many."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Date,
    Integer,
    Select,
    String,
    and_,
    bindparam,
    case,
    cast,
    func,
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
    Endorsement,
    LevelException,
    LevelExceptionText,
    NotRatedHere,
    Person,
    Rating,
    RatingEntry,
    RevealedAnswer,
    Review,
    ReviewItem,
    Statement,
    Strand,
    Target,
    UseStatement,
    UseStatementReading,
)
from tracker.models.record import later
from tracker.models.record.versions import expected_rank, expects, target_keys
from tracker.models.record.words import Moment, is_agreed, stood
from tracker.queries.access.blind_spots import BlindSpots
from tracker.queries.assessment.learners import FRAMEWORK, LATER_OF_PEOPLE, LIBRARY, PEOPLE, Learner
from tracker.queries.record import versions
from tracker.queries.record.versions import Edition
from tracker.rules.record.sheet import Record, Said, Sheet, Side, Word
from tracker.rules.reviews.workflow import REVEALED, ReviewStatus

AT = bindparam("at", type_=UTCDateTime)
EXCEPTION, SENT, LEFT_OUT, COUNTS_LATER = "exception", "sent", "left_out", "counts_later"
TARGET, USE_STATEMENT, EDITION = "target", "use_statement", "edition"
"""Kinds of rows, beside the sides."""
NOBODY = 0
"""Whose rows of the library are."""
Row = Select[*tuple[Any, ...]]


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
    said: defaultdict[Any, defaultdict[str, defaultdict[int, list[Word]]]] = defaultdict(
        lambda: defaultdict(lambda: defaultdict(list))
    )
    targets: dict[int, dict[int, int]] = {each: {} for each in jobs}
    edition: Edition = ()
    for kind, person_id, skill_id, strand_key, domain_key, rank, *word in session().execute(
        _rows(is_past=at is not None), values
    ):
        if kind == EDITION:
            edition = (framework_id, skill_id, rank, *word)
        elif kind == TARGET:
            targets[skill_id][word[2]] = rank
        else:
            place = (strand_key, domain_key, rank) if strand_key else None
            said[person_id][kind][skill_id].append(Word._make([*word, place]))
    version = versions.version(edition)
    return [
        replace(
            _record(said[person_id], person_id, said[NOBODY][LEFT_OUT], side, blind),
            targets=targets,
            use_statement=_has_read(said[person_id][USE_STATEMENT]),
        ).on(version, side, today)
        for person_id in person_ids
    ]


def _record(
    said: Mapping[str, Said], person_id: int, left_out: Said, side: Side | None, blind: BlindSpots
) -> Record:
    if person_id in blind.closed:
        return Record(person_id, left_out=left_out, later=said[COUNTS_LATER])
    words = {of: said[of] for of in Side}
    everything = Record(person_id, words, said[EXCEPTION], said[SENT], left_out, said[COUNTS_LATER])
    hidden = {skill_id for whose, skill_id in blind.skills if whose == person_id}
    return everything.as_seen(side, hidden)


def _has_read(said: Said) -> bool | None:
    return next((bool(word.answer) for words in said.values() for word in words), None)


@cache
def _rows(*, is_past: bool) -> CompoundSelect[*tuple[Any, ...]]:
    """One row for each word."""
    at = AT if is_past else None
    return union_all(
        _own(at),
        _revealed(at),
        _reviewed(at),
        _exceptions(at),
        _sent(),
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
        _row(EDITION, **versions.EDITION),
    )


def _own(at: Moment | None) -> Row:
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


def _revealed(at: Moment | None) -> Row:
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


def _reviewed(at: Moment | None) -> Row:
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
        )
        .join(Person, Person.id == Endorsement.endorser_id)
        .where(
            Endorsement.person_id.in_(PEOPLE),
            *([] if at is None else [Endorsement.endorsed_at <= at]),
        )
    )


def _exceptions(at: Moment | None) -> Row:
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


def _sent() -> Row:
    return _of_items(SENT, answer=ReviewItem.status, at=Review.sent_at).where(
        Review.status != ReviewStatus.WITHDRAWN
    )


def _later() -> Row:
    return _row(
        COUNTS_LATER,
        person_id=LATER_OF_PEOPLE.c.person_id,
        skill_id=Statement.skill_id,
        answer=case((LATER_OF_PEOPLE.c.is_changed, "changed"), else_=""),
        id=LATER_OF_PEOPLE.c.id,
        statement_id=LATER_OF_PEOPLE.c.statement_id,
    ).join(Statement, Statement.id == LATER_OF_PEOPLE.c.statement_id)


def _targets() -> Row:
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


def _use_statement() -> Row:
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


def _of_items(kind: str, **columns: Any) -> Row:
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
}


def _row(kind: str, **columns: Any) -> Row:
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
