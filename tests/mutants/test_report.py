"""What lives through `make mutants` is argued or named, and an argument for nothing is named too."""

import tomllib
from pathlib import Path

from config import ROOT
from tests.mutants.report import Mutant, argued, complaints, mutant_of, statuses

SHOWN = """\
# tracker.rules.calendar.x_overlap__mutmut_3: survived
--- tracker/rules/calendar.py
+++ tracker/rules/calendar.py
@@ -1,4 +1,4 @@
 def overlap(start, end, other_start, other_end):
-    return start <= other_end
+    return start < other_end
"""
OVERLAP = Mutant(
    "tracker.rules.calendar.x_overlap", "return start <= other_end", "return start < other_end"
)
REASON = {OVERLAP: "Nobody is ever on both."}


def test_a_mutant_is_known_by_what_it_changes() -> None:
    assert mutant_of("tracker.rules.calendar.x_overlap__mutmut_3", SHOWN) == OVERLAP


def test_what_became_of_each_is_read() -> None:
    told = "    a.x_f__mutmut_1: killed\n    a.xǁCǁf__mutmut_2: no tests\nDone: all\n"
    assert statuses(told) == {"a.x_f__mutmut_1": "killed", "a.xǁCǁf__mutmut_2": "no tests"}


def test_what_lives_without_a_reason_is_named() -> None:
    assert complaints({OVERLAP}, REASON) == []
    (named,) = complaints({OVERLAP}, {})
    assert "No test sees" in named
    assert OVERLAP.now in named


def test_a_reason_for_what_is_not_there_is_named() -> None:
    (named,) = complaints([], REASON)
    assert "Argued, and not there" in named


def test_an_empty_reason_is_none() -> None:
    (named,) = complaints({OVERLAP}, {OVERLAP: " "})
    assert "without a reason" in named


def test_each_argument_is_about_a_function_that_is_there() -> None:
    for mutant in argued((ROOT / "tests" / "mutants" / "argued.toml").read_text("utf-8")):
        module, _, mangled = mutant.function.rpartition(".")
        name = mangled.removeprefix("x_").rpartition("ǁ")[2]
        source = (ROOT / (module.replace(".", "/") + ".py")).read_text("utf-8")
        assert f"def {name}(" in source, mutant


def test_what_is_changed_and_what_is_run_is_there() -> None:
    """A pattern that fits no file would change nothing, and say that all is well."""
    told = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["mutmut"]
    for pattern in told["only_mutate"]:
        assert list(ROOT.glob(pattern)), pattern
    for path in (*told["pytest_add_cli_args_test_selection"], *told["also_copy"]):
        assert Path(ROOT / path).exists(), path
