"""Everything that is said of people's skills, as the rows of one statement."""

import datetime as dt
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, bindparam, case, func, literal, union_all

from tracker.db import UTCDateTime
from tracker.models import (
    Domain,
    Endorsement,
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
    Statement,
    Strand,
    Target,
)
from tracker.models.record.versions import expected_rank, expects, target_keys
from tracker.models.record.words import Moment, is_agreed, stood
from tracker.policy.reviewers import is_with_a_reviewer
from tracker.queries.assessment.learners import FRAMEWORK, LATER_OF_PEOPLE, LIBRARY, PEOPLE
from tracker.queries.record import versions
from tracker.queries.record.own_rows import own_rows
from tracker.queries.record.row_shape import (
    COUNTS_LATER,
    EDITION,
    EXCEPTION,
    LEFT_OUT,
    MOVED,
    SENT,
    TARGET,
    Selected,
    row,
)
from tracker.rules.record.words import Side
from tracker.rules.reviews.workflow import REVEALED, ReviewStatus

AT = bindparam("at", type_=UTCDateTime)


@lru_cache(maxsize=16)
def rows(
    side: Side | None, own_on: dt.date | None, *, is_past: bool, revealed: bool
) -> CompoundSelect[*tuple[Any, ...]]:
    """One row for each word, of those that a reader of that side may see. `own_on`: with what the
    learner alone reads, on that day. Of the past nobody asks what was sent."""
    at = AT if is_past else None
    return union_all(
        *([_own(at)] if side is Side.OWN else []),
        *([_revealed(at)] if revealed else []),
        _reviewed(at),
        _exceptions(at),
        *([] if is_past else [_sent(own_on)]),
        row(
            LEFT_OUT,
            skill_id=NotRatedHere.skill_id,
            at=NotRatedHere.set_at,
            id=NotRatedHere.id,
            reason=NotRatedHere.reason,
        ).where(NotRatedHere.library_id == LIBRARY),
        _later(),
        _targets(),
        _moved(),
        row(EDITION, **versions.EDITION),
        *([] if own_on is None else own_rows()),
    )


def _own(at: Moment | None) -> Selected:
    of = Rating if at is None else RatingEntry
    return row(
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
        return row(
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
        row(
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
        row(
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
            text=strand_key,
            domain_key=domain_key,
            other=LevelException.rank,
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
            other=func.coalesce(Review.round_id, 0),
            text=Statement.uuid,
            is_so=is_out,
        )
        .join(Statement, Statement.id == ReviewItem.statement_id)
        .where(Review.status != ReviewStatus.WITHDRAWN)
    )


def _later() -> Selected:
    return row(
        COUNTS_LATER,
        person_id=LATER_OF_PEOPLE.c.person_id,
        skill_id=Statement.skill_id,
        answer=case((LATER_OF_PEOPLE.c.is_changed, "changed"), else_=""),
        id=LATER_OF_PEOPLE.c.id,
        statement_id=LATER_OF_PEOPLE.c.statement_id,
    ).join(Statement, Statement.id == LATER_OF_PEOPLE.c.statement_id)


def _targets() -> Selected:
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


def _moved() -> Selected:
    return (
        row(
            MOVED,
            person_id=PersonVersion.person_id,
            other=PersonVersion.framework_id,
            id=PersonVersion.id,
            at=PersonVersion.moved_at,
            on=Framework.published_at,
            text=Framework.version,
        )
        .join(Framework, Framework.id == PersonVersion.framework_id)
        .where(PersonVersion.person_id.in_(PEOPLE), PersonVersion.slug == versions.SLUG)
    )


def _of_items(kind: str, **columns: Any) -> Selected:
    return (
        row(
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
