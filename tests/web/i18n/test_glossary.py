"""No interface text and no guide uses a word that the glossary replaced by another
(docs/glossary.md)."""

import re
from pathlib import Path

import pytest

from config import ROOT

RULED_OUT = {
    r"strands?": "section",
    r"jot(s|ted)?": "quick note",
    r"cannot tell|could not tell|not observed": "haven\u2019t seen it",
    r"not (my|their) work": "outside my job, outside their job",
    r"(kept|keep|keeps) (it |them |both )?apart": "no agreement",
    r"endors\w+": "reviewed",
    r"(not yet|none|levels?|is|are) held|held( too)?:|you hold": "reached",
    r"role profiles?": "job profile",
    r"gap matrix|(a|no|is|are) gaps?:|biggest gaps": "below target",
    r"not yet known": "not known yet",
    r"use statements?": "how ratings are used",
    r"calibration|leniency": "rating comparison",
    r"second read(ing|er)s?": "second opinion",
    r"(agreed )?exceptions?": "doesn\u2019t apply here",
    r"still true:|\u201cstill true\u201d": "keep",
    r"hand(ed)? (it )?on|handover": "reassign",
    r"take over|taken over": "import ratings, or take a review",
    r"(bring|brings|brought) .{0,20}back": "restore",
    r"tak(e|en) .{0,20}back": "withdraw",
    r"deput(y|ies)|stands? in": "backup reviewer",
    r"saw the product|was told|evidence only": "I saw the result, Someone told me, From the evidence",
    r"four.fifths": "4 of every 5 statements",
    r"voices?|sealed|limited|out of order": "a plain name",
    r"passed over|held back|in the way of|all known|no need set": "a plain sentence",
    r"stands? (so|now|here|twice|above|again)|(that|who|would) stand": "current",
    r"look at (it|its|their|them)|take it over": "preview, check",
    r"carr(y|ies|ied) (it |them |people |person )?to": "move to a new version",
    r"holds? (from|until|for everybody)": "starts, works, or applies",
    r"cells wait|spare (time|minutes)": "a plain sentence",
    r"see (something )?differently": "difference",
    r"any more|afterwards|licence[sd]?|colour|catalogue|e-mails?": "American spelling",
}
PLACE = re.compile(r"%\(\w+\)[sd]|\{\w+\}")
GUIDES = sorted((ROOT / "docs" / "guides").glob("*.md"))


def ruled_out(text: str) -> list[str]:
    """What should be said instead of the words found. Names of placeholders are no words."""
    plain = PLACE.sub("_", text)
    return [
        instead
        for words, instead in RULED_OUT.items()
        if re.search(rf"(?<!\w)(?:{words})(?!\w)", plain, re.IGNORECASE)
    ]


def test_no_text_uses_a_word_that_was_ruled_out(extracted: dict[str, str]) -> None:
    texts = set(extracted) | set(extracted.values())
    assert len(texts) > 1000
    assert {text: found for text in texts if (found := ruled_out(text))} == {}


def prose(markdown: str) -> str:
    """Without code and the addresses of links."""
    return re.sub(r"`[^`]*`|\]\([^)]*\)", "_", markdown)


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.stem)
def test_no_guide_uses_a_word_that_was_ruled_out(guide: Path) -> None:
    lines = prose(guide.read_text(encoding="utf-8")).splitlines()
    assert {line: found for line in lines if (found := ruled_out(line))} == {}


@pytest.mark.parametrize(
    "text",
    [
        "Jot it down",
        "Endorsed by %(name)s",
        "Hand it on",
        "A level is held when it is met: four fifths",
        "Not linked any more",
        "Add a role profile",
        "Bring the archived piece back",
        "This title stands twice",
        "Look at it again",
        "Person carried to a new version",
        "It holds for everybody",
    ],
)
def test_a_word_that_was_ruled_out_is_found(text: str) -> None:
    assert ruled_out(text) != []


@pytest.mark.parametrize(
    "text", ["%(strand)s: %(at)s of %(of)s", "Reviewed: Partly", "Only a known shortfall is a gap"]
)
def test_other_words_are_free(text: str) -> None:
    assert ruled_out(text) == []
