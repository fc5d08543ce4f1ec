"""Which version of a framework somebody is on, and which one newcomers of a library begin with.

Both are pointers with their history: the newest row counts, and moving somebody to a version, or
back, is another row. What people say belongs to skills, so nothing else moves with them. And moves
that are still to come, and where people stand in the domains of their version, as others may see
it: worked out from their sheets, so that a page of many people reads a row for each.
"""

import datetime as dt
from functools import cache

from sqlalchemy import (
    ColumnElement,
    Index,
    ScalarSelect,
    SQLColumnExpression,
    String,
    and_,
    case,
    exists,
    func,
    or_,
    select,
    tuple_,
)
from sqlalchemy.orm import Mapped, aliased, mapped_column

from tracker.db import Base
from tracker.frameworks.versions.rules import VersionStatus
from tracker.models.columns import Id, Prose, parent
from tracker.models.frameworks.frameworks import Domain, Framework, Level, Strand
from tracker.models.people import Membership, Person
from tracker.models.rounds import RoleProfile, Target


class PersonVersion(Base):
    """Append-only: from `moved_at` on somebody is on that version of the framework with this
    `slug`; `moved_on`: the day it was in their library. Without `moved_by_id` nobody did it by
    hand, or an operator by command."""

    __tablename__ = "person_versions"
    __table_args__ = (
        Index("ix_person_versions_person", "person_id", "slug", "id", "framework_id"),
    )

    id: Mapped[Id]
    person_id: Mapped[int] = mapped_column(parent("people.id"))
    slug: Mapped[str] = mapped_column(String(80))
    framework_id: Mapped[int] = mapped_column(parent("frameworks.id"), index=True)
    moved_at: Mapped[dt.datetime]
    moved_on: Mapped[dt.date]
    moved_by_id: Mapped[int | None] = mapped_column(parent("people.id"))


class LibraryVersion(Base):
    """Append-only: from `set_at` on newcomers of the library begin with that version."""

    __tablename__ = "library_versions"
    __table_args__ = (Index("ix_library_versions_library", "library_id", "slug", "id"),)

    id: Mapped[Id]
    library_id: Mapped[int] = mapped_column(parent("libraries.id"))
    slug: Mapped[str] = mapped_column(String(80))
    framework_id: Mapped[int] = mapped_column(parent("frameworks.id"))
    set_at: Mapped[dt.datetime]
    set_by_id: Mapped[int | None] = mapped_column(parent("people.id"))


class PlannedMove(Base):
    """A library moves to a version, one of each framework, when the round is over that is open for
    those who are on another. Done or canceled, the row is gone, and the audit keeps that it was
    there."""

    __tablename__ = "planned_moves"

    library_id: Mapped[int] = mapped_column(parent("libraries.id"), primary_key=True)
    slug: Mapped[str] = mapped_column(String(80), primary_key=True)
    framework_id: Mapped[int] = mapped_column(parent("frameworks.id"))
    planned_at: Mapped[dt.datetime]
    planned_by_id: Mapped[int | None] = mapped_column(parent("people.id"))


class Standing(Base):
    """Deleted by triggers in the transaction that writes a row of `FORGETTING` for the person,
    whoever writes it; counted anew from their sheet (record/standings/actions). So a row that is
    there, on today's `basis` and before `changes_on`, is what their sheet says.

    `basis`: a digest of what holds for everybody of a library and version alike
    (record/standings/queries). The other columns: record/standings/rules.
    """

    __tablename__ = "standings"
    __table_args__ = (Index("ix_standings_basis", "basis"),)

    person_id: Mapped[int] = mapped_column(parent("people.id"), primary_key=True)
    framework_id: Mapped[int] = mapped_column(parent("frameworks.id"), primary_key=True)
    basis: Mapped[str] = mapped_column(String(64))
    changes_on: Mapped[dt.date | None]
    revealed: Mapped[Prose]
    reviewed: Mapped[Prose]
    not_met: Mapped[Prose]
    excepted: Mapped[Prose]


def is_current(of: type[PersonVersion] = PersonVersion) -> ColumnElement[bool]:
    """Over `PersonVersion`: no later row of the person and framework."""
    later = _later()
    return ~exists().where(later.person_id == of.person_id, later.slug == of.slug, later.id > of.id)


@cache
def _later() -> type[PersonVersion]:
    """One for all queries: an alias takes longer to make than the query around it."""
    return aliased(PersonVersion)


def row_before() -> ScalarSelect[int]:
    """Of a row of `person_versions`, the id of the person's row before it; none for the first."""
    earlier = aliased(PersonVersion)
    return (
        select(func.max(earlier.id))
        .where(
            earlier.person_id == PersonVersion.person_id,
            earlier.slug == PersonVersion.slug,
            earlier.id < PersonVersion.id,
        )
        .correlate(PersonVersion)
        .scalar_subquery()
    )


@cache
def is_current_of_library() -> ColumnElement[bool]:
    """Over `LibraryVersion`: no later row of the library and framework."""
    later = aliased(LibraryVersion)
    return ~exists().where(
        later.library_id == LibraryVersion.library_id,
        later.slug == LibraryVersion.slug,
        later.id > LibraryVersion.id,
    )


def learns_on() -> ColumnElement[bool]:
    """Joins somebody's membership and its job profile to the `PersonVersion` that counts."""
    return and_(
        PersonVersion.person_id == Membership.person_id,
        PersonVersion.slug == RoleProfile.slug,
        is_current(),
    )


@cache
def version_learned() -> ScalarSelect[int]:
    """Over somebody's `Membership` and its `RoleProfile`, the version that counts: for thousands of
    people, as it looks once into the index for each."""
    return (
        select(PersonVersion.framework_id)
        .where(
            PersonVersion.person_id == Membership.person_id, PersonVersion.slug == RoleProfile.slug
        )
        .order_by(PersonVersion.id.desc())
        .limit(1)
        .correlate(Membership, RoleProfile)
        .scalar_subquery()
    )


def newcomers_begin_on() -> ColumnElement[bool]:
    """Joins a job profile to the `LibraryVersion` that counts."""
    return and_(
        LibraryVersion.library_id == RoleProfile.library_id,
        LibraryVersion.slug == RoleProfile.slug,
        is_current_of_library(),
    )


def can_be_chosen(library_id: SQLColumnExpression[int] | int) -> ColumnElement[bool]:
    """Over `Framework`: every library can choose it, or this one has it already: somebody of it is
    on it, or newcomers begin with it."""
    is_on_it = exists(
        select(PersonVersion.id)
        .join(Person, Person.id == PersonVersion.person_id)
        .where(
            PersonVersion.framework_id == Framework.id,
            Person.library_id == library_id,
            Person.removed_at.is_(None),
            is_current(),
        )
        .correlate_except(PersonVersion, Person)
    )
    of_newcomers = exists(
        select(LibraryVersion.id)
        .where(
            LibraryVersion.framework_id == Framework.id,
            LibraryVersion.library_id == library_id,
            is_current_of_library(),
        )
        .correlate_except(LibraryVersion)
    )
    is_hidden = Framework.status == VersionStatus.HIDDEN
    is_offered = Framework.status == VersionStatus.OFFERED
    return or_(is_offered, and_(is_hidden, or_(is_on_it, of_newcomers)))


def is_given_out() -> ColumnElement[bool]:
    """Over `RoleProfile`: it is not retired, and somebody can begin in its framework."""
    offered = aliased(Framework)
    begins = select(offered.id).where(
        offered.slug == RoleProfile.slug, offered.status == VersionStatus.OFFERED
    )
    return and_(RoleProfile.retired_at.is_(None), exists(begins.correlate_except(offered)))


def was_published_before(one: type[Framework], other: type[Framework]) -> ColumnElement[bool]:
    return tuple_(one.published_at, one.id) < tuple_(other.published_at, other.id)


def expects() -> ColumnElement[bool]:
    """Joins a `Target` to its `Domain` in a version, over `Strand`."""
    strand_key, domain_key = target_keys()
    return and_(Target.strand_key == strand_key, Target.domain_key == domain_key)


def target_keys() -> tuple[ColumnElement[str], ColumnElement[str]]:
    """Over `Domain` and `Strand`: the keys under which targets in it are kept."""
    return (
        func.coalesce(Domain.first_strand_key, Strand.key),
        func.coalesce(Domain.first_domain_key, Domain.key),
    )


def expected_rank() -> ColumnElement[int]:
    """Of a `Target` in a version, over `Strand`: no higher than the highest level there."""
    highest = (
        select(func.max(Level.rank))
        .where(Level.strand_id == Strand.id)
        .correlate(Strand)
        .scalar_subquery()
    )
    return case((Target.rank > highest, highest), else_=Target.rank)
