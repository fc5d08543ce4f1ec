"""By which targets somebody was measured at the end of a round."""

import json
from collections.abc import Collection

import pytest

from tracker.frameworks.versions.rules_levels import RULE
from tracker.record.standings.rules import KeptVersion, version_of
from tracker.record.versions.rules import DomainShape, LevelShape

ASSISTANT, MID_LEVEL, LEAD = 4, 7, 9
LEVELS = (LevelShape(1, "Emerging", "", 3, 1), LevelShape(2, "Developing", "", 5, 0))
DOMAINS = (DomainShape(3, "desk", "Desk", "people", "People", RULE, LEVELS),)
TARGETS = {ASSISTANT: {3: 1}, MID_LEVEL: {3: 2}, LEAD: dict[int, int]()}
KEPT = KeptVersion("small", "Small", "1", "en", DOMAINS, TARGETS)


@pytest.mark.parametrize(
    ("had", "asked", "target"),
    [
        pytest.param({MID_LEVEL}, {MID_LEVEL}, 2, id="one job"),
        pytest.param({MID_LEVEL}, {ASSISTANT}, 2, id="one job, asked for another"),
        pytest.param({ASSISTANT, MID_LEVEL, LEAD}, {ASSISTANT}, 1, id="one of several"),
        pytest.param(
            {ASSISTANT, MID_LEVEL, LEAD}, {MID_LEVEL, ASSISTANT}, 2, id="the higher of two"
        ),
        pytest.param({ASSISTANT, LEAD}, {LEAD, ASSISTANT}, 1, id="one without a target"),
        pytest.param({ASSISTANT, LEAD}, {LEAD}, None, id="none has a target"),
        pytest.param({ASSISTANT, LEAD}, {ASSISTANT, MID_LEVEL}, 1, id="one that they didn't have"),
        pytest.param({ASSISTANT, LEAD}, {MID_LEVEL}, 1, id="none that they had"),
    ],
)
def test_the_target_is_that_of_the_jobs_asked_for(
    had: Collection[int], asked: Collection[int], target: int | None
) -> None:
    assert KEPT.target_of(had, asked).get(3) == target


def test_a_version_is_read_as_it_was_written() -> None:
    written = json.loads(json.dumps({"frameworks": {"5": KEPT.as_facts()}}))
    assert version_of(written, 5) == KEPT
