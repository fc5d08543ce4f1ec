"""What the last commit before statements became wordings of skills said is said now, but for what is
listed in differences.py."""

import pytest
from flask import Flask

from tests.oracle.cases import CASES, recorded
from tests.oracle.comparing import faults
from tests.oracle.differences import DIFFERENCES

pytestmark = [
    pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True),
    pytest.mark.reads_at_length,
]
QUICK = "world-1"
TOLD = [pytest.param(case, marks=[] if case == QUICK else [pytest.mark.in_ci]) for case in CASES]


@pytest.mark.longest
@pytest.mark.parametrize("case", TOLD)
def test_the_same_is_said_as_then(app: Flask, case: str) -> None:
    """Held by `make test-long` alone since settling, sending and the result of a review are other
    pages than then: its list of differences ends with the version before them."""
    found = faults(case, recorded(case), CASES[case](app), DIFFERENCES)
    assert not found, f"{len(found)} differences of {case}:\n" + "\n".join(found)
