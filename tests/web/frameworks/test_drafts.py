"""The page of a draft: what changes, what is chosen, whom it affects, and publishing it."""

import html
import io
import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import aliased
from werkzeug.test import TestResponse

from tests.client import Client
from tests.conftest import NOW
from tests.factories.frameworks import first_version
from tests.factories.world import World
from tests.rules.frameworks.next_files import edited, one_of_each, seed
from tests.rules.frameworks.test_file_messages import zipped
from tracker.db import session
from tracker.models import Statement
from tracker.rules.frameworks.file_writing import text_of
from tracker.services.administration.operators import set_framework_editor

pytestmark = pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
PAGE = "/system/frameworks"


def words(response: TestResponse) -> str:
    assert response.status_code == 200, response.status
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", response.text)).split())


@pytest.fixture
def editor(app: Flask, world: World, sign_in: Callable[[str], Client]) -> Client:
    """Ana, a learner whom an operator let edit frameworks."""
    with app.app_context():
        first_version(seed(), NOW)
        set_framework_editor(None, world.email("ana"), True, NOW)
    return sign_in(world.email("ana"))


def uploaded(editor: Client, text: str) -> TestResponse:
    return editor.post(f"{PAGE}/import", {"file": (io.BytesIO(text.encode()), "next.json")})


def test_from_the_file_to_the_published_version(editor: Client) -> None:
    assert "No draft is open" in words(editor.get(PAGE))
    sent = uploaded(editor, text_of(edited(seed(), one_of_each)))
    assert sent.status_code == 303
    page = editor.get(sent.location)
    seen = words(page)
    assert "Changed 7 To decide 5 Reworded 2 Moved 1 Split 1 Merged 1 Retired 1 New 1 Same" in seen
    assert "5 changes need a choice" in seen
    assert "People: under 5. Reviewed ratings: under 5. Open reviews: under 5." in seen
    assert "Communication, Emerging: 2, then 1." in seen
    assert "Technical, Emerging: 10, then 10; 4 of them count from the next round." in seen
    assert "A statement that comes into or leaves a level can" in seen
    assert "People who reach it: under 5; who lose it: under 5." in seen
    assert "uuid" not in seen
    assert "<del>under direct supervision" in page.text or "<del>" in page.text
    assert "<ins>" in page.text
    assert "punctuation changed, so it is carried over unless you choose otherwise." in seen
    keys = re.findall(r'name="(change-[0-9a-f]{64})" value="ask_again"', page.text)
    parts = re.findall(r'name="(change-[0-9a-f]{64})" value="(carry:[^"]+)"', page.text)
    choices = dict.fromkeys(keys, "carry") | {parts[1][0]: parts[1][1]}
    editor.post(f"{sent.location}/decisions", choices)
    page = editor.get(sent.location)
    assert "Every change has a choice" in words(page)
    assert page.text.count(" checked>") == 5
    assert len(editor.get(f"{sent.location}/changes.csv").text.splitlines()) >= 8
    assert [each["decision"] for each in editor.get(f"{sent.location}/changes.json").json or []]
    (seen_digest,) = re.findall(r'name="seen"[^>]*value="([0-9a-f]{64})"', page.text)
    stale = editor.post(f"{sent.location}/publish", {"seen": "0" * 64})
    assert "The draft changed since" in words(editor.get(stale.location))
    editor.post(f"{sent.location}/publish", {"seen": seen_digest})
    assert "Published" in words(editor.get(sent.location))
    public = words(editor.get("/frameworks/library-technicians/changes"))
    assert "Compared with version 26.05." in public
    assert "Split" in public
    listed = words(editor.get("/frameworks/library-technicians/"))
    assert "Version 26.11 , added here on Nov 24, 2026. What changed in 26.11" in listed


def test_a_first_version_is_seen_and_published_by_one_act(
    app: Flask, world: World, sign_in: Callable[[str], Client]
) -> None:
    with app.app_context():
        set_framework_editor(None, world.email("ana"), True, NOW)
    editor, public = sign_in(world.email("ana")), "/frameworks/library-technicians/"
    sent = uploaded(editor, text_of(seed()))
    assert "none: the first version" in words(editor.get(PAGE))
    page = editor.get(sent.location)
    seen = words(page)
    assert "Draft of Library Technicians 26.05 The first version." in seen
    assert "137 statements in 3 sections" in seen
    head = "Domain Emerging Developing Proficient Advanced In all"
    assert f"{head} Technical 10 10 10 10 40" in seen
    assert "Leadership 2 1 3 2 8" in seen
    assert "Every level has a statement" in seen
    assert "The heading of “Communication” says 11; 10 are listed." in seen
    assert "Publish 137 statements in 3 sections?" in seen
    assert editor.get(public).status_code == 404
    assert [editor.get(f"{sent.location}/{name}").status_code for name in EXPORTS] == [200] * 3
    (digest,) = re.findall(r'name="seen"[^>]*value="([0-9a-f]{64})"', page.text)
    stale = editor.post(f"{sent.location}/publish", {"seen": "0" * 64})
    assert "The draft changed since" in words(editor.get(stale.location))
    done = editor.post(f"{sent.location}/publish", {"seen": digest})
    assert "The framework is published." in words(editor.get(done.location))
    assert "Hide or withdraw it" in words(editor.get(done.location))
    assert "137 statements" in words(editor.get(public))


EXPORTS = ("framework.json", "changes.csv", "changes.json")


def test_what_is_wrong_with_a_first_version_is_said_on_its_page(editor: Client) -> None:
    data = json.loads(text_of(seed()))
    first, second, *_rest = data["strands"][0]["domains"][0]["statements"]
    second["title"], first["from"] = first["title"], [second["uuid"]]
    data["strands"][1]["levels"].append({"rank": 5, "name": "Master"})
    sent = uploaded(editor, json.dumps(data | {"slug": "others"}))
    seen = words(editor.get(sent.location))
    assert "These levels have no statement: AI in the role: Master" in seen
    assert "“Circulation transactions” (T-1-01, T-1-02)" in seen
    assert "1 statement names earlier ones in “from”." in seen
    assert "Correct the file as listed above, and upload it again." in seen
    assert "/publish" not in editor.get(sent.location).text


def louder(listed: dict[str, list[dict[str, Any]]]) -> None:
    """One is spelled otherwise, one says something else, and one is gone."""
    first, second = listed["technical"][:2]
    first["text"] = first["text"].upper()
    second["text"] = "something else."
    listed["technical"].pop()


def carried(app: Flask) -> dict[str, bool]:
    """By code, of the statements whose words changed: whether it is the same skill."""
    then, now = aliased(Statement), aliased(Statement)
    with app.app_context():
        rows = session().execute(
            select(now.code, now.skill_id == then.skill_id)
            .join(then, (then.uuid == now.uuid) & (then.framework_id < now.framework_id))
            .where(then.text != now.text)
        )
        return {code: bool(is_same) for code, is_same in rows}


def shown(page: str) -> dict[str, str]:
    """What a browser sends with the button Publish: the form that the button names, as it is."""
    (button,) = re.findall(r"<button[^>]*/publish[^>]*>", page)
    (name,) = re.findall(r' form="([^"]+)"', button)
    (form,) = re.findall(rf'<form id="{name}".*?</form>', page, re.S)
    radios = re.findall(r'type="radio"[^>]*name="([^"]+)" value="([^"]+)" checked', form)
    (seen,) = re.findall(r'name="seen"[^>]*value="([0-9a-f]{64})"', form)
    return {"seen": seen, **dict(radios)}


def test_publishing_takes_the_choices_that_the_page_shows(app: Flask, editor: Client) -> None:
    draft = uploaded(editor, text_of(edited(seed(), louder))).location
    page = editor.get(draft)
    assert words(page).count("Choose one. Until then staff are asked to rate again.") == 1
    assert "The choices shown on this page are saved with it." in words(page)
    editor.post(f"{draft}/publish", shown(page.text))
    assert carried(app) == {"T-1-01": True, "T-1-02": False}
    assert "Carry over" in words(editor.get(draft))


def test_publishing_is_refused_where_a_choice_that_is_offered_was_not_shown(
    app: Flask, editor: Client
) -> None:
    draft = uploaded(editor, text_of(edited(seed(), louder))).location
    seen = shown(editor.get(draft).text)["seen"]
    refused = editor.post(f"{draft}/publish", {"seen": seen})
    assert "choices that the page shows were not saved yet" in words(editor.get(refused.location))
    assert carried(app) == {}
    elsewhere = editor.get(f"{draft}?show=retired")
    assert "/publish" not in elsewhere.text
    assert "See what is chosen, then publish" in words(elsewhere)
    (change,) = (name for name, value in shown(editor.get(draft).text).items() if value == "carry")
    editor.post(f"{draft}/publish", {"seen": seen, change: "ask_again"})
    assert carried(app) == {"T-1-01": False, "T-1-02": False}


def test_a_file_that_cannot_be_used_says_why(editor: Client) -> None:
    text = text_of(edited(seed()))
    wrong = uploaded(editor, text.replace('"Directional guidance"', '""'))
    assert wrong.status_code == 422
    assert "title is empty." in html.unescape(wrong.text)
    workbook = editor.post(f"{PAGE}/import", {"file": (io.BytesIO(zipped("xl/a")), "a.xlsx")})
    assert workbook.status_code == 422
    assert "The file can’t be used. This is an Excel workbook. Save the framework" in html.unescape(
        workbook.text
    )
    other = uploaded(editor, text.replace('"counts_as": "not_met"', '"counts_as": "met"', 2))
    assert other.status_code == 422
    there = uploaded(editor, text.replace('"26.11"', '"26.05"').replace("Partly", "Partially"))
    assert "Version 26.05 is published with other content" in there.text
