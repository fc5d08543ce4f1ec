"""A draft that is previewed as a person of some job; and a file that cannot be a draft."""

import html
import io
import re
from collections.abc import Callable

import pytest
from flask import Flask

from tests.client import Client
from tests.conftest import NOW
from tests.doors.frameworks import a_draft
from tests.factories.answers import Answer, EndorsedAnswer
from tests.factories.ratings import rate
from tests.factories.reviews import endorse
from tests.factories.world import World
from tests.frameworks.drafts.pages import PAGE, uploaded, words, words_of
from tests.frameworks.files.test_rules_messages import zipped
from tests.frameworks.next_files import edited, seed
from tracker.administration.library.actions import set_framework_editor
from tracker.frameworks.files.rules import text_of

pytestmark = pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)


@pytest.fixture
def learned(app: Flask, world: World, sign_in: Callable[[str], Client]) -> Client:
    """Adam, the administrator, who edits frameworks, too; its learners learn the small one."""
    with app.app_context():
        set_framework_editor(None, world.email("adam"), True, NOW)
        a_draft(world)
    return sign_in(world.email("adam"))


@pytest.mark.in_ci
def test_a_draft_is_previewed_as_a_person_by_their_job_alone(learned: Client, world: World) -> None:
    draft = re.search(r"/system/frameworks/drafts/\d+", learned.get(PAGE).text)
    assert draft is not None
    page = f"{draft[0]}/preview"
    assert "Preview as this person Job profile" in words(learned.get(page))
    named = learned.get(f"{page}?find=ana")
    assert "Several people" not in words(named)
    seen = words(named)
    assert "Ana" in seen
    assert re.search(r"At most \d+ to rate again and \d+ new: about \d minute", seen)
    assert (
        "“You were moved to Small framework 2. Your ratings came along. 1 statement is new" in seen
    )
    assert learned.get(f"{page}?person={world.people['ana']}").text.count("<h3>") == (
        named.text.count("<h3>")
    )
    assert "Several people have this in their name" in words(learned.get(f"{page}?find=e"))
    assert "Nobody who learns in your library" in words(learned.get(f"{page}?find=nobody"))
    assert learned.get(f"{page}?person=999999").status_code == 404
    jobs = re.findall(r'<option value="(\d+)"', named.text)
    assert "At most" in words(learned.get(f"{page}?job={jobs[0]}"))


@pytest.mark.in_ci
def test_a_preview_is_the_same_whatever_was_rated(
    app: Flask, learned: Client, world: World
) -> None:
    draft = re.search(r"/system/frameworks/drafts/\d+", learned.get(PAGE).text)
    assert draft is not None
    page = f"{draft[0]}/preview?person={world.people['ana']}"
    before = words(learned.get(page))
    with app.app_context():
        everything = [each for ids in world.statements.values() for each in ids]
        for statement_id in everything:
            rate(world, "ana", statement_id, Answer.PARTLY)
        endorse(world, "ana", "sue", everything[0], EndorsedAnswer.CONSISTENTLY)
    assert words(learned.get(page)) == before


def test_who_only_edits_frameworks_names_nobody(
    app: Flask, learned: Client, world: World, sign_in: Callable[[str], Client]
) -> None:
    with app.app_context():
        set_framework_editor(None, world.email("lea"), True, NOW)
    draft = re.search(r"/system/frameworks/drafts/\d+", learned.get(PAGE).text)
    assert draft is not None
    editor, page = sign_in(world.email("lea")), f"{draft[0]}/preview"
    seen = editor.get(f"{page}?find=ana")
    assert "Preview as this job" in words(seen)
    assert "Preview as this person" not in words(seen)
    assert "Ana" not in words(seen)
    assert editor.get(f"{page}?person={world.people['ana']}").status_code == 404


def test_a_file_that_cannot_be_used_says_why(editor: Client) -> None:
    text = text_of(edited(seed()))
    wrong = uploaded(editor, text.replace('"Directional guidance"', '""'))
    assert wrong.status_code == 422
    assert ": title is empty<" in html.unescape(wrong.text)
    workbook = editor.post(f"{PAGE}/import", {"file": (io.BytesIO(zipped("xl/a")), "a.xlsx")})
    assert workbook.status_code == 422
    told = words_of(workbook)
    assert "The file can’t be used. Correct what is listed here, and upload it again." in told
    assert told.count("This is an Excel workbook. Save the framework") == 1
    other = uploaded(editor, text.replace('"counts_as": "not_met"', '"counts_as": "met"', 2))
    assert other.status_code == 422
    there = uploaded(editor, text.replace('"26.11"', '"26.05"').replace("Partly", "Partially"))
    assert "Version 26.05 is published with other content" in there.text
