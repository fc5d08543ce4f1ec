"""What the upload of a framework file says before anything can be lost by it."""

import html
import io
import json
import re
from collections.abc import Callable

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests.client import Client
from tests.conftest import NOW
from tests.factories.world import World
from tests.frameworks.drafts.pages import PAGE, uploaded, words
from tests.frameworks.next_files import edited, one_of_each, seed
from tracker.administration.library.actions import set_framework_editor
from tracker.frameworks.drafts.queries import drafted
from tracker.frameworks.files.rules import text_of

pytestmark = pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)


def test_one_wrong_letter_in_the_slug_is_told_and_not_published(app: Flask, editor: Client) -> None:
    text = text_of(edited(seed(), lambda listed: listed["technical"][0].update(uuid=OWN)))
    sent = uploaded(editor, text.replace('"library-technicians"', '"library-technician"'))
    page = editor.get(sent.location)
    assert "136 of 137 statements have UUIDs of “Library Technicians”." in words(page)
    assert "the slug in the file has to be “library-technicians”" in words(page)
    assert f"{sent.location}/publish" not in page.text
    with app.app_context():
        draft = drafted(int(sent.location.rpartition("/")[2]))
        assert draft is not None
    refused = editor.post(f"{sent.location}/publish", {"seen": draft.seen})
    assert "can’t be published yet" in words(editor.get(refused.location))
    right = uploaded(editor, text)
    assert "statements have UUIDs of" not in words(editor.get(right.location))


@pytest.mark.in_ci
def test_a_draft_of_somebody_else_is_replaced_only_after_a_question(
    app: Flask, world: World, editor: Client, sign_in: Callable[[str], Client]
) -> None:
    with app.app_context():
        for name in ("adam", "oda"):
            set_framework_editor(None, world.email(name), True, NOW)
    theirs = sign_in(world.email("adam"))
    draft = uploaded(theirs, text_of(edited(seed(), one_of_each))).location
    (name, value), *_rest = choices(theirs.get(draft).text)
    theirs.post(f"{draft}/decisions", {name: value})
    other = text_of(edited(seed(), version="26.12"))
    refused = uploaded(editor, other)
    assert refused.status_code == 422
    told = html.unescape(refused.text)
    assert "A draft of version 26.11 is open, made by Adam, Nov 24, " in told
    assert "1 choice in it doesn’t fit the file and would be lost." in told
    assert "7 changes since" in words(editor.get(draft)), "it is as it was"
    (seen,) = re.findall(r'name="seen"[^>]*value="([0-9a-f]{64})"', refused.text)
    (name, value), *_rest = choices(theirs.get(draft).text)[2:]
    theirs.post(f"{draft}/decisions", {name: value})
    checked = {"seen": seen, "replace": "y"}
    stale = sent_with(editor, other, checked)
    assert "2 choices in it don’t fit" in html.unescape(stale.text), "one came since"
    (checked["seen"],) = re.findall(r'name="seen"[^>]*value="([0-9a-f]{64})"', stale.text)
    done = sent_with(editor, other, checked)
    assert done.location == draft
    assert "It replaces the draft of version 26.11." in words(editor.get(draft))
    assert uploaded(editor, text_of(edited(seed(), version="27.01"))).status_code == 303, "her own"
    elsewhere = uploaded(sign_in(world.email("oda")), other)
    assert "made by somebody at City Library" in elsewhere.text
    assert "Ana" not in elsewhere.text


def choices(page: str) -> list[tuple[str, str]]:
    return re.findall(r'name="(change-[0-9a-f]{64})" value="([^"]+)"', page)


def sent_with(editor: Client, text: str, fields: dict[str, str]) -> TestResponse:
    return editor.post(f"{PAGE}/import", {"file": (io.BytesIO(text.encode()), "a.json"), **fields})


def test_all_mistakes_are_listed_at_once_and_each_once(editor: Client) -> None:
    data = json.loads(text_of(edited(seed())))
    first, second, third, *_rest = data["strands"][0]["domains"][0]["statements"]
    second["title"], third["from"] = first["title"], [OWN]
    del data["strands"][2]["domains"][0]["statements"][0]["rank"]
    data["strands"][1]["levels"].append({"rank": 5, "name": "Master"})
    refused = uploaded(editor, json.dumps(data))
    assert refused.status_code == 422
    listed = [html.unescape(each) for each in re.findall(r"<li>([^<]+)</li>", refused.text)]
    told = "\n".join(listed)
    assert f"{third['code']}, “{third['title']}”: from “{OWN}” is the UUID of no statement" in told
    assert f"title “{first['title']}” is used already, at T-1-01" in told
    assert ": level is missing" in told
    assert "“Master” has no statement" in told
    assert len(listed) == len({*listed}), "each once"
    assert data["version"] == "26.11"
    assert uploaded(editor, json.dumps(data | {"slug": "others"})).text.count("is the UUID of") == 0


OWN = "20000000-0000-0000-0000-000000000001"


def test_a_framework_of_other_uuids_is_another_one(editor: Client) -> None:
    data = json.loads(text_of(seed()))
    listed = [of for each in data["strands"] for of in each["domains"]]
    statements = [each for of in listed for each in of["statements"]]
    for number, each in enumerate(statements):
        each["uuid"] = f"20000000-0000-0000-0000-{number:012}"
    sent = uploaded(editor, json.dumps(data | {"slug": "others"}))
    assert f"{sent.location}/publish" in editor.get(sent.location).text


def test_nothing_to_press_stands_in_a_table_that_scrolls_sideways(editor: Client) -> None:
    """At 390 px its last columns would be beyond the edge."""
    uploaded(editor, text_of(edited(seed(), one_of_each)))
    page = editor.get(PAGE)
    assert "Library Technicians 26.11 Changed Nov 24. Version in use: 26.05." in words(page)
    assert "Hide or withdraw Library Technicians 26.05" in words(page)
    assert "<table" not in page.text
