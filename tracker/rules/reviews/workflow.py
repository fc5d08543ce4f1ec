"""The one table of moves for reviews and their items: which move leads from which status to which.

Asked by services before they write and by pages before they show a button. Permission is another
question (policy).
"""

from enum import StrEnum

from tracker.rules.errors import Conflict


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

    STANDING = "standing"
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

ITEM_MOVES: dict[tuple[ItemStatus, Move], ItemStatus] = {
    (ItemStatus.WAITING, Move.ANSWER): ItemStatus.ANSWERED,
    (ItemStatus.WAITING, Move.CANNOT_TELL): ItemStatus.NOT_OBSERVED,
    (ItemStatus.WAITING, Move.RETURN): ItemStatus.RETURNED,
    (ItemStatus.ANSWERED, Move.ANSWER): ItemStatus.ANSWERED,
    (ItemStatus.ANSWERED, Move.CANNOT_TELL): ItemStatus.NOT_OBSERVED,
    (ItemStatus.ANSWERED, Move.RETURN): ItemStatus.RETURNED,
    (ItemStatus.NOT_OBSERVED, Move.ANSWER): ItemStatus.ANSWERED,
    (ItemStatus.NOT_OBSERVED, Move.CANNOT_TELL): ItemStatus.NOT_OBSERVED,
    (ItemStatus.NOT_OBSERVED, Move.RETURN): ItemStatus.RETURNED,
    (ItemStatus.RETURNED, Move.REPLY): ItemStatus.WAITING,
    (ItemStatus.RETURNED, Move.DROP): ItemStatus.DROPPED,
    (ItemStatus.ANSWERED, Move.REVEAL_EQUAL): ItemStatus.ENDORSED,
    (ItemStatus.ANSWERED, Move.REVEAL_DIFFERENT): ItemStatus.DIFFERS,
    (ItemStatus.DIFFERS, Move.CONFIRM): ItemStatus.DIFFERS,
    (ItemStatus.DIFFERS, Move.TALK): ItemStatus.DIFFERS,
    (ItemStatus.DIFFERS, Move.TAKE_BACK): ItemStatus.DIFFERS,
    (ItemStatus.DIFFERS, Move.AGREE): ItemStatus.ENDORSED,
    (ItemStatus.DIFFERS, Move.KEEP_APART): ItemStatus.KEPT_APART,
    (ItemStatus.KEPT_APART, Move.UNDO_KEEP_APART): ItemStatus.DIFFERS,
    **{(status, Move.HAND_ON): ItemStatus.HANDED_ON for status in SEALED},
}

REVIEW_MOVES: dict[tuple[ReviewStatus, Move], ReviewStatus] = {
    (ReviewStatus.SENT, Move.WITHDRAW): ReviewStatus.WITHDRAWN,
    (ReviewStatus.SENT, Move.ANSWER): ReviewStatus.IN_REVIEW,
    (ReviewStatus.SENT, Move.CLOSE): ReviewStatus.CLOSED,
    (ReviewStatus.IN_REVIEW, Move.REVEAL_DIFFERENT): ReviewStatus.DIFFERENCES_OPEN,
    (ReviewStatus.IN_REVIEW, Move.CLOSE): ReviewStatus.CLOSED,
    (ReviewStatus.DIFFERENCES_OPEN, Move.REVEAL_DIFFERENT): ReviewStatus.DIFFERENCES_OPEN,
    (ReviewStatus.DIFFERENCES_OPEN, Move.CLOSE): ReviewStatus.CLOSED,
    **{(status, Move.ONE_MORE_WEEK): status for status in sorted(LIVE)},
}
"""*One more week* is made once in a review, by either side."""


def item_after(status: ItemStatus, move: Move) -> ItemStatus:
    """The status that `move` leads to. Raises Conflict("move_not_now") where the table has no such
    move."""
    try:
        return ITEM_MOVES[status, move]
    except KeyError:
        raise Conflict("move_not_now", move=move, status=status) from None


def review_after(status: ReviewStatus, move: Move) -> ReviewStatus:
    """The status that `move` leads to. Raises Conflict("move_not_now") where the table has no such
    move."""
    try:
        return REVIEW_MOVES[status, move]
    except KeyError:
        raise Conflict("move_not_now", move=move, status=status) from None


def item_can(status: ItemStatus, move: Move) -> bool:
    """Whether a page may show the button for `move`."""
    return (status, move) in ITEM_MOVES


def review_can(status: ReviewStatus, move: Move) -> bool:
    """The same for a review as a whole."""
    return (status, move) in REVIEW_MOVES


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
