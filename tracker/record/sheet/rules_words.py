"""What was said of skills, and what of it counts for a statement.

- A word on a statement's own skill counts, and so does what was said of its origins;
- on a line of origins the newest word counts. One that was taken back hides what is as far or
  farther, and older;
- a skill that was merged of several has a line through each of them. Only where all lines have a
  word, and all words are the same, is it a word of the whole;
- of a skill's own word and its origins' the newer one counts; one of its own that was taken back
  hides all that is older.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple, TypeVar

from tracker.record.versions.rules import Origin, Place, VersionStatement
from tracker.record.workflow.rules import ItemStatus
from tracker.rules.core.wording import Wording


class Side(StrEnum):
    """Whose words: the learner's as they are now, as reviews last revealed them, and those of
    reviewers."""

    OWN = "own"
    REVEALED = "revealed"
    REVIEWED = "reviewed"


class Word(NamedTuple):
    """What was said of a skill. `answer` None: it was taken back. `statement_id`: the wording that
    it was said of; `who` said it, where that isn't the learner, and `reason` why; of a reviewed
    one that is its status. `on`: when it was agreed, or of the past revealed; `day`: the one that
    was given for it. `of_answer`: the learner's, of which a reviewer said it. `place`: the level of
    an exception. Of a reviewed one in a review that hasn't ended the `id` is below 0."""

    answer: str | None
    at: dt.datetime
    id: int
    statement_id: int = 0
    who_id: int = 0
    who: str = ""
    reason: str = ""
    on: dt.datetime | None = None
    day: dt.date | None = None
    of_answer: str = ""
    place: Place | None = None


class SentItem(NamedTuple):
    """An item of a review, of those that were not withdrawn. `is_out`: it has not ended, and is
    with somebody who may go on with it. `uuid`: of its statement."""

    status: ItemStatus
    at: dt.datetime
    id: int
    statement_id: int
    revealed_at: dt.datetime | None
    round_id: int
    uuid: str
    is_out: bool


class LinkedEvidence(NamedTuple):
    """What the learner has to show for a skill. `version_id`: of the evidence, the current one.
    `at`: when it was linked or changed last."""

    version_id: int
    at: dt.datetime
    is_archived: bool


class CountsFrom(NamedTuple):
    """Of a statement that counts later: the `version` in which it came to them, and from when. The
    `round` begins on that day; None where no round begins before it. `is_changed`: they had another
    statement in its place."""

    version: str
    round: str | None
    day: dt.date
    is_changed: bool = False


class PointerMove(NamedTuple):
    """A row of `person_versions`, and its version: its name, and when it was published."""

    id: int
    framework_id: int
    at: dt.datetime
    published_at: dt.datetime
    version: str


class AgreedStep(NamedTuple):
    """What was agreed in a talk about an item and is not done yet. `title`: of its statement;
    `is_mine`: the learner does it, else the reviewer."""

    id: int
    item_id: int
    review_id: int
    text: str
    due_on: dt.date | None
    title: Wording
    reviewer: str
    is_mine: bool


Said = Mapping[int, Sequence[Word]]
"""By skill."""
Spoken = TypeVar("Spoken", Word, SentItem)


def counting(of: VersionStatement, by_skill: Said, *, all_origins: bool = False) -> Word | None:
    """The word that counts for a statement. `all_origins`: also those that don't carry."""
    if not by_skill:
        return None
    if of.lines:
        return max(parts(of, by_skill, all_origins=all_origins), key=_moment, default=None)
    own = _newest(by_skill.get(of.skill_id))
    return own if own is not None and own.answer is not None else None


def parts(of: VersionStatement, by_skill: Said, *, all_origins: bool = False) -> list[Word]:
    """All words that count for a statement: several for one that was merged, which say the same."""
    own = _newest(by_skill.get(of.skill_id))
    inherited = _inherited(of, by_skill, all_origins=all_origins)
    if inherited and (own is None or own.at < max(inherited, key=_moment).at):
        return inherited
    return [own] if own is not None and own.answer is not None else []


def rated_before(of: VersionStatement, own: Said) -> bool:
    """Whether the learner rated only what the statement was made of, and has no rating that counts
    for it. A rating that they cleared themselves doesn't make it one."""
    if of.skill_id in own or counting(of, own) is not None:
        return False
    answered, cleared = set[int](), set[int]()
    for line in of.lines:
        is_cleared = False
        for origin in line:
            words = own.get(origin.skill_id)
            if words and max(words, key=_moment).answer is None:
                is_cleared = True
            elif is_cleared:
                cleared.add(origin.skill_id)
            elif words:
                answered.add(origin.skill_id)
    return bool(answered - cleared)


def newest(of: VersionStatement, sent: Mapping[int, Sequence[SentItem]]) -> SentItem | None:
    """The newest item for the statement's skill or an origin that carries, whatever came of it."""
    if of.lines:
        items = (item for skill in of.carrying_skills for item in sent.get(skill, ()))
        return max(items, key=_moment, default=None)
    return _newest(sent.get(of.skill_id))


def _inherited(of: VersionStatement, by_skill: Said, *, all_origins: bool) -> list[Word]:
    """The word of each line, where all have the same."""
    lines = [line for line in of.lines if all_origins or line[0].carries]
    words = [_of_line(line, by_skill, all_origins=all_origins) for line in lines]
    inherited = [word for word in words if word is not None]
    is_one = len(inherited) == len(lines) and len({word.answer for word in inherited}) == 1
    return inherited if is_one else []


def _of_line(line: Sequence[Origin], by_skill: Said, *, all_origins: bool) -> Word | None:
    candidates: list[tuple[dt.datetime, int, int, Word]] = []
    taken_back_at: dt.datetime | None = None
    for steps, origin in enumerate(line):
        words = by_skill.get(origin.skill_id, ()) if all_origins or origin.carries else ()
        gone = [word.at for word in words if word.answer is None]
        taken_back_at = max(filter(None, (taken_back_at, *gone)), default=None)
        candidates += [
            (word.at, -steps, word.id, word)
            for word in words
            if word.answer is not None and (taken_back_at is None or word.at > taken_back_at)
        ]
    return max(candidates)[-1] if candidates else None


def _newest(words: Sequence[Spoken] | None) -> Spoken | None:
    """Most skills have one word of a side, or none."""
    if not words:
        return None
    return words[0] if len(words) == 1 else max(words, key=_moment)


def _moment(word: Word | SentItem) -> tuple[dt.datetime, int]:
    return word.at, word.id
