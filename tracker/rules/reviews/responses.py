"""What a reviewer says to an item, and what a page showed of it."""

import datetime as dt
from dataclasses import dataclass

from tracker.rules.frameworks.scale import WITHOUT_GROUND, Ground, Meaning, Scale

RETURN = "return"
"""What can be said in the place of an answer: a question."""


@dataclass(frozen=True, slots=True)
class ReviewerResponse:
    """What a reviewer says to one item. `answer` None is a question, which `note` then holds.

    `base_version` is the item's version that the page showed.
    """

    item_id: int
    answer: str | None
    ground: Ground | None
    note: str
    base_version: int


def asks_what_was_told(answer: str | None, ground: Ground | None, scale: Scale) -> bool:
    """Whether the learner has to read what somebody told the reviewer: it isn't met by hearsay."""
    return ground is Ground.WAS_TOLD and scale.meaning(answer) is Meaning.NOT_MET


def says_how(answer: str, ground: Ground | None, note: str, scale: Scale) -> bool:
    """Whether an answer comes with all that it needs of how its reviewer knows."""
    if answer in WITHOUT_GROUND:
        return True
    is_told = bool(note.strip()) or not asks_what_was_told(answer, ground, scale)
    return ground is not None and is_told


@dataclass(frozen=True, slots=True)
class NewerAnswer:
    """What the reviewer's other page saved in the meantime."""

    answer: str | None
    ground: Ground | None
    note: str
    version: int


def seen_stamp(confirmed_at: dt.datetime) -> str:
    """What a page carries of a confirmation, to tell afterwards whether that very one was on it."""
    return confirmed_at.astimezone(dt.UTC).isoformat()
