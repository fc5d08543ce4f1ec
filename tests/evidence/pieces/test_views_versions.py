"""A piece of evidence that is edited, and the version and the file that a reviewer gets."""

import re

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.client import Client
from tests.evidence.pieces.posted import SignIn, count, follow, newest, upload
from tests.factories.evidence import PDF, TXT, piece, sent
from tests.factories.world import World
from tracker.db import session
from tracker.evidence.files.rules import Upload
from tracker.evidence.files.rules_backends import path_of
from tracker.models import EvidenceVersion, Look
from tracker.record.workflow.rules import ReviewStatus

# ---- versions


def test_editing_makes_a_version_and_the_old_one_stays_readable(
    app: Flask, world: World, ana: Client
) -> None:
    with app.app_context():
        mine = piece(
            world,
            title="First title",
            text="first text",
            folder=app.config["DATA_DIR"],
            upload=Upload("first.pdf", PDF),
        )
    page = ana.get(f"/evidence/{mine}/edit").text
    assert "First title" in page
    assert "first.pdf" in page
    response = ana.post(
        f"/evidence/{mine}/edit", {"version": "1", "title": "Second title", "drop_file": "y"}
    )
    page = follow(ana, response)
    assert "version 2 of 2" in page
    assert "first.pdf" not in page
    old = ana.get(f"/evidence/{mine}?version=1").text
    assert "version 1 of 2" in old
    assert "first text" in old
    assert "It doesn’t change anymore" in old
    assert "/edit" not in old
    assert ana.get(f"/evidence/{mine}/file?version=1").data == PDF
    assert ana.get(f"/evidence/{mine}/file").status_code == 404
    for version in ("3", "0", "x", "-1", "9" * 30, "", "１"):
        assert ana.get(f"/evidence/{mine}", query_string={"version": version}).status_code == 404
        assert (
            ana.get(f"/evidence/{mine}/file", query_string={"version": version}).status_code == 404
        )


def test_two_windows_do_not_overwrite_each_other_in_silence(
    app: Flask, world: World, ana: Client
) -> None:
    with app.app_context():
        mine = piece(world, title="First")
    ana.post(f"/evidence/{mine}/edit", {"version": "1", "title": "From the first window"})
    response = ana.post(
        f"/evidence/{mine}/edit", {"version": "1", "title": "From the second window"}
    )
    assert response.status_code == 409
    assert "From the first window" in response.text
    assert 'value="From the second window"' in response.text
    assert newest(app).shown.title == "From the first window"
    base = re.search(r'name="version"[^>]*value="(\d+)"', response.text)
    assert base is not None
    ana.post(f"/evidence/{mine}/edit", {"version": base[1], "title": "From the second window"})
    assert (newest(app).shown.title, newest(app).versions) == ("From the second window", 3)


@pytest.mark.parametrize("version", ["", "x", "0", "9" * 30])
def test_an_edit_that_does_not_say_its_version_changes_nothing(
    app: Flask, world: World, ana: Client, version: str
) -> None:
    with app.app_context():
        mine = piece(world)
    assert (
        ana.post(f"/evidence/{mine}/edit", {"version": version, "title": "Other"}).status_code
        == 409
    )
    assert count(app, EvidenceVersion) == 1


def test_archiving_and_bringing_back(app: Flask, world: World, ana: Client) -> None:
    with app.app_context():
        mine = piece(world, title="Old plan")
    page = follow(ana, ana.post(f"/evidence/{mine}/archive"))
    assert "Archived on" in page
    assert "/edit" not in page
    assert "Old plan" not in ana.get("/evidence").text
    assert "Old plan" in ana.get("/evidence?show=archived").text
    for url in (f"/evidence/{mine}/edit", f"/evidence/{mine}/statements"):
        refused = ana.get(url)
        assert refused.status_code == 409
        assert "<h1>This can’t be done now</h1>" in refused.text, "nobody was here before"
        assert "This evidence is archived. Restore it first" in refused.text
    assert ana.post(f"/evidence/{mine}/edit", {"version": "1", "title": "x"}).status_code == 409
    assert "is restored. It counts again" in follow(ana, ana.post(f"/evidence/{mine}/bring-back"))
    assert "Old plan" in ana.get("/evidence").text


# ---- a patron's particulars


def test_a_text_that_seems_to_name_a_patron_is_saved_with_a_question(
    app: Flask, ana: Client
) -> None:
    response = ana.post(
        "/evidence", {"title": "Wrote to jane@example.com", "text": "card 21234567890123"}
    )
    page = follow(ana, response)
    assert "an email address" in page
    assert "a card number" in page
    assert "Keep it anyway" in page
    mine = newest(app).id
    assert "Does this name a patron?" not in ana.get(f"/evidence/{mine}").text
    assert "save it anyway" in ana.get(f"/evidence/{mine}/edit").text
    assert "a phone number" in follow(
        ana, ana.post("/evidence/jot", {"line": "Called 555-123-4567 back"})
    )


# ---- files


def test_a_damaged_file_is_not_handed_out(app: Flask, world: World, ana: Client) -> None:
    with app.app_context():
        mine = piece(world, folder=app.config["DATA_DIR"], upload=Upload("plan.pdf", PDF + b"\n"))
    assert "File: plan.pdf, PDF, " in ana.get(f"/evidence/{mine}/edit").text
    made = newest(app).shown.file
    assert made is not None
    place = app.config["FILES"] / path_of(made.sha256)
    place.write_bytes(b"something else")
    for _again in range(2):
        response = ana.get(f"/evidence/{mine}/file")
        assert response.status_code == 410
        assert "<h1>This file is damaged or missing</h1>" in response.text
        assert "Someone else changed this review" not in response.text
        place.unlink(missing_ok=True)


def test_a_reviewer_gets_the_version_that_was_sent_and_no_other(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    sue, ana = sign_in(world.email("sue")), sign_in(world.email("ana"))
    with app.app_context():
        mine = piece(world, folder=app.config["DATA_DIR"], upload=Upload("sent.pdf", PDF))
        item, version = sent(world, mine)
        other = piece(world, folder=app.config["DATA_DIR"], upload=Upload("private.txt", TXT))
        other_version = session().scalar(
            select(EvidenceVersion.id).where(EvidenceVersion.evidence_id == other)
        )
    ana.post(
        f"/evidence/{mine}/edit", {"version": "1", "title": "x", "file": upload("later.txt", TXT)}
    )
    with app.app_context():
        later = session().scalar(select(func.max(EvidenceVersion.id)))
    response = sue.get(f"/review-items/{item}/evidence/{version}/file")
    assert response.data == PDF
    assert "sent.pdf" in response.headers["Content-Disposition"]
    assert "sandbox" in response.headers["Content-Security-Policy"]
    for wrong in (later, other_version, 999_999):
        assert sue.get(f"/review-items/{item}/evidence/{wrong}/file").status_code == 404
    assert sue.get(f"/evidence/{mine}/file").status_code == 404
    with app.app_context():
        looks = session().execute(select(Look.owner_id, Look.reader_id, Look.kind)).all()
    assert looks == [(world.people["ana"], world.people["sue"], "evidence")]


def test_a_withdrawn_review_shows_nothing_any_more(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    with app.app_context():
        mine = piece(world, folder=app.config["DATA_DIR"], upload=Upload("sent.pdf", PDF))
        item, version = sent(world, mine, status=ReviewStatus.WITHDRAWN)
    assert (
        sign_in(world.email("sue")).get(f"/review-items/{item}/evidence/{version}/file").status_code
        == 404
    )
