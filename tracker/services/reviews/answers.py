"""What a reviewer says to items, one or a screen of them: all of it or nothing."""

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import select

from tracker.db import transaction
from tracker.models import Review, ReviewItem
from tracker.policy.permissions import Actor
from tracker.records import drafts
from tracker.records.reviews import answers
from tracker.row_locks import held
from tracker.rules.drafts import RESPONSE
from tracker.rules.errors import Conflict, Invalid, Refusal
from tracker.rules.reviews.responses import ReviewerResponse


def answer(actor: Actor, said: Sequence[ReviewerResponse], now: dt.datetime) -> int:
    """Write what was said to each item, and to no other: an answer, or a question that returns it.
    Where one is refused, none is written. Drafts to these items go. Returns how many changed.

    Raises Missing (one is not the actor's to answer); Conflict("answers_refused") with `rows`, what
    `answers.respond` refused, by item.
    """
    with transaction() as tx:
        found = (
            select(ReviewItem.id, ReviewItem.review_id)
            .join(Review, Review.id == ReviewItem.review_id)
            .where(ReviewItem.id.in_([each.item_id for each in said]))
        )
        review_of = {row.id: row.review_id for row in tx.execute(held(found, of=Review))}
        changed, refused = 0, dict[int, Refusal]()
        for each in sorted(said, key=lambda each: (review_of.get(each.item_id, 0), each.item_id)):
            try:
                changed += answers.respond(tx, actor, each, now)
            except (Conflict, Invalid) as refusal:
                refused[each.item_id] = refusal
        if refused:
            raise Conflict("answers_refused", rows=refused)
        subjects = [str(each.item_id) for each in said]
        drafts.delete_drafts(tx, actor.person_id, RESPONSE, subjects)
        return changed
