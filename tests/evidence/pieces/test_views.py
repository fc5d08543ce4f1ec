"""The evidence pages, as their owner uses them and as others try them."""

import re
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, stream_encode_multipart

from config import MIB
from tests.client import Client
from tests.evidence.pieces.posted import TYPED, count, follow, newest, upload
from tests.factories.evidence import GOOD, PDF, TXT
from tests.factories.world import World
from tracker.evidence.files.rules_backends import path_of
from tracker.evidence.pieces.rules import TEXT_MAX
from tracker.models import Evidence, EvidenceLink, StoredFile


def post_large(client: Client, data: dict[str, Any]) -> TestResponse:
    """Post a body encoded in memory: the test client leaves a temporary file open behind every
    large one."""
    client.get("/account")
    parts = {
        key: FileStorage(*value) if isinstance(value, tuple) else value
        for key, value in data.items()
    }
    body, length, boundary = stream_encode_multipart(
        {"csrf_token": client.token, **parts}, use_tempfile=False
    )
    return client.http.post(
        "/evidence",
        input_stream=body,
        content_length=length,
        content_type=f'multipart/form-data; boundary="{boundary}"',
    )


# ---- jotting and recording


def test_a_line_is_jotted_and_waits_to_be_linked(app: Flask, ana: Client) -> None:
    assert "No evidence yet" in ana.get("/evidence").text
    page = follow(ana, ana.post("/evidence/jot", {"line": "Helped a class find maps"}))
    assert "Quick note saved" in page
    assert "Helped a class find maps" in page
    assert "not linked yet" in page
    assert f"/evidence/{newest(app).id}/statements" in page


def test_a_line_jotted_on_today_leads_back_to_today(ana: Client) -> None:
    assert 'name="back" value="today"' in ana.get("/").text
    assert 'name="back"' not in ana.get("/evidence").text
    assert ana.post("/evidence/jot", {"line": "x", "back": "today"}).location == "/"
    assert (
        ana.post("/evidence/jot", {"line": "x", "back": "//evil.example"}).location == "/evidence"
    )


def test_a_text_with_a_link_a_file_and_two_statements(
    app: Flask, world: World, ana: Client
) -> None:
    one, two = world.statements["technical"][0], world.statements["leadership"][0]
    page = ana.get(f"/evidence/new?statement={one}").text
    assert re.search(rf'id="pick-{one}"[^>]*checked', page)
    assert not re.search(rf'id="pick-{two}"[^>]*checked', page)
    response = ana.post(
        "/evidence",
        {
            "title": "Map day",
            "text": "Set it up\r\nand ran it",
            "url": "https://example.org/maps",
            "done_on": "2026-11-20",
            "file": upload("Plan für Tag.pdf", PDF),
            "statement": [str(one), str(two)],
            f"reason-{one}": "did it alone",
            f"reason-{two}": "",
            "do": "save",
        },
    )
    page = follow(ana, response)
    assert "Map day" in page
    assert 'href="https://example.org/maps" rel="noopener noreferrer nofollow"' in page
    assert "Plan für Tag.pdf" in page
    assert 'value="did it alone"' in page
    assert "Set it up\nand ran it" in page
    assert [link.statement_id for link in newest(app).links] == [one, two]


@pytest.mark.parametrize(
    ("name", "plain", "whole"),
    [
        ("a👩.txt", "a.txt", "a%F0%9F%91%A9.txt"),
        ("👩.txt", "file.txt", "%F0%9F%91%A9.txt"),
        ("отчёт.txt", "file.txt", "%D0%BE%D1%82%D1%87%D1%91%D1%82.txt"),
        ("\u202e\u200d.txt", "file.txt", ""),
    ],
)
def test_a_name_keeps_its_letters_or_is_file(
    app: Flask, ana: Client, name: str, plain: str, whole: str
) -> None:
    """Never an ending alone, which some programs hide and others run."""
    ana.post("/evidence", {"title": "x", "file": upload(name, TXT)})
    sent = ana.get(f"/evidence/{newest(app).id}/file").headers["Content-Disposition"]
    assert f"filename={plain}" in sent.replace('"', "")
    assert f"filename*=UTF-8''{whole}" in sent if whole else "filename*" not in sent


def test_a_file_comes_back_as_it_was_and_never_as_a_page(app: Flask, ana: Client) -> None:
    ana.post("/evidence", {"title": "x", "file": upload("a b.pdf", PDF)})
    response = ana.get(f"/evidence/{newest(app).id}/file")
    assert response.data == PDF
    assert response.headers["Content-Disposition"] == 'attachment; filename="a b.pdf"'
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Cache-Control"] == "no-store"
    assert "sandbox" in response.headers["Content-Security-Policy"]
    assert "script-src" not in response.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"text": "t" * (TEXT_MAX + 1)}, "may have at most 10000"),
        ({"url": "javascript:alert(1)"}, "This is not a web address"),
        ({"done_on": "24.11.2026"}, "This is not a date"),
        ({"file": ("x.exe", b"MZ")}, "Only PDF, PNG"),
    ],
)
def test_a_refusal_keeps_what_was_typed(
    app: Flask, ana: Client, wrong: dict[str, Any], said: str
) -> None:
    data = {
        **TYPED,
        **{key: upload(*value) if key == "file" else value for key, value in wrong.items()},
    }
    response = ana.post("/evidence", data)
    assert response.status_code == 422
    assert said in response.text
    for key, value in TYPED.items():
        assert (
            wrong[key] if key in wrong and key != "file" else value
        ).strip() in response.text.replace("\r", "")
    assert ("Choose the file again" in response.text) == ("file" in wrong)
    assert (count(app, Evidence), count(app, StoredFile)) == (0, 0)


def test_a_good_file_beside_a_mistake_must_be_chosen_again(app: Flask, ana: Client) -> None:
    response = ana.post("/evidence", {"title": "", "file": upload("plan.pdf", PDF)})
    assert "does not keep “plan.pdf”" in response.text
    assert count(app, StoredFile) == 0


@pytest.mark.parametrize(
    ("size", "status", "said"),
    [(10 * MIB, 303, ""), (10 * MIB + 1, 422, "larger than 10 MB"), (12 * MIB, 413, "10 MB")],
)
def test_the_largest_file(app: Flask, ana: Client, size: int, status: int, said: str) -> None:
    response = post_large(ana, {"title": "x", "file": upload("x.txt", b"a" * size)})
    assert response.status_code == status
    assert said in response.text
    assert count(app, StoredFile) == (status == 303)


@pytest.mark.parametrize("as_file", [True, False])
def test_a_field_that_is_huge_is_refused(app: Flask, ana: Client, as_file: bool) -> None:
    data = {"title": "x", "text": "a" * (2 * MIB)}
    response = post_large(ana, data) if as_file else ana.post("/evidence", data)
    assert response.status_code == (413 if as_file else 422)
    assert count(app, Evidence) == 0


@pytest.mark.parametrize(
    "name",
    [
        "../../../etc/x.txt",
        "..\\..\\x.txt",
        "a\r\nSet-Cookie: x=y.txt",
        "gpj.\u202etxt.txt",
        "🎉 Fest.txt",
        '".txt',
        "n" * 400 + ".txt",
        ".txt.txt",
        "CON.txt",
        "%2e%2e%2fx.txt",
        "<img src=x onerror=alert(1)>.txt",
        "a;b=c.txt",
    ],
)
def test_hostile_file_names_are_labels_only(app: Flask, ana: Client, name: str) -> None:
    response = ana.post("/evidence", {"title": "x", "file": upload(name, TXT)})
    if response.status_code == 422:
        assert "Only PDF" in response.text
        return
    page = follow(ana, response)
    assert "<img src=x" not in page
    made = newest(app).shown.file
    assert made is not None
    assert len(made.name) <= 255
    assert not set(made.name) & set("/\\\r\n\u202e")
    got = ana.get(f"/evidence/{newest(app).id}/file")
    assert got.data == TXT
    assert "Set-Cookie: x=y" not in got.headers.get("Set-Cookie", "")
    assert got.headers["Content-Disposition"].startswith("attachment;")
    root = Path(app.config["FILES"])
    assert (root / path_of(made.sha256)).is_file()


def test_markup_is_shown_as_it_was_typed(app: Flask, ana: Client) -> None:
    hostile = "'\"><svg onload=alert(1)>{{7*7}}"
    page = follow(ana, ana.post("/evidence", {"title": hostile, "text": hostile}))
    assert "<svg onload" not in page
    assert "{{7*7}}" in page
    for url in (
        "/evidence",
        f"/evidence/{newest(app).id}/edit",
        f"/evidence/{newest(app).id}/statements",
    ):
        assert "<svg onload" not in ana.get(url).text


def several(*files: tuple[str, bytes]) -> dict[str, Any]:
    return {"title": "Storytime", "file": [upload(*file) for file in files]}


def test_several_files_become_a_piece_each_with_the_same_links(
    app: Flask, world: World, ana: Client
) -> None:
    key = world.statements["technical"][0]
    data = several(("plan.pdf", PDF), ("room.png", GOOD["png"]))
    page = follow(ana, ana.post("/evidence", {**data, "statement": str(key)}))
    assert "2 pieces of evidence saved, one for each file." in page
    assert "Storytime: plan.pdf" in page
    assert "Storytime: room.png" in page
    assert count(app, StoredFile) == count(app, EvidenceLink) == 2
    last = newest(app)
    assert last.shown.file is not None
    assert last.shown.file.name == "room.png"


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ([("plan.pdf", PDF), ("room.png", b"no picture")], "not a whole PNG file"),
        ([(f"{number}.txt", TXT) for number in range(11)], "at most 10 files"),
    ],
)
def test_of_several_files_all_are_kept_or_none(
    app: Flask, ana: Client, files: list[tuple[str, bytes]], said: str
) -> None:
    answer = ana.post("/evidence", several(*files))
    assert answer.status_code == 422
    assert said in answer.text
    assert count(app, Evidence) == count(app, StoredFile) == 0


@pytest.mark.parametrize(("ending", "is_shown"), [("png", True), ("jpg", True), ("pdf", False)])
def test_a_picture_is_shown_on_its_page(
    app: Flask, ana: Client, ending: str, is_shown: bool
) -> None:
    data = {"title": "Room", "file": upload(f"room.{ending}", GOOD[ending])}
    page = follow(ana, ana.post("/evidence", data))
    assert (f'src="/evidence/{newest(app).id}/file?version=1"' in page) is is_shown
