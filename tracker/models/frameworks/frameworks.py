"""Frameworks as published: a version in use is never edited.

A version of a framework, the first or the next, until it is published.
"""

import datetime as dt
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, composite, mapped_column

from tracker.db import Base
from tracker.frameworks.versions.rules import Decision, Meaning, VersionDecision, VersionStatus
from tracker.frameworks.versions.rules_levels import RULE, LevelRule
from tracker.models.columns import NEVER_AGAIN, Id, Line, Prose, Word, one_of, parent, partial


class Framework(Base):
    """One published version. `about` is what its page shows beside the statements: evidence pack,
    attribution. `status`: whether it can be chosen (frameworks/versions/rules). `rule`: what
    it asks for at a level, frozen as all of it."""

    __tablename__ = "frameworks"
    __table_args__ = (
        UniqueConstraint("slug", "version"),
        one_of("status", VersionStatus),
        CheckConstraint("needs_met BETWEEN 1 AND needs_of AND least >= 1", name="rule_can_be_met"),
    )

    id: Mapped[Id]
    slug: Mapped[str] = mapped_column(String(80))
    version: Mapped[Word]
    title: Mapped[Line]
    lang: Mapped[Word] = mapped_column(default="en")
    digest: Mapped[str] = mapped_column(String(64))
    about: Mapped[dict[str, Any]] = mapped_column(JSON)
    needs_met: Mapped[int] = mapped_column(default=RULE.met)
    needs_of: Mapped[int] = mapped_column(default=RULE.of)
    least: Mapped[int] = mapped_column(default=RULE.least)
    rule: Mapped[LevelRule] = composite("needs_met", "needs_of", "least")
    published_at: Mapped[dt.datetime]
    status: Mapped[VersionStatus] = mapped_column(default=VersionStatus.OFFERED)


class ScaleAnswer(Base):
    """One answer of the framework's scale, in order. Frozen once a rating uses it.

    `reviewer_description`: what it means when a reviewer chooses it."""

    __tablename__ = "scale_answers"
    __table_args__ = (UniqueConstraint("framework_id", "key"), one_of("counts_as", Meaning))

    id: Mapped[Id]
    framework_id: Mapped[int] = mapped_column(parent("frameworks.id"))
    key: Mapped[Word]
    position: Mapped[int]
    label: Mapped[Line]
    description: Mapped[Prose]
    reviewer_description: Mapped[Prose] = mapped_column(default="")
    counts_as: Mapped[Meaning]


class Strand(Base):
    """A part of a framework with its own levels; pages call it a section. `targets_need_reason`:
    its statements are traits, and no job has targets in it without a reason."""

    __tablename__ = "strands"
    __table_args__ = (UniqueConstraint("framework_id", "key"),)

    id: Mapped[Id]
    framework_id: Mapped[int] = mapped_column(parent("frameworks.id"))
    key: Mapped[str] = mapped_column(String(80))
    title: Mapped[Line]
    intro: Mapped[Prose] = mapped_column(default="")
    position: Mapped[int]
    targets_need_reason: Mapped[bool] = mapped_column(default=False, server_default=false())


class Level(Base):
    """Rank 1 to 9 with its name in the strand. A strand without levels has one, named
    as the strand."""

    __tablename__ = "levels"
    __table_args__ = (
        UniqueConstraint("strand_id", "rank"),
        CheckConstraint("rank BETWEEN 1 AND 9", name="rank_known"),
    )

    id: Mapped[Id]
    strand_id: Mapped[int] = mapped_column(parent("strands.id"))
    rank: Mapped[int]
    name: Mapped[Line]
    role_label: Mapped[Line] = mapped_column(default="")


class Domain(Base):
    """`claimed_count` is what the source's heading says, where it says one; it may differ from what
    is listed. `first_strand_key`, `first_domain_key`: the keys that it first had, under which the
    targets in it are kept, where it has others in this version."""

    __tablename__ = "domains"
    __table_args__ = (UniqueConstraint("strand_id", "key"),)

    id: Mapped[Id]
    strand_id: Mapped[int] = mapped_column(parent("strands.id"))
    key: Mapped[str] = mapped_column(String(80))
    title: Mapped[Line]
    position: Mapped[int]
    claimed_count: Mapped[int | None]
    first_strand_key: Mapped[str | None] = mapped_column(String(80))
    first_domain_key: Mapped[str | None] = mapped_column(String(80))


class Statement(Base):
    """One thing to rate: the wording of a skill in one version. `uuid` is the publisher's name for
    it; `position` runs through the whole framework. `sensitive`: not rated until a library decides
    to rate it."""

    __tablename__ = "statements"
    __table_args__ = (
        UniqueConstraint("framework_id", "uuid"),
        UniqueConstraint("framework_id", "code"),
        UniqueConstraint("framework_id", "skill_id"),
        UniqueConstraint("id", "skill_id"),
        CheckConstraint("rank BETWEEN 1 AND 9", name="rank_known"),
        Index("ix_statements_skill", "skill_id"),
        Index("ix_statements_domain_rank", "domain_id", "rank", "position"),
    )

    id: Mapped[Id]
    framework_id: Mapped[int] = mapped_column(parent("frameworks.id"))
    skill_id: Mapped[int] = mapped_column(parent("skills.id"))
    domain_id: Mapped[int] = mapped_column(parent("domains.id"))
    rank: Mapped[int]
    uuid: Mapped[str] = mapped_column(String(36))
    code: Mapped[Word]
    position: Mapped[int]
    title: Mapped[Line]
    text: Mapped[Prose]
    sensitive: Mapped[bool] = mapped_column(default=False, server_default=false())


class Source(Base):
    """A source of the framework: the label that a page shows, its full name and its license."""

    __tablename__ = "sources"
    __table_args__ = (UniqueConstraint("framework_id", "key"),)

    id: Mapped[Id]
    framework_id: Mapped[int] = mapped_column(parent("frameworks.id"))
    key: Mapped[str] = mapped_column(String(80))
    label: Mapped[Line]
    name: Mapped[Prose]
    url: Mapped[str | None] = mapped_column(String(2000))
    licence: Mapped[Line] = mapped_column(default="")
    position: Mapped[int]


class Citation(Base):
    """A source that a statement cites, in order."""

    __tablename__ = "citations"
    __table_args__ = (
        UniqueConstraint("statement_id", "source_id"),
        UniqueConstraint("statement_id", "position"),
    )

    id: Mapped[Id]
    statement_id: Mapped[int] = mapped_column(parent("statements.id"))
    source_id: Mapped[int] = mapped_column(parent("sources.id"))
    position: Mapped[int]


class Anchor(Base):
    """An O*NET skill, task, ability, ... that the page lists. `kind` is the key of its list in the
    file."""

    __tablename__ = "anchors"
    __table_args__ = (UniqueConstraint("framework_id", "kind", "position"),)

    id: Mapped[Id]
    framework_id: Mapped[int] = mapped_column(parent("frameworks.id"))
    kind: Mapped[str] = mapped_column(String(80))
    position: Mapped[int]
    text: Mapped[Prose]


class Correction(Base):
    """A suggestion from a reader of the public page, who may leave a name and an address, or not.
    It belongs to the library of who was signed in; without one it is the operators' to close."""

    __tablename__ = "corrections"
    __table_args__ = (
        CheckConstraint("(closed_at IS NULL) = (closed_by_id IS NULL)", name="closed_by_somebody"),
        partial("ix_corrections_open", "closed_at IS NULL", "framework_id"),
    )

    id: Mapped[Id]
    framework_id: Mapped[int] = mapped_column(parent("frameworks.id"))
    statement_id: Mapped[int | None] = mapped_column(parent("statements.id"))
    library_id: Mapped[int | None] = mapped_column(parent("libraries.id"))
    text: Mapped[Prose]
    name: Mapped[Line] = mapped_column(default="")
    email: Mapped[str] = mapped_column(String(254), default="")
    suggested_at: Mapped[dt.datetime]
    closed_at: Mapped[dt.datetime | None]
    closed_by_id: Mapped[int | None] = mapped_column(parent("people.id"))
    outcome: Mapped[Prose] = mapped_column(default="")


class NotRatedHere(Base):
    """A skill that a library leaves out of rating, openly and with a reason, until it is lifted,
    and with it what comes of it. Without `set_by_id` it is a sensitive one that nobody has decided
    about yet."""

    __tablename__ = "not_rated_here"
    __table_args__ = (UniqueConstraint("library_id", "skill_id"), NEVER_AGAIN)

    id: Mapped[Id]
    library_id: Mapped[int] = mapped_column(parent("libraries.id"))
    skill_id: Mapped[int] = mapped_column(parent("skills.id"))
    reason: Mapped[Prose]
    set_at: Mapped[dt.datetime]
    set_by_id: Mapped[int | None] = mapped_column(parent("people.id"))


class SensitiveDecision(Base):
    """What a library decided about a skill that is sensitive; no row, and none of what it was made
    of: nothing yet. Without a time and a person it was rated before anybody was asked."""

    __tablename__ = "sensitive_decisions"
    __table_args__ = (
        UniqueConstraint("library_id", "skill_id"),
        one_of("decision", Decision),
        CheckConstraint(
            "(decided_at IS NULL) = (decided_by_id IS NULL)", name="decided_by_somebody"
        ),
    )

    id: Mapped[Id]
    library_id: Mapped[int] = mapped_column(parent("libraries.id"))
    skill_id: Mapped[int] = mapped_column(parent("skills.id"))
    decision: Mapped[Decision]
    decided_at: Mapped[dt.datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(parent("people.id"))


OPEN = "published_at IS NULL AND discarded_at IS NULL"


class FrameworkDraft(Base):
    """At most one is open for each framework. Without a base it is a first version. `content` is
    its file, `digest` that of the file as it was taken in; `origins`: what somebody said by hand
    about whose place a statement takes (frameworks/changes/rules), its own where the
    file leaves it out and it is kept; `places`: by new domain the one whose targets go on in it
    (frameworks/changes/rules_places). By command where no person is named."""

    __tablename__ = "framework_drafts"
    __table_args__ = (
        CheckConstraint(
            "(published_at IS NULL) = (published_framework_id IS NULL)", name="published_as_one"
        ),
        CheckConstraint("published_at IS NULL OR discarded_at IS NULL", name="ended_once"),
        partial("uq_framework_drafts_open", OPEN, "slug", unique=True),
    )

    id: Mapped[Id]
    slug: Mapped[str] = mapped_column(String(80))
    base_framework_id: Mapped[int | None] = mapped_column(parent("frameworks.id"))
    version: Mapped[Word]
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    digest: Mapped[str] = mapped_column(String(64))
    origins: Mapped[dict[str, list[str]]] = mapped_column(JSON)
    places: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    made_by_id: Mapped[int | None] = mapped_column(parent("people.id"))
    made_at: Mapped[dt.datetime]
    published_framework_id: Mapped[int | None] = mapped_column(parent("frameworks.id"))
    published_at: Mapped[dt.datetime | None]
    discarded_at: Mapped[dt.datetime | None]


class FrameworkDraftDecision(Base):
    """What becomes of the ratings of statements that change. `change_key` is the digest of the very
    change (frameworks/changes/rules); `carried_to`: of a split, the uuid of the part."""

    __tablename__ = "framework_draft_decisions"
    __table_args__ = (
        UniqueConstraint("draft_id", "change_key"),
        one_of("decision", VersionDecision),
        CheckConstraint("carried_to IS NULL OR decision = 'carry'", name="part_is_carried"),
    )

    id: Mapped[Id]
    draft_id: Mapped[int] = mapped_column(parent("framework_drafts.id"))
    change_key: Mapped[str] = mapped_column(String(64))
    decision: Mapped[VersionDecision]
    carried_to: Mapped[str | None] = mapped_column(String(36))
    decided_by_id: Mapped[int | None] = mapped_column(parent("people.id"))
    decided_at: Mapped[dt.datetime]
