"""Conditions of joins, and selects, that many queries share."""

from typing import Any

from sqlalchemy import (
    ColumnElement,
    ScalarSelect,
    Select,
    SQLColumnExpression,
    String,
    and_,
    cast,
    select,
)
from sqlalchemy.orm import aliased

from tracker.models.drafts import Draft
from tracker.models.evidence import Evidence, EvidenceVersion
from tracker.models.frameworks.frameworks import Framework, Level, ScaleAnswer, Statement, Strand
from tracker.models.seals import Seal
from tracker.rules.drafts import RATING
from tracker.rules.frameworks.scale import Meaning


def scale_answer(key: SQLColumnExpression[Any]) -> ColumnElement[bool]:
    """The `ScaleAnswer` of that key, in the scale of the statement's framework."""
    return and_(ScaleAnswer.framework_id == Statement.framework_id, ScaleAnswer.key == key)


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


def seal_head(person_id: SQLColumnExpression[int]) -> ScalarSelect[str]:
    """The digest of the newest seal of that person's chain."""
    newest = select(Seal.digest).where(Seal.person_id == person_id)
    return newest.order_by(Seal.id.desc()).limit(1).scalar_subquery()
