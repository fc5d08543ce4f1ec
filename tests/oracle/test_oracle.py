"""What the last commit before statements became wordings of skills said is said now, but for what is
listed in differences.py."""

import pytest
from flask import Flask

from tests.oracle.cases import CASES, recorded
from tests.oracle.comparing import facts_of, faults
from tests.oracle.differences import DIFFERENCES, REDRAWN

pytestmark = [
    pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True),
    pytest.mark.reads_at_length,
]
QUICK = "world-1"
LONG = {"world-2", "world-4", "world-5", "world-6"}
"""In `make test-long` alone: world 3 has as many versions as they have or more, and is moved back."""
TOLD = [
    pytest.param(
        case,
        marks=pytest.mark.longest if case in LONG else [] if case == QUICK else pytest.mark.in_ci,
    )
    for case in CASES
]


@pytest.mark.parametrize("case", TOLD)
def test_the_same_is_said_as_then(app: Flask, case: str) -> None:
    then, now = (facts_of(told, REDRAWN) for told in (recorded(case), CASES[case](app)))
    found = faults(case, then, now, DIFFERENCES)
    assert not found, f"{len(found)} differences of {case}:\n" + "\n".join(found)
