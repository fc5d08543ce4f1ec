"""What a draft says of its levels: which no one can reach, and that a version asks for more or less
than the one before."""

import json
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.exc import IntegrityError

from tests.client import Client
from tests.conftest import NOW
from tests.frameworks.drafts.pages import uploaded, words
from tests.frameworks.next_files import edited, seed
from tests.frameworks.one_a_level import one_a_level
from tests.reading import plain
from tracker.db import session, transaction
from tracker.frameworks.drafts.actions import import_framework, publish
from tracker.frameworks.drafts.queries import drafted
from tracker.frameworks.files.rules import FrameworkFile, data_of, text_of
from tracker.frameworks.files.rules_reading import read_framework
from tracker.frameworks.versions.queries import file_of
from tracker.frameworks.versions.rules_levels import LevelRule
from tracker.models import Framework

UNREACHABLE = (
    "No one can reach these levels, as at least 2 statements must apply and each lists 1: Area 1"
)


def next_file(**rule: Any) -> FrameworkFile:
    return read_framework(json.dumps(data_of(edited(seed())) | rule))


@pytest.mark.parametrize(("rule", "is_told"), [({}, True), ({"least": 1}, False)], ids=str)
def test_a_first_draft_says_which_levels_no_one_can_reach(
    editor: Client, rule: dict[str, Any], is_told: bool
) -> None:
    text = json.dumps(one_a_level(**rule))
    seen = words(editor.get(uploaded(editor, text).location))
    assert (UNREACHABLE in seen) is is_told


def test_another_rule_is_named_where_the_version_is_published(editor: Client) -> None:
    text = text_of(next_file(needs="9/10", least=3))
    here = uploaded(editor, text).location
    note = (
        "A level needs 9 of every 10 statements, if at least 3 apply; until now 4 of every 5 "
        "statements, if at least 2 apply"
    )
    page = editor.get(here)
    seen = words(page)
    assert note in seen
    assert "1 change since 26.05." in seen
    assert "Show the one that needs nothing the rule for levels" in seen
    assert "<del>4 of every 5 statements, if at least 2 apply</del>" in page.text
    asked = words(editor.get(f"{here}/publish"))
    assert note in asked
    assert "and each lists 1: Leadership (Developing); Creativity (Developing). In all: 2" in asked
    assert "as at least 3 statements must apply and each lists 2:" in asked


def test_where_the_rule_stays_nothing_is_said_of_it(editor: Client) -> None:
    seen = words(editor.get(uploaded(editor, text_of(next_file(needs="4/5"))).location))
    assert "A level needs" not in seen
    assert "0 changes since 26.05." in seen


@pytest.mark.usefixtures("editor")
def test_a_version_keeps_its_rule_in_the_draft_and_published(app: Flask) -> None:
    with app.app_context():
        made = import_framework(next_file(needs="2/3", least=1), NOW).draft_id or 0
        draft = drafted(made)
        assert draft is not None
        assert draft.comparison.rules == (LevelRule(), LevelRule(2, 3, 1))
        framework_id = publish(None, made, NOW).framework_id
        assert file_of(framework_id).rule == LevelRule(2, 3, 1)
        assert file_of(framework_id).digest == next_file(needs="2/3", least=1).digest


@pytest.mark.usefixtures("editor")
@pytest.mark.parametrize("column", ["needs_met", "needs_of", "least"])
def test_what_is_published_keeps_its_rule(app: Flask, column: str) -> None:
    """By the database, whoever asks."""
    with app.app_context():
        framework = session().get_one(Framework, 1)
        before = framework.rule
        with pytest.raises(IntegrityError, match="history is never changed"), transaction() as tx:
            setattr(tx.get_one(Framework, 1), column, 3)
        session().rollback()
        assert session().get_one(Framework, 1).rule == before


def test_everybody_reads_on_the_page_of_changes_that_the_rule_is_another_one(
    app: Flask, editor: Client
) -> None:
    with app.app_context():
        made = import_framework(next_file(needs="1/1"), NOW).draft_id or 0
        publish(None, made, NOW)
    page = editor.get("/frameworks/library-technicians/changes?from=26.05&to=26.11")
    assert "What a level needs" in plain(page.text)
    assert "<ins>all statements, if at least 2 apply</ins>" in page.text
