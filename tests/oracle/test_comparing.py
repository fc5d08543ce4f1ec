"""The comparison can fail: what is said otherwise is named, and so is a difference that is listed in
vain."""

import copy
from fnmatch import fnmatchcase

from config import ROOT
from tests.oracle.cases import CASES, recorded
from tests.oracle.comparing import Difference, facts_of, faults
from tests.oracle.differences import DIFFERENCES, REDRAWN

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


def test_of_a_redrawn_page_the_facts_are_compared() -> None:
    place = "end/ana/to send"
    told = copy.deepcopy(recorded(CASE))
    at = next(number for number, line in enumerate(told[place]) if line.startswith("(x) "))
    name = told[place][at]
    told[place][at] = name.replace("(x)", "( )")
    told[place].append("Send them all")
    then, now = facts_of(recorded(CASE), REDRAWN), facts_of(told, REDRAWN)
    (fault,) = faults(CASE, then, now, ())
    assert fault.startswith(place)
    assert name.startswith(fault.partition("- ")[2])


def test_what_is_redrawn_has_facts_or_tests_that_hold_them() -> None:
    """Facts are found in what is recorded, and what has none was there."""
    for each in REDRAWN:
        pages = [
            lines
            for case in CASES
            for place, lines in recorded(case).items()
            if fnmatchcase(place, each.place)
        ]
        assert any(map(each.of, pages)) if each.facts else pages, each.place
        assert bool(each.held_by) is not bool(each.facts), each.place
        assert all((ROOT / "tests" / file).is_file() for file in each.held_by), each.place
