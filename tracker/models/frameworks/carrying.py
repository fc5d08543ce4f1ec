"""People who are carried to a later version of a framework, and what of each table comes along."""

import datetime as dt

from sqlalchemy import JSON, CheckConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from tracker.db import Base
from tracker.models.columns import Id, one_of, parent
from tracker.rules.frameworks.carrying import CarryingStatus


class Carrying(Base):
    """The people of a library, of a team and those below it, or one person, from one version to a
    later one: from `starts_on` on, once no round of the version before is open. Without
    `asked_by_id` by command."""

    __tablename__ = "carryings"
    __table_args__ = (
        one_of("status", CarryingStatus),
        CheckConstraint("from_id <> to_id", name="another_version"),
        CheckConstraint("team_id IS NULL OR person_id IS NULL", name="one_scope"),
        CheckConstraint(
            "(status IN ('planned', 'called_off')) = (begun_at IS NULL)", name="begun_has_a_time"
        ),
        CheckConstraint(
            "(status IN ('called_off', 'done', 'undone')) = (ended_at IS NOT NULL)",
            name="ended_has_a_time",
        ),
        Index("ix_carryings_library", "library_id", "asked_at"),
    )

    id: Mapped[Id]
    library_id: Mapped[int] = mapped_column(parent("libraries.id"))
    from_id: Mapped[int] = mapped_column(parent("frameworks.id"))
    to_id: Mapped[int] = mapped_column(parent("frameworks.id"))
    team_id: Mapped[int | None] = mapped_column(parent("teams.id"))
    person_id: Mapped[int | None] = mapped_column(parent("people.id"))
    status: Mapped[CarryingStatus]
    starts_on: Mapped[dt.date]
    asked_by_id: Mapped[int | None] = mapped_column(parent("people.id"))
    asked_at: Mapped[dt.datetime]
    begun_at: Mapped[dt.datetime | None]
    ended_at: Mapped[dt.datetime | None]


class CarriedPerson(Base):
    """Somebody whom a carrying is for, from when it begins. `memberships`: the job profile that
    each of those that moved had before, by its id. `asked_again`: how many of the statements that
    they had rated ask to be rated again. `last_entry`: the newest of their history when they were
    carried; what is newer is a new answer."""

    __tablename__ = "carried_people"
    __table_args__ = (
        UniqueConstraint("carrying_id", "person_id"),
        CheckConstraint("undone_at IS NULL OR carried_at IS NOT NULL", name="carried_first"),
    )

    id: Mapped[Id]
    carrying_id: Mapped[int] = mapped_column(parent("carryings.id"))
    person_id: Mapped[int] = mapped_column(parent("people.id"), index=True)
    memberships: Mapped[dict[str, int]] = mapped_column(JSON)
    asked_again: Mapped[int] = mapped_column(default=0)
    last_entry: Mapped[int] = mapped_column(default=0)
    carried_at: Mapped[dt.datetime | None]
    undone_at: Mapped[dt.datetime | None]


CARRIED = frozenset(
    {
        "evidence_links",
        "level_exception_texts",
        "level_exceptions",
        "memberships",
        "not_rated_here",
        "ratings",
        "role_profiles",
        "round_frameworks",
        "sensitive_decisions",
        "targets",
    }
)
"""Of their rows there is one for the later version after the carrying, or they point to it."""
RECOMPUTED = frozenset({"level_exception_moves", "rating_entries", "seals"})
"""What is carried writes its own."""
KEPT = frozenset(
    {
        "alert_mails",
        "anchors",
        "carried_people",
        "carryings",
        "citations",
        "confirmations",
        "corrections",
        "difference_choices",
        "domains",
        "endorsement_moves",
        "endorsement_texts",
        "endorsements",
        "framework_draft_decisions",
        "framework_drafts",
        "handover_texts",
        "handovers",
        "levels",
        "notices",
        "review_item_evidence",
        "review_item_texts",
        "review_items",
        "review_messages",
        "review_moves",
        "reviews",
        "scale_answers",
        "second_readings",
        "snapshot_people",
        "sources",
        "statement_successors",
        "statements",
        "strands",
        "training_actions",
    }
)
"""They stay with the version that they are of: its own content, what was reviewed on it (read
through the successors, next steps by the item that they came of), and what tells of it."""
