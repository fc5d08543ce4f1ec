"""Two accounts of one person become one.

No row of the record changes its person, so only an account without ratings and evidence ends; what
its person said as a reviewer stays under its name. Whether there are any, its owner alone is told.
"""

import datetime as dt
from dataclasses import replace

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from tracker.db import transaction
from tracker.models import AccountMerge, Library, Membership, Person
from tracker.policy.permissions import Actor, people_of
from tracker.queries.administration.accounts import merges as queries
from tracker.queries.administration.accounts.unused import is_unused
from tracker.queries.teams.rounds.facts import facts_at_end
from tracker.records import administration, audit, memberships, readers
from tracker.records.accounts import disabling, merges, removal
from tracker.records.reviews import round_snapshots
from tracker.row_locks import held
from tracker.rules.administration.merges import MergeOutcome
from tracker.rules.errors import Conflict, Invalid, Missing

ONE_DAY = dt.timedelta(days=1)


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
        round_snapshots.keep_due(tx, library.id, now, facts_at_end)
        _check(kept, earlier)
        if is_unused(earlier.id):
            _take_over(tx, actor, kept, earlier, now, whole=True)
            removal.remove(tx, actor, earlier, now)
            audit.note(
                tx,
                "accounts_merged",
                now,
                library_id=kept.library_id,
                actor_id=actor.person_id,
                subject_id=kept.id,
                account=earlier.id,
            )
            return True
        if kept.password_hash is None or earlier.password_hash is None:
            raise Conflict("merge_must_sign_in")
        if queries.has_open_reviews(earlier.id):
            raise Conflict("merge_reviews_open")
        merges.propose(tx, actor, kept, earlier, now)
        return False


def confirm(actor: Actor, merge_id: int, now: dt.datetime) -> bool:
    """In one of the two sign-ins. Returns whether the accounts are one now: the one that ends is
    signed out. Raises Conflict: merge_over, merge_has_ratings, and as `propose` does for what has
    changed since."""
    with transaction() as tx:
        merge = _waiting(tx, actor, merge_id, now)
        kept, earlier = _both(tx, merge.library_id, merge.kept_id, merge.earlier_id)
        round_snapshots.keep_due(tx, actor.library_id, now, facts_at_end)
        if actor.person_id == earlier.id:
            _refuse_ratings(earlier)
        if not merges.confirm(tx, merge, actor.person_id, now):
            return False
        _refuse_ratings(earlier)
        _check(kept, earlier)
        if queries.has_open_reviews(earlier.id):
            raise Conflict("merge_reviews_open")
        asker = replace(actor, person_id=merge.asked_by_id)
        _take_over(tx, asker, kept, earlier, now)
        disabling.disable(tx, asker, earlier, now)
        merges.decide(tx, merge, MergeOutcome.MERGED, actor.person_id, now)
        return True


def decline(actor: Actor, merge_id: int, now: dt.datetime) -> None:
    """In either sign-in. Raises Conflict("merge_over")."""
    with transaction() as tx:
        merge = _waiting(tx, actor, merge_id, now)
        merges.decide(tx, merge, MergeOutcome.DECLINED, actor.person_id, now)


def call_off(actor: Actor, merge_id: int, now: dt.datetime) -> None:
    """By any administrator. Raises Conflict("merge_over")."""
    with transaction() as tx:
        library = administration.of_library(tx, actor)
        merge = tx.scalar(
            select(AccountMerge).where(
                AccountMerge.id == merge_id,
                AccountMerge.library_id == library.id,
                queries.waits(now),
            )
        )
        if merge is None:
            raise Conflict("merge_over")
        merges.decide(tx, merge, MergeOutcome.CALLED_OFF, actor.person_id, now)


def _waiting(tx: Session, actor: Actor, merge_id: int, now: dt.datetime) -> AccountMerge:
    """One that asks the actor, locked with the library, as acts of its administrators are, and with
    both accounts."""
    tx.execute(held(select(Library.id).where(Library.id == actor.library_id)))
    is_one = Person.id.in_((AccountMerge.kept_id, AccountMerge.earlier_id))
    both = select(Person.id).join(AccountMerge, is_one).where(AccountMerge.id == merge_id)
    tx.execute(held(both, of=Person))
    merge = tx.scalar(
        held(
            select(AccountMerge).where(
                AccountMerge.id == merge_id, queries.waits(now), queries.of_either(actor.person_id)
            )
        )
    )
    if merge is None:
        raise Conflict("merge_over")
    return merge


def _both(tx: Session, library_id: int, kept_id: int, earlier_id: int) -> tuple[Person, Person]:
    found = {
        person.id: person
        for person in tx.scalars(
            held(select(Person).where(people_of(library_id), Person.id.in_((kept_id, earlier_id))))
        )
    }
    if len(found) != 2:
        raise Missing
    return found[kept_id], found[earlier_id]


def _refuse_ratings(earlier: Person) -> None:
    if queries.has_record(earlier.id):
        raise Conflict("merge_has_ratings", email=earlier.email)


def _check(kept: Person, earlier: Person) -> None:
    if earlier.administrator or earlier.operator or earlier.framework_editor:
        raise Conflict("merge_administrator")
    if queries.is_part_of_one(earlier.id):
        raise Conflict("merge_before")
    if kept.disabled_at is not None or earlier.disabled_at is not None:
        raise Conflict("person_is_disabled")


def _goes_on(person_id: int, today: dt.date) -> ColumnElement[bool]:
    return and_(
        Membership.person_id == person_id,
        or_(Membership.ends_on.is_(None), Membership.ends_on >= today),
    )


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
    with readers.watched(tx, actor, now, kept.id):
        for each in tx.scalars(select(Membership).where(_goes_on(earlier.id, today))).all():
            moves = whole or each.starts_on >= today
            goes_on = _of(kept, each, each.starts_on if moves else today)
            if not moves:
                each.ends_on = today - ONE_DAY
                memberships.note(tx, "membership_ended", actor, each, now)
            if _is_free(tx, goes_on):
                if moves:
                    each.person_id = kept.id
                else:
                    tx.add(goes_on)
                tx.flush()
                memberships.note(tx, "membership_added", actor, goes_on, now)
    if earlier.staff_id is not None:
        number, earlier.staff_id = earlier.staff_id, None
        tx.flush()
        kept.staff_id = kept.staff_id or number


def _of(kept: Person, each: Membership, starts_on: dt.date) -> Membership:
    return Membership(
        person_id=kept.id,
        team_id=each.team_id,
        role=each.role,
        role_profile_id=each.role_profile_id,
        job=each.job,
        weekly_hours=each.weekly_hours,
        starts_on=starts_on,
        ends_on=each.ends_on,
    )


def _is_free(tx: Session, membership: Membership) -> bool:
    try:
        memberships.refuse_overlap(tx, membership)
    except Invalid:
        return False
    return True
