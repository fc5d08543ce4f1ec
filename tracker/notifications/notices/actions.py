"""One's own notices: read; and reminders of dates, which the daily command makes. Without a review,
a notice leads to a page of one's own."""

import datetime as dt
from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, bindparam, or_, select

from tracker.db import ask_made, transaction
from tracker.models import Notice
from tracker.notifications.notices import queries_reminders as notices_queries_reminders
from tracker.policy.permissions import Actor
from tracker.queries.core.people import libraries
from tracker.records.core import notices as notices_records
from tracker.rules.calendar import day_in
from tracker.rules.core.notices import LEADS_TO, NoticePage


def read_all(actor: Actor, newest: int, now: dt.datetime) -> int:
    """All up to the newest that the page showed: what came after it stays unread. Returns how
    many."""
    with transaction() as tx:
        return notices_records.read(tx, actor.person_id, now, Notice.id <= newest)


def opened(actor: Actor, whats: Collection[int | NoticePage], now: dt.datetime) -> None:
    """Mark as read the notices that lead to what they see: reviews, by their ids, or pages of their
    own. Writes nothing where none is unread; the number of queries does not depend on how many they
    are."""
    pages = [kind for kind, page in LEADS_TO.items() if page in whats]
    reviews = [what for what in whats if not isinstance(what, NoticePage)]
    asked = {"person": actor.person_id, "kinds": pages, "reviews": reviews}
    if ask_made(_UNREAD, asked).first() is None:
        return
    about = _about(pages, reviews)
    with transaction() as tx:
        notices_records.read(tx, actor.person_id, now, about)


def _about(kinds: Any, reviews: Any) -> ColumnElement[bool]:
    of_reviews = Notice.review_id.in_(reviews) & Notice.kind.not_in(list(LEADS_TO))
    return or_(Notice.kind.in_(kinds), of_reviews)


_UNREAD = (
    select(Notice.id)
    .where(
        Notice.person_id == bindparam("person"),
        Notice.read_at.is_(None),
        _about(bindparam("kinds", expanding=True), bindparam("reviews", expanding=True)),
    )
    .limit(1)
)


def remind(now: dt.datetime) -> int:
    """Tell everybody, in all libraries, what is due soon or over, once for each date. Returns how
    many are new."""
    count = 0
    with transaction() as tx:
        for library_id, time_zone in libraries():
            for reminder in notices_queries_reminders.due(library_id, day_in(time_zone, now)):
                count += None is not notices_records.note(
                    tx,
                    reminder.person_id,
                    reminder.kind,
                    reminder.key,
                    now,
                    review_id=reminder.review_id,
                    about_id=reminder.about_id,
                )
    return count
