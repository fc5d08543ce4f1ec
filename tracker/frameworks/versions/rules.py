"""What becomes of a statement from one version of a framework to the next, which versions can be
chosen, what addresses of pages call a framework, and what libraries decide about statements that
name physical, health-like or personal matters: they aren't rated until a library decides so.

The scale of a framework, what its answers count as, and the closed lists of words about answers.

The answers themselves are no closed list: each framework grades them as it likes, in rising order.
Beside them stand four that every framework knows: two of the learner, two of the reviewer.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Self


class Change(StrEnum):
    """In rising order of how much of the statement changes."""

    SAME = "same"
    REWORDED = "reworded"
    MOVED = "moved"
    """To another domain or level; its words are the same or not."""
    SPLIT = "split"
    MERGED = "merged"

    def then(self, later: "Change") -> "Change":
        """What becomes of it over two changes: the greater of both."""
        order = list(Change)
        return max(self, later, key=order.index)


class VersionDecision(StrEnum):
    """What becomes of the ratings of a statement that changed."""

    CARRY = "carry"
    ASK_AGAIN = "ask_again"


class VersionStatus(StrEnum):
    """Of a published version. Whoever is on one stays on it."""

    OFFERED = "offered"
    HIDDEN = "hidden"
    """Nobody new can choose it; whoever has something in it reads it as before."""
    WITHDRAWN = "withdrawn"
    """It was a mistake: nobody is on it, nothing was said of its statements, and the next version
    follows the one before it."""


BEFORE: Mapping[VersionStatus, frozenset[VersionStatus]] = {
    VersionStatus.OFFERED: frozenset({VersionStatus.HIDDEN}),
    VersionStatus.HIDDEN: frozenset({VersionStatus.OFFERED}),
    VersionStatus.WITHDRAWN: frozenset({VersionStatus.OFFERED, VersionStatus.HIDDEN}),
}
"""By a status, those that it can follow. What is withdrawn stays so."""


def address_keys(frameworks: Iterable[tuple[int, str]]) -> dict[int, str]:
    """Where a page is about one of several, by id, in the order given: its slug, as on every page.
    Of two versions of one, the later in the list has its id too."""
    keys: dict[int, str] = {}
    for framework_id, slug in frameworks:
        keys[framework_id] = f"{slug}-{framework_id}" if slug in keys.values() else slug
    return keys


UNDECIDED = "The library has not decided yet whether to rate it."
"""The reason that everybody reads until then. It is stored as a library's own words are, and so not
translated."""


class Decision(StrEnum):
    """Only RATE has the statement rated."""

    RATE = "rate"
    LEAVE_OUT = "leave_out"
    ASK_HR = "ask_hr"


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


LIKE_FROM, LONG_FROM = 4, 8
"""A word of so many letters may have one wrong; a long one, two."""
