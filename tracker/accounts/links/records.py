"""The only writer of one-time links with which somebody sets their password, of the mails with a
link, and of recovery codes. Of links and codes only a digest is kept; the link in a mail is made
when the mail is sent."""

import datetime as dt
from collections.abc import Collection, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.accounts.addresses import records as addresses_records
from tracker.models import (
    AddressChange,
    Invitation,
    Library,
    LinkMail,
    OutboxMail,
    Person,
    RecoveryCode,
)
from tracker.records import seals as seals_records
from tracker.records.core import outbox as outbox_records
from tracker.row_locks import held
from tracker.rules.core.links import (
    ASKED_LASTS,
    FOR_PASSWORDS,
    HELD_FOR,
    LINKS,
    LinkEmail,
    LinkKind,
)
from tracker.rules.core.notices import MailStatus
from tracker.rules.core.openings import DECIDE_WITHIN
from tracker.rules.core.tokens import new_recovery_code, new_token, recovery_hash, token_hash


def write(
    tx: Session,
    person_id: int,
    now: dt.datetime,
    kind: LinkKind = LinkKind.INVITATION,
    *,
    by_id: int | None = None,
) -> str:
    """A new link for them; returns its token. `by_id`: the administrator who gives it to somebody
    who has a password. Who has none has nothing yet that others could get at."""
    rule = LINKS[kind]
    if rule.replaces:
        close(tx, [person_id], now)
    token, opens_at = new_token(), None
    if tx.get_one(Person, person_id).password_hash is not None:
        address_is_new = addresses_records.is_set_by_another(tx, person_id, now)
        opens_at = now + HELD_FOR if rule.waits(address_is_new=address_is_new) else None
    tx.add(
        Invitation(
            person_id=person_id,
            token_hash=token_hash(token),
            kind=kind,
            made_at=now,
            ends_at=(opens_at or now) + _lasts(tx, person_id, kind),
            by_id=by_id,
            opens_at=opens_at,
        )
    )
    return token


def write_invitations(
    tx: Session, library: Library, people: Collection[int], now: dt.datetime
) -> dict[int, str]:
    """The same for people of one library who have no password: person -> token."""
    close(tx, people, now)
    tokens = {person_id: new_token() for person_id in people}
    common = {
        "kind": LinkKind.INVITATION,
        "made_at": now,
        "ends_at": now + dt.timedelta(days=library.invitation_days),
    }
    tx.add_all(
        Invitation(person_id=person_id, token_hash=token_hash(token), **common)
        for person_id, token in tokens.items()
    )
    return tokens


def _lasts(tx: Session, person_id: int, kind: LinkKind) -> dt.timedelta:
    return LINKS[kind].lasts or dt.timedelta(days=_library_of(tx, person_id).invitation_days)


def _library_of(tx: Session, person_id: int) -> Library:
    return tx.get_one(Library, tx.get_one(Person, person_id).library_id)


def close(tx: Session, people: Collection[int], now: dt.datetime) -> None:
    """Whatever links these people have are worth nothing from here on."""
    which = Invitation.person_id.in_(people), Invitation.closed_at.is_(None)
    seals_records.change_many(tx, Invitation, *which, closed_at=now)


def renew_code(tx: Session, person_id: int, now: dt.datetime) -> str:
    """A new recovery code in the place of any before it."""
    end_code(tx, person_id)
    code = new_recovery_code()
    tx.add(RecoveryCode(person_id=person_id, code_hash=recovery_hash(code), made_at=now))
    return code


def end_code(tx: Session, person_id: int, code: str | None = None) -> bool:
    """Their recovery code, or where that is it; whether there was one."""
    mine = [RecoveryCode.person_id == person_id]
    if code is not None:
        mine.append(RecoveryCode.code_hash == recovery_hash(code))
    return bool(seals_records.delete_many(tx, RecoveryCode, *mine))


def write_mail(
    tx: Session, kind: LinkKind, person_id: int, address: str, now: dt.datetime, **of: int | None
) -> None:
    """One that goes at once. `of`: the columns `change_id`, and `by_id`, the administrator by whom
    it comes, or who is asked to decide."""
    mail_id = outbox_records.write(tx, person_id, now)
    tx.add(LinkMail(mail_id=mail_id, kind=kind, address=address, **of))


def invite(
    tx: Session,
    library: Library,
    people: Sequence[Person],
    by_id: int,
    now: dt.datetime,
    *,
    at_once: bool = False,
) -> None:
    """A mail to each of them, in the hours of their library or `at_once`. All are written in one
    go: others wait to save meanwhile."""
    goes_at = now if at_once else library.mails_from(now)
    mails = [outbox_records.new(person.id, now, goes_at) for person in people]
    tx.add_all(mails)
    tx.flush()
    of = {"kind": LinkKind.INVITATION, "by_id": by_id, "at_once": at_once}
    tx.add_all(
        LinkMail(mail_id=mail.id, address=person.email, **of)
        for mail, person in zip(mails, people, strict=True)
    )


def under_way(tx: Session, kind: LinkKind, people: Collection[int]) -> set[int]:
    """Whom of them such a mail is on its way to."""
    query = (
        select(OutboxMail.person_id)
        .join(LinkMail, LinkMail.mail_id == OutboxMail.id)
        .where(
            LinkMail.kind == kind,
            OutboxMail.person_id.in_(list(people)),
            OutboxMail.status.in_(outbox_records.UNDER_WAY),
        )
    )
    return set(tx.scalars(query))


def drop_waiting(
    tx: Session, kinds: Collection[LinkKind], people: Collection[int], now: dt.datetime
) -> None:
    """Mails to them that did not go yet stay here: a link was handed over, which they would end."""
    waiting = held(
        select(OutboxMail)
        .join(LinkMail, LinkMail.mail_id == OutboxMail.id)
        .where(
            LinkMail.kind.in_(kinds),
            OutboxMail.person_id.in_(people),
            OutboxMail.status == MailStatus.WAITING,
        ),
        of=OutboxMail,
    )
    for mail in tx.scalars(waiting).all():
        outbox_records.drop(mail, now)


def was_refused(tx: Session, email: LinkEmail, now: dt.datetime) -> None:
    """The server will never take it: an invitation that nobody got is none."""
    if email.kind is LinkKind.INVITATION:
        close(tx, [tx.get_one(OutboxMail, email.mail_id).person_id], now)


def goes_at(tx: Session, link: LinkMail, mail: OutboxMail, now: dt.datetime) -> dt.datetime:
    """When it may be sent: an invitation in the hours of its library, unless somebody wanted it at
    once; all else now."""
    in_hours = link.kind is LinkKind.INVITATION and not link.at_once
    return _library_of(tx, mail.person_id).mails_from(now) if in_hours else now


def made(tx: Session, link: LinkMail, mail: OutboxMail, now: dt.datetime) -> LinkEmail | None:
    """With a link of its own, where it is to have one; None where there is nothing to send any
    more. Each try has another Message-ID, because it has another link."""
    person = tx.get_one(Person, mail.person_id)
    if link.kind in FOR_PASSWORDS:
        link.address = person.email
    if person.disabled_at is not None and link.kind is not LinkKind.OBJECTION:
        return None
    token, other = _token(tx, link, mail, person, now)
    if token is None:
        return None
    is_link = link.kind is not LinkKind.OBJECTION
    lasts = _lasts(tx, person.id, link.kind) if is_link else DECIDE_WITHIN
    return LinkEmail(
        mail_id=mail.id,
        kind=link.kind,
        name=person.name,
        address=link.address,
        token=f"{mail.token}-{mail.attempts}",
        secret=token,
        library=_library_of(tx, person.id).name,
        lasts=lasts,
        by=tx.get_one(Person, link.by_id).name if link.by_id is not None else "",
        other=other,
    )


def _token(
    tx: Session, link: LinkMail, mail: OutboxMail, person: Person, now: dt.datetime
) -> tuple[str | None, str]:
    """None where there is no link to make any more; and the other address that it is about, if
    any. A link about an address goes to the one that its change was sealed with."""
    if link.kind is LinkKind.OBJECTION:
        return "", ""
    if link.kind not in FOR_PASSWORDS:
        change = tx.get_one(AddressChange, link.change_id)
        is_back = link.kind is LinkKind.TAKE_BACK
        link.address = change.former_email if is_back else change.new_email
        other = change.new_email if is_back else ""
        return addresses_records.secret(change, link.kind, now), other
    is_wanted = mail.made_at > now - ASKED_LASTS
    if link.kind is LinkKind.INVITATION:
        is_wanted = person.password_hash is None
    return write(tx, person.id, now, link.kind, by_id=link.by_id) if is_wanted else None, ""
