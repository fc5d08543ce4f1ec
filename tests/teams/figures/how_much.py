"""How much a reader without names is told: of the groups in which somebody was newly reviewed in a
domain by the day of a figure, how many got one, in 100 made worlds and in a demo.

    python -m tests.teams.figures.how_much

With TRACKER_DEMO and TRACKER_DATA_DIR of a demo for its own figures.
"""

import os
import random
from collections import Counter, defaultdict

from sqlalchemy import Integer, func, select

from tests.teams.figures.test_rules import MadeLibrary
from tracker.app import create_app
from tracker.db import session
from tracker.frameworks.versions.rules_levels import TargetState
from tracker.models import CountedOutcome
from tracker.teams.figures.rules import LEAST, may_be_told

WORLDS = 100


class ToldLibrary(MadeLibrary):
    """Notes of each pool of newly reviewed people what came of it."""

    def tell(self) -> None:
        pools: defaultdict[int, list[bool]] = defaultdict(list)
        for person, of in self.reviewed.items():
            before = self.counted.get(of.of)
            is_new = before is None or before < of.reviewed_at
            if person in self.paths and person in self.group_of and is_new:
                pools[self.group_of[person]].append(self.states[person, self.times[person]])
        for pool in pools.values():
            came_of_it[why(sum(pool), len(pool) - sum(pool))] += 1
        super().tell()


def why(at: int, below: int) -> str:
    if may_be_told(at, below):
        return "told"
    return "fewer than 5" if at + below < LEAST else "all or all but one alike"


came_of_it: Counter[str] = Counter()


def in_made_worlds() -> None:
    for seed in range(WORLDS):
        ToldLibrary(random.Random(seed), []).live(4)
    said = ", ".join(f"{number} {name}" for name, number in came_of_it.most_common())
    print(f"{WORLDS} made worlds: {came_of_it['told']} of {came_of_it.total()} ({said})")


def in_the_demo() -> None:
    """Of every group, domain, voice, and day of a round in which at least 5 were newly reviewed."""
    with create_app().app_context():
        rows = session().execute(
            select(
                CountedOutcome.voice,
                func.count(),
                func.sum((CountedOutcome.state == TargetState.AT_TARGET).cast(Integer)),
            ).group_by(
                CountedOutcome.as_of,
                CountedOutcome.team_id,
                CountedOutcome.domain_key,
                CountedOutcome.voice,
            )
        )
        found = Counter((voice, why(at, people - at)) for voice, people, at in rows)
    for (voice, name), number in sorted(found.items()):
        print(f"demo, {voice}: {number} {name}")


if __name__ == "__main__":
    in_made_worlds()
    if "TRACKER_DATA_DIR" in os.environ:
        in_the_demo()
