"""How a person's standing at the end of a round is written down, so that no later rule, target or
answer changes what is read of it.

By domain: a *cell* (what a gap matrix shows of the endorsed voice, and which statements are not
met), and the *counts* of both voices behind it, level by level.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from tracker.rules.profiles.levels import (
    RULE,
    DomainStanding,
    TargetState,
    blocking_rank,
    known_rank,
)
from tracker.rules.teams.gaps import GapCell

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
    """All that a snapshot is made of."""

    facts: Kept
    people: Sequence[KeptPerson]


def rule() -> Kept:
    """The level rule by which everything in a snapshot was decided."""
    return {"name": RULE.name, "version": RULE.version}


def cell(endorsed: DomainStanding, not_met: Collection[int]) -> Kept:
    """`not_met`: the statements of the domain that are endorsed and do not count as met."""
    return {
        "held": endorsed.held_rank,
        "target": endorsed.target_rank,
        "state": endorsed.target_state,
        "blocking": blocking_rank(endorsed),
        "known": known_rank(endorsed),
        "not_met": sorted(not_met),
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


def read_cell(person_id: int, domain_id: int, kept: Kept) -> GapCell:
    state = kept["state"]
    return GapCell(
        person_id,
        domain_id,
        kept["held"],
        kept["target"],
        None if state is None else TargetState(state),
        kept["blocking"],
        kept["known"],
    )


def veiled(one: GapCell) -> GapCell:
    """What is left of a cell for who may not see a statement of its domain: the target alone,
    whatever was endorsed."""
    state = None if one.target_rank is None else TargetState.NOT_YET_KNOWN
    return replace(one, held_rank=0, state=state, blocking_rank=None, known_rank=None)
