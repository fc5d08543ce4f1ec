"""The statuses of reviews, their items and endorsements, and what they mean. Which move leads from
which to which: reviews/act/rules."""

import calendar
import datetime as dt
from collections.abc import Collection, Iterable
from enum import StrEnum

from tracker.accounts.account.rules import DAY, Away
from tracker.rules.core.notices import NoticeKind
from tracker.rules.errors import Invalid


class ReviewStatus(StrEnum):
    SENT = "sent"
    IN_REVIEW = "in_review"
    DIFFERENCES_OPEN = "differences_open"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


class ItemStatus(StrEnum):
    WAITING = "waiting"
    RETURNED = "returned"
    ANSWERED = "answered"
    NOT_OBSERVED = "not_observed"
    DROPPED = "dropped"
    DIFFERS = "differs"
    ENDORSED = "endorsed"
    KEPT_APART = "kept_apart"
    HANDED_ON = "handed_on"


class Move(StrEnum):
    SEND = "send"
    WITHDRAW = "withdraw"
    ANSWER = "answer"
    CANNOT_TELL = "cannot_tell"
    RETURN = "return"
    REPLY = "reply"
    DROP = "drop"
    REVEAL_EQUAL = "reveal_equal"
    REVEAL_DIFFERENT = "reveal_different"
    CONFIRM = "confirm"
    AGREE = "agree"
    TALK = "talk"
    TAKE_BACK = "take_back"
    KEEP_APART = "keep_apart"
    UNDO_KEEP_APART = "undo_keep_apart"
    CLOSE = "close"
    HAND_ON = "hand_on"
    ONE_MORE_WEEK = "one_more_week"


class EndorsementStatus(StrEnum):
    """*Standing* counts. *Superseded* is an older one that a newer answer replaced."""

    IN_FORCE = "standing"
    SUPERSEDED = "superseded"
    SUSPENDED = "suspended"
    EXPIRED = "expired"
    REVOKED = "revoked"


LIVE = frozenset({ReviewStatus.SENT, ReviewStatus.IN_REVIEW, ReviewStatus.DIFFERENCES_OPEN})
"""Items move only in a review that is one of these."""

ENDED = frozenset(
    {
        ItemStatus.NOT_OBSERVED,
        ItemStatus.DROPPED,
        ItemStatus.ENDORSED,
        ItemStatus.KEPT_APART,
        ItemStatus.HANDED_ON,
    }
)
REVEALED = frozenset({ItemStatus.DIFFERS, ItemStatus.ENDORSED, ItemStatus.KEPT_APART})
UNANSWERED = frozenset({ItemStatus.WAITING, ItemStatus.RETURNED})
OPEN_TO_ANSWER = UNANSWERED | {ItemStatus.ANSWERED}
SEALED = OPEN_TO_ANSWER | {ItemStatus.NOT_OBSERVED}
"""In these the supervisor's side is the supervisor's alone and the learner's is the learner's
alone. A *cannot tell* can be changed until the reveal; it shows itself to the learner only once the
review has been revealed. An item that was *handed on* stays sealed for ever: what its first
reviewer said of it is nobody's."""


def is_settled(status: ItemStatus, shown: bool) -> bool:
    """Whether an item has ended for good: a *not observed* one has not until the reveal has shown
    it."""
    return status in ENDED and (shown or status is not ItemStatus.NOT_OBSERVED)


def can_reveal(statuses: list[ItemStatus]) -> bool:
    """Reveal takes all answered items once none is waiting; returned ones may stay out and be
    revealed later."""
    return ItemStatus.ANSWERED in statuses and ItemStatus.WAITING not in statuses


def can_finish(statuses: list[ItemStatus]) -> bool:
    """Nothing is left to answer or to compare, only *cannot tell* to show."""
    return ItemStatus.NOT_OBSERVED in statuses and not OPEN_TO_ANSWER & set(statuses)


WAITS_FOR_REVIEWER = frozenset(
    {
        NoticeKind.REVIEW_SENT,
        NoticeKind.ITEM_REPLIED,
        NoticeKind.REVIEW_DUE_SOON,
        NoticeKind.REVIEW_OVERDUE,
    }
)
WAITS_FOR_BOTH = frozenset(
    {NoticeKind.REVIEW_REVEALED, NoticeKind.DIFFERENCE_CONFIRMED, NoticeKind.DIFFERENCES_DUE_SOON}
)


def is_done(kind: NoticeKind, status: ReviewStatus | None, *, has_questions: bool) -> bool:
    """Whether what a notice asks for was done since it was sent. `has_questions`: some items were
    returned."""
    if kind in WAITS_FOR_REVIEWER:
        return status not in (None, ReviewStatus.SENT, ReviewStatus.IN_REVIEW)
    if kind is NoticeKind.ITEM_RETURNED:
        return status is not None and not has_questions
    return kind in WAITS_FOR_BOTH and status is ReviewStatus.CLOSED


WEEK = dt.timedelta(days=7)
"""What either side may add to a review, once."""
MONTHS_MAX = 120
REMINDED = 30
"""A learner is reminded so many days before an endorsement expires."""


def due_day(on: dt.date, since: dt.date, away: Iterable[Away]) -> dt.date:
    """The last day, where the time began on `since` and would end on `on` if nobody were away."""
    counted_from = since
    for period in sorted(away):
        first = max(period.starts_on, counted_from)
        if first <= period.until_on:
            counted_from = period.until_on + DAY
            on = max(on, first) + (counted_from - first)
    return on


def a_week_later(on: dt.date, since: dt.date, away: Collection[Away], today: dt.date) -> dt.date:
    """The date to keep as `on` so that the last day is a week later than it is now, or than today
    where it is over."""
    wanted = max(due_day(on, since, away), today) + WEEK
    return wanted - (due_day(wanted, since, away) - wanted)


def clean_months(months: int | None, field: str) -> int | None:
    """The months after which endorsements expire; None: never. Raises
    Invalid("months_out_of_range")."""
    if months is not None and not 1 <= months <= MONTHS_MAX:
        raise Invalid("months_out_of_range", field, longest=MONTHS_MAX)
    return months


def expires_on(endorsed_on: dt.date, months: int) -> dt.date:
    """The last day on which it counts: the same day that many months later, or the last of a
    shorter month."""
    place = endorsed_on.month - 1 + months
    year, month = endorsed_on.year + place // 12, place % 12 + 1
    return dt.date(year, month, min(endorsed_on.day, calendar.monthrange(year, month)[1]))
