"""One's own notices: read, and how they come by mail. Without a review, a notice leads to a page of
one's own."""

import datetime as dt
from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, bindparam, or_, select

from tracker.db import ask_made, transaction
from tracker.models import Notice, NoticeChoice, Person
from tracker.policy.permissions import Actor
from tracker.records.notifications import notices
from tracker.row_locks import held
from tracker.rules.errors import Missing
from tracker.rules.notifications.notices import LEADS_TO, MailChoice, NoticePage


def read_all(actor: Actor, newest: int, now: dt.datetime) -> int:
    """All up to the newest that the page showed: what came after it stays unread. Returns how
    many."""
    with transaction() as tx:
        return notices.read(tx, actor.person_id, now, Notice.id <= newest)


def opened(actor: Actor, whats: Collection[int | NoticePage], now: dt.datetime) -> None:
    """They see what the notices tell of: reviews, by their ids, or pages of their own. Writes
    nothing where none is unread; the number of queries does not depend on how many they are."""
    pages = [kind for kind, page in LEADS_TO.items() if page in whats]
    reviews = [what for what in whats if not isinstance(what, NoticePage)]
    asked = {"person": actor.person_id, "kinds": pages, "reviews": reviews}
    if ask_made(_UNREAD, asked).first() is None:
        return
    about = _about(pages, reviews)
    with transaction() as tx:
        notices.read(tx, actor.person_id, now, about)


def choose(actor: Actor, choice: MailChoice, now: dt.datetime) -> None:
    """When they get their notices by mail, from the next mail on."""
    with transaction() as tx:
        person = select(Person.id).where(Person.id == actor.person_id, Person.disabled_at.is_(None))
        if tx.scalar(held(person)) is None:
            raise Missing
        row = tx.get(NoticeChoice, actor.person_id)
        if row is None:
            row = NoticeChoice(person_id=actor.person_id)
            tx.add(row)
        row.mail, row.chosen_at = choice, now


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
