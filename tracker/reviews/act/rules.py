"""The one table of moves: what each leads from and to, whom it tells, what the audit says of it,
and what follows from it. docs/reference/moves.md is made from it.

Asked by `act` (records), which alone makes a move, and by pages before they show a button.
Permission is another question (policy).

The audit tells that somebody acted, never what came of it: an administrator reads it and must not
learn of ratings from it. So a *cannot tell* is an answer like another, one act is one event however
many statements it was about, and what only happens where two people answered differently (or alike)
is WENT_ON, which is not listed. For the same reason an answer before the reveal tells nobody, nor
may two moves that only the sealed answers tell apart be told differently.
"""

from dataclasses import dataclass
from enum import StrEnum
from functools import partial

from tracker.record.endorsements.rules import ExceptionStatus
from tracker.record.workflow.rules import (
    LIVE,
    SEALED,
    EndorsementStatus,
    ItemStatus,
    Move,
    ReviewStatus,
)
from tracker.rules.core.notices import NoticeKind
from tracker.rules.errors import Conflict


class Thing(StrEnum):
    """What moves."""

    REVIEW = "review"
    ITEM = "item"
    ENDORSEMENT = "endorsement"
    EXCEPTION = "exception"


class Closing(StrEnum):
    """Ways to close a review, each told in its own way; the history calls all of them *close*."""

    AT_REVEAL = "close_at_reveal"
    HANDED_ON = "close_handed_on"


class AtEnd(StrEnum):
    """What the last day of a review does to what is open in it: nobody is told of each, nor can the
    audit tell it; the history calls them *drop* and *cannot tell*."""

    DROP = "drop_at_end"
    NOT_SEEN = "not_seen_at_end"


class Aside(StrEnum):
    """What is done to a review and changes no status: it leaves no history."""

    REVEAL = "reveal"
    THANK = "thank"
    TAKE_THANKS_BACK = "take_thanks_back"


class EndorsementChange(StrEnum):
    GIVE = "give"
    SUPERSEDE = "supersede"
    SUSPEND = "suspend"
    EXPIRE = "expire"
    REVOKE = "revoke"


class ExceptionMove(StrEnum):
    PROPOSE = "propose"
    CONFIRM = "confirm"
    WITHDRAW = "withdraw"
    END = "end"


AnyMove = Move | Closing | AtEnd | Aside | EndorsementChange | ExceptionMove


class Recipient(StrEnum):
    """Who of a review is told. *Other*: who of the two did not act; both where neither did (the
    time was over, or a coordinator did it)."""

    LEARNER = "learner"
    REVIEWER = "reviewer"
    BOTH = "both"
    OTHER = "other"


class Due(StrEnum):
    """What begins a time: for the answers; with the first reveal, for all that is then open; or
    adds a week to the one that runs."""

    REVIEW = "review_days"
    END = "differences_days"
    WEEK = "one_more_week"


@dataclass(frozen=True, slots=True)
class Tell:
    """`by_mail`: as its reader chose. `once`: told again, it is no news."""

    kind: NoticeKind
    to: Recipient
    by_mail: bool = True
    once: bool = False


@dataclass(frozen=True, slots=True)
class MoveRule:
    """One move. `after` None: the status stays. `at`: the column that keeps the moment.

    `facts`: what the audit says besides the review and its learner. `takes_back`: whose notices of
    the review go, all of them or those of one kind. `counts`: the learner's standings are counted
    anew. `history`: as what it stands there, "" for not at all.
    """

    before: tuple[str, ...]
    after: StrEnum | None
    audit: str
    tells: Tell | None = None
    at: str = ""
    facts: tuple[str, ...] = ()
    takes_back: tuple[Recipient, NoticeKind | None] | None = None
    due: Due | None = None
    counts: bool = False
    history: str | None = None


REFUSED = {
    Thing.REVIEW: "move_not_now",
    Thing.ITEM: "move_not_now",
    Thing.ENDORSEMENT: "endorsement_ended",
    Thing.EXCEPTION: "exception_over",
}
"""Why a move is not made that the table has not, from that status."""
NEW = ""
"""Before the first move."""
WENT_ON = "review_went_on"
"""A move whose name would tell something of the answers: recorded, not listed."""
ANSWERED, GIVEN = "review_answered", "endorsement_given"
OF_STATEMENT = ("statement_id",)

_learner, _other = partial(Tell, to=Recipient.LEARNER), partial(Tell, to=Recipient.OTHER)
_REVEALED = _learner(NoticeKind.REVIEW_REVEALED)
_CONFIRMED = _other(NoticeKind.DIFFERENCE_CONFIRMED)
_LIVE, _SEALED = tuple(sorted(LIVE)), tuple(sorted(SEALED))
_SENT, _CLOSED = (ReviewStatus.SENT,), (ReviewStatus.CLOSED,)
_TO_ANSWER = ItemStatus.WAITING, ItemStatus.ANSWERED, ItemStatus.NOT_OBSERVED
_RETURNED, _ANSWERED = (ItemStatus.RETURNED,), (ItemStatus.ANSWERED,)
_WAITING, _UNSEEN = (ItemStatus.WAITING,), ItemStatus.NOT_OBSERVED
_DIFFERS, _IN_FORCE = (ItemStatus.DIFFERS,), (EndorsementStatus.IN_FORCE,)
_OPEN = ExceptionStatus.PROPOSED, ExceptionStatus.AGREED


def _closes(tells: Tell | None) -> MoveRule:
    kind, at = ReviewStatus.CLOSED, "closed_at"
    return MoveRule(
        before=_LIVE, after=kind, audit=WENT_ON, tells=tells, at=at, counts=True, history=Move.CLOSE
    )


def _reveals(after: ItemStatus) -> MoveRule:
    return MoveRule(before=_ANSWERED, after=after, audit=WENT_ON, tells=_REVEALED, at="revealed_at")


def _ends(after: EndorsementStatus, tells: Tell | None = None) -> MoveRule:
    kind = f"endorsement_{after}"
    return MoveRule(
        before=_IN_FORCE,
        after=after,
        audit=kind,
        tells=tells,
        at="ended_at",
        facts=OF_STATEMENT,
        counts=True,
    )


def _excepts(
    before: tuple[str, ...], after: ExceptionStatus, at: str, tells: Tell | None = None
) -> MoveRule:
    kind = "exception_moved"
    return MoveRule(
        before=before, after=after, audit=kind, tells=tells, at=at, facts=OF_STATEMENT, counts=True
    )


MOVES: dict[tuple[Thing, AnyMove], MoveRule] = {
    (Thing.REVIEW, Move.SEND): MoveRule(
        before=(NEW,),
        after=ReviewStatus.SENT,
        audit="review_sent",
        tells=Tell(NoticeKind.REVIEW_SENT, Recipient.REVIEWER),
        at="sent_at",
        due=Due.REVIEW,
    ),
    (Thing.REVIEW, Move.WITHDRAW): MoveRule(
        _SENT,
        ReviewStatus.WITHDRAWN,
        "review_withdrawn",
        at="withdrawn_at",
        takes_back=(Recipient.REVIEWER, None),
    ),
    (Thing.REVIEW, Move.ANSWER): MoveRule(_SENT, ReviewStatus.IN_REVIEW, ANSWERED),
    (Thing.REVIEW, Move.REVEAL_DIFFERENT): MoveRule(
        (ReviewStatus.IN_REVIEW, ReviewStatus.DIFFERENCES_OPEN),
        ReviewStatus.DIFFERENCES_OPEN,
        WENT_ON,
        _REVEALED,
    ),
    (Thing.REVIEW, Move.ONE_MORE_WEEK): MoveRule(
        _LIVE, None, WENT_ON, _other(NoticeKind.REVIEW_LONGER), due=Due.WEEK
    ),
    (Thing.REVIEW, Move.CLOSE): _closes(Tell(NoticeKind.REVIEW_CLOSED, Recipient.BOTH)),
    (Thing.REVIEW, Closing.AT_REVEAL): _closes(_REVEALED),
    (Thing.REVIEW, Closing.HANDED_ON): _closes(None),
    (Thing.REVIEW, Aside.REVEAL): MoveRule(
        _LIVE, None, "review_revealed", at="revealed_at", due=Due.END, history=""
    ),
    (Thing.REVIEW, Aside.THANK): MoveRule(
        _CLOSED,
        None,
        "review_thanked",
        Tell(NoticeKind.REVIEW_THANKED, Recipient.OTHER, by_mail=False, once=True),
        history="",
    ),
    (Thing.REVIEW, Aside.TAKE_THANKS_BACK): MoveRule(
        _CLOSED,
        None,
        "review_thanks_withdrawn",
        takes_back=(Recipient.OTHER, NoticeKind.REVIEW_THANKED),
        history="",
    ),
    (Thing.ITEM, Move.ANSWER): MoveRule(
        _TO_ANSWER, ItemStatus.ANSWERED, ANSWERED, at="answered_at"
    ),
    (Thing.ITEM, Move.CANNOT_TELL): MoveRule(
        _TO_ANSWER, ItemStatus.NOT_OBSERVED, ANSWERED, at="answered_at"
    ),
    (Thing.ITEM, Move.RETURN): MoveRule(
        _TO_ANSWER, ItemStatus.RETURNED, "review_returned", _learner(NoticeKind.ITEM_RETURNED)
    ),
    (Thing.ITEM, Move.REPLY): MoveRule(
        _RETURNED,
        ItemStatus.WAITING,
        "review_replied",
        Tell(NoticeKind.ITEM_REPLIED, Recipient.REVIEWER),
    ),
    (Thing.ITEM, Move.DROP): MoveRule(
        _RETURNED, ItemStatus.DROPPED, "review_dropped", _other(NoticeKind.ITEM_DROPPED)
    ),
    (Thing.ITEM, AtEnd.DROP): MoveRule(
        (*_RETURNED, *_ANSWERED), ItemStatus.DROPPED, WENT_ON, history=Move.DROP
    ),
    (Thing.ITEM, AtEnd.NOT_SEEN): MoveRule(
        _WAITING, _UNSEEN, WENT_ON, at="answered_at", history=Move.CANNOT_TELL
    ),
    (Thing.ITEM, Move.HAND_ON): MoveRule(
        _SEALED, ItemStatus.HANDED_ON, "review_handed_on", _other(NoticeKind.REVIEW_HANDED_ON)
    ),
    (Thing.ITEM, Move.REVEAL_EQUAL): _reveals(ItemStatus.ENDORSED),
    (Thing.ITEM, Move.REVEAL_DIFFERENT): _reveals(ItemStatus.DIFFERS),
    (Thing.ITEM, Move.CONFIRM): MoveRule(_DIFFERS, None, WENT_ON, _CONFIRMED),
    (Thing.ITEM, Move.TALK): MoveRule(_DIFFERS, None, WENT_ON, _CONFIRMED),
    (Thing.ITEM, Move.TAKE_BACK): MoveRule(_DIFFERS, None, WENT_ON),
    (Thing.ITEM, Move.AGREE): MoveRule(_DIFFERS, ItemStatus.ENDORSED, WENT_ON),
    (Thing.ITEM, Move.KEEP_APART): MoveRule(
        _DIFFERS, ItemStatus.KEPT_APART, WENT_ON, _other(NoticeKind.DIFFERENCE_KEPT_APART)
    ),
    (Thing.ITEM, Move.UNDO_KEEP_APART): MoveRule(
        (ItemStatus.KEPT_APART,), ItemStatus.DIFFERS, WENT_ON, _CONFIRMED
    ),
    (Thing.ENDORSEMENT, EndorsementChange.GIVE): MoveRule(
        (NEW,),
        EndorsementStatus.IN_FORCE,
        GIVEN,
        at="endorsed_at",
        facts=("statement_id", "endorsement", "seal"),
        counts=True,
    ),
    (Thing.ENDORSEMENT, EndorsementChange.SUPERSEDE): _ends(EndorsementStatus.SUPERSEDED),
    (Thing.ENDORSEMENT, EndorsementChange.SUSPEND): _ends(EndorsementStatus.SUSPENDED),
    (Thing.ENDORSEMENT, EndorsementChange.EXPIRE): _ends(EndorsementStatus.EXPIRED),
    (Thing.ENDORSEMENT, EndorsementChange.REVOKE): _ends(
        EndorsementStatus.REVOKED, _learner(NoticeKind.ENDORSEMENT_REVOKED)
    ),
    (Thing.EXCEPTION, ExceptionMove.PROPOSE): _excepts(
        (NEW,), ExceptionStatus.PROPOSED, "proposed_at", _other(NoticeKind.EXCEPTION_PROPOSED)
    ),
    (Thing.EXCEPTION, ExceptionMove.CONFIRM): _excepts(
        _OPEN[:1], ExceptionStatus.AGREED, "agreed_at"
    ),
    (Thing.EXCEPTION, ExceptionMove.WITHDRAW): _excepts(
        _OPEN, ExceptionStatus.WITHDRAWN, "ended_at"
    ),
    (Thing.EXCEPTION, ExceptionMove.END): _excepts(_OPEN, ExceptionStatus.ENDED, "ended_at"),
}
"""*One more week* is made once in a review, by either side."""


def rule_of(thing: Thing, move: AnyMove, status: str) -> MoveRule:
    """The row by which that move is made from that status. Raises Conflict, as REFUSED says."""
    rule = MOVES.get((thing, move))
    if rule is None or status not in rule.before:
        raise Conflict(REFUSED[thing], move=move, status=status)
    return rule


def can(thing: Thing, status: str, move: AnyMove) -> bool:
    """Whether a page may show the button for `move`."""
    rule = MOVES.get((thing, move))
    return rule is not None and status in rule.before
