"""Files that cannot be used: each is refused with the place and plain words."""

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, strategies as st

from config import ROOT
from tracker.frameworks.files.rules import FrameworkFile
from tracker.frameworks.files.rules_reading import (
    FrameworkFileError,
    decode,
    read_framework,
    warnings,
)

FILE = ROOT / "seed_data" / "frameworks" / "library-technicians.json"
GOOD = json.loads(FILE.read_text(encoding="utf-8"))
UUID = GOOD["strands"][1]["domains"][0]["statements"][0]["uuid"]
FIRST = "T-1-01, “Circulation transactions”"


def read(data: Any) -> FrameworkFile:
    return read_framework(json.dumps(data))


def told(text: str) -> list[str]:
    with pytest.raises(FrameworkFileError) as refused:
        read_framework(text)
    assert str(refused.value) == "\n".join(map(str, refused.value.problems))
    return [str(problem) for problem in refused.value.problems]


def first(data: Any) -> Any:
    return data["strands"][0]["domains"][0]["statements"][0]


def put(where: Callable[[Any], Any], key: Any, value: Any) -> Callable[[Any], None]:
    def change(data: Any) -> None:
        where(data)[key] = value

    return change


def take(where: Callable[[Any], Any], key: Any) -> Callable[[Any], None]:
    def change(data: Any) -> None:
        del where(data)[key]

    return change


def top(data: Any) -> Any:
    return data


def last(data: Any) -> Any:
    return data["strands"][2]["domains"][9]["statements"][-1]


def level(rank: int) -> dict[str, Any]:
    return {"rank": rank, "name": f"Level {rank}"}


def graded(number: int) -> dict[str, Any]:
    called = {"key": f"grade_{number}", "label": f"Grade {number}"}
    return GOOD["scale"]["answers"][2 if number > 2 else 0] | called


LAST = "FOR-4-02, “Long-term collection stewardship”"
SECTION, DOMAIN = "section “Durable skills”", "domain “Communication”"
TEN = range(1, 11)
END = GOOD["scale"]["answers"][3:]
BAD = {
    "a text is empty": (put(first, "text", ""), f"{FIRST}: text is empty"),
    "a text is missing": (take(first, "text"), f"{FIRST}: text is missing"),
    "a text is a number": (put(first, "text", 3), f"{FIRST}: text must be text"),
    "a text is too long": (
        put(first, "text", "x" * 4001),
        f"{FIRST}: text “{'x' * 60}…” is too long: at most 4000 characters are allowed",
    ),
    "a title has two lines": (
        put(first, "title", "one\ntwo"),
        "T-1-01, “one\\ntwo”: title “one\\ntwo” holds a control character",
    ),
    "a title has a space at its end": (
        put(first, "title", "one "),
        "T-1-01, “one ”: title “one ” is not one line of text without spaces at its ends",
    ),
    "a NUL": (
        put(first, "title", "a\0b"),
        "T-1-01, “a\\x00b”: title “a\\x00b” holds a control character",
    ),
    "a lone surrogate": (
        put(first, "title", "a\ud800"),
        "T-1-01, “a\\ud800”: title “a\\ud800” holds half of a character (a lone surrogate)",
    ),
    "a NUL in a key": (put(first, "a\0", "b"), f"{FIRST}: “a\\x00” is a name that cannot be kept"),
    "a rank of 0": (
        put(first, "rank", 0),
        f"{FIRST}: level 0 is not possible: it must be at least 1",
    ),
    "a rank above the highest": (
        put(last, "rank", 5),
        f"{LAST}: level 5 is too high: the highest level of the section is 4",
    ),
    "a rank of true": (put(first, "rank", True), f"{FIRST}: level must be a whole number or null"),
    "no rank": (take(first, "rank"), f"{FIRST}: level is missing"),
    "a rank that goes down": (
        put(first, "rank", 2),
        "T-1-02, “Routine reference inquiries”: level 1 comes after one at level 2",
    ),
    "a code that is not one": (
        put(first, "code", "t 1"),
        (
            "t 1, “Circulation transactions”: code “t 1” is not 1 to 30 characters of any script "
            "without spaces, such as COM-3-02"
        ),
    ),
    "a code used twice": (
        put(first, "code", "AI-1-01"),
        (
            "AI-1-01, “Basic reference lookup delegation”: code “AI-1-01” is used already, at AI-1-01, "
            "“Circulation transactions”"
        ),
    ),
    "a uuid used twice": (
        put(first, "uuid", UUID),
        f"AI-1-01, “Basic reference lookup delegation”: UUID “{UUID}” is used already, at {FIRST}",
    ),
    "a source that is not listed": (
        put(first, "citations", ["onet", "nobody"]),
        f"{FIRST}: citations[1] “nobody” is not the key of a source",
    ),
    "a source cited twice": (
        put(first, "citations", ["onet", "onet"]),
        f"{FIRST}: citations[1] “onet” is cited twice",
    ),
    "a field that is not known": (
        put(first, "colour", "red"),
        f"{FIRST}: colour is not known here",
    ),
    "ten levels": (
        put(lambda data: data["strands"][2], "levels", [level(rank) for rank in TEN]),
        f"{SECTION}: levels has 10 entries; it must have at most 9",
    ),
    "levels as text": (
        put(lambda data: data["strands"][2], "levels", "none"),
        f"{SECTION}: levels must be a list",
    ),
    "a level twice": (
        put(lambda data: data["strands"][2]["levels"][3], "rank", 3),
        f"{SECTION}: levels has the ranks 1, 2, 3, 3; they must be 1, 2, 3, 4 in order",
    ),
    "a domain without statements": (
        put(lambda data: data["strands"][2]["domains"][0], "statements", []),
        f"{DOMAIN}: statements has 0 entries; it must have at least 1",
    ),
    "a domain out of its place": (
        put(lambda data: data["strands"][2]["domains"][0], "position", 2),
        f"{DOMAIN}: position is 2, but it is number 1 in the list",
    ),
    "a negative claim": (
        put(lambda data: data["strands"][2]["domains"][0], "claimed_count", -1),
        f"{DOMAIN}: claimed_count -1 is not possible: it must be at least 0",
    ),
    "a claim in words": (
        put(lambda data: data["strands"][2]["domains"][0], "claimed_count", "eleven"),
        f"{DOMAIN}: claimed_count must be a whole number or null",
    ),
    "an answer with capitals": (
        put(lambda data: data["scale"]["answers"][0], "key", "Often"),
        (
            "scale.answers[0].key: “Often” is not the key of an answer, such as not_yet: small "
            "letters, digits, underscores"
        ),
    ),
    "an answer that only reviewers have": (
        put(lambda data: data["scale"]["answers"][0], "key", "cannot_tell"),
        "scale.answers[0].key: “cannot_tell” is an answer that only reviewers have",
    ),
    "an answer twice": (
        put(lambda data: data["scale"]["answers"][0], "key", "partly"),
        "scale.answers[1].key: “partly” is used already, at scale.answers[0]",
    ),
    "an answer of the scale's own that counts as open": (
        put(lambda data: data["scale"]["answers"][1], "counts_as", "open"),
        "scale.answers[1].counts_as: “partly” must count as met or as not_met",
    ),
    "not sure that counts as met": (
        put(lambda data: data["scale"]["answers"][3], "counts_as", "met"),
        "scale.answers[3].counts_as: “not_sure” always counts as open",
    ),
    "nothing that counts as met": (
        put(lambda data: data["scale"]["answers"][2], "counts_as", "not_met"),
        "scale.answers: has no answer that counts as met",
    ),
    "answers that do not rise": (
        put(lambda data: data["scale"]["answers"][0], "counts_as", "met"),
        (
            "scale.answers[1].counts_as: is not_met, after an answer that counts as met; list the "
            "answers in rising order"
        ),
    ),
    "the last answer is missing": (
        take(lambda data: data["scale"]["answers"], 4),
        "scale.answers: has no answer “not_my_work”, which every scale has",
    ),
    "the last two the other way round": (
        lambda data: data["scale"]["answers"].append(data["scale"]["answers"].pop(3)),
        "scale.answers: must end with “not_sure” and “not_my_work”",
    ),
    "too many answers": (
        put(lambda data: data["scale"], "answers", [graded(number) for number in TEN] + END),
        "scale.answers: has 12 entries; it must have at most 9",
    ),
    "a script as an address": (
        put(lambda data: data["sources"][0], "url", "javascript:alert(1)"),
        (
            "sources[0].url: “javascript:alert(1)” is not a web address that begins with http:// "
            "or "
            "https://"
        ),
    ),
    "an evidence pack of no strand": (
        put(lambda data: data["evidence_pack"], "strand", "x"),
        "evidence_pack.strand: “x” is not the key of a section",
    ),
    "an evidence group of no source": (
        put(lambda data: data["evidence_pack"]["groups"][0], "source", "x"),
        "evidence_pack.groups[0].source: “x” is not the key of a source",
    ),
    "a list of anchors twice": (
        put(lambda data: data["anchors"]["groups"][1], "kind", "skill"),
        "anchors.groups[1].kind: “skill” is used already, at anchors.groups[0]",
    ),
    "an anchor twice": (
        lambda data: data["anchors"]["groups"][0]["items"].append("Speaking"),
        "anchors.groups[0].items: has an entry twice",
    ),
    "a slug with capitals": (
        put(top, "slug", "Lib"),
        "slug: “Lib” is not a key: small letters, digits, dashes",
    ),
    "a version with a slash": (
        put(top, "version", "../1"),
        "version: “../1” is not a version: letters, digits, dots, dashes",
    ),
    "strands as text": (put(top, "strands", "x"), "strands: must be a list"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_names_the_place(name: str) -> None:
    change, expected = BAD[name]
    data = copy.deepcopy(GOOD)
    change(data)
    assert told(json.dumps(data)) == [expected]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "line 1: is empty"),
        ('{"slug": "a"\n"b"}', "line 1: a comma is missing at its end"),
        ('{"a": 1 "b": 2}', "line 1: a comma is missing in it"),
        ('{"a": [1, 2}', "line 1: } closes a bracket of another kind"),
        ('{"a": 1,\n}', "line 1: the comma at its end has nothing after it: take it out"),
        ('{"a": [1,\n]}', "line 1: the comma at its end has nothing after it: take it out"),
        ('{"a"\n: 1, "b" 2}', "line 2: a colon is missing after a name"),
        ('{\n"a": "b}', "line 2: a text has no quotation mark at its end"),
        ('{\n"a": "b,\n"c": 1}', "line 2: a text has no quotation mark at its end"),
        (
            '{"a": "b "c" d"}',
            'line 1: a quotation mark inside a text must have a backslash before it: \\"',
        ),
        ('{"a": {"b": 1}\n', "line 1: ends before the last bracket is closed"),
        ("{\na: 1}", "isn’t readable JSON from line 2 on"),
        ("[]", "must be an object"),
        ("null", "must be an object"),
        ('{"a": NaN}', "is not JSON that can be used: NaN is not a number"),
        ("[" * 100_000, "has lists or objects inside each other more than 32 deep"),
        ('{"a":' * 100_000, "has lists or objects inside each other more than 32 deep"),
        (" " * 4_000_001, "is 4,000,001 characters long; at most 4,000,000 are read"),
    ],
    ids=[
        "empty",
        "comma",
        "comma-in-a-line",
        "bracket",
        "comma-at-the-end",
        "comma-at-the-end-of-a-list",
        "colon",
        "quotation-mark-at-the-end",
        "quotation-mark-of-a-line",
        "quotation-mark-inside",
        "cut",
        "no-name",
        "list",
        "null",
        "nan",
        "deep-lists",
        "deep-objects",
        "huge",
    ],
)
def test_text_that_is_no_framework_at_all(text: str, expected: str) -> None:
    (problem,) = told(text)
    assert problem == expected


def test_a_number_of_ten_thousand_digits_is_refused() -> None:
    (problem,) = told('{"a": ' + "1" * 10_000 + "}")
    assert "is not JSON that can be used" in problem


def test_a_key_that_stands_twice_is_refused() -> None:
    text = json.dumps(GOOD).replace('"code": "AI-1-01"', '"code": "AI-1-01", "code": "AI-9-99"', 1)
    assert told(text) == [
        "AI-9-99, “Basic reference lookup delegation”: “code” stands twice in the same object"
    ]


def test_bytes_that_are_not_utf_8_name_the_line() -> None:
    with pytest.raises(FrameworkFileError, match=r"^line 3: is not UTF-8"):
        decode(b'{\n"a":\n"\xff"}')


def test_a_byte_order_mark_is_passed_over() -> None:
    assert decode(b"\xef\xbb\xbf{}") == "{}"


def test_the_digest_is_of_the_content_not_of_the_layout() -> None:
    text = FILE.read_text(encoding="utf-8")
    plain, other = read_framework(text), read(dict(reversed(GOOD.items())))
    assert plain.digest == other.digest
    changed = copy.deepcopy(GOOD)
    changed["attributions"][0]["text"] += " More."
    assert read(changed).digest != plain.digest


def test_the_scale_is_part_of_the_digest() -> None:
    changed = copy.deepcopy(GOOD)
    changed["scale"]["answers"][0]["label"] = "Never"
    assert read(changed).digest != read(GOOD).digest


def test_a_wrong_count_of_anchors_warns_too() -> None:
    changed = copy.deepcopy(GOOD)
    changed["anchors"]["claimed_count"] = 48
    assert str([*warnings(read(changed))][-1]) == (
        "anchors.claimed_count: the heading of “Source anchors that ground each statement” claims "
        "48, 47 are listed"
    )


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: (
            st.lists(inner) | st.dictionaries(st.sampled_from([*GOOD, "items"]) | st.text(), inner)
        ),
        max_leaves=12,
    )
)
def test_any_json_is_refused_in_words(data: Any) -> None:
    assert told(json.dumps(data))


@given(st.text())
def test_any_text_is_refused_in_words(text: str) -> None:
    assert told(text)
