"""What a job expects (job profile, targets), the dated periods in which people take stock, and how
it all was on the last day of each."""

import datetime as dt
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index, String, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from tracker.db import Base
from tracker.frameworks.versions.rules import Voice
from tracker.frameworks.versions.rules_levels import TargetState
from tracker.models.columns import Id, Line, Prose, one_of, parent
from tracker.rules.core.seals import new_salt


class RoleProfile(Base):
    """A job in a framework, in all its versions: `slug`. `targets_reason`: why it has targets in
    sections where they need a reason."""

    __tablename__ = "role_profiles"
    __table_args__ = (UniqueConstraint("library_id", "slug", "name"),)

    id: Mapped[Id]
    library_id: Mapped[int] = mapped_column(parent("libraries.id"))
    slug: Mapped[str] = mapped_column(String(80))
    name: Mapped[Line]
    position: Mapped[int] = mapped_column(default=0)
    targets_reason: Mapped[Prose] = mapped_column(default="", server_default=text("''"))
    retired_at: Mapped[dt.datetime | None]


class Target(Base):
    """The rank that a job profile expects in a domain, in each version that has one of these keys.
    Where its section has fewer levels, the highest of them is expected. No row: nothing is."""

    __tablename__ = "targets"
    __table_args__ = (
        UniqueConstraint("role_profile_id", "strand_key", "domain_key"),
        CheckConstraint("rank BETWEEN 1 AND 9", name="rank_known"),
    )

    id: Mapped[Id]
    role_profile_id: Mapped[int] = mapped_column(parent("role_profiles.id"))
    strand_key: Mapped[str] = mapped_column(String(80))
    domain_key: Mapped[str] = mapped_column(String(80))
    rank: Mapped[int]


class Round(Base):
    """A dated period of one library. Both dates are inclusive. `ended_unseen`: it was over before
    its end could be kept, so its snapshot is put together afterwards. `figures_on`: an earlier day
    of which figures without names are told too; `figures_at`: when they were counted."""

    __tablename__ = "rounds"
    __table_args__ = (
        UniqueConstraint("library_id", "name"),
        CheckConstraint("ends_on >= starts_on", name="dates_in_order"),
        CheckConstraint("figures_on >= starts_on AND figures_on < ends_on", name="figures_inside"),
        Index("ix_rounds_ends", "ends_on"),
    )

    id: Mapped[Id]
    library_id: Mapped[int] = mapped_column(parent("libraries.id"), index=True)
    name: Mapped[Line] = mapped_column(String(200))
    starts_on: Mapped[dt.date]
    ends_on: Mapped[dt.date]
    ended_unseen: Mapped[bool] = mapped_column(default=False, server_default=false())
    figures_on: Mapped[dt.date | None]
    figures_at: Mapped[dt.datetime | None]


class RoundFramework(Base):
    """A framework that a round is for; it pins the version. A round has at least one."""

    __tablename__ = "round_frameworks"

    round_id: Mapped[int] = mapped_column(parent("rounds.id"), primary_key=True)
    framework_id: Mapped[int] = mapped_column(parent("frameworks.id"), primary_key=True)


class RoundSnapshot(Base):
    """How things were at the end of a round, append-only. `as_of`: the first moment after its last
    day in the library. `reconstructed`: made of what was left when it was over already. `facts`:
    the rule of levels, the teams, and the frameworks' versions (record/standings/rules)."""

    __tablename__ = "round_snapshots"

    id: Mapped[Id]
    round_id: Mapped[int] = mapped_column(parent("rounds.id"), unique=True)
    as_of: Mapped[dt.datetime]
    made_at: Mapped[dt.datetime]
    reconstructed: Mapped[bool]
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)


class SnapshotPerson(Base):
    """Somebody who learned one of the round's frameworks on its last day, append-only: the person
    by reference, all else as it was. `jobs`: path of the team, role profile, and its name, the
    newest last (record/standings/rules). The other columns: as in `Standing`."""

    __tablename__ = "snapshot_people"
    __table_args__ = (UniqueConstraint("snapshot_id", "person_id", "framework_id"),)

    id: Mapped[Id]
    snapshot_id: Mapped[int] = mapped_column(parent("round_snapshots.id"))
    person_id: Mapped[int] = mapped_column(parent("people.id"), index=True)
    framework_id: Mapped[int] = mapped_column(parent("frameworks.id"))
    jobs: Mapped[list[tuple[str, int, str]]] = mapped_column(JSON)
    revealed: Mapped[Prose]
    reviewed: Mapped[Prose]
    not_met: Mapped[Prose]
    excepted: Mapped[Prose]
    salt: Mapped[bytes] = mapped_column(default=new_salt)


class FigureGroup(Base):
    """Whom a round's figures without names count together, append-only: the people of a team, or
    the rest of it (teams/figures/rules). Fixed when the round opens."""

    __tablename__ = "figure_groups"
    __table_args__ = (UniqueConstraint("round_id", "person_id"),)

    id: Mapped[Id]
    round_id: Mapped[int] = mapped_column(parent("rounds.id"))
    person_id: Mapped[int] = mapped_column(parent("people.id"), index=True)
    team_id: Mapped[int] = mapped_column(parent("teams.id"))


class CountedOutcome(Base):
    """Somebody at target or below it after a review, counted in a figure without names of their
    group as of a moment of the round, append-only. `reviewed_at`: by then, and by no later review;
    the domain by its key, in all versions of the framework. `is_implied`: of own ratings, where it
    follows from what was reviewed."""

    __tablename__ = "counted_outcomes"
    __table_args__ = (
        UniqueConstraint("person_id", "slug", "domain_key", "voice", "reviewed_at"),
        Index("ix_counted_outcomes_of", "round_id", "slug", "voice"),
        one_of("voice", Voice),
        one_of("state", TargetState),
    )

    id: Mapped[Id]
    round_id: Mapped[int] = mapped_column(parent("rounds.id"))
    team_id: Mapped[int] = mapped_column(parent("teams.id"))
    person_id: Mapped[int] = mapped_column(parent("people.id"))
    slug: Mapped[Line]
    domain_key: Mapped[Line]
    voice: Mapped[Voice]
    state: Mapped[TargetState]
    reviewed_at: Mapped[dt.datetime]
    as_of: Mapped[dt.datetime]
    is_implied: Mapped[bool] = mapped_column(default=False)
