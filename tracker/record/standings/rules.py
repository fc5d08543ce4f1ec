"""Where somebody stands in each domain, written short: what is kept of a sheet for pages of many
people, and what such a page works out from it.

A domain is a word of one letter for each level, from the lowest: "MMU".

What a round keeps of the version of a framework that people learned on its last day, and by
which of its targets somebody is measured who had several jobs.
"""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Any, NamedTuple

from tracker.frameworks.versions.rules import Meaning, Voice
from tracker.frameworks.versions.rules_levels import (
    DomainLevels,
    LevelRule,
    LevelState,
    TargetState,
)
from tracker.record.sheet.rules import Sheet, higher_of
from tracker.record.versions.rules import DomainShape, LevelShape

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
        changes_on=min((later.day for later in sheet.record.counts_from.values()), default=None),
        revealed=_words(sheet.standings(Voice.SELF).values()),
        reviewed=_words(sheet.standings(Voice.ENDORSED).values()),
        not_met=_ids(
            line.statement.id
            for line in counted
            if sheet.meaning(line, Voice.ENDORSED) is Meaning.NOT_MET
        ),
        excepted=_ids(line.statement.id for line in counted if line.exception is not None),
    )


def _words(domains: Iterable[DomainLevels]) -> str:
    return " ".join(map(word, domains))


def word(of: DomainLevels) -> str:
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
        held_rank=held,
        state=state,
        known_rank=None if held == 0 and waiting in ("", "U") else held,
        blocked=tuple(rank for rank, letter in upto if letter == "N"),
        is_judged=bool(counting),
    )


class KeptJob(NamedTuple):
    """In the team of that path."""

    path: str
    role_profile_id: int
    role_profile: str


@dataclass(frozen=True, slots=True)
class KeptVersion:
    """`domains`: as the library used them; `targets`: the rank that each job profile expected, by
    domain."""

    slug: str
    title: str
    version: str
    lang: str
    domains: tuple[DomainShape, ...]
    targets: Mapping[int, Mapping[int, int]]

    def target_of(self, had: Collection[int], asked: Collection[int]) -> dict[int, int]:
        """By domain, of somebody who `had` these job profiles: the highest of those that are asked
        for, or of all where they had none of these."""
        jobs = set(had).intersection(asked) or had
        return higher_of(self.targets[job] for job in jobs)

    def as_facts(self) -> dict[str, Any]:
        targets = {
            str(job): {str(domain): rank for domain, rank in ranks.items()}
            for job, ranks in self.targets.items()
        }
        return {**asdict(self), "targets": targets}


def version_of(facts: Mapping[str, Any], framework_id: int) -> KeptVersion:
    """Of the facts of a snapshot. As keys, JSON has words only."""
    kept = facts["frameworks"][str(framework_id)]
    targets = {
        int(job): {int(domain): rank for domain, rank in ranks.items()}
        for job, ranks in kept["targets"].items()
    }
    domains = tuple(map(_domain, kept["domains"]))
    return KeptVersion(**{**kept, "domains": domains, "targets": targets})


def _domain(kept: Mapping[str, Any]) -> DomainShape:
    levels = tuple(LevelShape(**level) for level in kept["levels"])
    return DomainShape(**{**kept, "rule": LevelRule(**kept["rule"]), "levels": levels})
