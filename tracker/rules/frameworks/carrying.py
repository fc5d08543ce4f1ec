"""Carrying people from one version of a framework to a later one: its states, and which answers
come along."""

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from tracker.rules.texts import NOTE_MAX


class CarryingStatus(StrEnum):
    """*Running* and *undoing* go on by themselves, person by person."""

    PLANNED = "planned"
    CALLED_OFF = "called_off"
    RUNNING = "running"
    DONE = "done"
    UNDOING = "undoing"
    UNDONE = "undone"


AT_WORK = (CarryingStatus.RUNNING, CarryingStatus.UNDOING)
OPEN = (CarryingStatus.PLANNED, *AT_WORK)
ENDED = (CarryingStatus.CALLED_OFF, CarryingStatus.UNDONE)


@dataclass(frozen=True, slots=True)
class StatementLine:
    """A statement of the version before, by id, and one that takes its place. `carries`: what was
    said of it counts there."""

    statement_id: int
    successor_id: int
    carries: bool


@dataclass(frozen=True, slots=True)
class GivenAnswer:
    """A rating that stands in the version before."""

    answer: str
    rated_at: dt.datetime
    given_on: dt.date | None
    own_note: str
    reviewer_note: str
    noted_at: dt.datetime | None


def carried_answers(
    given: dict[int, GivenAnswer], lines: Iterable[StatementLine], rated_there: Collection[int]
) -> dict[int, GivenAnswer]:
    """What comes along, by statement of the later version. `given`: by statement of the version
    before. Where several carry to one, only what all of them say alike, as old as the oldest of
    them. What is rated there already (`rated_there`) stays."""
    parts: dict[int, list[int]] = {}
    for line in lines:
        if line.carries and line.successor_id not in rated_there:
            parts.setdefault(line.successor_id, []).append(line.statement_id)
    return {
        successor_id: joined([given[each] for each in befores])
        for successor_id, befores in sorted(parts.items())
        if given.keys() >= set(befores) and len({given[each].answer for each in befores}) == 1
    }


def joined(alike: Sequence[GivenAnswer]) -> GivenAnswer:
    """One answer of several that say the same: the oldest, with the notes of all, as far as there
    is room for them; where they come from they stay whole."""
    oldest = min(alike, key=lambda each: (each.given_on or each.rated_at.date(), each.rated_at))
    return GivenAnswer(
        oldest.answer,
        oldest.rated_at,
        oldest.given_on,
        _notes(each.own_note for each in alike),
        _notes(each.reviewer_note for each in alike),
        max((each.noted_at for each in alike if each.noted_at is not None), default=None),
    )


def _notes(texts: Iterable[str]) -> str:
    whole = ""
    for text in dict.fromkeys(filter(None, texts)):
        longer = f"{whole}\n\n{text}" if whole else text
        whole = longer if len(longer) <= NOTE_MAX or not whole else whole
    return whole
