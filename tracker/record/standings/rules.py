"""Where somebody stands in each domain, written short: what is kept of a sheet for pages of many
people, and what such a page works out from it.

A domain is a word of one letter for each level, from the lowest: "MMU".
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from tracker.frameworks.versions.rules_levels import DomainStanding, LevelState, TargetState
from tracker.frameworks.versions.rules_scale import Meaning, Voice
from tracker.record.sheet.rules import Sheet

LETTERS = {
    LevelState.MET: "M",
    LevelState.NOT_MET: "N",
    LevelState.NOT_YET_KNOWN: "U",
    LevelState.LIMITED: "L",
}


class ShortStanding(NamedTuple):
    """Of both sides the domains in the framework's order, a word for each. The ids of statements
    that were reviewed and aren't met, and of those that agreed exceptions leave out. `changes_on`:
    the day on which something counts that counts later; None where nothing does."""

    changes_on: dt.date | None
    revealed: str
    reviewed: str
    not_met: str
    excepted: str


class StandingAgainst(NamedTuple):
    """One domain against a target: as in frameworks/versions/rules_levels. `is_judged`: whether a
    level has enough statements."""

    held_rank: int
    state: TargetState | None
    known_rank: int | None
    blocked: tuple[int, ...]
    is_judged: bool


def short(sheet: Sheet) -> ShortStanding:
    """The short form of a sheet of the revealed side."""
    counted = sheet.counted
    return ShortStanding(
        min((later.day for later in sheet.record.counts_from.values()), default=None),
        _words(sheet.standings(Voice.SELF).values()),
        _words(sheet.standings(Voice.ENDORSED).values()),
        _ids(
            line.statement.id
            for line in counted
            if sheet.meaning(line, Voice.ENDORSED) is Meaning.NOT_MET
        ),
        _ids(line.statement.id for line in counted if line.exception is not None),
    )


def _words(domains: Iterable[DomainStanding]) -> str:
    return " ".join(map(word, domains))


def word(of: DomainStanding) -> str:
    return "".join(LETTERS[view.state] for view in of.levels)


def _ids(ids: Iterable[int]) -> str:
    return " ".join(map(str, ids))


def ids(written: str) -> list[int]:
    return list(map(int, written.split()))


@lru_cache(maxsize=8192)
def against(word: str, ranks: Sequence[int], target: int | None) -> StandingAgainst:
    """One domain against a target, from the states alone. `ranks`: of its levels. The rule is that
    of frameworks/versions/rules_levels."""
    counting = [(rank, letter) for rank, letter in zip(ranks, word, strict=True) if letter != "L"]
    held = 0
    waiting = ""
    for rank, letter in counting:
        if letter != "M":
            waiting = letter
            break
        held = rank
    upto = [level for level in counting if target is not None and level[0] <= target]
    letters = {letter for _rank, letter in upto}
    state = None
    if target is not None:
        state = (
            TargetState.NOT_ASSESSED
            if not letters
            else TargetState.GAP
            if "N" in letters
            else TargetState.AT_TARGET
            if letters == {"M"}
            else TargetState.NOT_YET_KNOWN
        )
    return StandingAgainst(
        held,
        state,
        None if held == 0 and waiting in ("", "U") else held,
        tuple(rank for rank, letter in upto if letter == "N"),
        bool(counting),
    )
