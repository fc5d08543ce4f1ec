"""Accounts that end: two of one person become one, and one that was made by mistake is deleted.

No row of the record changes its person, so only an account without ratings and evidence ends; what
its person said as a reviewer stays under its name.
"""

import datetime as dt
from dataclasses import asdict
from enum import StrEnum

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from tracker.accounts.account import records as account_records
from tracker.accounts.account.queries import has_record
from tracker.accounts.account.rules import MERGE_LASTS, MERGE_WAITS, MergeOutcome
from tracker.accounts.readers import records as readers_records
from tracker.administration.accounts import queries as accounts_queries
from tracker.administration.memberships import records as memberships_records
from tracker.db import transaction
from tracker.models import (
    AccountMerge,
    AlertMail,
    LinkMail,
    Membership,
    OutboxMail,
    Person,
    RosterRow,
)
from tracker.models.record import personal
from tracker.policy.permissions import Actor, people_of
from tracker.records import audit as audit_records, seals as seals_records
from tracker.records.core import administration as administration_records
from tracker.row_locks import held
from tracker.rules.core.memberships import MembershipTerms
from tracker.rules.core.notices import NoticeKind
from tracker.rules.errors import Conflict, Invalid, Missing
from tracker.teams.rounds import records as teams_rounds_records

ONE_DAY = dt.timedelta(days=1)


class MergeStep(StrEnum):
    DELETE = "delete"
    TELL = "tell"
    WAIT = "wait"
    MERGE = "merge"


def merge(
    actor: Actor, kept_id: int, earlier_id: int, now: dt.datetime, *, dry_run: bool
) -> tuple[MergeStep, dt.datetime]:
    """The next step on the way, and until when one can object. `dry_run`: which it would be.

    An objection and ratings are refused alike: whether there are any, the owner alone reads.
    Raises Missing; Conflict: merge_own, merge_same, merge_administrator, person_is_disabled,
    merge_before, merge_pending, merge_reviews_open, merge_refused.
    """
    if kept_id == earlier_id:
        raise Conflict("merge_same")
    if actor.person_id in (kept_id, earlier_id):
        raise Conflict("merge_own")
    with transaction() as tx:
        library = administration_records.of_library(tx, actor)
        kept, earlier = _both(tx, library.id, kept_id, earlier_id)
        _check(kept, earlier)
        if accounts_queries.is_unused(earlier.id):
            step, until = MergeStep.DELETE, now
        else:
            step, until = _next_step(tx, kept, earlier, now)
        if not dry_run:
            teams_rounds_records.keep_due(tx, library.id, now)
            _go(tx, actor, step, kept, earlier, now)
        return step, until


def remove(actor: Actor, person_id: int, now: dt.datetime) -> None:
    """Its memberships and invitations go, and its address is free. Raises Conflict("account_used")
    for who has signed in or has a record."""
    with transaction() as tx:
        person = administration_records.person_of(tx, actor, person_id)
        teams_rounds_records.keep_due(tx, actor.library_id, now)
        if not accounts_queries.is_unused(person.id):
            raise Conflict("account_used")
        _remove(tx, actor, person, now)


def _next_step(
    tx: Session, kept: Person, earlier: Person, now: dt.datetime
) -> tuple[MergeStep, dt.datetime]:
    if accounts_queries.has_open_reviews(earlier.id):
        raise Conflict("merge_reviews_open")
    asked = _asked(tx, kept, earlier, now)
    if asked is None:
        these = kept.id, earlier.id
        of_one = AccountMerge.kept_id.in_(these) != AccountMerge.earlier_id.in_(these)
        # After an objection too: whether there is one, or ratings, the owner alone reads.
        is_not_done = or_(
            AccountMerge.outcome.is_(None), AccountMerge.outcome == MergeOutcome.OBJECTED
        )
        pending = select(AccountMerge.id).where(
            of_one, is_not_done, AccountMerge.asked_at > now - MERGE_LASTS
        )
        if tx.scalar(pending.limit(1)) is not None:
            raise Conflict("merge_pending")
        return MergeStep.TELL, now + MERGE_WAITS
    if asked.outcome is MergeOutcome.OBJECTED or has_record(earlier.id):
        raise Conflict("merge_refused")
    until = asked.asked_at + MERGE_WAITS
    return MergeStep.WAIT if now < until else MergeStep.MERGE, until


def _asked(tx: Session, kept: Person, earlier: Person, now: dt.datetime) -> AccountMerge | None:
    query = select(AccountMerge).where(
        AccountMerge.kept_id == kept.id,
        AccountMerge.earlier_id == earlier.id,
        AccountMerge.asked_at > now - MERGE_LASTS,
    )
    return tx.scalar(held(query.order_by(AccountMerge.id.desc()).limit(1)))


def _go(
    tx: Session, actor: Actor, step: MergeStep, kept: Person, earlier: Person, now: dt.datetime
) -> None:
    kind = "accounts_merged"
    match step:
        case MergeStep.WAIT:
            return
        case MergeStep.DELETE:
            _take_over(tx, actor, kept, earlier, now, whole=True)
            _remove(tx, actor, earlier, now)
        case MergeStep.TELL:
            kind = "merge_proposed"
            tx.add(
                AccountMerge(
                    library_id=kept.library_id,
                    kept_id=kept.id,
                    earlier_id=earlier.id,
                    asked_by_id=actor.person_id,
                    asked_at=now,
                )
            )
            for person in (kept, earlier):
                account_records.alert(tx, person, NoticeKind.MERGE_PROPOSED, actor.person_id, now)
        case MergeStep.MERGE:
            _take_over(tx, actor, kept, earlier, now)
            account_records.disable(tx, actor, earlier, now)
            asked = _asked(tx, kept, earlier, now)
            if asked is not None:
                asked.outcome, asked.decided_at = MergeOutcome.MERGED, now
    audit_records.note_by(tx, kind, actor, now, kept.id, account=earlier.id)


def _both(tx: Session, library_id: int, kept_id: int, earlier_id: int) -> tuple[Person, Person]:
    which = select(Person).where(people_of(library_id), Person.id.in_((kept_id, earlier_id)))
    accounts = {person.id: person for person in tx.scalars(held(which))}
    if len(accounts) != 2:
        raise Missing
    return accounts[kept_id], accounts[earlier_id]


def _check(kept: Person, earlier: Person) -> None:
    if kept.disabled_at is not None or earlier.disabled_at is not None:
        raise Conflict("person_is_disabled")
    if earlier.administrator or earlier.operator or earlier.framework_editor:
        raise Conflict("merge_administrator")
    if accounts_queries.merged(earlier.id):
        raise Conflict("merge_before")


def _take_over(
    tx: Session,
    actor: Actor,
    kept: Person,
    earlier: Person,
    now: dt.datetime,
    *,
    whole: bool = False,
) -> None:
    """Where the one works now or will, the other works from today; where both do already, nothing
    is doubled. What was over stays in the account that it was in. `whole`: each membership moves
    as it is."""
    today = actor.today(now)
    goes_on = or_(Membership.ends_on.is_(None), Membership.ends_on >= today)
    memberships_of_earlier = select(Membership).where(Membership.person_id == earlier.id, goes_on)
    with readers_records.watched(tx, actor, now, kept.id):
        for membership in tx.scalars(memberships_of_earlier).all():
            moves = whole or membership.starts_on >= today
            terms = MembershipTerms.of(membership)
            following = Membership(person_id=kept.id, **asdict(terms))
            if not moves:
                following.starts_on = today
                # Not by memberships.end: it refuses where days overlap already, and this shortens.
                membership.ends_on = today - ONE_DAY
                memberships_records.note(tx, "membership_ended", actor, membership, now)
            try:
                memberships_records.refuse_overlap(tx, following)
            except Invalid:
                continue
            if moves:
                membership.person_id = kept.id
            else:
                tx.add(following)
            tx.flush()
            memberships_records.note(tx, "membership_added", actor, following, now)
    if earlier.staff_id is not None:
        number, earlier.staff_id = earlier.staff_id, None
        tx.flush()
        kept.staff_id = kept.staff_id or number


def _remove(tx: Session, actor: Actor, person: Person, now: dt.datetime) -> None:
    """Of somebody who never signed in and has no record (`is_unused`): all that was made with the
    account goes. What is left is a row without a name, which the audit points at; the address is
    free again."""
    mails = select(OutboxMail.id).where(OutboxMail.person_id == person.id)
    tx.execute(delete(AlertMail).where(AlertMail.mail_id.in_(mails)))
    tx.execute(delete(LinkMail).where(LinkMail.mail_id.in_(mails)))
    tx.execute(update(RosterRow).where(RosterRow.person_id == person.id).values(person_id=None))
    for table, column in personal.naming("goes"):
        seals_records.delete_rows(tx, table, column == person.id)
    person.name, person.staff_id, person.email = "", None, f"removed-{person.id}"
    person.administrator = person.operator = person.framework_editor = False
    person.disabled_at = person.removed_at = now
    audit_records.note_by(tx, "person_removed", actor, now, person.id)
