"""What the upload of a framework file says before anything can be lost by it."""

import json

import pytest
from flask import Flask

from tests.client import Client
from tests.rules.frameworks.next_files import edited, seed
from tests.web.frameworks.test_drafts import uploaded, words
from tracker.queries.frameworks.drafts import drafted
from tracker.rules.frameworks.file_writing import text_of

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


OWN = "20000000-0000-0000-0000-000000000001"


def test_a_framework_of_other_uuids_is_another_one(editor: Client) -> None:
    data = json.loads(text_of(seed()))
    listed = [of for each in data["strands"] for of in each["domains"]]
    statements = [each for of in listed for each in of["statements"]]
    for number, each in enumerate(statements):
        each["uuid"] = f"20000000-0000-0000-0000-{number:012}"
    sent = uploaded(editor, json.dumps(data | {"slug": "others"}))
    assert f"{sent.location}/publish" in editor.get(sent.location).text
