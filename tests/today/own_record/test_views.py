"""A record is made, taken along whole, and by its owner alone; nothing hidden is in it."""

import io
import json
import zipfile
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import jsonschema
import pytest
from flask import Flask
from sqlalchemy import text

from tests.client import Client
from tests.evidence.erasures.erased import send_form
from tests.factories.answers import Answer, ReviewerAnswer
from tests.factories.evidence import TXT, piece
from tests.factories.ratings import rate
from tests.factories.sides import actor, answer_all, item_ids, send
from tests.factories.world import PASSWORD, World
from tests.record import personal_data
from tests.record.endorsements.test_queries_digests import behind_the_guards
from tests.reviews.test_views_blindness import at_work
from tracker.db import db, session
from tracker.evidence.files.rules import Upload
from tracker.models import AuditEvent, Notice, SignIn, StoredFile
from tracker.models.record.personal import PERSONAL, name_of
from tracker.reviews.review import actions as review_actions
from tracker.services.core import jobs as jobs_services
from tracker.storage import files as storage_files
from tracker.today.own_record import queries as own_record_queries
from tracker.today.own_record.exports import pack

SignInAs = Callable[[str], Client]
PAGE, FILE = "/account/record", "/account/record/file"


def worked(app: Flask, world: World) -> str:
    """What a turn of the worker came to."""
    with app.app_context():
        kinds = app.extensions["tracker_jobs"]
        done = jobs_services.run_next(kinds, lambda: world.now, lambda: False)
        assert done is not None
        return done.came


def taken(client: Client) -> zipfile.ZipFile:
    answered = client.get(FILE)
    assert answered.status_code == 200, answered.status_code
    return zipfile.ZipFile(io.BytesIO(answered.data))


def read(archive: zipfile.ZipFile) -> Any:
    return json.loads(archive.read("record.json"))


@pytest.fixture
def lived(app: Flask, world: World, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> World:
    """Ana has rated, and sent evidence with a file; a review is revealed, another is at work."""
    monkeypatch.setitem(app.config, "FILES", tmp_path / "files")
    with app.app_context():
        rate(world, "ana", world.statements["technical"][0], Answer.NOT_YET)
        piece(world, title="Counted", folder=tmp_path, upload=Upload("shelf: 4.txt", TXT))
        review_id = send(world, Answer.CONSISTENTLY)
        answer_all(world, review_id, ReviewerAnswer.PARTLY)
        review_actions.reveal(actor(world, "sue"), review_id, world.now)
    return world


def test_a_record_is_made_and_taken_along(app: Flask, lived: World, ana: Client) -> None:
    assert "Make my record" in ana.get(PAGE).text
    send_form(ana, PAGE)
    send_form(ana, PAGE)
    assert "Waiting" in ana.get(PAGE).text
    assert worked(app, lived) == "done"
    with app.app_context():
        kinds = jobs_services.run_next(app.extensions["tracker_jobs"], lambda: lived.now, bool)
        assert kinds is None, "no second one was asked for"
        (notice,) = session().query(Notice).filter_by(kind="record_ready")
        assert notice.person_id == lived.people["ana"]
    assert "Your record is ready to download" in ana.get("/notices").text
    archive = taken(ana)
    assert archive.testzip() is None
    record = read(archive)
    assert record["people"][0]["name"] == "Ana"
    (file,) = record["stored_files"]
    assert archive.read(file["path"]) == TXT
    jsonschema.validate(record, json.loads(personal_data.SCHEMA.read_text(encoding="utf-8")))
    page = archive.read("index.html").decode()
    assert "Counted" in page
    assert quote(file["path"]) in page
    assert "<script" not in page
    assert "src=" not in page
    assert archive.read("csv/ratings.csv").decode("utf-8-sig").startswith("id,statement,answer")
    for name, kept in PERSONAL.items():
        if kept.taken:
            names = {name_of(column) for column in kept.taken}
            assert all(names <= row.keys() for row in record[name])


def test_nobody_else_gets_it_or_sees_that_it_was_made(
    app: Flask, lived: World, ana: Client, sign_in: SignInAs, admin: Client
) -> None:
    def events() -> int:
        with app.app_context():
            return session().query(AuditEvent).filter(AuditEvent.kind != "signed_in").count()

    before = events()
    send_form(ana, PAGE)
    worked(app, lived)
    taken(ana)
    assert admin.post("/background/1/discard").status_code == 404
    assert events() == before, "not even that somebody tried, which would say that there is one"
    for client in (sign_in(lived.email("sue")), admin):
        assert client.get(FILE).status_code == 404
        assert client.get("/background/1/file").status_code == 404
    assert ana.get("/background/1/file").status_code == 404, "only behind the password"


def test_after_ten_minutes_the_password_is_asked_for(app: Flask, lived: World, ana: Client) -> None:
    send_form(ana, PAGE)
    worked(app, lived)
    with app.app_context(), behind_the_guards() as tx:
        tx.execute(text("UPDATE sign_ins SET started_at = '2026-11-24 09:00:00'"))
    asked = ana.get(FILE)
    assert (asked.status_code, asked.location) == (302, f"/account/again?next={FILE}")
    again = f"/account/again?next={FILE}"
    wrong = ana.post(again, {"current": "not this one"})
    assert wrong.status_code == 422
    assert "This is not your password now." in wrong.text
    assert ana.get(FILE).status_code == 302
    assert ana.get("/account").status_code == 200, "and nothing else asks for it"
    assert ana.post(again, {"current": PASSWORD}).location == FILE
    assert ana.get(FILE).status_code == 200
    with app.app_context():
        assert session().query(SignIn).filter_by(person_id=lived.people["ana"]).count() == 1
    assert ana.post("/account/again?next=//evil.example", {"current": PASSWORD}).location == (
        "/account"
    )


def test_a_file_that_is_missing_is_named_and_the_rest_comes(
    app: Flask, lived: World, ana: Client
) -> None:
    send_form(ana, PAGE)
    worked(app, lived)
    with app.app_context():
        (sha256,) = session().scalars(db.select(StoredFile.sha256)).all()
        storage_files.remove(app.config["FILES"], sha256)
    archive = taken(ana)
    missing = archive.read("missing-files.txt").decode()
    assert "files/1-shelf_ 4.txt" in missing
    assert "files/1-shelf_ 4.txt" not in archive.namelist()
    assert read(archive)["evidence_texts"][0]["title"] == "Counted"


def test_it_is_made_anew_after_an_erasure(app: Flask, lived: World, ana: Client) -> None:
    send_form(ana, PAGE)
    worked(app, lived)
    send_form(ana, "/evidence/1/erase", reason="private")
    assert ana.get(FILE).status_code == 404
    assert worked(app, lived) == "done"
    archive = taken(ana)
    assert b"Counted" not in archive.read("record.json") + archive.read("index.html")
    assert read(archive)["stored_files"] == []


def test_a_job_that_was_killed_is_gone_on_with(
    app: Flask, lived: World, ana: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    send_form(ana, PAGE)
    with monkeypatch.context() as full:
        full.setattr("tracker.today.own_record.exports.pack", lambda *_: 1 / 0)
        assert worked(app, lived) == "tried_again"
    assert "Waiting" in ana.get(PAGE).text
    with app.app_context(), behind_the_guards() as tx:
        tx.execute(text("UPDATE jobs SET next_try_at = asked_at"))
    assert worked(app, lived) == "done"
    assert taken(ana).testzip() is None


def test_an_account_without_ratings_has_a_record_too(
    app: Flask, world: World, admin: Client
) -> None:
    send_form(admin, PAGE)
    assert worked(app, world) == "done"
    archive = taken(admin)
    assert read(archive)["ratings"] == []
    assert "Nothing is on record." in archive.read("index.html").decode()


SEALED = (
    "(SELECT id FROM review_items WHERE revealed_at IS NULL AND review_id IN "
    "(SELECT id FROM reviews WHERE learner_id = :ana))"
)


def packed(app: Flask, world: World) -> bytes:
    with app.test_request_context():
        db.session.rollback()
        return pack(own_record_queries.record_of(world.people["ana"]), world.now)


def test_two_worlds_that_differ_in_a_hidden_answer_are_equal(app: Flask, world: World) -> None:
    with app.app_context():
        first = item_ids(at_work(world))[0]
    before = packed(app, world)
    with app.app_context(), behind_the_guards() as tx:
        hidden = "reviewer_answer = 'not_yet', ground = 'was_told', version = 9"
        for change in (
            f"review_items SET {hidden} WHERE reviewer_answer = 'consistently' AND id IN {SEALED}",
            f"review_item_texts SET reviewer_note = 'OTHER' WHERE item_id IN {SEALED}",
            "reviews SET status = 'sent' WHERE learner_id = :ana",
        ):
            tx.execute(text(f"UPDATE {change}"), {"ana": world.people["ana"]})
    assert packed(app, world) == before
    with app.app_context(), behind_the_guards() as tx:  # the partner: once revealed, it is in it
        shown = (
            "UPDATE review_items SET status = 'differs', revealed_at = answered_at WHERE id = :item"
        )
        tx.execute(text(shown), {"item": first})
    assert packed(app, world) != before


def test_what_is_written_while_it_is_read_is_not_in_it(
    app: Flask, lived: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All of it is of one moment, on both engines: a review may be revealed meanwhile."""
    rows, written = own_record_queries._rows, []

    def reading(table: Any, person_id: int) -> Any:
        read_before = rows(table, person_id)
        if not written:
            written.append(table.name)
            with app.app_context():
                piece(lived, title="Meanwhile")
        return read_before

    monkeypatch.setattr(own_record_queries, "_rows", reading)
    with app.test_request_context():
        record = own_record_queries.record_of(lived.people["ana"])
        assert written
        assert [text["title"] for text in record["evidence_texts"]] == ["Counted"]
        again = own_record_queries.record_of(lived.people["ana"])
    assert len(again["evidence_texts"]) == 2


def test_who_leaves_is_told_from_thirty_days_before(app: Flask, world: World, ana: Client) -> None:
    for last_day, told in (("2026-12-25", False), ("2026-12-24", True), ("2026-11-30", True)):
        with app.app_context(), behind_the_guards() as tx:
            tx.execute(
                text("UPDATE memberships SET ends_on = :day WHERE person_id = :ana"),
                {"day": last_day, "ana": world.people["ana"]},
            )
        for page in ("/", PAGE):
            assert ("Your last day in your team" in ana.get(page).text) is told, (page, last_day)
