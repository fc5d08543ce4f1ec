"""Every worked example of docs/levels.md is run, so that the page cannot drift from the rule."""

import datetime as dt
import re
from collections import Counter
from dataclasses import replace

import pytest

from config import ROOT
from tests.factories.answers import SCALE, Answer, EndorsedAnswer
from tracker.frameworks.versions.rules import Meaning, Voice
from tracker.frameworks.versions.rules_levels import (
    RULE,
    RULE_VERSION,
    DomainLevels,
    LevelRule,
    LevelState,
    LevelTally,
    LevelView,
    TargetState,
    level_state,
    standing,
)
from tracker.profiles.growth.rules import CountedStatement, level_falls
from tracker.record.sheet.rules import Record, SheetAnswer, Side
from tracker.record.versions.rules import DomainShape, LevelShape, Version, VersionStatement

DAY = dt.datetime(2026, 11, 24, tzinfo=dt.UTC)
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


def next_words(of: DomainLevels) -> str:
    change = of.lacks
    return f"{change.more} for {change.rank}, then {change.then_held}" if change else "nothing"


def on_a_sheet(rule: LevelRule, tallies: list[LevelTally], target: int | None) -> DomainLevels:
    """Of somebody who answered so."""
    statements: list[VersionStatement] = []
    own: dict[int, list[SheetAnswer]] = {}
    left_out: dict[int, list[SheetAnswer]] = {}
    for tally in tallies:
        answers = (
            (Answer.CONSISTENTLY, tally.met, own),
            (Answer.NOT_YET, tally.not_met, own),
            (Answer.NOT_SURE, tally.open, own),
            (Answer.NOT_MY_WORK, tally.excluded, own),
            ("", tally.not_rated_here, left_out),
        )
        for answer, count, said in answers:
            for _ in range(count):
                key = len(statements) + 1
                said[key] = [SheetAnswer(answer, DAY, key)]
                place = ("", "", tally.rank)
                statements.append(VersionStatement(key, key, 1, tally.rank, key, "", "", "", place))
    levels = tuple(LevelShape(each.rank, "", "", each.listed, 0) for each in tallies)
    domain = DomainShape(1, "", "", "", "", rule, levels)
    version = Version(1, "1", tuple(statements), (domain,), (), SCALE, {}, {})
    targets = {1: {1: target} if target is not None else {}}
    record = Record(1, {Side.OWN: own}, left_out=left_out, targets=targets)
    return record.on(version, Side.OWN, DAY.date()).standings(Voice.SELF)[1]


def result(row: Row) -> Row:
    target = None if row["target"] == "none" else int(row["target"])
    tallies = [read_tally(rank, row[str(rank)]) for rank in range(1, 5)]
    needs, least = row.get("needs", "4/5"), row.get("least", "2")
    rule = LevelRule(*map(int, needs.split("/")), int(least))
    found = standing(rule, tallies, target)
    assert on_a_sheet(rule, tallies, target) == found
    return {
        "levels": ", ".join(words(view) for view in found.levels),
        "held": str(found.held_rank),
        "against target": found.target_state.value.replace("_", " ")
        if found.target_state
        else "none",
        "next": next_words(found),
    }


ANSWERS, EXAMPLES, OTHERS, MOVES = tables(PAGE.read_text(encoding="utf-8"))


@pytest.mark.parametrize("row", [*EXAMPLES, *OTHERS], ids=lambda row: row["example"])
def test_a_worked_example_is_what_the_rule_says(row: Row) -> None:
    assert result(row) == {key: row[key] for key in ("levels", "held", "against target", "next")}


def test_by_the_usual_rule_each_example_of_another_one_is_different() -> None:
    usual = [result(row | {"needs": "4/5", "least": "2"}) for row in OTHERS]
    same = [
        row["example"] for row, found in zip(OTHERS, usual, strict=True) if result(row) == found
    ]
    assert same == []


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
    said = f"**{RULE.needs}, at least {RULE.least}, version {RULE_VERSION}**"
    assert said in PAGE.read_text(encoding="utf-8")


def test_the_page_says_what_each_answer_counts_as() -> None:
    said = {
        Meaning.MET: "met",
        Meaning.NOT_MET: "not met",
        Meaning.OPEN: "open",
        Meaning.EXCLUDED: "does not apply",
    }
    keys = {"outside_my_job": Answer.NOT_MY_WORK}
    names = ((row["answer"].strip("*").lower().replace(" ", "_"), row) for row in ANSWERS)
    rows = {keys.get(name, name): row for name, row in names}
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
    assert level_state(RULE, read_tally(1, "8m 2n")) is LevelState.MET


CELL = re.compile(r"((?:\d+[mno] ?)+)(.*)")
CHANGE = re.compile(r"(\d+)([mn]?) (retired|moved|new|asked again)")
HERE, THERE = ("durable", "communication", 1), ("durable", "leadership", 1)
MEANS = {"m": Meaning.MET, "n": Meaning.NOT_MET, "o": None}


def listed(cell: str) -> list[CountedStatement]:
    tally = read_tally(1, cell.strip())
    means = [*[Meaning.MET] * tally.met, *[Meaning.NOT_MET] * tally.not_met, *[None] * tally.open]
    return [CountedStatement(at, HERE, True, True, each) for at, each in enumerate(means)]


def state_of(of: list[CountedStatement]) -> str:
    """In words, of the statements that count."""
    counted = Counter(each.means for each in of if each.counts and each.place == HERE)
    tally = LevelTally.of(1, counted.total(), 0, 0, counted[Meaning.MET], counted[Meaning.NOT_MET])
    return words(standing(RULE, [tally], None).levels[0])


def moved(before: list[CountedStatement], change: str) -> list[CountedStatement]:
    """On the day of the move."""
    match = CHANGE.fullmatch(change)
    assert match, change
    number, how = int(match[1]), match[3]
    if how == "new":
        new = range(len(before), len(before) + number)
        return [*before, *(CountedStatement(each, HERE, True, False, None) for each in new)]
    chosen = [each for each in before if each.means is MEANS[match[2]]][:number]
    rest = [each for each in before if each not in chosen]
    if how == "moved":
        return [*rest, *(replace(each, place=THERE) for each in chosen)]
    if how == "asked again":
        return [*rest, *(replace(each, counts=False, means=None) for each in chosen)]
    return rest


@pytest.mark.parametrize("row", MOVES, ids=lambda row: row["example"])
def test_a_move_to_another_version_is_as_the_page_says(row: Row) -> None:
    """And who loses the level by it is told."""
    before, on_the_day, then = (
        CELL.fullmatch(row[key])
        for key in ("before", "on the day of the move", "from the next round")
    )
    assert before
    assert on_the_day
    assert then
    was = listed(before[1])
    now = moved(was, row["change"])
    later = [replace(each, counts=True) for each in now]
    assert (state_of(was), state_of(now), state_of(later)) == (before[2], on_the_day[2], then[2])
    for found, cell in ((now, on_the_day), (later, then)):
        counted = [each.means for each in found if each.counts and each.place == HERE]
        assert Counter(counted) == Counter(each.means for each in listed(cell[1]))
    lines = [(each.id, each.id) for each in now if each.id < len(was)]
    fell = before[2] == "met held" and on_the_day[2] != "met held"
    assert bool(level_falls(was, now, lines, (RULE, RULE))) is fell
