"""Every worked example of docs/levels.md is run, so that the page cannot drift from the rule."""

import re

import pytest

from config import ROOT
from tests.factories.answers import SCALE, Answer, EndorsedAnswer
from tracker.rules.frameworks.scale import Meaning
from tracker.rules.profiles.levels import (
    RULE,
    DomainStanding,
    LevelState,
    LevelTally,
    LevelView,
    TargetState,
    level_state,
    standing,
    what_would_change,
)

PAGE = ROOT / "docs" / "levels.md"
Row = dict[str, str]


def tables(text: str) -> list[list[Row]]:
    """Every table of a Markdown text, each row by its column heads."""
    found = []
    for block in re.findall(r"(?:^\|.*\|\n)+", text, flags=re.MULTILINE):
        lines = [
            [cell.strip() for cell in line.strip("|").split("|")] for line in block.splitlines()
        ]
        head, _, *body = lines
        found.append([dict(zip(head, line, strict=True)) for line in body])
    return found


def read_tally(rank: int, cell: str) -> LevelTally:
    counts = dict.fromkeys("mnoxr", 0)
    for part in [] if cell == "-" else cell.split():
        match = re.fullmatch(r"(\d+)([mnoxr])", part)
        assert match, f"not a count: {part!r}"
        counts[match[2]] += int(match[1])
    return LevelTally(
        rank=rank,
        listed=sum(counts.values()),
        not_rated_here=counts["r"],
        excluded=counts["x"],
        met=counts["m"],
        not_met=counts["n"],
        open=counts["o"],
    )


def words(view: LevelView) -> str:
    mark = " held" if view.held else " out of order" if view.out_of_order else ""
    return view.state.value.replace("_", " ") + mark


def next_words(of: DomainStanding) -> str:
    change = what_would_change(of)
    return f"{change.more} for {change.rank}, then {change.then_held}" if change else "nothing"


def result(row: Row) -> Row:
    target = None if row["target"] == "none" else int(row["target"])
    found = standing((read_tally(rank, row[str(rank)]) for rank in range(1, 5)), target)
    return {
        "levels": ", ".join(words(view) for view in found.levels),
        "held": str(found.held_rank),
        "against target": found.target_state.value.replace("_", " ")
        if found.target_state
        else "none",
        "next": next_words(found),
    }


ANSWERS, EXAMPLES = tables(PAGE.read_text(encoding="utf-8"))


@pytest.mark.parametrize("row", EXAMPLES, ids=lambda row: row["example"])
def test_a_worked_example_is_what_the_rule_says(row: Row) -> None:
    assert result(row) == {key: row[key] for key in ("levels", "held", "against target", "next")}


@pytest.mark.parametrize("key", ["levels", "held", "against target", "next"])
def test_a_wrong_example_would_be_found(key: str) -> None:
    row = EXAMPLES[0] | {key: "wrong"}
    assert result(row) != {each: row[each] for each in ("levels", "held", "against target", "next")}


def test_the_examples_show_every_state() -> None:
    shown = " ".join(row["levels"] for row in EXAMPLES)
    assert all(state.value.replace("_", " ") in shown for state in LevelState)
    assert {row["against target"] for row in EXAMPLES} == {
        s.value.replace("_", " ") for s in TargetState
    } | {"none"}


def test_the_page_names_the_rule_and_its_version() -> None:
    assert f"**{RULE.name}, version {RULE.version}**" in PAGE.read_text(encoding="utf-8")


def test_the_page_says_what_each_answer_counts_as() -> None:
    said = {
        Meaning.MET: "met",
        Meaning.NOT_MET: "not met",
        Meaning.OPEN: "open",
        Meaning.EXCLUDED: "does not apply",
    }
    rows = {row["answer"].strip("*").lower().replace(" ", "_"): row for row in ANSWERS}
    own, endorsed = "the learner's own", "reviewed"
    for answer in Answer:
        assert rows[answer.value][own] == said[SCALE.meaning(answer)]
    for given in EndorsedAnswer:
        assert rows[given.value][endorsed].startswith(said[SCALE.meaning(given)])
    assert rows["nothing"][own] == said[SCALE.meaning(None)]
    assert rows["nothing"][endorsed].startswith(said[SCALE.meaning(None)])
    assert set(rows) == {answer.value for answer in Answer} | {"nothing"}


def test_the_needs_that_the_page_names() -> None:
    assert [RULE.need(applicable) for applicable in (2, 3, 5, 10)] == [2, 3, 4, 8]
    assert level_state(read_tally(1, "8m 2n")) is LevelState.MET
