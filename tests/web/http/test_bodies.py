"""Each door takes so much and no more, and what it refuses is never read."""

import io
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests.client import Client
from tests.conftest import TestConfig
from tests.factories.world import World
from tracker.app import create_app
from tracker.assessment.imports.rules import CHARS_MAX
from tracker.db import db
from tracker.evidence.pieces.rules import LINKS_MAX, REASON_MAX
from tracker.reviews.review.rules import MOST_ON_A_SCREEN, REVIEW_TEXT_MAX
from tracker.reviews.sending.rules import SENT_MAX
from tracker.rules.texts import NOTE_MAX, PROSE_MAX
from tracker.web.http.input_checks import (
    DRAFT,
    FORM,
    JSON,
    LONG_FORM,
    MULTIPART,
    OPEN_FORM,
    REFUSALS,
    UPLOAD,
    URLENCODED,
    Takes,
)
from tracker.web.http.rate_limits import limiter

KIB, MIB = 1024, 1024 * 1024
SignIn = Callable[[str], Client]
OTHERS: dict[str, Takes] = {
    "assessment.save": {**FORM, **JSON},
    "assessment_grid.save": LONG_FORM,
    "assessment_page.save": LONG_FORM,
    "batch_review.answer_screen": LONG_FORM,
    "batch_review.answer_statement": LONG_FORM,
    "batch_review.save": {**FORM, **JSON},
    "differences.choose": LONG_FORM,
    "drafts.save": {**FORM, **DRAFT},
    "evidence.choose_now": LONG_FORM,
    "evidence.create": UPLOAD,
    "evidence.update": UPLOAD,
    "framework_drafts.decide": LONG_FORM,
    "framework_drafts.upload": UPLOAD,
    "older_ratings.keep": LONG_FORM,
    "rating_lists.check": UPLOAD,
    "rating_lists.edit": LONG_FORM,
    "rating_lists.store": LONG_FORM,
    "reviews.send": LONG_FORM,
    "rosters.answer": LONG_FORM,
    "rosters.end": LONG_FORM,
    "rosters.upload": UPLOAD,
}
"""Doors that take something else than a form with a text or two."""


def test_every_door_has_its_size(migrated_app: Flask) -> None:
    found = {
        rule.endpoint: migrated_app.view_functions[rule.endpoint]
        for rule in migrated_app.url_map.iter_rules()
        if "POST" in (rule.methods or ())
    }
    usual = {
        name: OPEN_FORM if view.permission == "public" else FORM for name, view in found.items()
    }
    assert {name: view.takes for name, view in found.items()} == {**usual, **OTHERS}


def test_each_size_holds_the_most_that_its_pages_hold() -> None:
    """A letter takes up to 9 bytes in a form, as most of the world writes it, and 1 in English."""
    long = LONG_FORM[URLENCODED].size
    assert OPEN_FORM[URLENCODED].size > 12 * NOTE_MAX
    assert FORM[URLENCODED].size > 12 * PROSE_MAX
    assert long > MOST_ON_A_SCREEN * 2 * REVIEW_TEXT_MAX * 9
    assert long > LINKS_MAX * REASON_MAX * 9
    assert long > CHARS_MAX * 9
    assert long > SENT_MAX * REVIEW_TEXT_MAX
    assert JSON["application/json"].size > 2 * NOTE_MAX * 6


def test_a_file_is_as_large_as_the_whole_server_takes(migrated_app: Flask) -> None:
    config = migrated_app.config
    assert UPLOAD[MULTIPART].size == config["MAX_CONTENT_LENGTH"]
    assert UPLOAD[MULTIPART].size == config["UPLOAD_MAX_BYTES"] + MIB


class Unreadable(io.RawIOBase):
    """A body that nobody may read."""

    def readable(self) -> bool:
        return True

    def readinto(self, _buffer: object) -> int:
        raise AssertionError("the body was read")


def sent(
    client: Client, url: str, size: int, kind: str = URLENCODED, method: str = "POST", **more: str
) -> TestResponse:
    """Its body is `size` bytes by what it says."""
    return client.http.open(
        url,
        method=method,
        headers=more,
        environ_overrides={
            "CONTENT_TYPE": kind,
            "CONTENT_LENGTH": str(size),
            "wsgi.input": Unreadable(),
        },
    )


@pytest.fixture
def clients(app: Flask, world: World, sign_in: SignIn) -> dict[str, Client]:
    return {"nobody": Client(app), "ana": sign_in(world.email("ana"))}


GZIP = {"Content-Encoding": "gzip"}
REFUSED: dict[str, tuple[str, str, int, str, str, dict[str, str], int, str]] = {
    "no such address": ("nobody", "/nowhere", 11 * MIB, URLENCODED, "POST", {}, 404, "leads"),
    "no such address, ana": ("ana", "/nowhere", 9, URLENCODED, "POST", {}, 404, "leads"),
    "wrong method": ("nobody", "/healthz", 9, URLENCODED, "POST", {}, 405, "opened in a way"),
    "another method": ("ana", "/login", 9, URLENCODED, "PUT", {}, 405, "opened in a way"),
    "a GET": ("nobody", "/login", 9, URLENCODED, "GET", {}, 415, "that format"),
    "public": ("nobody", "/login", 64 * KIB + 1, URLENCODED, "POST", {}, 413, "64 kB at most"),
    "parts": ("nobody", "/login", 64 * KIB + 1, f"{MULTIPART}; boundary=x", "POST", {}, 413, "64"),
    "few parts": ("nobody", "/login", 9, f"{MULTIPART}; boundary=x", "POST", {}, 415, "format"),
    "JSON": ("nobody", "/login", 9, "application/json", "POST", {}, 415, "that format"),
    "no kind": ("nobody", "/login", 9, "", "POST", {}, 415, "that format"),
    "packed": ("nobody", "/login", 9, URLENCODED, "POST", GZIP, 415, "that format"),
    "private": ("nobody", "/evidence", 9, MULTIPART, "POST", {}, 401, "Sign in"),
    "private, large": ("nobody", "/evidence", 11 * MIB, MULTIPART, "POST", {}, 401, "Sign in"),
    "a form": ("ana", "/account/name", 256 * KIB + 1, URLENCODED, "POST", {}, 413, "256 kB"),
    "a long form": ("ana", "/reviews", 4 * MIB + 1, URLENCODED, "POST", {}, 413, "4 MB at most"),
    "a file": ("ana", "/evidence", 11 * MIB + 1, MULTIPART, "POST", {}, 413, "10 MB of files"),
    "JSON, ana": ("ana", "/drafts", 600_001, "application/json", "POST", {}, 413, "585 kB"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused_is_never_read(clients: dict[str, Client], name: str) -> None:
    who, url, size, kind, method, more, status, words = REFUSED[name]
    answer = sent(clients[who], url, size, kind, method, **more)
    assert (answer.status_code, words in answer.text) == (status, True)


@pytest.mark.parametrize("name", REFUSED)
def test_a_file_is_spoken_of_only_where_files_are_taken(
    clients: dict[str, Client], name: str
) -> None:
    who, url, size, kind, method, more, status, _words = REFUSED[name]
    answer = sent(clients[who], url, size, kind, method, **more)
    if status == 413:
        assert ("choose the file again" in answer.text) is (name == "a file")
        assert ("link" in answer.text.split("What you can do")[-1].split("</ul>")[0]) is False


@pytest.mark.parametrize(("who", "url"), [("nobody", "/login"), ("ana", "/reviews")])
def test_what_fits_is_read(clients: dict[str, Client], who: str, url: str) -> None:
    """The partner: to read it is a fault here."""
    assert sent(clients[who], url, 64 * KIB).status_code == 500


def test_json_is_told_in_json(clients: dict[str, Client]) -> None:
    told = sent(clients["ana"], "/drafts", 600_001, "application/json").get_json()
    assert "Nothing was saved" in told["error"]


@pytest.mark.parametrize("kind", [URLENCODED, MULTIPART])
@pytest.mark.parametrize(("count", "is_taken"), [(999, True), (1_000, False)])
def test_a_form_has_so_many_fields(
    clients: dict[str, Client], kind: str, count: int, is_taken: bool
) -> None:
    """And its token."""
    answer = clients["ana"].post("/account/name", {"x": ["1"] * count}, content_type=kind)
    assert answer.status_code == (422 if is_taken else 413)
    assert ("1,000 fields at most" in answer.text) is not is_taken


@pytest.fixture
def limited(app: Flask) -> Iterator[Flask]:
    """An app on the same database that counts what it refuses."""
    config = TestConfig(app.config["SQLALCHEMY_DATABASE_URI"], app.config["DATA_DIR"])
    config.RATELIMIT_ENABLED = True
    counting = create_app(config)
    yield counting
    limiter.enabled = False
    with counting.app_context():
        limiter.reset()
        db.engine.dispose()


def test_who_goes_on_is_told_to_wait_and_what_fits_is_read(limited: Flask) -> None:
    nobody = Client(limited)
    for _each in range(REFUSALS):
        assert sent(nobody, "/login", 12 * MIB).status_code == 413
    for url in ("/login", "/nowhere", "/evidence"):
        answer = sent(nobody, url, 12 * MIB)
        assert (answer.status_code, answer.headers["Retry-After"]) == (429, "60")
        assert "Wait a minute, then try again." in answer.text
        assert "password" not in answer.text
    assert nobody.post("/login", {"email": "ana@example.org", "password": "x"}).status_code == 422
    assert sent(nobody, "/evidence", 9).status_code == 401
