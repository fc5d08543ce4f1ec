"""A skill stays while its wording changes: what people say belongs to it, whichever version of its
framework they are on. A `Statement` is its wording in one version."""

from typing import Any

from sqlalchemy import CheckConstraint, Index, Select, String, select
from sqlalchemy.orm import Mapped, mapped_column

from tracker.db import Base
from tracker.frameworks.versions.rules import Change
from tracker.models.columns import Id, one_of, parent
from tracker.models.frameworks.frameworks import (
    Domain,
    Framework,
    Level,
    ScaleAnswer,
    Statement,
    Strand,
)


class Skill(Base):
    """`slug`: of the framework, in all its versions. Nothing else of it ever changes."""

    __tablename__ = "skills"

    id: Mapped[Id]
    slug: Mapped[str] = mapped_column(String(80))


class SkillOrigin(Base):
    """What a skill was made of, append-only, with all that this was made of. Each `line` is one way
    back: from what the publisher decided (`steps` 1) to an origin that was made of nothing. No
    skill is its own origin.

    `carries`: what was said of the origin counts here; where there are several lines, only where
    all of them say the same. `change`: over the way from there to here.
    """

    __tablename__ = "skill_origins"
    __table_args__ = (
        one_of("change", Change),
        CheckConstraint("steps >= 1", name="steps_count"),
        CheckConstraint("skill_id <> origin_id", name="another_skill"),
        Index("ix_skill_origins_origin", "origin_id"),
    )

    skill_id: Mapped[int] = mapped_column(parent("skills.id"), primary_key=True)
    line: Mapped[int] = mapped_column(primary_key=True)
    origin_id: Mapped[int] = mapped_column(parent("skills.id"), primary_key=True)
    change: Mapped[Change]
    carries: Mapped[bool]
    steps: Mapped[int]


def lineage_of(slug: str) -> tuple[Select[*tuple[Any, ...]], ...]:
    """All that decides whose words count for which statement of a framework, and what a level
    needs, in order."""
    versions = select(Framework.id).where(Framework.slug == slug)
    strands = select(Strand.id).where(Strand.framework_id.in_(versions))
    wordings = select(
        Statement.id,
        Statement.skill_id,
        Statement.framework_id,
        Statement.domain_id,
        Statement.rank,
        Statement.sensitive,
    ).where(Statement.framework_id.in_(versions))
    needs = select(
        Framework.id, Framework.version, Framework.needs_met, Framework.needs_of, Framework.least
    ).where(Framework.slug == slug)
    scale = select(
        ScaleAnswer.framework_id, ScaleAnswer.key, ScaleAnswer.position, ScaleAnswer.counts_as
    ).where(ScaleAnswer.framework_id.in_(versions))
    places = select(Strand.id, Strand.framework_id, Strand.key, Strand.targets_need_reason).where(
        Strand.id.in_(strands)
    )
    first = Domain.first_strand_key, Domain.first_domain_key
    domains = select(Domain.id, Domain.strand_id, Domain.key, *first).where(
        Domain.strand_id.in_(strands)
    )
    levels = select(Level.id, Level.strand_id, Level.rank).where(Level.strand_id.in_(strands))
    made_of = (
        select(*SkillOrigin.__table__.columns)
        .join(Skill, Skill.id == SkillOrigin.skill_id)
        .where(Skill.slug == slug)
    )
    return (
        wordings.order_by(Statement.id),
        needs.order_by(Framework.id),
        scale.order_by(ScaleAnswer.framework_id, ScaleAnswer.key),
        places.order_by(Strand.id),
        domains.order_by(Domain.id),
        levels.order_by(Level.id),
        made_of.order_by(SkillOrigin.skill_id, SkillOrigin.line, SkillOrigin.origin_id),
    )
