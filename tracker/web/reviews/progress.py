"""How far the answering of a review is, and where its reviewer goes on."""

from collections.abc import Sequence

from flask import url_for
from flask_babel import gettext as _

from tracker.queries.reviews.items import Item
from tracker.rules.pace import minutes_for
from tracker.rules.reviews.workflow import (
    OPEN_TO_ANSWER,
    UNANSWERED,
    ItemStatus,
    can_finish,
    can_reveal,
)
from tracker.rules.sequences import next_after


def done(items: Sequence[Item]) -> int:
    """How many items the reviewer has nothing to do with any more, or only to reveal."""
    return sum(item.status not in UNANSWERED for item in items)


def waiting(items: Sequence[Item]) -> list[Item]:
    return [item for item in items if item.status is ItemStatus.WAITING]


def left(statements: int, pace: int) -> str:
    """How long what is left to answer takes, at so many seconds for a statement."""
    minutes = minutes_for(statements, pace)
    if not minutes:
        return str(_("nothing left to answer"))
    hours, rest = divmod(minutes, 60)
    if hours:
        words = _("about %(hours)s h %(minutes)s min left", hours=hours, minutes=rest)
    elif minutes == 1:
        words = _("about a minute left")
    else:
        words = _("about %(minutes)s minutes left", minutes=minutes)
    return str(words)


def is_ready(items: Sequence[Item]) -> bool:
    """Whether the check page may offer the reveal, or the end of a review with nothing to
    compare."""
    statuses = [item.status for item in items if item.status is not None]
    unseen = any(item.status is ItemStatus.NOT_OBSERVED and not item.revealed for item in items)
    return can_reveal(statuses) or (unseen and can_finish(statuses))


def is_under_way(items: Sequence[Item]) -> bool:
    """Whether the reviewer's part has not come to its end: something waits, is out, or is
    sealed."""
    return any(
        item.status in OPEN_TO_ANSWER
        or (item.status is ItemStatus.NOT_OBSERVED and not item.revealed)
        for item in items
    )


def next_href(review_id: int, items: Sequence[Item], after: int = 0, *, focus: bool = False) -> str:
    """The next item to answer after that position, from the top where there is none below; else the
    check page."""
    item = next_after(
        items, lambda each: each.position == after, lambda each: each.status is ItemStatus.WAITING
    )
    if item is None:
        return url_for("reviews.check", review_id=review_id)
    return url_for("reviews.item", item_id=item.id, go=1 if focus else None)
