"""What holds for a review besides its moves: how long texts may be, what it costs the reviewer,
when it is overdue."""

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from tracker.rules.errors import Invalid
from tracker.rules.frameworks.scale import Ground, ReviewerAnswer

REVIEW_TEXT_MAX = 4_000
"""The longest note, question, reply or reason."""
SENT_MAX = 200
"""The most statements in one review."""
SUGGESTED = 30
"""About how many statements a learner is advised to send at once."""
SECONDS_EACH = 40
"""What one statement takes a reviewer, read and answered."""
RETURN = "return"
"""The sixth thing to say, beside the five answers: a question."""


@dataclass(frozen=True, slots=True)
class ReviewerResponse:
    """What a reviewer says to one item. `answer` None is a question, which `note` then holds.

    `base_version` is the item's version that the page showed.
    """

    item_id: int
    answer: ReviewerAnswer | None
    ground: Ground | None
    note: str
    base_version: int


@dataclass(frozen=True, slots=True)
class NewerAnswer:
    """What the reviewer's other page saved in the meantime."""

    answer: ReviewerAnswer | None
    ground: Ground | None
    note: str
    version: int


def minutes_for(statements: int) -> int:
    """Minutes that many statements take a reviewer: rounded up, 0 for none."""
    return -(-statements * SECONDS_EACH // 60)


def is_suggested(rank: int, target_rank: int | None, *, new: bool, due: bool) -> bool:
    """Whether sending a statement is worth it now: at the target level or one either side, and
    `new` (never reviewed, or changed since) or `due` (reviewed before the open round began)."""
    return target_rank is not None and abs(rank - target_rank) <= 1 and (new or due)


def is_over(last_day: dt.date | None, today: dt.date) -> bool:
    """Whether a date that something is due on has passed: the day itself still counts."""
    return last_day is not None and today > last_day


def clean_text(typed: str, field: str, *, required: bool) -> str:
    """Plain line ends, no space around it. Raises Invalid: review_text_needed, review_text_long."""
    text = typed.replace("\r\n", "\n").replace("\r", "\n").strip()
    if required and not text:
        raise Invalid("review_text_needed", field)
    if len(text) > REVIEW_TEXT_MAX:
        raise Invalid("review_text_long", field, longest=REVIEW_TEXT_MAX, length=len(text))
    return text


def short_name(name: str) -> str:
    """A name as it stands beside an endorsement: "Maria Ortiz" becomes "M. Ortiz"; a single word
    stays."""
    first, _, rest = name.strip().partition(" ")
    return f"{first[0]}. {rest.strip()}" if rest.strip() else first


def first_name(name: str) -> str:
    return name.strip().partition(" ")[0]


def seen_stamp(confirmed_at: dt.datetime) -> str:
    """What a page carries of a confirmation, to tell afterwards whether that very one was on it."""
    return confirmed_at.astimezone(dt.UTC).isoformat()


def day_at(moment: dt.datetime, time_zone: str) -> dt.date:
    """The day it is there at that moment: what dates of a review are counted from."""
    return moment.astimezone(ZoneInfo(time_zone)).date()
