"""The comparison can fail: what is said otherwise is named, and so is a difference that is listed in
vain."""

import copy

from tests.oracle.cases import CASES, recorded
from tests.oracle.comparing import Difference, faults
from tests.oracle.differences import DIFFERENCES

CASE = "world-1"
PLACE = "end/ana/profile.json"


def _one_answer_changed() -> tuple[dict[str, list[str]], str, str]:
    """What was told, but for the first answer of Ana's download: the line before, and now."""
    told = copy.deepcopy(recorded(CASE))
    lines = told[PLACE]
    at = next(
        number for number, line in enumerate(lines) if line.endswith("/own/answer = consistently")
    )
    before, now = lines[at], lines[at].replace("consistently", "partly")
    lines[at] = now
    return told, before, now


def test_a_changed_answer_is_named_with_what_it_was() -> None:
    told, before, now = _one_answer_changed()
    assert faults(CASE, recorded(CASE), told, ()) == [f"{PLACE}\n  - {before}\n  + {now}"]


def test_a_page_that_is_gone_and_one_that_is_new_are_named() -> None:
    told = recorded(CASE) | {"end/ana/another": ["A line"]}
    del told[PLACE]
    gone, new = faults(CASE, recorded(CASE), told, ())
    assert gone.startswith(PLACE)
    assert gone.endswith("+ (gone)")
    assert new == "end/ana/another\n  - (not there)\n  + A line"


def test_what_is_meant_is_no_fault_in_its_case_alone() -> None:
    told, _before, _now = _one_answer_changed()
    meant = Difference((CASE,), "end/*/profile.json", "Said anew.", "consistently", "partly")
    assert faults(CASE, recorded(CASE), told, [meant]) == []
    elsewhere = Difference(("world-2",), meant.place, meant.why)
    otherwise = Difference((CASE,), meant.place, meant.why, "consistently", "not_sure")
    assert len(faults(CASE, recorded(CASE), told, [elsewhere])) == 1
    assert len(faults(CASE, recorded(CASE), told, [otherwise])) == 2


def test_what_is_listed_and_does_not_differ_is_a_fault() -> None:
    meant = Difference((CASE,), PLACE, "Said anew.")
    (fault,) = faults(CASE, recorded(CASE), recorded(CASE), [meant])
    assert fault == f"listed, and does not differ: {PLACE} (Said anew.)"


def test_what_is_listed_is_of_cases_that_are_told() -> None:
    assert {case for each in DIFFERENCES for case in each.cases} <= CASES.keys()
    assert all(each.why for each in DIFFERENCES)
