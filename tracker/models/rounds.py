"""What a job expects (role profile, targets), and the dated periods in which people take stock."""

import datetime as dt

from sqlalchemy import CheckConstraint, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from tracker.db import Base
from tracker.models.columns import Id, Line, Prose, parent


class RoleProfile(Base):
    """A job in a framework. It names one version; in a later one another takes its place, which
    names it in `carried_from_id`. `targets_reason`: why it has targets in sections where they need
    a reason."""

    __tablename__ = "role_profiles"
    __table_args__ = (UniqueConstraint("library_id", "framework_id", "name"),)

    id: Mapped[Id]
    library_id: Mapped[int] = mapped_column(parent("libraries.id"))
    framework_id: Mapped[int] = mapped_column(parent("frameworks.id"))
    name: Mapped[Line]
    position: Mapped[int] = mapped_column(default=0)
    targets_reason: Mapped[Prose] = mapped_column(default="", server_default=text("''"))
    retired_at: Mapped[dt.datetime | None]
    carried_from_id: Mapped[int | None] = mapped_column(parent("role_profiles.id"), index=True)


class Target(Base):
    """The rank that a role profile expects in a domain. No row: nothing is expected there."""

    __tablename__ = "targets"
    __table_args__ = (
        UniqueConstraint("role_profile_id", "domain_id"),
        CheckConstraint("rank BETWEEN 1 AND 9", name="rank_known"),
    )

    id: Mapped[Id]
    role_profile_id: Mapped[int] = mapped_column(parent("role_profiles.id"))
    domain_id: Mapped[int] = mapped_column(parent("domains.id"))
    rank: Mapped[int]


class Round(Base):
    """A dated period of one library. Both dates are inclusive."""

    __tablename__ = "rounds"
    __table_args__ = (
        UniqueConstraint("library_id", "name"),
        CheckConstraint("ends_on >= starts_on", name="dates_in_order"),
    )

    id: Mapped[Id]
    library_id: Mapped[int] = mapped_column(parent("libraries.id"), index=True)
    name: Mapped[Line] = mapped_column(String(200))
    starts_on: Mapped[dt.date]
    ends_on: Mapped[dt.date]


class RoundFramework(Base):
    """A framework that a round is for; it pins the version. A round has at least one."""

    __tablename__ = "round_frameworks"

    round_id: Mapped[int] = mapped_column(parent("rounds.id"), primary_key=True)
    framework_id: Mapped[int] = mapped_column(parent("frameworks.id"), primary_key=True)
