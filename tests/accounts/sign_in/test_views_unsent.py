"""A form that is sent after the sign-in ended: who signs in again finds it with what was typed."""

import html
import io
import json
import re
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update
from werkzeug.test import TestResponse

from tests.client import PASSWORD, Client
from tests.conftest import NOW
from tests.evidence.pieces.posted import count, newest
from tests.factories.evidence import piece
from tests.factories.world import World
from tracker.db import transaction
from tracker.models import Draft, Evidence, SignIn as SignInRow
from tracker.web.http.input_checks import OPEN_FORM, URLENCODED

NEW = "/evidence/new"
TYPED = {"title": "Map “day” <1>", "text": "Before.\nAnd after.", "draft": "evidence.create"}


def end_all(app: Flask) -> None:
    """As from another browser, or because nobody used it: the cookie stays."""
    with app.app_context(), transaction() as tx:
        tx.execute(update(SignInRow).values(ended_at=NOW))


def hidden(page: str) -> dict[str, str]:
    """What the sign-in page hands on."""
    found = re.findall(r'<input type="hidden" name="(unsent)" value="([^"]*)">', page)
    return {name: html.unescape(value) for name, value in found}


def where(page: str) -> str:
    found = re.search(r'action="(/login[^"]*)"', page)
    assert found is not None
    return html.unescape(found[1])


def enter(client: Client, out: TestResponse, email: str, password: str = PASSWORD) -> TestResponse:
    typed = {"email": email, "password": password, **hidden(out.text)}
    return client.post(where(out.text), typed)


def value_of(page: str, name: str) -> str:
    area = re.search(rf'<textarea[^>]* name="{name}"[^>]*>(.*?)</textarea>', page, re.DOTALL)
    box = re.search(rf'<input(?=[^>]* name="{name}")[^>]* value="([^"]*)"', page)
    found = area or box
    return "" if found is None else html.unescape(found[1]).lstrip("\r\n")


def key_of(page: str) -> str:
    form = page.split('action="/evidence"')[1]
    found = re.search(r'name="form_key" value="([\w-]+)"', form)
    assert found is not None
    return found[1]


def test_who_was_signed_out_signs_in_and_finds_the_form_with_what_was_typed(
    app: Flask, world: World, ana: Client
) -> None:
    picked = world.statements["technical"][0]
    chosen = {"statement": str(picked), f"reason-{picked}": "It shows the map."}
    ana.get(NEW)
    end_all(app)
    out = ana.post("/evidence", {**TYPED, **chosen, "form_key": "k" * 22, "do": "save"})
    assert out.status_code == 401
    assert "You were signed out, so nothing is saved yet." in out.text
    assert "choose it again" not in out.text
    assert (count(app, Evidence), count(app, Draft)) == (0, 0)
    back = enter(ana, out, world.email("ana"))
    assert back.status_code == 303
    assert back.location.startswith(f"{NEW}?draft=")
    page = ana.get(back.location).text
    assert "Nothing is saved yet. Check what you typed, then save it." in page
    assert (value_of(page, "title"), value_of(page, "text")) == (TYPED["title"], TYPED["text"])
    assert re.search(rf'id="pick-{picked}"[^>]* checked', page)
    assert value_of(page, f"reason-{picked}") == "It shows the map."
    saved = ana.post("/evidence", {**TYPED, **chosen, "form_key": key_of(page)})
    assert saved.status_code == 303
    assert (count(app, Evidence), count(app, Draft)) == (1, 0)


def test_a_file_cannot_be_kept_and_both_pages_say_so(app: Flask, world: World, ana: Client) -> None:
    ana.get(NEW)
    end_all(app)
    file = (io.BytesIO(b"one line"), "shelf list.txt")
    out = ana.post("/evidence", {**TYPED, "file": file})
    assert "choose it again then: shelf list.txt" in " ".join(out.text.split())
    page = ana.get(enter(ana, out, world.email("ana")).location).text
    assert "Choose the file again: shelf list.txt" in page
    assert value_of(page, "text") == TYPED["text"]
    assert count(app, Evidence) == 0


def test_a_wrong_password_in_between_loses_nothing(app: Flask, world: World, ana: Client) -> None:
    ana.get(NEW)
    end_all(app)
    out = ana.post("/evidence", TYPED)
    wrong = enter(ana, out, world.email("ana"), "not the password")
    assert wrong.status_code == 422
    assert hidden(wrong.text) == hidden(out.text)
    assert where(wrong.text) == where(out.text)
    page = ana.get(enter(ana, wrong, world.email("ana")).location).text
    assert value_of(page, "text") == TYPED["text"]


def test_an_edit_leads_back_to_the_same_piece(app: Flask, world: World, ana: Client) -> None:
    with app.app_context():
        mine = piece(world, title="One")
    edit = f"/evidence/{mine}/edit"
    ana.get(edit)
    end_all(app)
    typed = {"title": "Two", "text": "", "version": "1", "draft": f"evidence.update {mine}"}
    out = ana.post(edit, typed, headers={"Referer": f"http://localhost{edit}?erase=1"})
    back = enter(ana, out, world.email("ana"))
    assert back.location.startswith(f"{edit}?draft=")
    page = ana.get(back.location).text
    assert value_of(page, "title") == "Two"
    assert newest(app).shown.title == "One"


def test_whoever_else_signs_in_there_gets_nothing_of_it(
    app: Flask, world: World, ana: Client
) -> None:
    ana.get(NEW)
    end_all(app)
    out = ana.post("/evidence", TYPED)
    back = enter(ana, out, world.email("ben"))
    assert (back.status_code, back.location) == (303, "/")
    assert "belongs to somebody who has signed out since" in ana.get("/").text
    assert TYPED["title"] not in html.unescape(ana.get(NEW).text)
    assert count(app, Draft) == 0


def test_who_was_never_signed_in_there_is_read_nothing(app: Flask, world: World) -> None:
    nobody = Client(app)
    out = nobody.post("/evidence", TYPED)
    assert (out.status_code, hidden(out.text)) == (401, {})
    assert "Sign in first" in out.text


def test_what_the_sign_in_page_has_no_room_for_is_not_handed_on(app: Flask, ana: Client) -> None:
    ana.get(NEW)
    end_all(app)
    out = ana.post("/evidence", {**TYPED, "text": "x" * OPEN_FORM[URLENCODED].size})
    assert (out.status_code, hidden(out.text)) == (401, {})
    assert "Sign in first" in out.text


@pytest.mark.parametrize(
    ("unsent", "status"),
    [
        ("{", 400),
        ("[]", 400),
        ("{}", 303),
        ('{"draft": "assessment.save 1", "fields": [], "files": ""}', 303),
        ('{"draft": "evidence.create", "fields": [["text"]], "files": [1]}', 303),
    ],
)
def test_what_no_page_of_ours_hands_on_is_no_draft(
    app: Flask, world: World, unsent: str, status: int
) -> None:
    client = Client(app)
    client.get("/login")
    sent = {"email": world.email("ana"), "password": PASSWORD, "unsent": unsent}
    assert client.post("/login", sent).status_code == status
    assert count(app, Draft) == 0


def test_what_is_handed_on_holds_no_key_and_no_token(app: Flask, ana: Client) -> None:
    ana.get(NEW)
    end_all(app)
    out = ana.post("/evidence", {**TYPED, "form_key": "k" * 22, "do": "save"})
    sent: dict[str, Any] = json.loads(hidden(out.text)["unsent"])
    assert dict(sent["fields"]) == {name: TYPED[name] for name in ("title", "text")}
