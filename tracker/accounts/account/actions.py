"""What people change about their own account, and keep in it: what they type before they send it,
and that they read how ratings are used."""

import datetime as dt
from dataclasses import replace

from sqlalchemy import CursorResult, delete, or_, select
from sqlalchemy.orm import Session

from tracker.accounts.account.rules import DAY, MERGE_LASTS, MergeOutcome, clean_until
from tracker.accounts.addresses import records as addresses_records
from tracker.accounts.links import records as links_records
from tracker.accounts.links.queries import places_of
from tracker.accounts.sign_in import records as sign_in_records
from tracker.accounts.sign_in.rules import Passwords, Visit, check
from tracker.db import session, transaction
from tracker.models import (
    AccountMerge,
    AwayPeriod,
    Draft,
    NoticeChoice,
    Person,
    SignIn,
    UseStatement,
    UseStatementReading,
)
from tracker.models.reviews.reviews import covers
from tracker.policy.permissions import Actor
from tracker.records import audit as audit_records, drafts as core_drafts_records
from tracker.row_locks import held
from tracker.rules.core.notices import MailChoice
from tracker.rules.drafts import KEPT_FOR, Fields
from tracker.rules.errors import Conflict, Invalid, Missing
from tracker.rules.texts import clean_name


def rename(actor: Actor, name: str, now: dt.datetime) -> None:
    """Raises Invalid as clean_name does."""
    name = clean_name(name)
    with transaction() as tx:
        person = sign_in_records.owner(tx, actor.person_id)
        if person.name != name:
            person.name = name
            audit_records.note_by(tx, "name_changed", actor, now, actor.person_id)


def cover_screen(actor: Actor, wanted: bool) -> None:
    """Whether their pages are covered after a minute without input, wherever they are signed in."""
    with transaction() as tx:
        sign_in_records.owner(tx, actor.person_id).covers_screen = wanted


def give_second_opinions(actor: Actor, wanted: bool) -> None:
    """Whether people outside their teams may send them one statement alone. A supervisor's."""
    with transaction() as tx:
        sign_in_records.owner(tx, actor.person_id).gives_second_opinions = wanted


def offer_updates(actor: Actor, wanted: bool, not_before: dt.date | None = None) -> None:
    """Whether Today offers them statements to update, and from which day on."""
    with transaction() as tx:
        person = sign_in_records.owner(tx, actor.person_id)
        person.offers_updates, person.updates_not_before = wanted, not_before


def choose_mail(actor: Actor, choice: MailChoice, now: dt.datetime) -> None:
    """When they get their notices by mail, from the next mail on."""
    with transaction() as tx:
        person_id = sign_in_records.owner(tx, actor.person_id).id
        row = tx.get(NoticeChoice, person_id)
        if row is None:
            row = NoticeChoice(person_id=person_id)
            tx.add(row)
        row.mail, row.chosen_at = choice, now


def leave(actor: Actor, until_on: dt.date, now: dt.datetime) -> None:
    """Away from today until that day, said without a reason and by nobody for another; who is away
    already is so until that day instead. Raises Invalid: away_past, away_far."""
    today = actor.today(now)
    clean_until(until_on, today)
    with transaction() as tx:
        period = _away(tx, actor, today)
        if period is None:
            period = AwayPeriod(person_id=actor.person_id, starts_on=today)
            tx.add(period)
        period.until_on = until_on


def come_back(actor: Actor, now: dt.datetime) -> None:
    """Today counts again, and all days after it. Who is not away stays so."""
    today = actor.today(now)
    with transaction() as tx:
        period = _away(tx, actor, today)
        if period is not None and period.starts_on == today:
            tx.delete(period)
        elif period is not None:
            period.until_on = today - DAY


def _away(tx: Session, actor: Actor, today: dt.date) -> AwayPeriod | None:
    """What one person says follows each other."""
    mine = AwayPeriod.person_id == sign_in_records.owner(tx, actor.person_id).id
    return tx.scalar(select(AwayPeriod).where(mine, covers(today)))


def change_password(
    actor: Actor, passwords: Passwords, current: str, new: str, visit: Visit, now: dt.datetime
) -> str:
    """Ends every sign-in, on this device too, and makes a new one; returns its token.

    Raises Invalid("password_wrong", "current") and for a new one that will not do
    (sign_in/rules.check); Conflict("password_moved_on") when it was changed elsewhere
    meanwhile.
    """
    own = session().get_one(Person, actor.person_id)
    if not passwords.fits(stored := own.password_hash, current):
        raise Invalid("password_wrong", "current")
    places = (*places_of(own.id), passwords.site)
    check(new, name=own.name, email=own.email, places=places, field="new")
    hashed = passwords.hash(new)
    with transaction() as tx:
        person = sign_in_records.owner(tx, actor.person_id)
        if person.password_hash != stored:
            raise Conflict("password_moved_on")
        person.password_hash = hashed
        is_shared = tx.scalar(select(SignIn.on_shared_desk).where(SignIn.id == actor.sign_in_id))
        links_records.close(tx, [person.id], now)
        addresses_records.end_waiting(tx, person.id, now)
        sign_in_records.end_all(tx, person.id, now)
        audit_records.note_by(tx, "password_changed", actor, now, actor.person_id)
        visit = replace(visit, on_shared_desk=bool(is_shared))
        return sign_in_records.begin(tx, person.id, visit, now)


def end_sign_in(actor: Actor, sign_in_id: int, now: dt.datetime) -> None:
    """End one of one's own, for example on a device left behind."""
    with transaction() as tx:
        sign_in = tx.get(SignIn, sign_in_id)
        if sign_in is None or sign_in.person_id != actor.person_id:
            raise Missing
        sign_in_records.end(tx, sign_in_id, now)
        audit_records.note_by(tx, "sign_in_ended", actor, now, actor.person_id)


def end_other_sign_ins(actor: Actor, now: dt.datetime) -> int:
    """All but the one that the actor came with. Returns how many."""
    with transaction() as tx:
        count = sign_in_records.end_all(
            tx, sign_in_records.owner(tx, actor.person_id).id, now, but=actor.sign_in_id
        )
        if count:
            audit_records.note_by(tx, "sign_in_ended", actor, now, actor.person_id)
        return count


def object_to_merge(actor: Actor, now: dt.datetime) -> None:
    """This account and the other both stay as they are. Raises Conflict("merge_over")."""
    with transaction() as tx:
        sign_in_records.owner(tx, actor.person_id)
        mine = or_(
            AccountMerge.kept_id == actor.person_id, AccountMerge.earlier_id == actor.person_id
        )
        waiting = AccountMerge.outcome.is_(None), AccountMerge.asked_at > now - MERGE_LASTS
        # Which of both ends may have been asked both ways.
        merges = tx.scalars(held(select(AccountMerge).where(mine, *waiting))).all()
        if not merges:
            raise Conflict("merge_over")
        for merge in merges:
            merge.outcome, merge.decided_at = MergeOutcome.OBJECTED, now
            audit_records.note_by(
                tx, "merge_objected", actor, now, merge.kept_id, account=merge.earlier_id
            )


def read_use_statement(actor: Actor, use_statement_id: int, now: dt.datetime) -> None:
    """Record that the actor has read that text. Once is enough; reading it again changes nothing.

    Raises Missing (none published); Conflict("use_statement_newer") when another text was published
    meanwhile.
    """
    with transaction() as tx:
        newest = tx.scalar(
            select(UseStatement.id)
            .where(UseStatement.library_id == actor.library_id)
            .order_by(UseStatement.version.desc())
            .limit(1)
        )
        if newest is None:
            raise Missing
        if newest != use_statement_id:
            raise Conflict("use_statement_newer")
        this = {"person_id": actor.person_id, "use_statement_id": newest}
        if tx.scalar(select(UseStatementReading.id).filter_by(**this)) is None:
            tx.add(UseStatementReading(**this, read_at=now))


def save_draft(
    actor: Actor, form: str, subject: str, fields: Fields, now: dt.datetime
) -> int | None:
    """Keep it in place of what was kept before; nothing typed keeps nothing. Returns its id.

    Raises Invalid("draft_long"), Conflict("drafts_full").
    """
    with transaction() as tx:
        return core_drafts_records.save(tx, actor.person_id, form, subject, fields, now)


def discard_draft(actor: Actor, draft_id: int) -> None:
    """One that is gone already stays gone."""
    with transaction() as tx:
        tx.execute(delete(Draft).where(Draft.id == draft_id, Draft.person_id == actor.person_id))


def forget_drafts(now: dt.datetime) -> int:
    """Those that have lain for too long. Returns how many there were."""
    with transaction() as tx:
        done = tx.execute(delete(Draft).where(Draft.saved_at < now - KEPT_FOR))
        return done.rowcount if isinstance(done, CursorResult) else 0
