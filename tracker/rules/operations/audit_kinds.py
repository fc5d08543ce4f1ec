"""What the audit tells of reviews and endorsements: that somebody acted, never what came of it.

An administrator reads the audit and must not learn of ratings from it, so a *cannot tell* is an
answer like another, one act is one event however many statements it was about, and what only
happens where two people answered differently (or alike) is recorded under kinds that are not
listed.
"""

from collections.abc import Iterable

from tracker.rules.reviews.workflow import EndorsementStatus, Move

REVEALED = "review_revealed"
"""Noted once for a reveal, whatever it showed."""
WENT_ON = "review_went_on"
"""A move whose name would tell something of the answers: recorded, not listed."""
GIVEN = "endorsement_given"
RESTORED = "endorsement_restored"
EXCEPTION_MOVED = "exception_moved"
THANKED = "review_thanked"
THANKS_WITHDRAWN = "review_thanks_withdrawn"
"""That one of the two thanked the other, which is theirs alone: recorded, not listed."""
RECORDS_SEALED = "records_sealed"
"""One digest over all seals so far; belongs to no library, and is not listed: it tells that
somebody did something."""
CLOCK_CONFIRMED = "clock_confirmed"
"""Somebody who runs the server says that its clock is right, which was doubted. Of no library."""
OBJECTED = frozenset({"reader_objected", "objection_opened", "objection_kept_closed"})
"""Recorded, and not listed: an administrator may be the reader, or who gave the role, and neither
is told who objected."""

MOVES: dict[Move, str] = {
    Move.SEND: "review_sent",
    Move.WITHDRAW: "review_withdrawn",
    Move.ANSWER: "review_answered",
    Move.CANNOT_TELL: "review_answered",
    Move.RETURN: "review_returned",
    Move.REPLY: "review_replied",
    Move.DROP: "review_dropped",
    Move.HAND_ON: "review_handed_on",
}
"""Moves that say nothing of an answer by being made; every other one is WENT_ON."""

ENDED: dict[EndorsementStatus, str] = {
    EndorsementStatus.SUPERSEDED: "endorsement_superseded",
    EndorsementStatus.SUSPENDED: "endorsement_suspended",
    EndorsementStatus.EXPIRED: "endorsement_expired",
    EndorsementStatus.REVOKED: "endorsement_revoked",
}


def audit_kind_of(move: Move) -> str:
    """The kind of event that a move is recorded as."""
    return MOVES.get(move, WENT_ON)


def listing(person_ids: Iterable[int]) -> str:
    """Many people in one fact: each id stands between spaces, so that it can be searched for."""
    return f" {' '.join(map(str, person_ids))} "
