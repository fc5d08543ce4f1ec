"""Conditions of joins, and selects, that many queries share."""

import datetime as dt
from functools import lru_cache
from typing import Any, Self

from sqlalchemy import (
    ARRAY,
    BindParameter,
    Boolean,
    ColumnElement,
    Integer,
    ScalarSelect,
    Select,
    SQLColumnExpression,
    String,
    TableValuedAlias,
    and_,
    any_,
    bindparam,
    cast,
    column,
    select,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import aliased
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from tracker.frameworks.versions.rules import Meaning
from tracker.models.evidence import Evidence, EvidenceVersion
from tracker.models.frameworks.frameworks import Framework, Level, ScaleAnswer, Statement, Strand
from tracker.models.operations import Draft
from tracker.models.people import UseStatement
from tracker.models.sign_ins import AddressChange, Invitation
from tracker.rules.core.links import TAKE_BACK_LASTS
from tracker.rules.drafts import RATING


def scale_answer(key: SQLColumnExpression[Any]) -> ColumnElement[bool]:
    """The `ScaleAnswer` of that key, in the scale of the statement's framework."""
    return and_(ScaleAnswer.framework_id == Statement.framework_id, ScaleAnswer.key == key)


def link_works(now: dt.datetime | BindParameter[dt.datetime]) -> ColumnElement[bool]:
    """Over `Invitation`: it was not used, no other took its place, and its time is not over."""
    return and_(Invitation.closed_at.is_(None), Invitation.ends_at > now)


def can_be_taken_back(now: dt.datetime) -> ColumnElement[bool]:
    """Over `AddressChange`: whoever reads the mail of the address before can restore it."""
    return and_(
        AddressChange.ended_at.is_(None), AddressChange.confirmed_at > now - TAKE_BACK_LASTS
    )


@lru_cache(maxsize=64)
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
    this, version = aliased(Framework), aliased(Framework)
    return (
        select(version.id)
        .join(this, this.slug == version.slug)
        .where(this.id == framework_id)
        .correlate_except(this, version)
    )


def draft_of_notes(
    person_id: SQLColumnExpression[int],
    skill_id: SQLColumnExpression[int] = Statement.skill_id,
    of: type[Draft] = Draft,
) -> ColumnElement[bool]:
    """The `Draft` of that person's notes at the statement, or at that skill."""
    return and_(of.person_id == person_id, of.form == RATING, of.subject == cast(skill_id, String))


def opens_statements(library_id: SQLColumnExpression[int]) -> ScalarSelect[bool]:
    """Whether that library, in how ratings are used, opens single statements to coordinators."""
    newest = select(UseStatement.opens_statements).where(UseStatement.library_id == library_id)
    return newest.order_by(UseStatement.version.desc()).limit(1).scalar_subquery()


def ids_on(path: SQLColumnExpression[str]) -> TableValuedAlias:
    """A table of the ids (`.c.value`) of the team at that path and those above it, to join.

    So these few teams are found by their ids: to compare the paths of two teams asks every team.
    """
    return _ids(path).table_valued(column("value", Integer), joins_implicitly=True)


def is_one_of_people(person_id: SQLColumnExpression[int]) -> ColumnElement[bool]:
    """It is among the values of `people`. PostgreSQL gets them as one array: as hundreds of values
    they took a third of a page's time to be written out."""
    return _is_one_of_people(person_id)


class _is_one_of_people(FunctionElement[bool]):  # noqa: N801
    inherit_cache = True
    type = Boolean()

    def self_group(self, against: Any = None) -> Self:
        """It is a comparison. Asked whether it is true, as a column is, SQLite reads every row."""
        return self


_IDS: BindParameter[Any] = bindparam("people", expanding=True)
_ARRAY: BindParameter[Any] = bindparam("people", type_=ARRAY(Integer))


@compiles(_is_one_of_people, "sqlite")
def _each_in_sqlite(element: _is_one_of_people, compiler: SQLCompiler, **kw: Any) -> str:
    (person_id,) = element.clauses
    return compiler.process(person_id.in_(_IDS), **kw)


@compiles(_is_one_of_people, "postgresql")
def _each_in_postgresql(element: _is_one_of_people, compiler: SQLCompiler, **kw: Any) -> str:
    (person_id,) = element.clauses
    return compiler.process(person_id == any_(_ARRAY), **kw)


class _ids(FunctionElement[Any]):  # noqa: N801, as functions of SQLAlchemy are written
    inherit_cache = True


@compiles(_ids, "sqlite")
def _in_sqlite(element: _ids, compiler: SQLCompiler, **kw: Any) -> str:
    path = compiler.process(element.clauses, **kw)
    return f"json_each('[' || replace(trim({path}, '/'), '/', ',') || ']')"


@compiles(_ids, "postgresql")
def _in_postgresql(element: _ids, compiler: SQLCompiler, **kw: Any) -> str:
    path = compiler.process(element.clauses, **kw)
    ids = f"string_to_array(trim(BOTH '/' FROM {path}), '/')::integer[]"
    return f"LATERAL (SELECT unnest({ids}) AS value)"
