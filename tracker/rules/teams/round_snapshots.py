"""How a person's standing at the end of a round is written down, so that no later rule, target or
answer changes what is read of it.

By domain: a *cell* (what a gap matrix shows of the endorsed voice, and which statements are not
met), and the *counts* of both voices behind it, level by level.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from tracker.rules.profiles.levels import RULE, DomainStanding, TargetState
from tracker.rules.record.standings import against, word
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
    revealed: DomainStanding,
    not_met: Collection[int],
    by_job: Mapping[int, int | None],
) -> Kept:
    """Of both voices the word of rules/record/standings. `not_met`: the statements of the domain
    that are endorsed and do not count as met. `by_job`: the target of each job, by role profile,
    for who had several; that of `endorsed` is the highest."""
    kept: dict[str, Any] = {
        "reviewed": word(endorsed),
        "revealed": word(revealed),
        "target": endorsed.target_rank,
        "state": endorsed.target_state,
        "not_met": sorted(not_met),
    }
    return kept | {"by_job": {str(job): rank for job, rank in by_job.items()}} if by_job else kept


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


def read_target(kept: Kept, role_profile_ids: Collection[int]) -> int | None:
    """The highest of these jobs, or of all that they had."""
    of_jobs = kept.get("by_job", {})
    asked = [of_jobs[str(job)] for job in role_profile_ids if str(job) in of_jobs]
    return max(filter(None, asked), default=None) if asked else kept["target"]


def read_cell(
    domain_id: int, ranks: Sequence[int], kept: Kept, role_profile_ids: Collection[int]
) -> GapCell:
    """`ranks`: of the domain's levels."""
    target = read_target(kept, role_profile_ids)
    of = against(kept["reviewed"], ranks, target)
    return GapCell(domain_id, of.held_rank, target, of.state, of.known_rank, of.blocked)


def veiled(one: GapCell) -> GapCell:
    """What is left of a cell for who may not see a statement of its domain: the target alone,
    whatever was endorsed."""
    state = None if one.target_rank is None else TargetState.NOT_YET_KNOWN
    return GapCell(one.domain_id, 0, one.target_rank, state)
