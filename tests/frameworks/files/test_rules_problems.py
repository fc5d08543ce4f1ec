"""All mistakes are told at once, however wrong the file is otherwise."""

import copy
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given, strategies as st

from config import ROOT
from tracker.frameworks.files.rules_reading import FrameworkFileError, read_framework

FILE = ROOT / "seed_data" / "frameworks" / "library-technicians.json"
GOOD = json.loads(FILE.read_text(encoding="utf-8"))
TAKEN = "11111111-1111-4111-8111-111111111111"


def told(data: Any) -> list[str]:
    """What is said of the file; nothing where it can be read."""
    try:
        read_framework(json.dumps(data))
    except FrameworkFileError as error:
        return [str(problem) for problem in error.problems]
    return []


def statement(data: Any, at: int) -> Any:
    return data["strands"][0]["domains"][0]["statements"][at]


def plant(data: Any) -> Iterator[str]:
    """One mistake of each kind, and what must be said of it."""
    data["lang"] = "xx-Foo"
    yield "lang: “xx-Foo” is not a language tag that is known"
    del data["title"]
    yield "title: is missing"
    data["color"] = "red"
    yield "color: is not known here"
    data["version"] = "../1"
    yield "version: “../1” is not a version"
    data["job_zone"] = 3
    yield "job_zone: must be text"
    statement(data, 0)["text"] = ""
    yield "T-1-01, “Circulation transactions”: text is empty"
    statement(data, 1)["text"] = "x" * 4001
    yield f"T-1-02, “Routine reference inquiries”: text “{'x' * 60}…” is too long: at most 4000"
    statement(data, 2)["title"] = "one\ntwo"
    yield "T-1-03, “one\\ntwo”: title “one\\ntwo” holds a control character"
    statement(data, 3)["uuid"] = statement(data, 4)["uuid"] = TAKEN
    yield (
        f"T-1-05, “Print materials processing”: UUID “{TAKEN}” is used already, at T-1-04, “Patron"
    )
    statement(data, 5)["code"] = statement(data, 6)["code"].lower()
    yield "T-1-07, “Electronic resources”: code “T-1-07” is used already, at t-1-07, “Shelving and"
    statement(data, 7)["citations"] = ["nobody", "onet", "onet"]
    yield "T-1-08, “Word processing and email software”: citations[0] “nobody” is not the key of a"
    yield "T-1-08, “Word processing and email software”: citations[2] “onet” is cited twice"
    statement(data, 8)["rank"] = 2
    yield "T-1-10, “Customer service standards”: level 1 comes after one at level 2"
    statement(data, 39)["rank"] = 5
    yield "T-4-10, “Organizational culture and values”: level 5 is too high: the highest level of"
    del statement(data, 10)["rank"]
    yield "T-2-01, “Circulation workflow”: level is missing"
    data["strands"][1]["levels"][0]["rank"] = 2
    yield "section “AI in the role”: levels has the ranks 2, 2, 3, 4; they must be 1, 2, 3, 4 in"
    data["strands"][2]["domains"][1]["position"] = 7
    yield "domain “Leadership”: position is 7, but it is number 2 in the list"
    data["strands"][2]["domains"][2]["claimed_count"] = -1
    yield "domain “Metacognition”: claimed_count -1 is not possible: it must be at least 0"
    data["strands"][2]["domains"][4]["key"] = data["strands"][2]["domains"][3]["key"]
    yield "domain “Collaboration”: key “critical-thinking” is used already"
    data["strands"][2]["key"] = "ai"
    yield "section “Durable skills”: key “ai” is used already, at section “AI in the role”"
    data["sources"][1]["url"] = "javascript:alert(1)"
    yield "sources[1].url: “javascript:alert(1)” is not a web address"
    data["sources"][3]["url"] = "http://[::1"
    yield "sources[3].url: “http://[::1” is not a web address that can be opened"
    data["strands"][1]["levels"][3]["name"] = data["strands"][1]["levels"][2]["name"]
    yield "section “AI in the role”: levels[3].name “Proficient” is used already, at section “AI"
    statement(data, 11)["title"] = "\u200b\u2060"
    yield "T-2-02, “\\u200b\\u2060”: title “\\u200b\\u2060” holds nothing that can be seen"
    data["sources"][2]["key"] = "onet"
    yield "sources[2].key: “onet” is used already, at sources[0]"
    answers = data["scale"]["answers"]
    answers[1]["label"] = answers[0]["label"]
    yield "scale.answers[1].label: “Not yet” is used already, at scale.answers[0]"
    answers[0]["counts_as"] = "met"
    yield "scale.answers[1].counts_as: is not_met, after an answer that counts as met"
    answers[2]["counts_as"] = "open"
    yield "scale.answers[2].counts_as: “consistently” must count as met or as not_met"
    answers[3]["counts_as"] = "sometimes"
    yield "scale.answers[3].counts_as: “sometimes” is not one of met, not_met, open, excluded"
    answers[4]["key"] = "cannot_tell"
    yield "scale.answers[4].key: “cannot_tell” is an answer that only reviewers have"
    yield "scale.answers: has no answer “not_my_work”, which every scale has"
    data["evidence_pack"]["strand"] = "x"
    yield "evidence_pack.strand: “x” is not the key of a section"
    data["evidence_pack"]["groups"][0]["source"] = "x"
    yield "evidence_pack.groups[0].source: “x” is not the key of a source"
    data["anchors"]["groups"][1]["kind"] = "skill"
    yield "anchors.groups[1].kind: “skill” is used already, at anchors.groups[0]"
    data["anchors"]["groups"][0]["items"].append("Speaking")
    yield "anchors.groups[0].items: has an entry twice"


def test_all_mistakes_are_told_at_once() -> None:
    data = copy.deepcopy(GOOD)
    planted = list(plant(data))
    said = told(data)
    assert [words for words in planted if not any(one.startswith(words) for one in said)] == []


def test_a_good_file_has_none() -> None:
    assert told(GOOD) == []


def test_a_mistake_that_was_not_planted_is_not_told() -> None:
    data = copy.deepcopy(GOOD)
    statement(data, 3)["uuid"] = statement(data, 4)["uuid"] = TAKEN
    assert len(told(data)) == 1


def test_mistakes_stand_in_order_of_place() -> None:
    data = copy.deepcopy(GOOD)
    for at in (10, 9):
        statement(data, at)["text"] = ""
    assert [one[:6] for one in told(data)] == ["T-1-10", "T-2-01"]


@pytest.mark.parametrize(
    ("change", "place"),
    [
        (lambda data: data.update(sources="none"), "sources"),
        (lambda data: data.update(sources=None), "sources"),
        (lambda data: data.update(strands={}), "strands"),
        (lambda data: data["strands"][0].update(levels=None), "section “Technical”"),
    ],
)
def test_what_cannot_be_read_is_told_once_not_at_all_that_points_to_it(
    change: Callable[[Any], None], place: str
) -> None:
    data = copy.deepcopy(GOOD)
    change(data)
    assert [one.split(":")[0] for one in told(data)] == [place]


def spots(value: Any) -> list[tuple[Any, Any]]:
    """Every (holder, key) in the data."""
    inside = value.items() if isinstance(value, dict) else enumerate(value)
    found = []
    for key, each in inside:
        found.append((value, key))
        if isinstance(each, dict | list):
            found += spots(each)
    return found


JUNK = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=4,
)
SMALL = copy.deepcopy(GOOD)
SMALL["strands"] = SMALL["strands"][:2]
for _strand in SMALL["strands"]:
    _strand["domains"][0]["statements"] = _strand["domains"][0]["statements"][:3]
SMALL["anchors"]["groups"] = SMALL["anchors"]["groups"][:2]
"""A file short enough that what is garbled is often something that matters."""


def garble(data: Any, draw: Callable[[Any], Any]) -> None:
    """Delete a part, or put something else in its place."""
    holder, key = draw(st.sampled_from(spots(data)))
    if draw(st.booleans()):
        del holder[key]
    else:
        holder[key] = draw(JUNK)


def statements(data: Any) -> list[Any]:
    """Those that a file still has where statements stand, whatever else became of it."""

    def entries(holder: Any, name: str) -> list[Any]:
        found = holder.get(name) if isinstance(holder, dict) else None
        return found if isinstance(found, list) else []

    return [
        one
        for strand in entries(data, "strands")
        for domain in entries(strand, "domains")
        for one in entries(domain, "statements")
        if isinstance(one, dict)
    ]


@pytest.mark.in_ci
@given(st.data())
def test_whatever_is_wrong_a_doubled_uuid_is_told(data: Any) -> None:
    file = copy.deepcopy(SMALL)
    for _time in range(data.draw(st.integers(1, 8))):
        if spots(file):
            garble(file, data.draw)
    left = statements(file)
    for one in left[-2:]:
        one["uuid"] = TAKEN
    said = told(file)
    assert len(left) < 2 or any(
        f"“{TAKEN}” is used already" in one or "uuid is used already" in one.lower() for one in said
    )
