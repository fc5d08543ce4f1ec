"""How people sign in: invitations, links to set a password, addresses, and their open sign-ins."""

import datetime as dt

from sqlalchemy import CheckConstraint, Index, String, false
from sqlalchemy.orm import Mapped, mapped_column

from tracker.db import Base
from tracker.models.columns import NEVER_AGAIN, Id, Line, one_of, parent
from tracker.rules.core.links import FOR_PASSWORDS, LinkKind
from tracker.rules.core.seals import new_salt


class SignIn(Base):
    """One server-side session. The cookie holds a random token; only its SHA-256 is stored.

    `on_shared_desk`: it ends after half an hour without use. `renews`: what its owner may do has
    changed, so the next request gets another token; the one before holds until `former_until`, for
    requests that are under way.
    """

    __tablename__ = "sign_ins"

    id: Mapped[Id]
    person_id: Mapped[int] = mapped_column(parent("people.id"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    agent: Mapped[Line] = mapped_column(String(200), default="")
    started_at: Mapped[dt.datetime]
    seen_at: Mapped[dt.datetime]
    ends_at: Mapped[dt.datetime]
    ended_at: Mapped[dt.datetime | None]
    on_shared_desk: Mapped[bool] = mapped_column(default=False, server_default=false())
    renews: Mapped[bool] = mapped_column(default=False, server_default=false())
    former_hash: Mapped[str | None] = mapped_column(String(64), index=True)
    former_until: Mapped[dt.datetime | None]


class Invitation(Base):
    """A one-time link with which somebody sets their password: because they were invited, or asked
    for it when it was lost. Only the SHA-256 of its token is stored.

    It is closed when it was used or when another took its place. `by_id`: the administrator who
    made it, none where its owner asked for it or whoever runs the server made it. Before `opens_at`
    it sets a password only once `confirmed_by_id`, a supervisor, said that its owner is there, or
    with a recovery code. `disowned_at`: its owner said that they did not ask for it.
    """

    __tablename__ = "invitations"
    __table_args__ = (
        one_of("kind", FOR_PASSWORDS),
        CheckConstraint(
            "(confirmed_at IS NULL) = (confirmed_by_id IS NULL)", name="confirmed_by_somebody"
        ),
        CheckConstraint("confirmed_by_id <> by_id", name="confirmed_by_another"),
        CheckConstraint("used_at IS NULL OR closed_at IS NOT NULL", name="used_is_closed"),
        NEVER_AGAIN,
    )

    id: Mapped[Id]
    person_id: Mapped[int] = mapped_column(parent("people.id"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    kind: Mapped[LinkKind] = mapped_column(
        default=LinkKind.INVITATION, server_default=LinkKind.INVITATION
    )
    made_at: Mapped[dt.datetime]
    ends_at: Mapped[dt.datetime]
    closed_at: Mapped[dt.datetime | None]
    by_id: Mapped[int | None] = mapped_column(parent("people.id"))
    opens_at: Mapped[dt.datetime | None]
    confirmed_at: Mapped[dt.datetime | None]
    confirmed_by_id: Mapped[int | None] = mapped_column(parent("people.id"))
    used_at: Mapped[dt.datetime | None]
    disowned_at: Mapped[dt.datetime | None]

    def works(self, now: dt.datetime) -> bool:
        """As models/joins.link_works says it in SQL."""
        return self.closed_at is None and self.ends_at > now


class RecoveryCode(Base):
    """With it a one-time link works that others may have got at: it was shown to its owner once.
    Only its SHA-256 is stored. It goes when it was used, and another takes its place."""

    __tablename__ = "recovery_codes"

    person_id: Mapped[int] = mapped_column(parent("people.id"), primary_key=True)
    code_hash: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[dt.datetime]


class FormerAddress(Base):
    """An address that somebody signed in with until an administrator changed it. What befalls
    their account is told there too, for a while (rules/core/links)."""

    __tablename__ = "former_addresses"

    id: Mapped[Id]
    person_id: Mapped[int] = mapped_column(parent("people.id"), index=True)
    email: Mapped[str] = mapped_column(String(254))
    until_at: Mapped[dt.datetime] = mapped_column(index=True)


class ResetRequest(Base):
    """Somebody who is not signed in asked for a link to set a new password. Whether the address is
    anybody's is looked up by the worker, which deletes the row: so the answer and its time say
    nothing."""

    __tablename__ = "reset_requests"

    id: Mapped[Id]
    email: Mapped[str] = mapped_column(String(254))
    asked_at: Mapped[dt.datetime]


class AddressChange(Base):
    """Somebody wants to sign in with another address. It is theirs once it is confirmed there, and
    can be taken back from the one before for a while. Of both links only the SHA-256 of the token
    is stored, once they are mailed.

    `by_id`: the administrator who set it, which needs no confirming. `ended_at`: it was taken back,
    or another change took its place.
    """

    __tablename__ = "address_changes"
    __table_args__ = (
        CheckConstraint("former_email <> new_email", name="another_address"),
        Index("ix_address_changes_asked_at", "asked_at"),
    )

    id: Mapped[Id]
    person_id: Mapped[int] = mapped_column(parent("people.id"), index=True)
    former_email: Mapped[str] = mapped_column(String(254))
    new_email: Mapped[str] = mapped_column(String(254))
    confirm_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    take_back_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    asked_at: Mapped[dt.datetime]
    confirmed_at: Mapped[dt.datetime | None]
    ended_at: Mapped[dt.datetime | None]
    by_id: Mapped[int | None] = mapped_column(parent("people.id"))
    salt: Mapped[bytes] = mapped_column(default=new_salt)
