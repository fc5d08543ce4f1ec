"""What was typed is shown again where a key comes with something else, but no password and no
file. Who goes back to a form whose work is done is led to what came of it."""

import html
import io
import re

import pytest
from flask import Flask
from sqlalchemy import select

from tests.client import Client
from tests.doors.valid_forms import SENDS
from tests.evidence.pieces.posted import newest
from tests.factories.world import World
from tests.web.keys import SignIn, a_key, copied, counted, jot, ready
from tracker.db import session
from tracker.models import Evidence, EvidenceVersion, Submission
from tracker.rules.core.mail import mail_server


@pytest.fixture(autouse=True)
def _mail_to_the_log(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app.extensions, "tracker_mail", mail_server("console:", ""))


def hidden(page: str) -> dict[str, list[str]]:
    """The fields of the form that sends everything once more."""
    form = page.partition("<main")[2].partition("<form")[2].partition("</form>")[0]
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form):
        found.setdefault(name, []).append(html.unescape(value))
    return found


def test_the_same_key_with_something_else_loses_nothing(
    app: Flask, world: World, ana: Client
) -> None:
    key = a_key()
    first = jot(ana, key)
    typed = 'Other "words" <b>\r\n of mine'
    refused = jot(ana, key, typed)
    assert refused.status_code == 409
    assert f'href="{first.location}"' in refused.text.replace("&amp;", "&")
    assert counted(app, Evidence) == 1
    kept = hidden(refused.text)
    assert kept["line"] == [typed]
    assert kept["form_key"] != [key]
    assert (
        ana.post("/evidence/jot", {name: values[0] for name, values in kept.items()}).status_code
        == 303
    )
    assert counted(app, Evidence) == 2


def test_what_was_written_is_to_be_read_before_it_is_sent(ana: Client) -> None:
    key, long = a_key(), "Bibliotheksverwaltungssystem"
    jot(ana, key)
    refused = jot(ana, key, "A <b> of mine")
    shown = re.sub(r"<input[^>]*>", "", refused.text)
    assert "A &lt;b&gt; of mine" in shown
    for line, is_shown in ((long, True), ("short", False)):
        shown = re.sub(r"<input[^>]*>", "", jot(ana, key, line).text)
        assert (line in shown) == is_shown
        assert ("What you wrote now" in shown) == is_shown


def test_no_password_and_nothing_that_the_page_filled_in_is_shown(ana: Client) -> None:
    key = a_key()
    jot(ana, key)
    data = {
        name: f"hidden words of {name}"
        for name in ("current", "new", "password", "seen", "shown_note-3")
    }
    refused = ana.post("/evidence/jot", {**data, "line": "Mine", "form_key": key})
    assert refused.status_code == 409
    assert "hidden words" in refused.text
    assert "hidden words" not in re.sub(r"<input[^>]*>", "", refused.text)


def test_a_file_is_to_be_chosen_again(app: Flask, ana: Client) -> None:
    key = a_key()
    jot(ana, key)
    data = {
        "title": "Plan",
        "statement": ["3", "4"],
        "file": (io.BytesIO(b"%PDF"), "plan.pdf"),
        "form_key": key,
    }
    refused = ana.post("/evidence", data)
    assert refused.status_code == 409
    assert "Choose the file again: plan.pdf" in refused.text
    assert 'enctype="multipart/form-data"' in refused.text
    assert (hidden(refused.text)["title"], hidden(refused.text)["statement"]) == (
        ["Plan"],
        ["3", "4"],
    )


def test_another_file_of_the_same_name_is_something_else(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    create = next(each for each in SENDS if each.endpoint == "evidence.create")
    client, url, data = ready(app, world, sign_in, create)
    key = a_key()
    assert client.post(url, {**copied(data), "form_key": key}).status_code == 303
    assert client.post(url, {**copied(data), "form_key": key}).status_code == 303
    other = {**data, "file": (io.BytesIO(b"%PDF-1.4\nother\n%%EOF\n"), "plan.pdf")}
    assert client.post(url, {**other, "form_key": key}).status_code == 409
    assert counted(app, Evidence) == 1


def test_no_password_can_be_guessed_from_what_is_kept(
    app: Flask, world: World, ana: Client
) -> None:
    """The digest of a form begins with its key, which is stored nowhere."""
    stored = []
    for _form in range(2):
        jot(ana, a_key())
    with app.app_context():
        stored = list(session().scalars(select(Submission.body_sha256)))
    assert len(set(stored)) == 2


NEW = "/evidence/new"
TYPED = {"title": "Map day", "text": "Before."}


def key_of(page: str) -> str:
    form = page.split('action="/evidence"')[1]
    found = re.search(r'name="form_key" value="([\w-]+)"', form)
    assert found is not None
    return found[1]


def test_who_goes_back_after_saving_is_led_to_what_was_saved(app: Flask, ana: Client) -> None:
    first = ana.http.get(NEW)
    assert first.status_code == 302
    page = ana.get(first.location).text
    key = key_of(page)
    assert key in first.location
    assert key_of(ana.get(first.location).text) == key, "the same address has the same form"
    saved = ana.post("/evidence", {**TYPED, "form_key": key})
    back = ana.http.get(first.location)
    assert (back.status_code, back.location) == (303, saved.location)
    assert "is saved." in ana.get(back.location).text
    again = ana.post("/evidence", {**TYPED, "form_key": key})
    assert (again.status_code, again.location) == (303, saved.location)
    assert counted(app, Evidence) == 1
    assert key_of(ana.get(NEW).text) != key, "a new form is another one"


def test_a_refused_form_is_still_the_same(app: Flask, ana: Client) -> None:
    key = key_of(ana.get(NEW).text)
    refused = ana.post("/evidence", {**TYPED, "title": "", "form_key": key})
    assert (refused.status_code, key_of(refused.text)) == (422, key)


def test_the_old_form_with_a_change_goes_into_the_piece_that_exists(
    app: Flask, ana: Client
) -> None:
    """A browser that keeps the page as it was asks for nothing when somebody goes back."""
    key = key_of(ana.get(NEW).text)
    saved = ana.post("/evidence", {**TYPED, "form_key": key})
    asked = ana.post("/evidence", {**TYPED, "text": "Changed.", "form_key": key})
    assert asked.status_code == 409
    assert f'action="{saved.location}/edit"' in asked.text
    assert "Send it as well" not in asked.text
    assert "Save as a new version</button>" in asked.text
    found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', asked.text)
    fields = {name: html.unescape(value) for name, value in found}
    done = ana.post(f"{saved.location}/edit", fields)
    assert (done.status_code, done.location) == (303, saved.location)
    assert newest(app).shown.text == "Changed."
    assert (counted(app, Evidence), counted(app, EvidenceVersion)) == (1, 2)


def test_somebody_elses_key_leads_nobody_to_their_piece(
    app: Flask, world: World, ana: Client, sign_in: SignIn
) -> None:
    key = key_of(ana.get(NEW).text)
    ana.post("/evidence", {**TYPED, "form_key": key})
    ben = sign_in(world.email("ben"))
    assert key_of(ben.get(f"{NEW}?form_key={key}").text) == key
