"""Files under attack, as the page takes them: refused in words, or kept without what does harm."""

import hashlib
import io
import re
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from tests.client import Client
from tests.factories.evidence import PDF, SCRIPT, TXT, jpeg, office, pdf, png
from tests.factories.world import World
from tests.storage.fake_clamd import EICAR, FakeScanner
from tracker.db import session
from tracker.evidence.files import rules_pdf_safety as files_rules_pdf_safety
from tracker.evidence.pieces.forms import IN_A_PDF
from tracker.models import Evidence, StoredFile
from tracker.storage import files as storage_files
from tracker.storage.uploads import page_pictures
from tracker.web.http.errors import REFUSAL_MESSAGES

SignIn = Callable[[str], Client]
MODELS = (Evidence, StoredFile)
TYPED = {"title": "Kept as typed", "text": "So is this"}
TAKEN_OUT = "Location and camera data, if any, were taken out of the picture."


@pytest.fixture
def fake(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeScanner]:
    made = FakeScanner()
    monkeypatch.setitem(app.config, "SCANNER", made.address)
    yield made
    made.close()


def form(name: str, content: bytes) -> dict[str, object]:
    return {**TYPED, "file": (io.BytesIO(content), name)}


def kept(app: Flask) -> tuple[int, int, set[Path]]:
    """Rows and files; the disk is that of all tests."""
    with app.app_context():
        rows = [session().scalar(select(func.count()).select_from(m)) or 0 for m in MODELS]
    return rows[0], rows[1], set(Path(app.config["FILES"]).rglob("*"))


def photo() -> bytes:
    where = Image.Exif()
    where[0x010F] = "canary camera"
    where.get_ifd(0x8825).update({1: "N", 2: (43.0, 39.0, 0.0)})
    return jpeg(exif=where)


def test_a_picture_is_kept_without_where_it_was_taken(app: Flask, ana: Client) -> None:
    sent = photo()
    answer = ana.post("/evidence", form("desk.jpg", sent))
    assert TAKEN_OUT in ana.get(answer.location).text
    with app.app_context():
        stored = session().scalars(select(StoredFile)).one()
        digest, size = stored.sha256, stored.size
    kept = storage_files.read(Path(app.config["FILES"]), digest)
    assert b"canary camera" in sent
    assert b"canary camera" not in kept
    assert (hashlib.sha256(kept).hexdigest(), len(kept)) == (digest, size)
    assert ana.get(f"{answer.location}/file").data == kept


def test_so_is_one_that_takes_the_place_of_another(ana: Client) -> None:
    made = ana.post("/evidence", form("plan.txt", TXT)).location
    assert TAKEN_OUT not in ana.get(made).text
    data = {**form("desk.jpg", photo()), "version": "1"}
    answer = ana.post(f"{made}/edit", data)
    assert TAKEN_OUT in ana.get(answer.location).text
    assert b"canary camera" not in ana.get(f"{made}/file").data


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("x.png", png(50_000, 50_000), "has more than 25 million pixels. Save a smaller copy"),
        (
            "x.pdf",
            PDF.replace(b"/Catalog", b"/Catalog/AA<<>>"),
            "has a command that runs by itself, so it can’t be kept as it is",
        ),
        (
            "x.pdf",
            PDF.replace(b"/Type/Catalog", b"/S/Launch"),
            "has a command that starts a program, so it can’t be kept",
        ),
        (
            "x.pdf",
            PDF.replace(b"/Type/Catalog", b"/URI<feff0073006d0062003a202e0061>"),
            "has a link to smb: a. Only links",
        ),
        (
            "x.docx",
            office("docx", points_to=[("attachedTemplate", "https://evil.example/a", "External")]),
            "loads something from elsewhere when it’s opened: https://evil.example/a. Put",
        ),
        (
            "x.xlsx",
            office("xlsx", points_to=[("oleObject", "embeddings/<b>.bin".replace("<", "&lt;"))]),
            "an object of another program (embeddings/&lt;b&gt;.bin)",
        ),
        ("x.docx", office("docx", {"word/a.exe": b"MZ"}), "can’t be checked: word/a.exe. Save it"),
        ("x.pdf", PDF.replace(b"/Root", b"/Encrypt 9 0 R/Root"), "The PDF is locked"),
        ("x.pdf", PDF.replace(b"<</Type", b"<<<"), "Parts of the PDF can’t be read"),
        ("x.pdf", PDF + b"<html>", "not a whole PDF file"),
        ("x.jpg", jpeg()[:-200], "not a whole JPG file"),
    ],
)
def test_what_is_refused_says_what_to_do(
    app: Flask, ana: Client, name: str, content: bytes, said: str
) -> None:
    before = kept(app)
    answer = ana.post("/evidence", form(name, content))
    assert answer.status_code == 422
    assert said in answer.text
    assert all(each in answer.text for each in TYPED.values())
    assert kept(app) == before


def test_a_virus_is_refused(app: Flask, ana: Client, fake: FakeScanner) -> None:
    before = kept(app)
    answer = ana.post("/evidence", form("x.txt", EICAR))
    assert answer.status_code == 422
    assert "The virus scanner found something harmful in the file." in answer.text
    assert all(each in answer.text for each in TYPED.values())
    assert kept(app) == before
    assert ana.post("/evidence", form("x.txt", TXT)).status_code == 303


def test_the_scanner_sees_what_came_before_it_is_opened(ana: Client, fake: FakeScanner) -> None:
    sent = photo() + EICAR
    assert ana.post("/evidence", form("x.jpg", sent)).status_code == 422
    assert ana.post("/evidence", form("x.pdf", b"%PDF-1.4 <<< %%EOF")).status_code == 422
    assert fake.seen == [sent, b"%PDF-1.4 <<< %%EOF"]


def test_the_scanner_is_not_asked_about_what_is_refused_anyway(
    ana: Client, fake: FakeScanner
) -> None:
    for data in (form("x.exe", TXT), form("x.png", png(50_000, 50_000)), {"title": "No file"}):
        ana.post("/evidence", data)
    assert fake.seen == []


def test_without_an_answer_nothing_is_saved(
    app: Flask, ana: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = ana.post("/evidence", {"title": "There before"}).location
    monkeypatch.setitem(app.config, "SCANNER", "/none/clamd.ctl")
    before = kept(app)
    for url, more in (("/evidence", {}), (f"{made}/edit", {"version": "1"})):
        answer = ana.post(url, {**form("x.txt", TXT), **more})
        assert answer.status_code == 503
        assert "can’t be checked for viruses now. Nothing was saved" in answer.text
        assert all(each in answer.text for each in TYPED.values())
        assert "Error:" in answer.text
    assert kept(app) == before
    answer = ana.post("/evidence", {"title": "Without a file"})
    assert answer.status_code == 303


def test_each_name_by_which_a_pdf_is_refused_has_words() -> None:
    names = set[str]().union(*files_rules_pdf_safety.BRINGS.values())
    assert names | {"ZIP"} == set(IN_A_PDF)


def test_a_name_that_nobody_knows_is_said_as_it_is(ana: Client) -> None:
    unknown = pdf(b"<</Type/Annot/Rect[0 0 9 9]/Subtype/Frob>>")
    said = ana.post("/evidence", form("x.pdf", unknown)).text
    assert "has something that isn’t known to be safe (“Frob”). Print it to PDF again" in said


def test_every_refusal_of_an_office_file_tells_to_print_it() -> None:
    said = {code: str(words) for code, words in REFUSAL_MESSAGES.items() if code[:7] == "office_"}
    assert len(said) == 11
    assert [code for code, words in said.items() if "rint " not in words] == []


SCRIPTED = pdf(root=b"/OpenAction" + SCRIPT)
OFFER = "Keep pictures of its pages instead"
DRAWN = "was kept as pictures of its pages. Open it, and check that nothing is missing."


def stored(app: Flask, ana: Client, location: str) -> bytes:
    """What the owner gets is what is stored, with the digest that the record has."""
    with app.app_context():
        row = session().scalars(select(StoredFile)).one()
        content = storage_files.read(Path(app.config["FILES"]), row.sha256)
        assert (row.size, row.media_type) == (len(content), "application/pdf")
    assert ana.get(f"{location}/file").data == content
    return content


def test_a_refused_pdf_can_be_kept_as_pictures(app: Flask, ana: Client) -> None:
    before = kept(app)
    assert OFFER not in ana.get("/evidence/new").text
    refused = ana.post("/evidence", form("plan.pdf", SCRIPTED))
    assert refused.status_code == 422
    assert OFFER in refused.text
    assert "Choose the file again" in refused.text
    assert kept(app) == before
    answer = ana.post("/evidence", {**form("plan.pdf", SCRIPTED), "draw": "y"})
    page = ana.get(answer.location).text
    assert DRAWN in page
    assert "plan.pdf" in page
    content = stored(app, ana, answer.location)
    assert b"/OpenAction" not in content
    assert b"app.alert" not in content
    assert content.count(b"/Subtype/Image") == 1


@pytest.mark.in_ci
def test_so_can_one_that_takes_the_place_of_another(app: Flask, ana: Client) -> None:
    made = ana.post("/evidence", TYPED).location
    data = {**form("plan.pdf", SCRIPTED), "version": "1"}
    refused = ana.post(f"{made}/edit", data)
    assert refused.status_code == 422
    assert OFFER in refused.text
    data = {**form("plan.pdf", SCRIPTED), "version": "1", "draw": "y"}
    assert DRAWN in ana.get(ana.post(f"{made}/edit", data).location).text
    assert b"/OpenAction" not in stored(app, ana, made)


def test_of_several_only_what_was_refused_is_drawn(app: Flask, ana: Client) -> None:
    sent = [(io.BytesIO(SCRIPTED), "a.pdf"), (io.BytesIO(PDF), "b.pdf"), (io.BytesIO(TXT), "c.txt")]
    assert ana.post("/evidence", {**TYPED, "file": sent, "draw": "y"}).status_code == 303
    with app.app_context():
        digests = set(session().scalars(select(StoredFile.sha256)))
    assert {hashlib.sha256(each).hexdigest() for each in (PDF, TXT)} < digests
    assert hashlib.sha256(SCRIPTED).hexdigest() not in digests
    assert len(digests) == 3


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("x.pdf", PDF.replace(b"/Root", b"/Encrypt 9 0 R/Root")),
        ("x.pdf", PDF.replace(b"<</Type", b"<<<")),
        ("x.pdf", PDF + b"<html>"),
        ("x.docx", office("docx", {"word/a.exe": b"MZ"})),
    ],
)
def test_it_is_not_offered_for_what_is_broken_or_no_pdf(
    app: Flask, ana: Client, name: str, content: bytes
) -> None:
    before = kept(app)
    assert OFFER not in ana.post("/evidence", form(name, content)).text
    answer = ana.post("/evidence", {**form(name, content), "draw": "y"})
    assert answer.status_code == 422
    assert kept(app) == before


def test_what_cannot_be_drawn_is_refused_in_words(
    app: Flask, ana: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = kept(app)
    sent = {"draw": "y"}
    with monkeypatch.context() as changed:
        changed.setattr(page_pictures, "SECONDS", 0)
        answer = ana.post("/evidence", {**form("x.pdf", SCRIPTED), **sent})
    assert answer.status_code == 422
    assert "Pictures of the pages of the PDF couldn’t be made" in answer.text
    assert all(each in answer.text for each in TYPED.values())
    assert re.search(r'<input [^>]*checked [^>]*name="draw"', answer.text)
    monkeypatch.setattr(sys, "executable", "/none")
    answer = ana.post("/evidence", {**form("x.pdf", SCRIPTED), **sent})
    assert answer.status_code == 503
    assert "Pictures of pages can’t be made just now. Nothing was saved" in answer.text
    assert kept(app) == before


def test_who_has_one_being_drawn_is_refused_the_next_in_words(
    app: Flask, world: World, sign_in: SignIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So is anybody while two are; all others save as ever."""
    began, go = tmp_path / "began", tmp_path / "go"
    (tmp_path / "run").write_text(
        f"#!/bin/sh\necho >> {began}\nuntil [ -e {go} ]; do sleep 0.01; done\n"
    )
    (tmp_path / "run").chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "run"))

    def send(person: str) -> TestResponse:
        sent = {**form("x.pdf", SCRIPTED), "draw": "y"}
        return sign_in(world.email(person)).post("/evidence", sent)

    def begun(times: int) -> None:
        while not began.exists() or len(began.read_text()) < times:
            time.sleep(0.01)

    before = kept(app)
    with ThreadPoolExecutor(2) as pool:
        try:
            hangs = [pool.submit(send, "ana")]
            begun(1)
            answer = send("ana")
            assert answer.status_code == 503
            assert "Pictures of another PDF of yours are still being made. Nothing" in answer.text
            assert all(each in answer.text for each in TYPED.values())
            hangs.append(pool.submit(send, "ben"))
            begun(2)
            answer = send("sue")
            assert answer.status_code == 503
            assert "Pictures of pages can’t be made just now. Nothing was saved" in answer.text
            assert kept(app) == before
            plain = sign_in(world.email("ana")).post("/evidence", form("x.pdf", PDF))
            assert plain.status_code == 303
        finally:
            go.touch()
        assert [each.result().status_code for each in hangs] == [422, 422]


def test_the_scanner_sees_what_is_drawn(ana: Client, fake: FakeScanner) -> None:
    ana.post("/evidence", {**form("x.pdf", SCRIPTED), "draw": "y"})
    assert fake.seen == [SCRIPTED]
