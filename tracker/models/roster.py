"""Rosters that are brought in: the file in rows until it is done with."""

import datetime as dt
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from tracker.administration.roster.rules import RosterState, RosterVerdict
from tracker.db import Base
from tracker.models.columns import NEVER_AGAIN, Id, Line, one_of, parent


class RosterImport(Base):
    """A roster that an administrator uploaded. `columns`: where each stands, from 0; `meanings`:
    of its values. `never_stored`: the places of columns of which nothing is. `plan_digest`: of what
    its rows would do, as it was last checked. It goes after a while."""

    __tablename__ = "roster_imports"
    __table_args__ = (
        one_of("state", RosterState),
        CheckConstraint(
            "(state IN ('checked', 'replaced')) = (imported_at IS NULL)", name="imported_has_a_time"
        ),
        Index("ix_roster_imports_library", "library_id", "uploaded_at"),
        NEVER_AGAIN,
    )

    id: Mapped[Id]
    library_id: Mapped[int] = mapped_column(parent("libraries.id"))
    person_id: Mapped[int] = mapped_column(parent("people.id"), index=True)
    state: Mapped[RosterState]
    file_name: Mapped[Line]
    sheet: Mapped[Line] = mapped_column(default="")
    headings: Mapped[list[str]] = mapped_column(JSON)
    columns: Mapped[dict[str, int]] = mapped_column(JSON)
    meanings: Mapped[dict[str, dict[str, str]]] = mapped_column(JSON)
    never_stored: Mapped[list[int]] = mapped_column(JSON)
    makes_teams: Mapped[bool] = mapped_column(default=False)
    plan_digest: Mapped[str] = mapped_column(String(64), default="")
    uploaded_at: Mapped[dt.datetime] = mapped_column(index=True)
    imported_at: Mapped[dt.datetime | None]


class RosterRow(Base):
    """A row of the file, and what would become of it. `person_id`: who it is about, where they are
    here already or were added by it."""

    __tablename__ = "roster_rows"
    __table_args__ = (
        UniqueConstraint("import_id", "number"),
        one_of("verdict", RosterVerdict),
        Index("ix_roster_rows_verdict", "import_id", "verdict", "number"),
    )

    id: Mapped[Id]
    import_id: Mapped[int] = mapped_column(parent("roster_imports.id"))
    number: Mapped[int]
    cells: Mapped[list[str]] = mapped_column(JSON)
    verdict: Mapped[RosterVerdict]
    title: Mapped[str] = mapped_column(String(254), default="")
    person_id: Mapped[int | None] = mapped_column(parent("people.id"), index=True)
    problems: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    changes: Mapped[list[dict[str, Any]]] = mapped_column(JSON)


class RosterMemory(Base):
    """What a library's headings and values meant last time. `called`: the column by the plain words
    of a heading, "" where it was not imported."""

    __tablename__ = "roster_memories"

    id: Mapped[Id]
    library_id: Mapped[int] = mapped_column(parent("libraries.id"), unique=True)
    called: Mapped[dict[str, str]] = mapped_column(JSON)
    meanings: Mapped[dict[str, dict[str, str]]] = mapped_column(JSON)
