"""What the use statement once promised and nothing keeps: not offered anymore, and found where it
was published."""

import json
import re

import pytest

from config import ROOT
from tests.web.sources import SOURCES
from tracker.administration.use_statements.rules import UNKEPT, unkept

NOT_SET = "Your library hasn’t set yet how long records are kept."
GONE = re.compile("have it erased|how long they are kept", re.IGNORECASE)


def test_no_sentence_is_found_in_what_is_offered_now() -> None:
    draft = (ROOT / "templates/administration/use_statement.txt").read_text()
    demos = [
        json.loads(path.read_text())["use_statement"]
        for path in sorted((ROOT / "seed_data/demo").glob("*.json"))
        if "use_statement" in path.read_text()
    ]
    assert len(demos) == 2
    for text in (draft, *demos):
        assert unkept(text) == []
        assert NOT_SET in text


def test_no_page_says_so_either() -> None:
    found = [
        str(path.relative_to(ROOT))
        for path in (*sorted((ROOT / "templates").rglob("*.*")), *SOURCES)
        if path.suffix in (".html", ".txt", ".py")
        if (text := " ".join(path.read_text().split())) and (unkept(text) or GONE.search(text))
    ]
    assert found == []
    assert NOT_SET in (ROOT / "templates/reviews/new.html").read_text()


@pytest.mark.parametrize("sentence", UNKEPT)
def test_each_is_found_however_its_lines_are_broken(sentence: str) -> None:
    assert unkept(f"Before. {sentence.replace(' ', chr(10), 2).upper()} After.") == [sentence]


def test_what_a_library_says_of_its_own_is_not_judged() -> None:
    assert unkept("Records are kept for three years. Ask the director to see yours.") == []
