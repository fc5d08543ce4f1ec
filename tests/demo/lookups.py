"""What the demo's story has to look up between its acts."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import InstrumentedAttribute

from tracker.db import session
from tracker.frameworks.versions.rules import Scale
from tracker.models import (
    Domain,
    Framework,
    Membership,
    ReviewItem,
    ReviewItemEvidence,
    RoleProfile,
    Statement,
    Strand,
    Team,
    UseStatement,
)
from tracker.models.joins import scale_rows
from tracker.record.workflow.rules import ItemStatus
from tracker.rules.roles import Role


@dataclass(frozen=True, slots=True)
class Outline:
    """A statement as the story needs it."""

    id: int
    code: str
    title: str
    domain: str
    rank: int


def framework_id(slug: str) -> int:
    """Of its first version: a later one may be a draft."""
    found = select(Framework.id).where(Framework.slug == slug).order_by(Framework.id).limit(1)
    return session().scalars(found).one()


def outline(of_framework: int) -> list[Outline]:
    return _outline(Statement.framework_id == of_framework)


def sensitive(of_framework: int) -> list[Outline]:
    return _outline(Statement.framework_id == of_framework, Statement.sensitive)


def _outline(*where: ColumnElement[bool] | InstrumentedAttribute[bool]) -> list[Outline]:
    rows = session().execute(
        select(Statement.id, Statement.code, Statement.title, Domain.key, Statement.rank)
        .join(Domain, Domain.id == Statement.domain_id)
        .where(*where)
        .order_by(Statement.position)
    )
    return [Outline(*row) for row in rows]


def domains_with_a_reason(of_framework: int) -> list[int]:
    """Those in which a target needs one."""
    return list(
        session().scalars(
            select(Domain.id)
            .join(Strand, Strand.id == Domain.strand_id)
            .where(Strand.framework_id == of_framework, Strand.targets_need_reason)
        )
    )


def scale(of_framework: int) -> Scale:
    return Scale.of(session().execute(scale_rows(of_framework)).all())


def root_team(library_id: int) -> int:
    return (
        session()
        .scalars(select(Team.id).where(Team.library_id == library_id, Team.parent_id.is_(None)))
        .one()
    )


def role_profiles(library_id: int) -> dict[str, int]:
    rows = session().execute(
        select(RoleProfile.name, RoleProfile.id).where(RoleProfile.library_id == library_id)
    )
    return dict(rows.all())


def use_statement(library_id: int) -> int:
    """The newest."""
    return (
        session()
        .scalars(
            select(UseStatement.id)
            .where(UseStatement.library_id == library_id)
            .order_by(UseStatement.version.desc())
        )
        .all()[0]
    )


def differing(review_id: int) -> list[tuple[int, str]]:
    """(item, the reviewer's answer) of what both see differently, in the order sent."""
    rows = session().execute(
        select(ReviewItem.id, ReviewItem.reviewer_answer)
        .where(ReviewItem.review_id == review_id, ReviewItem.status == ItemStatus.DIFFERS)
        .order_by(ReviewItem.position, ReviewItem.id)
    )
    return [(row.id, row.reviewer_answer or "") for row in rows]


def has_evidence(item_id: int) -> bool:
    """Whether some was sent with the item."""
    sent = select(ReviewItemEvidence.id).where(ReviewItemEvidence.item_id == item_id).limit(1)
    return session().scalar(sent) is not None


def items(review_id: int) -> list[tuple[int, int]]:
    """(item, statement), in the order sent."""
    rows = session().execute(
        select(ReviewItem.id, ReviewItem.statement_id)
        .where(ReviewItem.review_id == review_id)
        .order_by(ReviewItem.position, ReviewItem.id)
    )
    return list(rows)


def supervision(person_id: int) -> int:
    """The membership in which somebody supervises first."""
    query = (
        select(Membership.id)
        .where(Membership.person_id == person_id, Membership.role == Role.SUPERVISOR)
        .order_by(Membership.id)
        .limit(1)
    )
    return session().scalars(query).one()
