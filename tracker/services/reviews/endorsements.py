"""What ends an endorsement besides a newer one: its endorser revokes it, or its time is over."""

import datetime as dt
from collections.abc import Collection

from sqlalchemy import select

from tracker.db import session, transaction
from tracker.models import Endorsement, Library, Person
from tracker.models.record.words import stood
from tracker.policy.permissions import Actor, people_of
from tracker.queries.access.blind_spots import blind_spots
from tracker.records.notifications import notices
from tracker.records.reviews import endorsements, status
from tracker.rules.calendar import day_in, is_over
from tracker.rules.errors import Conflict, Missing
from tracker.rules.evidence.places import FilePlace
from tracker.rules.notifications.notices import NoticeKind, happening
from tracker.rules.reviews.endorsements import expires_on
from tracker.rules.reviews.texts import clean_text
from tracker.storage import files


def revoke(actor: Actor, endorsement_id: int, reason: str, now: dt.datetime) -> None:
    """Its endorser, who still supervises the learner, takes it back: it does not count from now on.

    Raises Missing; Invalid: review_text_needed, review_text_long; Conflict: endorsement_ended,
    statement_hidden (they are to rate the statement anew by itself, or the record is not open to
    them yet).
    """
    reason = clean_text(reason, "reason", required=True)
    with transaction() as tx:
        endorsement = tx.get(Endorsement, endorsement_id)
        if endorsement is None or endorsement.endorser_id != actor.person_id:
            raise Missing
        review, _item = status.locked_item(tx, endorsement.item_id, with_learner=True)
        status.must_be_reviewer(tx, review, actor, now)
        of = review.learner_id, endorsement.statement_id, endorsement.endorsed_at
        if blind_spots(actor, now).hide_since(*of):
            raise Conflict("statement_hidden")
        endorsements.revoke(tx, endorsement, actor.person_id, reason, now)
        notices.note(
            tx,
            review.learner_id,
            NoticeKind.ENDORSEMENT_REVOKED,
            happening("endorsement", endorsement.id, now),
            now,
            review_id=review.id,
            about_id=actor.person_id,
        )


def expire_due(now: dt.datetime) -> int:
    """Let expire what is older than its library's time, in all libraries, one at a time. Returns
    how many: run daily by a command."""
    limited = select(Library).where(Library.endorsement_months.is_not(None))
    due = [
        endorsement_id
        for library in session().scalars(limited)
        for endorsement_id in _over(library, library.endorsement_months or 0, now)
    ]
    count = 0
    for endorsement_id in due:
        try:
            with transaction() as tx:
                endorsements.expire(tx, tx.get_one(Endorsement, endorsement_id), now)
        except Conflict:  # somebody ended it meanwhile
            continue
        count += 1
    return count


def _over(library: Library, months: int, now: dt.datetime) -> list[int]:
    """Those of a library that stand although their last day is over. No month is shorter than 28
    days."""
    rows = session().execute(
        select(Endorsement.id, Endorsement.endorsed_at)
        .join(Person, Person.id == Endorsement.person_id)
        .where(
            people_of(library.id),
            stood(None),
            Endorsement.endorsed_at < now - dt.timedelta(days=28 * months),
        )
        .order_by(Endorsement.id)
    )
    zone = library.time_zone
    return [
        row.id
        for row in rows
        if is_over(expires_on(day_in(zone, row.endorsed_at), months), day_in(zone, now))
    ]


def damaged_files(place: FilePlace, digests: Collection[str]) -> frozenset[str]:
    """Which of these evidence files are gone, or are not what was stored any more."""
    return frozenset(sha256 for sha256 in digests if files.whole(place, sha256) is None)
