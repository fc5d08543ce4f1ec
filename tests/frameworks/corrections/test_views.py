"""A suggestion from the reader of a framework to the administrator."""

import html
import re
from collections.abc import Callable, Iterator

import pytest
from flask import Flask

from tests.client import Client
from tests.conftest import TestConfig
from tests.factories.world import World
from tests.frameworks.published.pages import PAGE, words
from tracker.administration.library.actions import set_operator
from tracker.app import create_app
from tracker.db import db
from tracker.frameworks.files.rules import FrameworkFile
from tracker.web.http.rate_limits import limiter

SEND = "/frameworks/library-technicians/corrections"
GOOD = {
    "text": "Say cataloging, as elsewhere.",
    "name": "Rita",
    "email": "rita@example.org",
    "statement": "COM-3-02",
}


def test_the_form_of_a_statement_names_it(client: Client, published: FrameworkFile) -> None:
    response = client.get(f"{PAGE}?statement=COM-3-02")
    assert "About COM-3-02: Catalog and processing communication" in words(response)
    assert '<input type="hidden" name="statement" value="COM-3-02">' in response.text


def test_a_suggestion_reaches_the_administrator(
    world: World, published: FrameworkFile, sign_in: Callable[[str], Client]
) -> None:
    ana, oda = sign_in(world.email("ana")), sign_in(world.email("oda"))
    response = ana.post(f"{SEND}?version=26.05", GOOD)
    assert (response.status_code, response.location) == (303, f"{PAGE}?version=26.05")
    assert "Your suggestion is with the administrators" in words(ana.get(response.location))
    adam = sign_in(world.email("adam"))
    assert "Suggested corrections None waiting" in words(oda.get("/admin"))
    assert "Suggested corrections 1 waits" in words(adam.get("/admin"))
    listed = adam.get("/admin/corrections")
    seen = words(listed)
    assert "COM-3-02 · Catalog and processing communication" in seen
    assert "Say cataloging, as elsewhere." in seen
    assert "Rita · rita@example.org" in seen
    action = re.search(r'action="(/admin/corrections/\d+/close)"', listed.text)
    assert action is not None
    closed = adam.post(action.group(1), {"outcome": "Passed on."})
    assert (closed.status_code, closed.location) == (303, "/admin/corrections")
    seen = words(adam.get("/admin/corrections"))
    assert "Nothing waits" in seen
    assert "Closed by Adam, Nov 24. Passed on." in seen
    again = adam.post(action.group(1), {"outcome": "Again."})
    assert again.status_code == 409
    assert "cataloging, as elsewhere" not in oda.get("/admin/corrections").text
    assert oda.post(action.group(1), {"outcome": "Mine."}).status_code == 404


def test_a_suggestion_of_nobody_reaches_the_operator(
    app: Flask,
    client: Client,
    world: World,
    published: FrameworkFile,
    sign_in: Callable[[str], Client],
) -> None:
    response = client.post(f"{SEND}?version=26.05", GOOD)
    assert "with those who look after this site" in words(client.get(response.location))
    ana, adam = (sign_in(world.email(name)) for name in ("ana", "adam"))
    assert "Nothing waits" in words(adam.get("/admin/corrections"))
    assert ana.get("/admin/corrections").status_code == 403
    with app.app_context():
        set_operator(world.email("ana"), True, world.now)
    listed = ana.get("/admin/corrections")
    assert "Say cataloging, as elsewhere." in words(listed)
    action = re.search(r'action="(/admin/corrections/\d+/close)"', listed.text)
    assert action is not None
    assert adam.post(action.group(1), {"outcome": "Mine."}).status_code == 404
    assert ana.post(action.group(1), {"outcome": "Passed on."}).status_code == 303


def test_what_was_typed_into_a_rejected_closing_is_kept(
    world: World, published: FrameworkFile, sign_in: Callable[[str], Client]
) -> None:
    sign_in(world.email("ana")).post(SEND, GOOD)
    adam = sign_in(world.email("adam"))
    listed = adam.get("/admin/corrections").text
    action = re.search(r'action="(/admin/corrections/\d+/close)"', listed)
    assert action is not None
    rejected = adam.post(action.group(1), {"outcome": "y" * 4001})
    assert rejected.status_code == 422
    assert "y" * 4001 in rejected.text
    assert "This is too long: at most 4000 characters." in html.unescape(rejected.text)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"name": "a\x01b"}, "This holds a character that cannot be shown."),
        ({"email": "nobody"}, "This is not an email address."),
        ({"statement": "COM-9-99"}, "There is no such statement here."),
    ],
)
def test_a_suggestion_that_cannot_be_kept_says_why_and_keeps_what_was_typed(
    client: Client, published: FrameworkFile, change: dict[str, str], told: str
) -> None:
    response = client.post(SEND, GOOD | change)
    assert response.status_code == 422
    assert told in html.unescape(response.text)
    for name in ("text", "name", "email"):
        typed = (GOOD | change)[name].strip()
        assert typed in html.unescape(response.text), name


@pytest.fixture
def limited(app: Flask) -> Iterator[Client]:
    """A client of an app on the same database that counts how often somebody knocks."""
    config = TestConfig(app.config["SQLALCHEMY_DATABASE_URI"], app.config["DATA_DIR"])
    config.RATELIMIT_ENABLED = True
    counting = create_app(config)
    yield Client(counting)
    limiter.enabled = False
    with counting.app_context():
        limiter.reset()
        db.engine.dispose()


def test_nobody_can_flood_the_list(limited: Client, published: FrameworkFile) -> None:
    assert [limited.post(SEND, GOOD).status_code for _ in range(11)] == [303] * 10 + [429]


def test_an_anchor_can_be_corrected_and_no_other_words_are_taken_for_one(
    client: Client, published: FrameworkFile
) -> None:
    shown = client.get(PAGE)
    assert "Suggest an O*NET correction" in shown.text
    assert '<option lang="en" value="Service Orientation">' in shown.text
    sent = {"text": "It is listed twice.", "anchor": "Service Orientation"}
    assert client.post(SEND, sent).status_code == 303
    assert client.post("/frameworks/nothing/corrections", sent).status_code == 404
    refused = client.post(SEND, sent | {"anchor": "Nothing of the list"})
    assert refused.status_code == 422
    assert "<title>Error: " in refused.text
