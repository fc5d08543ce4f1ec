"""Conditions of joins, and selects, that many queries share."""

import datetime as dt
from typing import Any

from sqlalchemy import (
    ColumnElement,
    ScalarSelect,
    Select,
    SQLColumnExpression,
    String,
    and_,
    cast,
    exists,
    or_,
    select,
)
from sqlalchemy.orm import aliased

from tracker.models.drafts import Draft
from tracker.models.evidence import Evidence, EvidenceVersion
from tracker.models.frameworks.carrying import CarriedPerson
from tracker.models.frameworks.frameworks import (
    Framework,
    Level,
    NotRatedHere,
    ScaleAnswer,
    SensitiveDecision,
    Statement,
    Strand,
)
from tracker.models.frameworks.versions import StatementSuccessor
from tracker.models.people import UseStatement
from tracker.models.ratings import Rating
from tracker.models.rounds import RoleProfile
from tracker.models.seals import Seal
from tracker.models.sign_ins import AddressChange, Invitation
from tracker.rules.accounts.links import TAKE_BACK_LASTS
from tracker.rules.drafts import RATING
from tracker.rules.frameworks.scale import Meaning
from tracker.rules.frameworks.versions import Change


def scale_answer(
    key: SQLColumnExpression[Any], of: type[ScaleAnswer] = ScaleAnswer
) -> ColumnElement[bool]:
    """The `ScaleAnswer` of that key, in the scale of the statement's framework."""
    return and_(of.framework_id == Statement.framework_id, of.key == key)


def rated_before(person_id: SQLColumnExpression[int]) -> ColumnElement[bool]:
    """Over `Statement`: that person rated what it was in an earlier version, and has no answer to
    it in this one, as it does not carry, or as what was merged had different answers. What they
    cleared themselves, here or in the version before, is not among them; what went as they were
    carried back is."""
    own, earlier, last = aliased(Rating), aliased(Rating), aliased(Rating)
    line, way, step = (aliased(StatementSuccessor) for _link in range(3))
    is_answered = exists(
        select(own.id)
        .where(
            own.statement_id == Statement.id,
            own.person_id == person_id,
            or_(own.answer.is_not(None), ~_was_taken_back(own)),
        )
        .correlate_except(own)
    )
    is_cleared = exists(
        select(last.id)
        .where(
            last.statement_id == step.statement_id,
            last.person_id == person_id,
            last.answer.is_(None),
            ~_was_taken_back(last),
        )
        .correlate_except(last)
    )
    leads_on = exists(
        select(way.id)
        .join(step, step.statement_id == way.successor_id)
        .where(
            way.statement_id == earlier.statement_id,
            step.successor_id == Statement.id,
            step.steps == 1,
            ~is_cleared,
        )
        .correlate_except(way, step)
    )
    was_answered = exists(
        select(earlier.id)
        .join(line, line.statement_id == earlier.statement_id)
        .where(
            line.successor_id == Statement.id,
            earlier.person_id == person_id,
            earlier.answer.is_not(None),
            or_(line.steps == 1, leads_on),
        )
        .correlate_except(earlier, line)
    )
    return and_(~is_answered, was_answered)


def _was_taken_back(rating: type[Rating]) -> ColumnElement[bool]:
    undone = aliased(CarriedPerson)
    return exists(
        select(undone.id)
        .where(undone.person_id == rating.person_id, undone.undone_at == rating.rated_at)
        .correlate_except(undone)
    )


def decision_comes_along(library_id: SQLColumnExpression[int]) -> ColumnElement[bool]:
    """Over `Statement`: what that library decided about it as a sensitive statement is said of all
    that it was in the version that they use, and nobody there is on its own version yet: it comes
    along when they move (records/frameworks/carryings)."""
    line, older, profile = aliased(StatementSuccessor), aliased(Statement), aliased(RoleProfile)
    decided, there = aliased(SensitiveDecision), aliased(RoleProfile)
    is_decided = exists(
        select(decided.id)
        .where(decided.statement_id == older.id, decided.library_id == library_id)
        .correlate_except(decided)
    )
    parts = (
        select(line.id)
        .join(older, older.id == line.statement_id)
        .join(profile, profile.framework_id == older.framework_id)
        .where(
            line.successor_id == Statement.id,
            or_(line.carries, line.change == Change.REWORDED),
            profile.library_id == library_id,
        )
        .correlate_except(line, older, profile)
    )
    is_used = exists(
        select(there.id)
        .where(there.framework_id == Statement.framework_id, there.library_id == library_id)
        .correlate_except(there)
    )
    return and_(exists(parts), ~exists(parts.where(~is_decided)), ~is_used)


def not_rated_in(library_id: SQLColumnExpression[int] | int) -> ColumnElement[bool]:
    """The `NotRatedHere` of a statement in that library."""
    return and_(NotRatedHere.statement_id == Statement.id, NotRatedHere.library_id == library_id)


def is_carried(of: type[CarriedPerson] = CarriedPerson) -> ColumnElement[bool]:
    """To the later version, and not back."""
    return and_(of.carried_at.is_not(None), of.undone_at.is_(None))


def link_works(now: dt.datetime) -> ColumnElement[bool]:
    """Over `Invitation`: it was not used, no other took its place, and its time is not over."""
    return and_(Invitation.closed_at.is_(None), Invitation.ends_at > now)


def can_be_taken_back(now: dt.datetime) -> ColumnElement[bool]:
    """Over `AddressChange`: whoever reads the mail of the address before can restore it."""
    return and_(
        AddressChange.ended_at.is_(None), AddressChange.confirmed_at > now - TAKE_BACK_LASTS
    )


def scale_rows(framework_id: int) -> Select[str, Meaning]:
    """(key, what it counts as) of each answer, in the order of the scale."""
    return (
        select(ScaleAnswer.key, ScaleAnswer.counts_as)
        .where(ScaleAnswer.framework_id == framework_id)
        .order_by(ScaleAnswer.position)
    )


def level_of_statement() -> ColumnElement[bool]:
    """The `Level` of a statement, where its `Strand` is joined."""
    return and_(Level.strand_id == Strand.id, Level.rank == Statement.rank)


def current_version() -> ColumnElement[bool]:
    """The version of `Evidence` that is the newest."""
    return and_(
        EvidenceVersion.evidence_id == Evidence.id, EvidenceVersion.number == Evidence.version
    )


def versions_of(framework_id: SQLColumnExpression[int]) -> Select[int]:
    """Every version of that framework, itself among them."""
    this, each = aliased(Framework), aliased(Framework)
    return (
        select(each.id)
        .join(this, this.slug == each.slug)
        .where(this.id == framework_id)
        .correlate_except(this, each)
    )


def draft_of_notes(person_id: SQLColumnExpression[int]) -> ColumnElement[bool]:
    """The `Draft` of that person's notes at the statement."""
    return and_(
        Draft.person_id == person_id,
        Draft.form == RATING,
        Draft.subject == cast(Statement.id, String),
    )


def opens_statements(library_id: SQLColumnExpression[int]) -> ScalarSelect[bool]:
    """Whether the newest use statement of that library opens single statements to coordinators."""
    newest = select(UseStatement.opens_statements).where(UseStatement.library_id == library_id)
    return newest.order_by(UseStatement.version.desc()).limit(1).scalar_subquery()


def seal_head(person_id: SQLColumnExpression[int]) -> ScalarSelect[str]:
    """The digest of the newest seal of that person's chain."""
    newest = select(Seal.digest).where(Seal.person_id == person_id)
    return newest.order_by(Seal.id.desc()).limit(1).scalar_subquery()
