"""An agreed exception to a level: one statement that does not count there, because learner and
supervisor agreed.

In the endorsed voice such a statement is left out of *applicable*, as *outside my job* is
(docs/levels.md).
"""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from tracker.rules.errors import Conflict
from tracker.rules.frameworks.scale import Meaning
from tracker.rules.frameworks.wording import Wording
from tracker.rules.record.sheet import Sheet
from tracker.rules.reviews.workflow import ItemStatus


class ExceptionStatus(StrEnum):
    """*Agreed* counts. *Ended*: a newer endorsement of the statement took its place."""

    PROPOSED = "proposed"
    AGREED = "agreed"
    WITHDRAWN = "withdrawn"
    ENDED = "ended"


class ExceptionMove(StrEnum):
    CONFIRM = "confirm"
    WITHDRAW = "withdraw"
    END = "end"


class TakenBack(StrEnum):
    """What a withdrawal was: of what counted, by the other side of a proposal, or by the one who
    proposed it."""

    WITHDRAWN = "withdrawn"
    DECLINED = "declined"
    PROPOSAL = "proposal"


OPEN = frozenset({ExceptionStatus.PROPOSED, ExceptionStatus.AGREED})
"""At most one of these for a person and a level of a domain."""

MOVES: dict[tuple[ExceptionStatus, ExceptionMove], ExceptionStatus] = {
    (ExceptionStatus.PROPOSED, ExceptionMove.CONFIRM): ExceptionStatus.AGREED,
    (ExceptionStatus.PROPOSED, ExceptionMove.WITHDRAW): ExceptionStatus.WITHDRAWN,
    (ExceptionStatus.PROPOSED, ExceptionMove.END): ExceptionStatus.ENDED,
    (ExceptionStatus.AGREED, ExceptionMove.WITHDRAW): ExceptionStatus.WITHDRAWN,
    (ExceptionStatus.AGREED, ExceptionMove.END): ExceptionStatus.ENDED,
}


def exception_after(status: ExceptionStatus, move: ExceptionMove) -> ExceptionStatus:
    """Raises Conflict("exception_over") where the table has no such move."""
    try:
        return MOVES[status, move]
    except KeyError:
        raise Conflict("exception_over") from None


def taken_back(status: ExceptionStatus, *, by_proposer: bool) -> TakenBack:
    """What it is to withdraw one that has that status."""
    if status is not ExceptionStatus.PROPOSED:
        return TakenBack.WITHDRAWN
    return TakenBack.PROPOSAL if by_proposer else TakenBack.DECLINED


def may_be_excepted(status: ItemStatus | None, endorsed: Meaning | None) -> bool:
    """What was revealed and is not met: it differs, was kept apart, or was endorsed below met.
    `endorsed` is the answer that came of an *endorsed* item."""
    if status is ItemStatus.ENDORSED:
        return endorsed is Meaning.NOT_MET
    return status in (ItemStatus.DIFFERS, ItemStatus.KEPT_APART)


@dataclass(frozen=True, slots=True)
class AgreedException:
    """One that counts. `learner` and `other` agreed on it; `reason` is "" where it was erased."""

    statement_id: int
    domain_id: int
    rank: int
    code: str
    title: Wording
    reason: str
    on: dt.datetime
    learner: str
    other: str

    @property
    def names(self) -> tuple[str, str]:
        return self.learner, self.other


def agreed(sheet: Sheet, learner: str) -> list[AgreedException]:
    """What counts for the learner of that name, in the framework's order."""
    return [
        AgreedException(
            statement_id=line.statement.id,
            domain_id=line.statement.domain_id,
            rank=line.statement.rank,
            code=line.statement.code,
            title=line.statement.title,
            reason=line.exception.reason,
            on=line.exception.on or line.exception.at,
            learner=learner,
            other=line.exception.who,
        )
        for line in sheet.counted
        if line.exception is not None
    ]
