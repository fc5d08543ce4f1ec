"""What a next version changes, and a file that is written as it was read."""

import json
from collections import Counter

import pytest

from config import ROOT
from tests.frameworks.next_files import edited, one_of_each, seed
from tracker.frameworks.changes.rules import Kind, compare, excerpt, is_small, pieces
from tracker.frameworks.changes.rules_places import same_scale
from tracker.frameworks.files.rules import FrameworkFile, data_of
from tracker.frameworks.files.rules_reading import read_framework

FILES = sorted((ROOT / "tests" / "data" / "frameworks").glob("*.json"))


@pytest.fixture(scope="module")
def file() -> FrameworkFile:
    return seed()


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_what_is_written_reads_as_it_was(path: object) -> None:
    found = read_framework(path.read_text(encoding="utf-8"))  # type: ignore[attr-defined]
    assert read_framework(json.dumps(data_of(found))) == found


def test_one_of_each_kind_is_found(file: FrameworkFile) -> None:
    after = edited(file, one_of_each)
    found = compare(file, after)
    assert Counter(change.kind for change in found.changes) == {
        Kind.SAME: 130,
        Kind.REWORDED: 2,
        Kind.MOVED: 1,
        Kind.SPLIT: 1,
        Kind.MERGED: 1,
        Kind.RETIRED: 1,
        Kind.NEW: 1,
    }
    assert [change.offers_carry for change in found.of(Kind.REWORDED)] == [False, True]
    (split,), (merged,) = found.of(Kind.SPLIT), found.of(Kind.MERGED)
    assert [each.code for each in split.after] == ["T-1-05", "T-1-41"]
    assert [each.code for each in merged.before] == ["T-1-03", "T-1-04"]
    assert {(row.section_title, row.before, row.after) for row in found.sections} == {
        ("Technical", 40, 40),
        ("AI in the role", 10, 10),
        ("Durable skills", 87, 87),
    }
    assert not found.tangled
    assert read_framework(json.dumps(data_of(after))) == after


def test_matched_by_code_where_no_uuid_fits_and_by_hand_before_that(file: FrameworkFile) -> None:
    other = "00000000-0000-0000-0000-000000000009"
    uuids = [statement.uuid for statement in file.strands[0].domains[0].statements]

    def again(listed: dict[str, list[dict[str, object]]]) -> None:
        listed["technical"][0]["uuid"] = other

    after = edited(file, again)
    assert {change.kind for change in compare(file, after).changes} == {Kind.SAME}
    by_hand = compare(file, after, {other: []})
    assert [change.kind for change in by_hand.changed] == [Kind.NEW, Kind.RETIRED]
    split = compare(file, after, {other: [uuids[1]]})
    assert {change.kind for change in split.changed} == {Kind.SPLIT, Kind.RETIRED}


def test_split_and_merged_at_once_is_found(file: FrameworkFile) -> None:
    def tangle(listed: dict[str, list[dict[str, object]]]) -> None:
        one, other = listed["technical"][:2]
        other["from"] = [one["uuid"]]

    assert len(compare(file, edited(file, tangle)).tangled) == 1


def test_other_answers_are_another_scale_and_other_words_for_them_are_not(
    file: FrameworkFile,
) -> None:
    data = json.loads(json.dumps(data_of(file)))
    data["scale"]["answers"][0]["label"] = "Not so far"
    assert same_scale(file, read_framework(json.dumps(data)))
    data["scale"]["answers"][1]["counts_as"] = "met"
    assert not same_scale(file, read_framework(json.dumps(data)))


@pytest.mark.parametrize(
    ("before", "after", "small"),
    [
        ("Catalogue the books.", "catalog the books", True),
        ("an email, by on-line form", "an email by online form", True),
        ("works at the centre", "Works at the center", True),
        ("works unsupervised", "works supervised", False),
        ("can do it", "may do it", False),
        ("within 3 days", "within 5 days", False),
        ("lends books", "lends all books", False),
    ],
)
def test_only_case_spelling_and_punctuation_are_small(before: str, after: str, small: bool) -> None:
    assert is_small(before, after) == small
    assert is_small(after, before) == small


def test_words_that_differ_are_marked_on_both_sides() -> None:
    old, new = pieces("help at the desk.", "help by phone at the desk or outside.")
    assert "".join(each.text for each in old) == "help at the desk."
    assert [each.text for each in old if each.differs] == ["desk."]
    assert [each.text for each in new if each.differs] == ["by phone", "desk or outside."]


SENTENCE = "answer routine questions independently, applying knowledge of print and film."
LONGER = ", sound, maps, games, and all that came to the library since the last version of it"


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        ("Cataloguing judgment", "Cataloging judgment", "[-Cataloguing] [+Cataloging] judgment"),
        (
            SENTENCE,
            SENTENCE.replace(" independently", ""),
            "answer routine questions [-independently], applying knowledge…",
        ),
        (
            SENTENCE.replace(" independently", ""),
            SENTENCE,
            "answer routine questions [+independently], applying knowledge…",
        ),
        (SENTENCE, SENTENCE.replace("film", f"film{LONGER}"), f"…print and film[+{LONGER}]."),
        (
            SENTENCE,
            SENTENCE.replace("answer", "Answer").replace("film", "more"),
            "[-answer] [+Answer] routine questions independently… of print and [-film] [+more].",
        ),
        (
            f"{SENTENCE} {SENTENCE}",
            "help",
            "[-answer routine questions independently, applying knowledge of print and…] [+help]",
        ),
        ("", "new", "[+new]"),
    ],
)
def test_an_excerpt_cuts_nothing_that_came(before: str, after: str, says: str) -> None:
    sign = {"": "", "del": "-", "ins": "+"}
    found = excerpt(before, after)
    assert says == "".join(
        f"[{sign[each.fate]}{each.text}]" if each.fate else each.text for each in found
    )
