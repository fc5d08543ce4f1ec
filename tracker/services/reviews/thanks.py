"""One short thanks of each of the two to the other, once their review is closed.

Missing: not the actor's review. Conflict("move_not_now"): it is not closed.
"""

import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.db import transaction
from tracker.models import Notice, Review, Thanks
from tracker.policy.permissions import Actor
from tracker.records import audit, held_texts
from tracker.records.notifications import notices
from tracker.records.reviews import status
from tracker.rules.errors import Conflict
from tracker.rules.evidence.erasures import HeldSource
from tracker.rules.notifications.notices import NoticeKind, happening
from tracker.rules.operations.audit_kinds import THANKED, THANKS_WITHDRAWN
from tracker.rules.reviews.texts import THANKS_MAX, clean_text
from tracker.rules.reviews.workflow import ReviewStatus


def write(actor: Actor, review_id: int, text: str, now: dt.datetime) -> None:
    """In place of what the actor wrote before, if anything. The other is told once, in the
    application alone.

    Raises Invalid: review_text_needed, review_text_long.
    """
    with transaction() as tx:
        review, thanks, other_id = _of(tx, review_id, actor, now)
        text = clean_text(text, "text", required=True, longest=THANKS_MAX)
        if thanks is None:
            thanks = Thanks(review_id=review.id, from_learner=other_id == review.reviewer_id)
            tx.add(thanks)
        else:
            _hold(tx, thanks, actor, other_id, now)
        thanks.text, thanks.written_at = text, now
        audit.of_review(tx, review, THANKED, actor.person_id, now)
        notices.note(
            tx,
            other_id,
            NoticeKind.REVIEW_THANKED,
            happening("thanks", review.id, review.sent_at),
            now,
            review_id=review.id,
            about_id=actor.person_id,
            to_mail=False,
        )


def withdraw(actor: Actor, review_id: int, now: dt.datetime) -> None:
    """Delete it, and what the other was told of it. Where there is none, nothing changes."""
    with transaction() as tx:
        review, thanks, other_id = _of(tx, review_id, actor, now)
        if thanks is not None:
            _hold(tx, thanks, actor, other_id, now)
            tx.delete(thanks)
            audit.of_review(tx, review, THANKS_WITHDRAWN, actor.person_id, now)
            of_thanks = Notice.kind == NoticeKind.REVIEW_THANKED
            notices.call_back(tx, review.id, other_id, of_thanks)


def _of(
    tx: Session, review_id: int, actor: Actor, now: dt.datetime
) -> tuple[Review, Thanks | None, int]:
    """The review, locked, what the actor wrote there, and who the other is."""
    review = status.locked(tx, review_id)
    status.must_be_either(tx, review, actor, now)
    if review.status is not ReviewStatus.CLOSED:
        raise Conflict("move_not_now")
    is_learner = review.learner_id == actor.person_id
    own = Thanks.review_id == review.id, Thanks.from_learner == is_learner
    other_id = review.reviewer_id if is_learner else review.learner_id
    return review, tx.scalar(select(Thanks).where(*own)), other_id


def _hold(tx: Session, thanks: Thanks, actor: Actor, other_id: int, now: dt.datetime) -> None:
    """Keep what goes, where a legal hold is on either of them."""
    taker = held_texts.taker_of(tx, other_id, now)
    taker.take(HeldSource.THANKS, thanks.id, actor.person_id, text=thanks.text)
