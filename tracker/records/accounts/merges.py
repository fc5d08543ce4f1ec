"""The only writer of merges: two accounts that are said to be one person's."""

import datetime as dt

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from tracker.models import AccountMerge, Person
from tracker.policy.permissions import Actor
from tracker.records import audit
from tracker.records.notifications import notices
from tracker.rules.administration.merges import LASTS, MergeOutcome
from tracker.rules.errors import Conflict
from tracker.rules.notifications.notices import NoticeKind, happening


def propose(
    tx: Session, actor: Actor, kept: Person, earlier: Person, now: dt.datetime
) -> AccountMerge:
    """Both accounts are told. Raises Conflict("merge_waits") where one of them waits already."""
    both = (kept.id, earlier.id)
    waits = select(AccountMerge.id).where(
        or_(AccountMerge.kept_id.in_(both), AccountMerge.earlier_id.in_(both)),
        AccountMerge.outcome.is_(None),
        AccountMerge.ends_at > now,
    )
    if tx.scalar(waits.limit(1)) is not None:
        raise Conflict("merge_waits")
    merge = AccountMerge(
        library_id=kept.library_id,
        kept_id=kept.id,
        earlier_id=earlier.id,
        asked_by_id=actor.person_id,
        asked_at=now,
        ends_at=now + LASTS,
    )
    tx.add(merge)
    tx.flush()
    for person_id in both:
        key = happening("merge", merge.id, now)
        notices.note(tx, person_id, NoticeKind.MERGE_PROPOSED, key, now, about_id=actor.person_id)
    _note(tx, "merge_proposed", merge, actor.person_id, now)
    return merge


def confirm(tx: Session, merge: AccountMerge, by: int, now: dt.datetime) -> bool:
    """In the sign-in of one of the two accounts. Returns whether both have confirmed it."""
    if by == merge.kept_id:
        merge.kept_confirmed_at = merge.kept_confirmed_at or now
    else:
        merge.earlier_confirmed_at = merge.earlier_confirmed_at or now
    _note(tx, "merge_confirmed", merge, by, now)
    return merge.kept_confirmed_at is not None and merge.earlier_confirmed_at is not None


def decide(
    tx: Session, merge: AccountMerge, outcome: MergeOutcome, by: int, now: dt.datetime
) -> None:
    merge.outcome, merge.decided_at = outcome, now
    tx.flush()
    kind = {
        MergeOutcome.MERGED: "accounts_merged",
        MergeOutcome.DECLINED: "merge_declined",
        MergeOutcome.CALLED_OFF: "merge_called_off",
    }
    _note(tx, kind[outcome], merge, by, now)


def _note(tx: Session, kind: str, merge: AccountMerge, by: int, now: dt.datetime) -> None:
    audit.note(
        tx,
        kind,
        now,
        library_id=merge.library_id,
        actor_id=by,
        subject_id=merge.kept_id,
        account=merge.earlier_id,
    )
