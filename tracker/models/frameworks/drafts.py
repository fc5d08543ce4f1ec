"""A version of a framework, the first or the next, until it is published."""

import datetime as dt
from typing import Any

from sqlalchemy import JSON, CheckConstraint, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from tracker.db import Base
from tracker.frameworks.versions.rules import VersionDecision
from tracker.models.columns import Id, Word, one_of, parent, partial

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
