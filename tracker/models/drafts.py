"""What people typed and did not send."""

import datetime as dt

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from tracker.db import Base
from tracker.models.columns import NEVER_AGAIN, Id, Prose, parent
from tracker.rules.drafts import NAME_MAX


class Draft(Base):
    """Texts of a form that its person has not sent. Nobody else reads it, and it counts nowhere.

    `form` is the address that the form goes to, by its endpoint; `subject` what it is about, "" for
    nothing more; `fields` what was typed (rules/drafts). It goes with the work that the form does,
    after a while, and with its person.
    """

    __tablename__ = "drafts"
    __table_args__ = (UniqueConstraint("person_id", "form", "subject"), NEVER_AGAIN)

    id: Mapped[Id]
    person_id: Mapped[int] = mapped_column(parent("people.id"))
    form: Mapped[str] = mapped_column(String(NAME_MAX))
    subject: Mapped[str] = mapped_column(String(NAME_MAX))
    fields: Mapped[Prose]
    saved_at: Mapped[dt.datetime] = mapped_column(index=True)
