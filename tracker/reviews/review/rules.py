"""What people write in reviews, what a reviewer says to an item, what a page showed of it, what the
reveal makes of two answers, and how the statements of a review are laid out over screens."""

import datetime as dt
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import TypeVar

from tracker.frameworks.versions.rules import CANNOT_TELL, WITHOUT_GROUND, Ground, counterpart
from tracker.record.workflow.rules import ItemStatus, Move, can_finish, can_reveal
from tracker.rules.errors import Invalid, Refusal

T = TypeVar("T")

MOST_ON_A_SCREEN = 12
"""So many cards can still be looked over; only a part that holds more is split."""
RETURN = "return"
"""What can be said in the place of an answer: a question."""
REVIEW_TEXT_MAX = 4_000
"""The longest note, question, reply or reason."""
THANKS_MAX = 500


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


def response_of(
    item_id: int, answer: str, ground: str, note: str, base_version: int
) -> ReviewerResponse:
    """Of what was typed. Raises Invalid: review_answer_needed, review_ground_unknown."""
    if answer == RETURN:
        return ReviewerResponse(
            item_id=item_id, answer=None, ground=None, note=note, base_version=base_version
        )
    if not answer:
        raise Invalid("review_answer_needed")
    try:
        how = Ground(ground) if ground else None
    except ValueError as error:
        raise Invalid("review_ground_unknown") from error
    return ReviewerResponse(
        item_id=item_id, answer=answer, ground=how, note=note, base_version=base_version
    )


def says_how(answer: str, ground: str, note: str) -> bool:
    """Whether an answer comes with all that it needs of how its reviewer knows. Whatever somebody
    else told them, the learner has to read."""
    is_told = ground != Ground.WAS_TOLD or note.strip() != ""
    return answer in WITHOUT_GROUND or (ground in list(Ground) and is_told)


@dataclass(frozen=True, slots=True)
class NewerAnswer:
    """What the reviewer's other page saved in the meantime."""

    answer: str | None
    ground: Ground | None
    note: str
    version: int


def newer_in(refusal: Refusal | None) -> NewerAnswer | None:
    """Of an answer that was refused, where that is why."""
    newer = refusal.facts.get("current") if refusal is not None else None
    return newer if isinstance(newer, NewerAnswer) else None


def seen_stamp(confirmed_at: dt.datetime) -> str:
    """What a page carries of a confirmation, to tell afterwards whether that very one was on it."""
    return confirmed_at.astimezone(dt.UTC).isoformat()


def clean_text(typed: str, field: str, *, required: bool, longest: int = REVIEW_TEXT_MAX) -> str:
    """Plain line ends, no space around it. Raises Invalid: review_text_needed, review_text_long."""
    text = typed.replace("\r\n", "\n").replace("\r", "\n").strip()
    if required and not text:
        raise Invalid("review_text_needed", field)
    if len(text) > longest:
        raise Invalid("review_text_long", field, longest=longest, length=len(text))
    return text


def is_equal(own: str, reviewer_answer: str) -> bool:
    """A learner's *not sure* equals nothing; a supervisor's *cannot tell* equals nothing either."""
    return counterpart(reviewer_answer) == own


def reveal_move(own: str, reviewer_answer: str) -> Move:
    """The move that revealing an answered item makes. ValueError for *cannot tell*: that is not
    revealed."""
    if reviewer_answer == CANNOT_TELL:
        raise ValueError(f"an item with {reviewer_answer} is not revealed: it was not observed")
    return Move.REVEAL_EQUAL if is_equal(own, reviewer_answer) else Move.REVEAL_DIFFERENT


def is_ready(stand: Sequence[tuple[ItemStatus, bool]]) -> bool:
    """Whether there is something to reveal, or a review with nothing to compare can end: by each
    item's status, and whether it is revealed."""
    statuses = [status for status, _is_revealed in stand]
    return can_reveal(statuses) or (
        (ItemStatus.NOT_OBSERVED, False) in stand and can_finish(statuses)
    )


def screens(items: Sequence[T], part_of: Callable[[T], Hashable]) -> list[list[T]]:
    """The items in their order, on as few screens as whole parts allow, and as evenly as those do.

    A part is what follows on each other with the same `part_of`.
    """
    pieces = [piece for _part, within in groupby(items, part_of) for piece in _pieces(list(within))]
    best = [(0, 0, 0)]
    """Up to each piece: how many screens, the sum of their squares, where the last begins."""
    for end in range(1, len(pieces) + 1):
        ways, held = [], 0
        for begin in reversed(range(end)):
            held += len(pieces[begin])
            if held > MOST_ON_A_SCREEN:
                break
            count, unevenness, _begin = best[begin]
            ways.append((count + 1, unevenness + held**2, begin))
        best.append(min(ways))
    laid_out: list[list[T]] = []
    end = len(pieces)
    while end:
        begin = best[end][2]
        laid_out.append([item for piece in pieces[begin:end] for item in piece])
        end = begin
    return laid_out[::-1]


def _pieces(part: list[T]) -> list[list[T]]:
    """The part whole, or where it is more than a screen holds in pieces of nearly one size."""
    count = -(-len(part) // MOST_ON_A_SCREEN)
    cuts = [len(part) * at // count for at in range(count + 1)]
    return [part[begin:end] for begin, end in pairwise(cuts)]
