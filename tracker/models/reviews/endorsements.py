"""The history of endorsements."""

import datetime as dt

from sqlalchemy.orm import Mapped, mapped_column

from tracker.db import Base
from tracker.models.columns import Id, Word, one_of, parent
from tracker.rules.reviews.workflow import EndorsementStatus


class EndorsementMove(Base):
    """Every change of an endorsement's status, append-only; `actor_id` is empty where time did
    it."""

    __tablename__ = "endorsement_moves"
    __table_args__ = (one_of("after", EndorsementStatus),)

    id: Mapped[Id]
    endorsement_id: Mapped[int] = mapped_column(parent("endorsements.id"), index=True)
    actor_id: Mapped[int | None] = mapped_column(parent("people.id"))
    before: Mapped[Word]
    after: Mapped[EndorsementStatus]
    moved_at: Mapped[dt.datetime]
