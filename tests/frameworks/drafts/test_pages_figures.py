"""What a draft says in numbers: each says what it counts, and two that meet agree."""

import json
from collections import Counter

import pytest
from flask import Flask

from tests.client import Client
from tests.conftest import NOW
from tests.frameworks.drafts.pages import uploaded, words
from tests.frameworks.next_files import edited, one_of_each, seed
from tracker.frameworks.changes.rules_levels import LevelEffects
from tracker.frameworks.drafts.actions import import_framework
from tracker.frameworks.drafts.pages import if_published
from tracker.frameworks.drafts.queries import drafted
from tracker.frameworks.files.rules import text_of

pytestmark = pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)


def test_a_new_sensitive_statement_is_said_to_ask_nobody(editor: Client) -> None:
    def sensitive(listed: dict[str, list[dict[str, object]]]) -> None:
        one_of_each(listed)
        listed["communication"][-1]["sensitive"] = True

    seen = words(editor.get(uploaded(editor, text_of(edited(seed(), sensitive))).location))
    assert "Show the one that needs nothing 1 new" in seen
    assert "at most 5 again, 0 new" in seen
    assert (
        "1 sensitive statement isn’t counted here: nobody is asked it until their library decides"
    ) in seen
    assert "People asked again On any version: who sent or had reviewed" in seen


@pytest.mark.usefixtures("editor")
def test_a_level_that_people_lose_says_why(app: Flask) -> None:
    with app.test_request_context():
        draft = drafted(import_framework(edited(seed(), one_of_each), NOW).draft_id or 0)
        assert draft is not None
        places = [("durable", "communication", 1), ("technical", "technical", 1)]
        effects = LevelEffects(lost=Counter(dict.fromkeys(places, 33)))
        told = {
            figure.label: figure.note for figure in if_published(draft, effects, NOW.date()).figures
        }
    assert told["Lose Communication, Emerging"] == (
        "1 statement is left there on the day of the move: too few to judge it."
    )
    assert told["Lose Technical, Emerging"] == (
        "10 statements count there now, 6 on the day of the move."
    )


def test_a_level_that_is_called_otherwise_is_a_change(editor: Client) -> None:
    data = json.loads(text_of(edited(seed())))
    data["strands"][0]["levels"][0]["name"] = "Starting"
    page = editor.get(uploaded(editor, json.dumps(data)).location)
    seen = words(page)
    assert "1 change since 26.05." in seen
    assert "0 to think about 0 suggested 1 needs nothing" in seen
    assert "Show the one that needs nothing 1 title" in seen
    assert "<del>Emerging</del> <ins>Starting</ins>" in page.text


def test_a_heading_with_another_count_is_told_of_a_later_version_too(editor: Client) -> None:
    seen = words(editor.get(uploaded(editor, text_of(edited(seed()))).location))
    assert "The heading of “Communication” says 11; 10 are listed." in seen
