"""How a person's standing at the end of a round is written down, so that no later rule, target or
answer changes what is read of it.

By domain: a *cell* (what a gap matrix shows of the endorsed voice, and which statements are not
met), and the *counts* of both voices behind it, level by level.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from tracker.frameworks.versions.rules_levels import RULE_VERSION, DomainStanding, TargetState
from tracker.record.standings.rules import word
from tracker.teams.gaps.rules import GapCell, cell_of
from tracker.teams.told.rules import Outcome

Kept = Mapping[str, Any]


class KeptRound(NamedTuple):
    """All that a snapshot is made of, and what figures without names may count. `people`: its rows,
    with `cells` and `counts` by the id of the domain."""

    facts: Kept
    people: Sequence[Kept]
    outcomes: Sequence[Outcome]


def rule() -> Kept:
    """By which everything in a snapshot was decided, with that of each domain."""
    return {"version": RULE_VERSION}


def cell(
    endorsed: DomainStanding,
    revealed: DomainStanding,
    not_met: Collection[int],
    by_job: Mapping[int, int | None],
) -> Kept:
    """Of both voices the word of record/standings/rules. `not_met`: the statements of the domain
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
                "rank": tally.rank,
                "listed": tally.listed,
                "left_out": tally.not_rated_here,
                "excluded": tally.excluded,
                "met": tally.met,
                "not_met": tally.not_met,
                "open": tally.open,
            }
            for tally in tallies
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
    return cell_of(domain_id, kept["reviewed"], ranks, read_target(kept, role_profile_ids))


def veiled(one: GapCell) -> GapCell:
    """What is left of a cell for who may not see a statement of its domain: the target alone,
    whatever was endorsed."""
    state = None if one.target_rank is None else TargetState.NOT_YET_KNOWN
    return GapCell(one.domain_id, 0, one.target_rank, state)
