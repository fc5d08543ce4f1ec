"""design.md's table of moves as a model of sheets and their items."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

OWN = ("partly", "not_sure", "not_yet")
"""What Ana answered to the three statements."""
SAID = ("not_yet", "partly", "consistently", "not_their_work", "cannot_tell")
AGREED = ("partly", "not_yet")
REVIEWERS = ("sue", "hugo")
STRANGERS = ("ben", "cora", "adam", "olaf")
"""Another learner, the coordinator above, the administrator, and a supervisor of another
library."""
CAN = {
    "waiting": {"answer", "ask"},
    "answered": {"answer", "ask"},
    "not_observed": {"answer", "ask"},
    "returned": {"reply", "drop"},
    "differs": {"choose", "agree", "talk", "take-back", "keep-apart", "next-step"},
    "endorsed": {"next-step"},
    "kept_apart": {"undo-no-agreement", "next-step"},
    "dropped": set(),
}
"""design.md, 4, said once more."""
ENDED = {"dropped", "endorsed", "kept_apart"}
FOR = {
    "answer": "reviewer",
    "ask": "reviewer",
    "reply": "learner",
    "drop": "either",
    "differences": "either",
    "take-back": "either",
    "undo-no-agreement": "either",
    "next-step": "either",
    "withdraw": "learner",
    "reveal": "reviewer",
}
SHEETS_MOST = 4
OWN_NOTE, THEIR_NOTE, CHOSEN_REASON = "OWN-NOTE", "THEIR-NOTE", "CHOSEN-REASON"
STEP = dt.timedelta(seconds=1)
"""The clock goes on from request to request."""


@dataclass
class Item:
    id: int
    at: int
    status: str = "waiting"
    version: int = 1
    said: str = ""
    note: str = ""
    shown: bool = False
    confirmed: dict[str, str] = field(default_factory=dict)
    """By person; "" is to talk about it."""
    chosen: dict[str, str] = field(default_factory=dict)
    """By person, not confirmed."""
    kept_by: str = ""

    @property
    def settled(self) -> bool:
        return self.status in ENDED or (self.status == "not_observed" and self.shown)


@dataclass
class Sheet:
    """A review."""

    id: int
    reviewer: str
    items: list[Item]
    answered: bool = False
    withdrawn: bool = False
    differed: bool = False

    @property
    def status(self) -> str:
        if self.withdrawn:
            return "withdrawn"
        if all(item.settled for item in self.items):
            return "closed"
        return "differences_open" if self.differed else "in_review" if self.answered else "sent"

    @property
    def live(self) -> bool:
        return self.status not in ("withdrawn", "closed")

    def can(self, item: Item, move: str) -> bool:
        over = move != "next-step" and not self.live
        return (
            move in CAN[item.status]
            and not over
            and not (item.status == "not_observed" and item.shown)
        )

    @property
    def can_reveal(self) -> bool:
        at = {item.status for item in self.items}
        unseen = any(item.status == "not_observed" and not item.shown for item in self.items)
        return (
            self.live
            and "waiting" not in at
            and ("answered" in at or (unseen and "returned" not in at))
        )


@dataclass(frozen=True)
class Request:
    """One press of a button: `status` is what the model expects, `then` what it does to the
    model."""

    who: str
    url: str
    data: dict[str, Any]
    status: int
    then: Callable[[], None] = lambda: None
