"""The evidence pages, as their owner uses them and as others try them."""

import datetime as dt
import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, stream_encode_multipart

from config import MIB
from tests.client import Client
from tests.conftest import Queries
from tests.factories.evidence import GOOD, PDF, TXT, piece, sent
from tests.factories.world import World
from tracker.db import session, transaction
from tracker.evidence.files.rules import Upload
from tracker.evidence.files.rules_places import path_of
from tracker.evidence.pieces import queries_versions as read
from tracker.evidence.pieces.rules import JOT_MAX, REASON_MAX, TEXT_MAX, TITLE_MAX
from tracker.models import (
    Evidence,
    EvidenceLink,
    EvidenceVersion,
    Framework,
    Look,
    Skill,
    Statement,
    StoredFile,
)
from tracker.record.workflow.rules import ReviewStatus

SignIn = Callable[[str], Client]


def count(app: Flask, model: type) -> int:
    with app.app_context():
        return session().scalar(select(func.count()).select_from(model)) or 0


def newest(app: Flask) -> read.EvidencePiece:
    with app.app_context():
        found = read.piece(
            session().scalars(select(Evidence.id).order_by(Evidence.id.desc()).limit(1)).one()
        )
        assert found is not None
        return found


def upload(name: str, content: bytes) -> tuple[io.BytesIO, str]:
    return io.BytesIO(content), name


def post_large(client: Client, data: dict[str, Any], url: str = "/evidence") -> TestResponse:
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
        url,
        input_stream=body,
        content_length=length,
        content_type=f'multipart/form-data; boundary="{boundary}"',
    )


def follow(client: Client, response: TestResponse) -> str:
    assert response.status_code == 303, response.text
    return client.get(response.location).text


@pytest.fixture
def ana(sign_in: SignIn, world: World) -> Client:
    return sign_in(world.email("ana"))


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


@pytest.mark.parametrize("line", ["", "   ", "x" * (JOT_MAX + 1)])
def test_a_line_that_is_refused_is_kept_in_the_box(app: Flask, ana: Client, line: str) -> None:
    response = ana.post("/evidence/jot", {"line": line})
    assert response.status_code == 422
    assert f'value="{line}"' in response.text
    assert count(app, Evidence) == 0


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


@pytest.mark.parametrize("ending", GOOD)
def test_each_kind_of_file_comes_back_as_it_was(app: Flask, ana: Client, ending: str) -> None:
    ana.post("/evidence", {"title": "x", "file": upload(f"a b.{ending}", GOOD[ending])})
    response = ana.get(f"/evidence/{newest(app).id}/file")
    assert response.data == GOOD[ending]
    assert response.headers["Content-Disposition"] == f'attachment; filename="a b.{ending}"'
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Cache-Control"] == "no-store"
    assert "sandbox" in response.headers["Content-Security-Policy"]
    assert "script-src" not in response.headers["Content-Security-Policy"]


def test_a_link_without_its_scheme_is_completed_and_shown(ana: Client) -> None:
    response = ana.post("/evidence", {"title": "The map room", "url": " example.org/maps?x=1 "})
    assert response.status_code == 303
    shown = ana.get(response.headers["Location"]).text
    assert ">https://example.org/maps?x=1</a>" in shown
    edit = {"title": "The map room", "url": "example.org:8080", "version": "1"}
    edited = ana.post(f"{response.headers['Location']}/edit", edit)
    assert edited.status_code == 303
    assert ">https://example.org:8080</a>" in ana.get(response.headers["Location"]).text


TYPED = {"title": "A title to keep", "text": "A text to keep", "url": "https://example.org/keep"}


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"title": ""}, "Give it a title"),
        ({"title": " \u202e "}, "Give it a title"),
        ({"title": "t" * (TITLE_MAX + 1)}, "may have at most 200"),
        ({"text": "t" * (TEXT_MAX + 1)}, "may have at most 10000"),
        ({"url": "javascript:alert(1)"}, "This is not a web address"),
        ({"url": "java\nscript:alert(1)"}, "This is not a web address"),
        ({"url": "data:text/html,x"}, "This is not a web address"),
        ({"url": "javascript:alert(1)//example.org"}, "This is not a web address"),
        ({"url": "localhost:8000"}, "This is not a web address"),
        ({"url": "vbscript:x"}, "This is not a web address"),
        ({"url": "https://ana:secret@example.org"}, "This is not a web address"),
        ({"url": "https://example.org/" + "u" * 2000}, "This is not a web address"),
        ({"done_on": "2026-11-25"}, "cannot be in the future"),
        ({"done_on": "0001-01-01"}, "Check the year"),
        ({"done_on": "24.11.2026"}, "This is not a date"),
        ({"done_on": "x" * 5000}, "This is not a date"),
        ({"file": ("x.exe", b"MZ")}, "Only PDF, PNG"),
        ({"file": ("x.pdf", b"")}, "The file is empty"),
        ({"file": ("x.pdf", TXT)}, "not a whole PDF file"),
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


def test_one_person_has_so_much_room(
    app: Flask, ana: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "UPLOAD_TOTAL_BYTES", MIB)
    assert post_large(ana, {"title": "x", "file": upload("x.txt", b"a" * MIB)}).status_code == 303
    response = ana.post("/evidence", {"title": "y", "file": upload("y.txt", b"b")})
    assert response.status_code == 422
    assert "more than the 1 MB" in response.text


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


def test_signs_that_no_page_can_hold_are_refused(app: Flask, ana: Client) -> None:
    for field in ("title", "text", "url", "find", "statement"):
        assert ana.post("/evidence", {"title": "x", field: "a\0b"}).status_code == 422
    assert count(app, Evidence) == 0


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


# ---- choosing statements


def test_search_in_the_form_keeps_everything(app: Flask, world: World, ana: Client) -> None:
    ticked, other = world.statements["technical"][0], world.statements["leadership"][0]
    data = {
        **TYPED,
        "statement": str(ticked),
        f"reason-{ticked}": "kept reason",
        "find": "leadership 1.1",
    }
    response = ana.post("/evidence", {**data, "do": "find", "found": ""})
    assert response.status_code == 200
    for value in (*TYPED.values(), "kept reason"):
        assert value in response.text
    assert re.search(rf'id="pick-{ticked}"[^>]*checked', response.text)
    shown = set(re.findall(r'id="pick-(\d+)"', response.text))
    assert shown == {str(ticked), str(other)}
    assert count(app, Evidence) == 0


def test_enter_searches_when_the_words_changed_and_saves_otherwise(app: Flask, ana: Client) -> None:
    assert (
        ana.post("/evidence", {**TYPED, "do": "enter", "find": "new", "found": ""}).status_code
        == 200
    )
    assert count(app, Evidence) == 0
    assert (
        ana.post("/evidence", {**TYPED, "do": "enter", "find": "new", "found": "new"}).status_code
        == 303
    )
    assert count(app, Evidence) == 1


def test_a_search_without_a_hit_says_what_to_do(ana: Client) -> None:
    page = ana.post("/evidence", {**TYPED, "do": "find", "find": "zebra"}).text
    assert "No other statement has these words" in page


@pytest.mark.parametrize("typed", ["0", "-1", "x", "999999", "9" * 30, "１", "1.0", "", "true"])
def test_statements_that_are_not_there_are_not_linked(app: Flask, ana: Client, typed: str) -> None:
    response = ana.post("/evidence", {**TYPED, "statement": typed})
    assert response.status_code == 422
    assert "not of your framework" in response.text
    assert (count(app, Evidence), count(app, EvidenceLink)) == (0, 0)


def other_framework(world: World) -> int:
    """A statement of a framework that is nobody's here."""
    with transaction() as tx:
        framework = Framework(
            slug="other",
            version="1",
            title="Other",
            digest="1" * 64,
            about={},
            published_at=world.now,
        )
        skill = Skill(slug="other")
        tx.add_all([framework, skill])
        tx.flush()
        statement = Statement(
            framework_id=framework.id,
            skill_id=skill.id,
            domain_id=world.domains["technical"],
            rank=1,
            uuid="u",
            code="OTHER",
            position=1,
            title="Other",
            text="other",
        )
        tx.add(statement)
        tx.flush()
        return statement.id


def test_a_statement_of_another_framework_is_not_linked(
    app: Flask, world: World, ana: Client
) -> None:
    with app.app_context():
        foreign, mine = other_framework(world), piece(world)
    assert ana.post("/evidence", {**TYPED, "statement": str(foreign)}).status_code == 422
    assert (
        ana.post(
            "/evidence/link", {"evidence_id": str(mine), "statement_id": str(foreign)}
        ).status_code
        == 422
    )
    assert ana.post(f"/evidence/{mine}/statements", {"statement": str(foreign)}).status_code == 422
    assert (
        "is not of your framework; it was left out"
        in ana.get(f"/evidence/new?statement={foreign}").text
    )
    assert (
        ana.get(f"/evidence/new?statement={'9' * 30}&statement=x&statement=-1").status_code == 200
    )
    assert count(app, EvidenceLink) == 0


def test_linking_more_changing_a_reason_and_taking_off(
    app: Flask, world: World, ana: Client
) -> None:
    one, two, three = world.statements["technical"][:3]
    with app.app_context():
        mine = piece(world, reasons={one: "old"})
    page = ana.get(f"/evidence/{mine}/statements").text
    assert f'id="pick-{one}"' not in page
    page = ana.post(
        f"/evidence/{mine}/statements",
        {"statement": str(two), f"reason-{two}": "r", "do": "find", "find": "technical 1.3"},
    ).text
    assert set(re.findall(r'id="pick-(\d+)"', page)) == {str(two), str(three)}
    ana.post(
        f"/evidence/{mine}/statements", {"statement": [str(two), str(three)], f"reason-{two}": "r"}
    )
    ana.post(
        "/evidence/link", {"evidence_id": str(mine), "statement_id": str(one), "reason": "new"}
    )
    assert [(link.statement_id, link.reason) for link in newest(app).links] == [
        (one, "new"),
        (two, "r"),
        (three, ""),
    ]
    assert "keeps it as it was sent" in follow(
        ana, ana.post(f"/evidence/{mine}/unlink", {"statement_id": str(two)})
    )
    assert [link.statement_id for link in newest(app).links] == [one, three]
    assert ana.post(f"/evidence/{mine}/unlink", {"statement_id": str(two)}).status_code == 404
    for typed in ("", "x", "9" * 30):
        assert ana.post(f"/evidence/{mine}/unlink", {"statement_id": typed}).status_code == 422


def test_linking_from_a_statement_leads_back_to_it(app: Flask, world: World, ana: Client) -> None:
    one = world.statements["technical"][0]
    with app.app_context():
        mine = piece(world, title="To be linked")
    assert 'name="back"' in ana.get(f"/statements/{one}").text
    response = ana.post(
        "/evidence/link",
        {"evidence_id": str(mine), "statement_id": str(one), "reason": "r", "back": "statement"},
    )
    assert response.location == f"/statements/{one}#evidence"
    assert "To be linked" in ana.get(f"/statements/{one}").text
    assert f'href="/statements/{one}"' in ana.get(f"/evidence/{mine}").text


def test_a_reason_that_is_too_long_is_kept_in_its_box(
    app: Flask, world: World, ana: Client
) -> None:
    one = world.statements["technical"][0]
    long = "r" * (REASON_MAX + 1)
    with app.app_context():
        mine = piece(world, reasons={one: "old"})
    for url, data in (
        ("/evidence/link", {"evidence_id": str(mine), "statement_id": str(one), "reason": long}),
        ("/evidence", {**TYPED, "statement": str(one), f"reason-{one}": long}),
        (f"/evidence/{mine}/statements", {"statement": str(one), f"reason-{one}": long}),
    ):
        response = ana.post(url, data)
        assert response.status_code == 422
        assert long in response.text
        assert "at most 1000" in response.text
    assert [link.reason for link in newest(app).links] == ["old"]


def test_nobody_links_or_reads_what_is_not_theirs(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    with app.app_context():
        mine = piece(world, title="Secret of Ana")
    ben = sign_in(world.email("ben"))
    statement = str(world.statements["technical"][0])
    for reason in ("", "r" * (REASON_MAX + 1)):
        response = ben.post(
            "/evidence/link",
            {"evidence_id": str(mine), "statement_id": statement, "reason": reason},
        )
        assert response.status_code == 404
        assert "Secret of Ana" not in response.text
    for typed in ("999999", str(2**31 - 1)):
        assert (
            ben.post(
                "/evidence/link", {"evidence_id": typed, "statement_id": statement}
            ).status_code
            == 404
        )
    for typed in ("", "x", "9" * 30):
        assert (
            ben.post(
                "/evidence/link", {"evidence_id": typed, "statement_id": statement}
            ).status_code
            == 422
        )
    assert "Secret of Ana" not in ben.get("/evidence").text
    assert count(app, EvidenceLink) == 0


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
        assert "Somebody was here before you" not in response.text
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


# ---- the list


def test_the_list_is_searched_filtered_and_empty_in_words(
    app: Flask, world: World, ana: Client
) -> None:
    statement = world.statements["technical"][0]
    with app.app_context():
        piece(world, title="100% linked", reasons={statement: ""}, done_on=dt.date(2025, 3, 12))
        piece(world, title="100 loose")
    page = ana.get("/evidence?q=100%25").text
    assert "100% linked" in page
    assert "100 loose" not in page
    assert "done Mar 12, 2025" in page
    assert "100 loose" in ana.get("/evidence?show=unlinked").text
    assert "100% linked" not in ana.get("/evidence?show=unlinked").text
    page = ana.get(f"/evidence?statement={statement}").text
    assert "100% linked" in page
    assert "for the statement “Technical 1.1”" in page
    assert "Nothing found" in ana.get("/evidence?q=zebra").text
    assert "Nothing is archived" in ana.get("/evidence?show=archived").text


@pytest.mark.parametrize(
    "query",
    [
        "show=other",
        "page=0",
        "page=-1",
        "page=99999999999999999999",
        "page=x",
        "statement=x",
        "page=2000000000",
        "statement=999999",
        "q=" + "x" * 5000,
        "q=%25&q=_",
        "q[]=1",
        "show=all&show=archived",
    ],
)
def test_any_query_is_answered(world: World, ana: Client, query: str) -> None:
    assert ana.get(f"/evidence?{query}").status_code == 200


@pytest.mark.in_ci
def test_the_number_of_statements_does_not_hang_on_the_number_of_rows(
    app: Flask, world: World, ana: Client, count_sql: Queries
) -> None:
    def used(url: str) -> int:
        count_sql.clear()
        assert ana.get(url).status_code == 200
        return len(count_sql)

    with app.app_context():
        mine = piece(world, title="One", reasons={world.statements["technical"][0]: ""})
    urls = ("/evidence", f"/evidence/{mine}", "/evidence/new", f"/evidence/{mine}/statements")
    before = [used(url) for url in urls]
    with app.app_context():
        for number in range(60):
            piece(
                world,
                title=f"Piece {number}",
                reasons=dict.fromkeys(world.statements["technical"], ""),
            )
    for url in urls[1:2]:
        ana.post(
            f"{url}/statements",
            {"statement": [str(key) for key in world.statements["technical"][1:]]},
        )
    assert [used(url) for url in urls] == before
    assert max(before) <= 10
    assert "Page 1 of 2" in ana.get("/evidence").text


def test_where_it_counts_is_one_list_with_what_was_sent(
    app: Flask, world: World, ana: Client
) -> None:
    kept, taken_off = world.statements["technical"][:2]
    with app.app_context():
        mine = piece(world, reasons={kept: "", taken_off: ""})
        sent(world, mine, statement_id=kept)
        sent(world, mine, statement_id=taken_off)
    assert ana.get(f"/evidence/{mine}").text.count("Sent to Sue") == 2
    ana.post(f"/evidence/{mine}/unlink", {"statement_id": str(taken_off)})
    page = ana.get(f"/evidence/{mine}").text
    assert page.count("Sent to Sue") == 2
    assert page.count("Not linked anymore.") == 1


def test_what_was_withdrawn_is_not_in_the_list(app: Flask, world: World, ana: Client) -> None:
    with app.app_context():
        mine = piece(world)
        sent(world, mine, status=ReviewStatus.WITHDRAWN)
    assert "Sent to" not in ana.get(f"/evidence/{mine}").text
