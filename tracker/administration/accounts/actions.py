"""Accounts that end: two of one person become one, and one that was made by mistake is deleted.

No row of the record changes its person, so only an account without ratings and evidence ends; what
its person said as a reviewer stays under its name. Whether there are any, its owner alone is told.
"""

import datetime as dt
from dataclasses import asdict, replace

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from tracker.accounts.account import records as disabling
from tracker.accounts.account.rules import MERGE_LASTS, MergeOutcome
from tracker.accounts.readers import records as readers
from tracker.administration.accounts import queries
from tracker.administration.memberships import records as memberships
from tracker.db import Base, transaction
from tracker.models import (
    AccountMerge,
    AlertMail,
    Library,
    LinkMail,
    Membership,
    OutboxMail,
    Person,
    RosterRow,
)
from tracker.policy.permissions import Actor, people_of
from tracker.records import audit
from tracker.records.core import administration, notices
from tracker.row_locks import held
from tracker.rules.core.memberships import MembershipTerms
from tracker.rules.core.notices import NoticeKind, happening
from tracker.rules.errors import Conflict, Invalid, Missing
from tracker.teams.rounds import records as round_snapshots

ONE_DAY = dt.timedelta(days=1)
DECIDED = {
    MergeOutcome.MERGED: "accounts_merged",
    MergeOutcome.DECLINED: "merge_declined",
    MergeOutcome.CALLED_OFF: "merge_called_off",
}
"""What the audit calls them."""


def propose(actor: Actor, kept_id: int, earlier_id: int, now: dt.datetime) -> bool:
    """Where the account that ends was never used, it is done at once; else its person is asked in
    a sign-in of both. Returns whether it is done.

    Raises Missing; Conflict: merge_own, merge_same, merge_administrator, person_is_disabled,
    merge_before, merge_must_sign_in, merge_reviews_open, merge_waits.
    """
    if kept_id == earlier_id:
        raise Conflict("merge_same")
    if actor.person_id in (kept_id, earlier_id):
        raise Conflict("merge_own")
    with transaction() as tx:
        library = administration.of_library(tx, actor)
        kept, earlier = _both(tx, library.id, kept_id, earlier_id)
        round_snapshots.keep_due(tx, library.id, now)
        _check(kept, earlier)
        if queries.is_unused(earlier.id):
            _take_over(tx, actor, kept, earlier, now, whole=True)
            _remove(tx, actor, earlier, now)
            audit.note_by(tx, "accounts_merged", actor, now, kept.id, account=earlier.id)
            return True
        if kept.password_hash is None or earlier.password_hash is None:
            raise Conflict("merge_must_sign_in")
        if queries.has_open_reviews(earlier.id):
            raise Conflict("merge_reviews_open")
        waiting = select(AccountMerge.id).where(
            or_(queries.of_either(kept.id), queries.of_either(earlier.id)), queries.waits(now)
        )
        if tx.scalar(waiting.limit(1)) is not None:
            raise Conflict("merge_waits")
        merge = AccountMerge(
            library_id=library.id,
            kept_id=kept.id,
            earlier_id=earlier.id,
            asked_by_id=actor.person_id,
            asked_at=now,
            ends_at=now + MERGE_LASTS,
        )
        tx.add(merge)
        tx.flush()
        key = happening("merge", merge.id, now)
        for person in (kept, earlier):
            notices.note(
                tx, person.id, NoticeKind.MERGE_PROPOSED, key, now, about_id=actor.person_id
            )
        _note(tx, "merge_proposed", actor, merge, now)
        return False


def confirm(actor: Actor, merge_id: int, now: dt.datetime) -> bool:
    """In one of the two sign-ins. Returns whether the accounts are one now: the one that ends is
    signed out. Raises Conflict: merge_over, merge_has_ratings, and as `propose` does for what has
    changed since."""
    with transaction() as tx:
        merge = _waiting(tx, actor, merge_id, now)
        kept, earlier = _both(tx, merge.library_id, merge.kept_id, merge.earlier_id)
        round_snapshots.keep_due(tx, actor.library_id, now)
        if actor.person_id == kept.id:
            merge.kept_confirmed_at = merge.kept_confirmed_at or now
        else:
            _refuse_ratings(earlier)
            merge.earlier_confirmed_at = merge.earlier_confirmed_at or now
        _note(tx, "merge_confirmed", actor, merge, now)
        if merge.kept_confirmed_at is None or merge.earlier_confirmed_at is None:
            return False
        _refuse_ratings(earlier)
        _check(kept, earlier)
        if queries.has_open_reviews(earlier.id):
            raise Conflict("merge_reviews_open")
        asker = replace(actor, person_id=merge.asked_by_id)
        _take_over(tx, asker, kept, earlier, now)
        disabling.disable(tx, asker, earlier, now)
        _decide(tx, actor, merge, MergeOutcome.MERGED, now)
        return True


def decline(actor: Actor, merge_id: int, now: dt.datetime) -> None:
    """In either sign-in. Raises Conflict("merge_over")."""
    with transaction() as tx:
        _decide(tx, actor, _waiting(tx, actor, merge_id, now), MergeOutcome.DECLINED, now)


def call_off(actor: Actor, merge_id: int, now: dt.datetime) -> None:
    """By any administrator. Raises Conflict("merge_over")."""
    with transaction() as tx:
        library = administration.of_library(tx, actor)
        of_library = (AccountMerge.id == merge_id, AccountMerge.library_id == library.id)
        merge = tx.scalar(select(AccountMerge).where(*of_library, queries.waits(now)))
        if merge is None:
            raise Conflict("merge_over")
        _decide(tx, actor, merge, MergeOutcome.CALLED_OFF, now)


def remove(actor: Actor, person_id: int, now: dt.datetime) -> None:
    """Its memberships and invitations go, and its address is free. Raises Conflict("account_used")
    for who has signed in or has a record."""
    with transaction() as tx:
        person = administration.person_of(tx, actor, person_id)
        round_snapshots.keep_due(tx, actor.library_id, now)
        if not queries.is_unused(person.id):
            raise Conflict("account_used")
        _remove(tx, actor, person, now)


def _waiting(tx: Session, actor: Actor, merge_id: int, now: dt.datetime) -> AccountMerge:
    """One that asks the actor, locked with the library, as acts of its administrators are, and with
    both accounts."""
    tx.execute(held(select(Library.id).where(Library.id == actor.library_id)))
    is_one = Person.id.in_((AccountMerge.kept_id, AccountMerge.earlier_id))
    both = select(Person.id).join(AccountMerge, is_one).where(AccountMerge.id == merge_id)
    tx.execute(held(both, of=Person))
    which = (AccountMerge.id == merge_id, queries.waits(now), queries.of_either(actor.person_id))
    merge = tx.scalar(held(select(AccountMerge).where(*which)))
    if merge is None:
        raise Conflict("merge_over")
    return merge


def _both(tx: Session, library_id: int, kept_id: int, earlier_id: int) -> tuple[Person, Person]:
    which = select(Person).where(people_of(library_id), Person.id.in_((kept_id, earlier_id)))
    accounts = {person.id: person for person in tx.scalars(held(which))}
    if len(accounts) != 2:
        raise Missing
    return accounts[kept_id], accounts[earlier_id]


def _check(kept: Person, earlier: Person) -> None:
    if earlier.administrator or earlier.operator or earlier.framework_editor:
        raise Conflict("merge_administrator")
    if queries.merged(earlier.id):
        raise Conflict("merge_before")
    if kept.disabled_at is not None or earlier.disabled_at is not None:
        raise Conflict("person_is_disabled")


def _refuse_ratings(earlier: Person) -> None:
    if queries.has_record(earlier.id):
        raise Conflict("merge_has_ratings", email=earlier.email)


def _decide(
    tx: Session, actor: Actor, merge: AccountMerge, outcome: MergeOutcome, now: dt.datetime
) -> None:
    merge.outcome, merge.decided_at = outcome, now
    tx.flush()
    _note(tx, DECIDED[outcome], actor, merge, now)


def _note(tx: Session, kind: str, actor: Actor, merge: AccountMerge, now: dt.datetime) -> None:
    audit.note_by(tx, kind, actor, now, merge.kept_id, account=merge.earlier_id)


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
    with readers.watched(tx, actor, now, kept.id):
        for membership in tx.scalars(memberships_of_earlier).all():
            moves = whole or membership.starts_on >= today
            terms = MembershipTerms.of(membership)
            following = Membership(person_id=kept.id, **asdict(terms))
            if not moves:
                following.starts_on = today
                # Not by memberships.end: it refuses where days overlap already, and this shortens.
                membership.ends_on = today - ONE_DAY
                memberships.note(tx, "membership_ended", actor, membership, now)
            try:
                memberships.refuse_overlap(tx, following)
            except Invalid:
                continue
            if moves:
                membership.person_id = kept.id
            else:
                tx.add(following)
            tx.flush()
            memberships.note(tx, "membership_added", actor, following, now)
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
    for membership in tx.scalars(select(Membership).where(Membership.person_id == person.id)):
        tx.delete(membership)
    tx.flush()  # memberships are sealed, and no statement deletes them
    for column in queries.GOES:
        table = Base.metadata.tables[column.partition(".")[0]]
        tx.execute(delete(table).where(table.c[column.partition(".")[2]] == person.id))
    person.name, person.staff_id, person.email = "", None, f"removed-{person.id}"
    person.administrator = person.operator = person.framework_editor = False
    person.disabled_at = person.removed_at = now
    audit.note_by(tx, "person_removed", actor, now, person.id)
