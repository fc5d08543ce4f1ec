"""Where people stand in the domains of their version, as others may see it: worked out from their
sheets, so that a page of many people reads a row for each."""

import datetime as dt

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from tracker.db import Base
from tracker.models.columns import Prose, parent


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
