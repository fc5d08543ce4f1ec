"""The table of moves as steps from one status to the next, and one of its rows changed."""

from dataclasses import replace
from typing import Any

import pytest

from tracker.record.workflow.rules import Move
from tracker.reviews.act.rules import MOVES, NEW, AnyMove, Thing


def steps(thing: Thing) -> dict[tuple[str, Move], str]:
    """Of what is there already: status and move to the status after it."""
    return {
        (status, move): rule.after or status
        for (of, move), rule in MOVES.items()
        for status in rule.before
        if of is thing and isinstance(move, Move) and status != NEW
    }


def change(patch: pytest.MonkeyPatch, thing: Thing, move: AnyMove, **otherwise: Any) -> None:
    """Let a row of the table say something else."""
    patch.setitem(MOVES, (thing, move), replace(MOVES[thing, move], **otherwise))
