"""Frameworks of any shape: of our own making, to prove that nothing is bound to the first one."""

import json
from functools import cache
from typing import Any

import pytest

from config import ROOT
from tracker.frameworks.files.rules import FrameworkFile, LevelInFile
from tracker.frameworks.files.rules_reading import FrameworkFileError, read_framework, warnings

FOLDER = ROOT / "tests" / "data" / "frameworks"
SHAPES = {
    "five-levels": ("en", [5], ["not_met", "not_met", "met"]),
    "seven-levels": ("en", [7], ["not_met", "not_met", "not_met", "met", "met"]),
    "no-levels": ("en", [0, 2], ["not_met", "met"]),
    "spanish": ("es", [3], ["not_met", "not_met", "not_met", "met"]),
    "japanese": ("ja", [4], ["not_met", "not_met", "met"]),
    "arabic": ("ar", [3, 0], ["not_met", "not_met", "met"]),
}
"""Of each file: its language, the levels of each strand, and what its own answers count as."""
SMALLEST: dict[str, Any] = {
    "slug": "smallest",
    "version": "1",
    "lang": "en",
    "title": "Smallest",
    "scale": {
        "question": "Do you do this?",
        "answers": [
            {"key": key, "label": key, "description": key, "counts_as": counts_as}
            for key, counts_as in {
                "no": "not_met",
                "yes": "met",
                "not_sure": "open",
                "not_my_work": "excluded",
            }.items()
        ],
    },
    "strands": [
        {
            "key": "one",
            "title": "One",
            "domains": [
                {
                    "key": "one",
                    "title": "One",
                    "statements": [
                        {
                            "code": "ONE-1",
                            "uuid": "0a4ff07e-3d1c-4a0c-9a8e-7c1f3a7d9f10",
                            "title": "One thing",
                            "text": "does one thing.",
                        }
                    ],
                }
            ],
        }
    ],
}


@cache
def shape(name: str) -> FrameworkFile:
    return read_framework((FOLDER / f"{name}.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", SHAPES)
def test_a_file_of_another_shape_is_read(name: str) -> None:
    lang, levels, counts_as = SHAPES[name]
    file = shape(name)
    assert file.lang == lang
    assert [sum(level.name != one.title for level in one.levels) for one in file.strands] == levels
    assert [one.counts_as for one in file.scale] == [*counts_as, "open", "excluded"]
    assert [*warnings(file)] == []
    assert file.about["scale"]["question"]


def test_every_file_of_the_folder_is_looked_at() -> None:
    assert {path.stem for path in FOLDER.glob("*.json")} == set(SHAPES)


def test_a_strand_without_levels_has_one_named_as_itself() -> None:
    strand = shape("no-levels").strands[0]
    assert strand.levels == (LevelInFile(1, strand.title, ""),)
    assert {one.rank for domain in strand.domains for one in domain.statements} == {1}


def test_what_a_file_need_not_have() -> None:
    file = read_framework(json.dumps(SMALLEST))
    assert (file.sources, file.anchors) == ((), ())
    assert file.about == {"scale": {"question": "Do you do this?", "help": ""}}
    (domain,) = file.strands[0].domains
    assert (domain.position, domain.claimed_count) == (1, None)


@pytest.mark.parametrize("needed", ["slug", "version", "lang", "title", "scale", "strands"])
def test_what_it_must_have(needed: str) -> None:
    left = {name: value for name, value in SMALLEST.items() if name != needed}
    with pytest.raises(FrameworkFileError, match=f"^{needed}: is missing$"):
        read_framework(json.dumps(left))


def test_a_rank_without_levels_is_refused() -> None:
    text = json.dumps(SMALLEST).replace('"title": "One thing"', '"title": "One thing", "rank": 1')
    with pytest.raises(FrameworkFileError, match="level 1 is given, but the section has no levels"):
        read_framework(text)


def test_what_is_asked_of_reviewers_is_kept_where_the_file_says_it() -> None:
    file = shape("spanish")
    assert file.about["scale"]["reviewer_question"] == "¿Hace esto en su trabajo?"
    assert file.scale[0].reviewer_description == "Aún no lo hace."
    assert "reviewer_question" not in shape("seven-levels").about["scale"]


def test_the_smallest_file_of_the_documentation_can_be_read() -> None:
    text = (ROOT / "docs" / "frameworks.md").read_text(encoding="utf-8")
    example = text.partition("```json\n")[2].partition("```")[0]
    assert read_framework(example).title == "Window Cleaners"
