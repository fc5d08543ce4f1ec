"""What takes the place of a statement in later versions of its framework."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from tracker.models import StatementSuccessor
from tracker.rules.frameworks.versions import Change


@dataclass(frozen=True, slots=True)
class Succession:
    """A statement, by id, and its successor in the version after its own. `carries`: whether what
    was said of it counts there."""

    statement_id: int
    successor_id: int
    change: Change
    carries: bool


def add(tx: Session, successions: Iterable[Succession]) -> None:
    """Write down the successors in a version that is being published, for the version before it
    and for all of before that."""
    found = list(successions)
    rows = [asdict(each) | {"steps": 1} for each in found]
    befores = tx.scalars(
        select(StatementSuccessor).where(
            StatementSuccessor.successor_id.in_({each.statement_id for each in found})
        )
    ).all()
    further: dict[tuple[int, int], dict[str, object]] = {}
    for each in found:
        for before in befores:
            if before.successor_id == each.statement_id:
                # What was split and then merged again leads to its successor by two ways.
                pair = before.statement_id, each.successor_id
                carried = before.carries and each.carries
                if pair not in further or (carried and not further[pair]["carries"]):
                    further[pair] = {
                        "statement_id": before.statement_id,
                        "successor_id": each.successor_id,
                        "change": before.change.then(each.change),
                        "carries": carried,
                        "steps": before.steps + 1,
                    }
    rows += further.values()
    if rows:
        tx.execute(insert(StatementSuccessor), rows)
