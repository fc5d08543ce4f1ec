"""Files under attack, as the page takes them: refused in words, or kept without what does harm."""

import hashlib
import io
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import func, select

from tests.client import Client
from tests.factories.evidence import PDF, TXT, jpeg, office, png
from tests.factories.world import World
from tests.storage.fake_clamd import EICAR, FakeScanner
from tracker.db import session
from tracker.models import Evidence, StoredFile
from tracker.storage import files

SignIn = Callable[[str], Client]
MODELS = (Evidence, StoredFile)
TYPED = {"title": "Kept as typed", "text": "So is this"}
TAKEN_OUT = "Location and camera data, if any, were taken out of the picture."


@pytest.fixture
def ana(sign_in: SignIn, world: World) -> Client:
    return sign_in(world.email("ana"))


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
    kept = files.read(Path(app.config["FILES"]), digest)
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
        ("x.pdf", PDF.replace(b"/Catalog", b"/Catalog/AA<<>>"), "does something by itself when"),
        (
            "x.pdf",
            PDF.replace(b"/Type/Catalog", b"/S/Launch"),
            "start a program (/Launch). Print it",
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
