"""The scale of a framework, what its answers count as, and the closed lists of words about answers.

The answers themselves are no closed list: each framework grades them as it likes, in rising order.
Beside them stand four that every framework knows: two of the learner, two of the reviewer.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

NOT_SURE = "not_sure"
NOT_MY_WORK = "not_my_work"
NOT_THEIR_WORK = "not_their_work"
CANNOT_TELL = "cannot_tell"

WITHOUT_GROUND = frozenset({NOT_THEIR_WORK, CANNOT_TELL})
"""A reviewer's answers that tell of nothing seen: none asks how they know, and none keeps it."""
UNGRADED = frozenset({NOT_SURE, NOT_MY_WORK, NOT_THEIR_WORK, CANNOT_TELL})
"""These are neither more nor less than any other answer."""


class Meaning(StrEnum):
    """What an answer counts as when a level is worked out."""

    MET = "met"
    NOT_MET = "not_met"
    OPEN = "open"
    EXCLUDED = "excluded"


TALLIED = Meaning.EXCLUDED, Meaning.MET, Meaning.NOT_MET
"""What a level counts, in the order in which `LevelTally.of` takes it; all else is open."""


class Voice(StrEnum):
    """Whose answers a level is worked out from. The two are never averaged."""

    SELF = "self"
    ENDORSED = "endorsed"


class Basis(StrEnum):
    """How a rating came about."""

    RATED = "rated"
    CONFIRMED = "confirmed"
    IMPORTED = "imported"
    INFERRED = "inferred"
    CLEARED = "cleared"
    """No answer any more."""


class Ground(StrEnum):
    """How the reviewer knows."""

    SAW_IT = "saw_it"
    SAW_PRODUCT = "saw_product"
    WAS_TOLD = "was_told"
    EVIDENCE_ONLY = "evidence_only"


class EvidenceKind(StrEnum):
    NOTE = "note"
    LINK = "link"
    FILE = "file"


@dataclass(frozen=True, slots=True)
class Scale:
    """`graded`: the answers that are more or less than each other, in rising order, with what each
    counts as."""

    graded: Mapping[str, Meaning]

    @classmethod
    def of(cls, answers: Iterable[tuple[str, Meaning]]) -> Self:
        """From a framework's answers in order, with the ungraded ones among them or not."""
        return cls({key: meaning for key, meaning in answers if key not in UNGRADED})

    @property
    def own(self) -> tuple[str, ...]:
        """What a learner can answer."""
        return (*self.graded, NOT_SURE, NOT_MY_WORK)

    @property
    def theirs(self) -> tuple[str, ...]:
        """What a reviewer can answer."""
        return (*self.graded, CANNOT_TELL, NOT_THEIR_WORK)

    @property
    def endorsable(self) -> tuple[str, ...]:
        """What an endorsement can say: an answer that both can give."""
        return (*self.graded, NOT_MY_WORK)

    def meaning(self, answer: str | None) -> Meaning:
        """What an answer of either voice counts as; without one it is open.

        In the endorsed voice that is everything without a standing endorsement: not reviewed,
        cannot tell, kept apart, suspended, expired, revoked. So *outside my job* leaves the count
        only where the reviewer agreed.
        """
        if answer in (NOT_MY_WORK, NOT_THEIR_WORK):
            return Meaning.EXCLUDED
        return self.graded.get(answer or "", Meaning.OPEN)

    def step(self, answer: str) -> int | None:
        """The place of a graded answer, from 1 up; None for the others."""
        return next((at for at, key in enumerate(self.graded, 1) if key == answer), None)


def counterpart(answer: str) -> str | None:
    """The learner's answer that a reviewer's is equal to; *cannot tell* equals none."""
    if answer == CANNOT_TELL:
        return None
    return NOT_MY_WORK if answer == NOT_THEIR_WORK else answer


def shortcut(key: str, step: int | None) -> str:
    """The key for an answer inside the focused statement: a graded one's place, else the same on
    both sides."""
    return str(step) if step else "9" if key in (NOT_SURE, CANNOT_TELL) else "0"
