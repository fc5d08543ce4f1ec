"""What architecture.md says of the way of an act is what a real run passes, in this order."""

import re
from collections.abc import Iterator

import pytest
from flask import Flask

from config import ROOT
from tests.acts.trace import ACTS, Step, run, said
from tests.factories.world import World

NAMED = re.compile(r"`(\w+)` in\s+`tracker/([\w/]+\.py)`")
WAYS = {
    "rating": ("The way of a rating", "1. **The door.**", "To show the page"),
    "answer": ("The way of a review answer", "1. **The door**", "5. **The seal**"),
    "reveal": ("The way of a review answer", "6. **The reveal.**", "Where they\n   differ"),
}
"""By act: the section, and where in it the act begins and ends."""


def named(act: str) -> list[tuple[str, str]]:
    section, begins, ends = WAYS[act]
    text = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    of_section = text.partition(f"## {section}\n")[2].partition("\n## ")[0]
    of_act = of_section.partition(begins)[2].partition(ends)
    assert of_act[1], f"no {ends!r} in {section!r}"
    return NAMED.findall(of_act[0])


def passed(step: Step) -> Iterator[tuple[str, str]]:
    """Each function with its file, in the order in which they begin."""
    function, file = (*step.says.removeprefix("* ").replace("  tracker/", "  ").split("  "), "")[:2]
    yield from ((part, file) for part in function.split("."))
    for below in step.steps:
        yield from passed(below)


def not_passed(names: list[tuple[str, str]], top: Step) -> list[tuple[str, str]]:
    """Those that a run doesn't pass after the one before."""
    going_on = passed(top)
    return [name for name in names if name not in going_on]


@pytest.mark.parametrize("act", WAYS)
def test_what_is_said_of_an_act_is_what_it_passes(act: str, app: Flask, world: World) -> None:
    names = named(act)
    assert len(names) >= 3
    top = run(ACTS[act](app, world))
    assert not_passed(names, top) == []
    assert not_passed(names[::-1], top) != [], "another order is found"


@pytest.mark.in_ci
def test_a_staff_file_is_followed_too(app: Flask, world: World) -> None:
    functions = [*passed(run(ACTS["import"](app, world)))]
    assert ("door", "web/http/access.py") in functions
    assert ("bring_in", "administration/roster/actions.py") in functions


def test_a_statement_is_said_by_what_it_does() -> None:
    assert said("SELECT a, (SELECT 1 FROM b) FROM c WHERE x IN (1)") == "SELECT c"
    assert said("WITH d AS (SELECT 1) INSERT INTO e SELECT 1 FROM d") == "INSERT e"
    assert said("BEGIN IMMEDIATE") == "BEGIN IMMEDIATE"


def test_what_comes_several_times_is_said_once() -> None:
    top = Step("top", [Step("a"), Step("a"), Step("b", [Step("c")])])
    assert [*top.lines()] == ["top", "  a (2 times)", "  b", "    c"]
