"""Forms that were sent, so that the same one sent again is known."""

import datetime as dt

from sqlalchemy import CheckConstraint, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from tracker.db import Base
from tracker.models.columns import Id, parent


class Submission(Base):
    """A rendered form whose work was done, written in the transaction of that work.

    `key_sha256` is of the form's key together with the person who sent it; no person: somebody who
    is not signed in. `status`, `location` and `messages` (the sentences told, as JSON) are the
    answer it got; there is none where the server stopped before giving it. Rows are forgotten after
    a while, and with their person.
    """

    __tablename__ = "submissions"
    __table_args__ = (
        CheckConstraint("status IS NULL OR status BETWEEN 300 AND 399", name="answer_leads_on"),
    )

    id: Mapped[Id]
    person_id: Mapped[int | None] = mapped_column(parent("people.id"), index=True)
    key_sha256: Mapped[str] = mapped_column(String(64), unique=True)
    body_sha256: Mapped[str] = mapped_column(String(64))
    accepted_at: Mapped[dt.datetime] = mapped_column(index=True)
    status: Mapped[int | None]
    location: Mapped[str] = mapped_column(Text, default="")
    messages: Mapped[str] = mapped_column(Text, default="")
