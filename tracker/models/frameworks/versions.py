"""What became of statements from one version of a framework to the next."""

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from tracker.db import Base
from tracker.models.columns import Id, one_of, parent
from tracker.rules.frameworks.versions import Change


class StatementSuccessor(Base):
    """A statement of a version and what takes its place in a later one: a row for every later
    version, so that readers follow one join. Written when the later version is published, then
    append-only.

    `carries`: what was said of the statement counts for its successor; where several statements
    carry to one, only where all of them say the same. `steps`: 1 from a version to the next.
    """

    __tablename__ = "statement_successors"
    __table_args__ = (
        UniqueConstraint("statement_id", "successor_id"),
        one_of("change", Change),
        CheckConstraint("steps >= 1", name="steps_count"),
        CheckConstraint("statement_id <> successor_id", name="another_statement"),
    )

    id: Mapped[Id]
    statement_id: Mapped[int] = mapped_column(parent("statements.id"))
    successor_id: Mapped[int] = mapped_column(parent("statements.id"), index=True)
    change: Mapped[Change]
    carries: Mapped[bool]
    steps: Mapped[int]
