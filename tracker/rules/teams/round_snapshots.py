"""How a person's standing at the end of a round is written down, so that no later rule, target or
answer changes what is read of it.

By domain: a *cell* (what a gap matrix shows of the endorsed voice, and which statements are not
met), and the *counts* of both voices behind it, level by level.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol

from tracker.rules.profiles.levels import (
    RULE,
    DomainStanding,
    LevelTally,
    TargetState,
    blocked_ranks,
    blocking_rank,
    known_rank,
    level_state,
)
from tracker.rules.record.standings import LETTERS
from tracker.rules.teams.gaps import GapCell
from tracker.rules.teams.told import Outcome

Kept = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class KeptPerson:
    """A row of the snapshot, as it is written. `cells` and `counts`: by the id of the domain."""

    person_id: int
    framework_id: int
    role_profile_id: int
    role_profile: str
    paths: Sequence[str]
    exceptions: Sequence[int]
    cells: Kept
    counts: Kept


@dataclass(frozen=True, slots=True)
class KeptRound:
    """All that a snapshot is made of, and what figures without names may count."""

    facts: Kept
    people: Sequence[KeptPerson]
    outcomes: Sequence[Outcome]


def rule() -> Kept:
    """The level rule by which everything in a snapshot was decided."""
    return {"name": RULE.name, "version": RULE.version}


class KeptWho(Protocol):
    """Of a row of the snapshot, what says who somebody was."""

    person_id: int
    role_profile_id: int
    role_profile: str
    paths: Sequence[str]


def jobs(framework: Kept, who: KeptWho) -> list[tuple[str, int, str]]:
    """By team, the newest last: path, role profile, its name. `framework`: of the facts, whose
    `jobs` hold those who had several; all others had theirs in each of their teams."""
    several = framework.get("jobs", {}).get(str(who.person_id))
    if several is not None:
        return [(path, profile_id, name) for path, profile_id, name in several]
    return [(path, who.role_profile_id, who.role_profile) for path in who.paths]


def cell(
    endorsed: DomainStanding,
    not_met: Collection[int],
    by_job: Mapping[int, DomainStanding] | None = None,
) -> Kept:
    """`not_met`: the statements of the domain that are endorsed and do not count as met. `by_job`:
    against the target of each job, by role profile, for who had several; `endorsed` is against the
    highest."""
    kept: dict[str, Any] = {
        "held": endorsed.held_rank,
        "known": known_rank(endorsed),
        **_against_target(endorsed),
        "not_met": sorted(not_met),
    }
    if by_job:
        kept["by_job"] = {str(job): _against_target(each) for job, each in by_job.items()}
    return kept


def _against_target(of: DomainStanding) -> Kept:
    return {
        "target": of.target_rank,
        "state": of.target_state,
        "blocking": blocking_rank(of),
        "blocked": list(blocked_ranks(of)),
    }


def counts(of: DomainStanding) -> Kept:
    """Of one voice; the levels in rank order."""
    tallies = [view.tally for view in of.levels]
    return {
        "held": of.held_rank,
        "state": of.target_state,
        "levels": [
            {
                "rank": each.rank,
                "listed": each.listed,
                "left_out": each.not_rated_here,
                "excluded": each.excluded,
                "met": each.met,
                "not_met": each.not_met,
                "open": each.open,
            }
            for each in tallies
        ],
    }


def read_cell(domain_id: int, kept: Kept, role_profile_ids: Collection[int] = ()) -> GapCell:
    """Against the highest target of these jobs, or of all that they had. Rounds kept before jobs
    were told apart have one target, and the lowest level that was in the way."""
    of_jobs = kept.get("by_job", {})
    asked = [of_jobs[str(job)] for job in role_profile_ids if str(job) in of_jobs]
    of = max(asked, key=lambda each: each["target"] or 0, default=kept)
    state = of["state"]
    lowest = of["blocking"]
    return GapCell(
        domain_id,
        kept["held"],
        of["target"],
        None if state is None else TargetState(state),
        kept["known"],
        tuple(of.get("blocked", [] if lowest is None else [lowest])),
    )


def read_word(kept: Kept) -> str:
    """The counts of one voice as a word of rules/record/standings, by today's rule."""
    return "".join(_letter(*(level[each] for each in _COUNTED)) for level in kept["levels"])


_COUNTED = ("rank", "listed", "left_out", "excluded", "met", "not_met", "open")


@lru_cache(maxsize=8192)
def _letter(*counts: int) -> str:
    return LETTERS[level_state(LevelTally(*counts))]


def veiled(one: GapCell) -> GapCell:
    """What is left of a cell for who may not see a statement of its domain: the target alone,
    whatever was endorsed."""
    state = None if one.target_rank is None else TargetState.NOT_YET_KNOWN
    return GapCell(one.domain_id, 0, one.target_rank, state)
