"""The pages of a PDF are drawn elsewhere: whatever the file does to that program, here it is a
refusal."""

import io
import subprocess
import sys
import time
from pathlib import Path

import pytest
from pypdf import PdfReader

from config import ROOT
from tests.factories.evidence import SCRIPT, pdf, stream
from tracker.evidence.files import rules_pdf_safety as files_rules_pdf_safety
from tracker.rules.errors import Invalid, Refusal, Unchecked
from tracker.storage.uploads import page_pictures
from tracker.storage.uploads.page_pictures import drawn, pen

MOST = 10**7
WIDE = b"0 0 9999999 9999999"
FORM = b"/Type/XObject/Subtype/Form/BBox[0 0 99 99]"


def draw(content: bytes, most: int = MOST) -> PdfReader:
    """The new file, which passes what every file passes, and is made of pictures alone."""
    made = drawn(content, most, time.monotonic() + page_pictures.PATIENCE)
    files_rules_pdf_safety.check(made)
    found = PdfReader(io.BytesIO(made), strict=True)
    for page in found.pages:
        assert "/Annots" not in page
        assert len(page.images) == 1
        assert page.extract_text() == ""
    assert set(found.trailer["/Root"]) == {"/Type", "/Pages"}
    return found


def refused(content: bytes, most: int = MOST) -> str:
    with pytest.raises(Refusal) as error:
        drawn(content, most, time.monotonic() + page_pictures.PATIENCE)
    return error.value.code


def many(pages: int) -> bytes:
    kids = b" ".join(b"%d 0 R" % (4 + each) for each in range(pages))
    made = pdf(*[b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>"] * pages)
    return made.replace(b"/Kids[3 0 R]/Count 1", b"/Kids[%s]/Count %d" % (kids, pages))


def on_page(*objects: bytes, more: bytes = b"") -> bytes:
    """A page whose content is the first of them, number 4."""
    return pdf(*objects).replace(b"/MediaBox", b"/Contents 4 0 R" + more + b"/MediaBox")


def nested(deep: int) -> bytes:
    """Each draws the next one twelve times."""
    forms = [
        stream(b"/X Do " * 12, FORM + b"/Resources<</XObject<</X %d 0 R>>>>" % (6 + number))
        for number in range(deep)
    ]
    first = b"/Resources<</XObject<</X 5 0 R>>>>"
    return on_page(stream(b"/X Do"), *forms, stream(b"0 0 9 9 re f", FORM), more=first)


def nested_pages(pages: int, root: bytes = b"") -> bytes:
    """Each of them draws six forms deep: little memory, and most of a second of processor."""
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]/Contents 4 0 R%s>>"
    page %= b"/Resources<</XObject<</X 5 0 R>>>>"
    forms = [
        stream(b"/X Do " * 12, FORM + b"/Resources<</XObject<</X %d 0 R>>>>" % (6 + number))
        for number in range(5)
    ]
    last = stream(b"0 0 9 9 re f", FORM)
    made = pdf(stream(b"/X Do"), *forms, last, *[page] * pages, root=root)
    kids = b" ".join(b"%d 0 R" % (11 + each) for each in range(pages))
    return made.replace(b"/Kids[3 0 R]/Count 1", b"/Kids[%s]/Count %d" % (kids, pages))


@pytest.mark.parametrize(
    "content",
    [
        pdf(root=b"/OpenAction" + SCRIPT),
        pdf(root=b"/AA<</WC" + SCRIPT + b">>"),
        pdf(root=b"/OpenAction<</S/Launch/F(cmd.exe)>>"),
        pdf(
            stream(b"MZ", b"/Type/EmbeddedFile"),
            root=b"/Names<</EmbeddedFiles<</Names[(a.exe)<</Type/Filespec/EF<</F 4 0 R>>>>]>>>>",
        ),
        pdf(
            b"<</Type/Annot/Rect[0 0 9 9]/Subtype/Link/A<</S/URI/URI(file:///etc/passwd)>>>>"
        ).replace(b"/MediaBox", b"/Annots[4 0 R]/MediaBox"),
    ],
)
def test_nothing_that_acts_is_left(content: bytes) -> None:
    with pytest.raises(Invalid):
        files_rules_pdf_safety.check(content)
    assert len(draw(content).pages) == 1


def colors(made: PdfReader, *rows: int) -> list[str]:
    picture = made.pages[0].images[0].image
    assert picture is not None
    found = (picture.convert("RGB").getpixel((100, row)) for row in rows)
    named = {(0, 0, 255): "blue", (255, 0, 0): "red", (255, 255, 255): "white"}
    return [named[tuple(255 * (each > 127) for each in color)] for color in found]  # type: ignore[union-attr, index]


def test_a_page_looks_as_it_did_and_is_as_large() -> None:
    made = draw(on_page(stream(b"1 0 0 rg 0 0 99 49 re f")))
    assert [float(side) for side in made.pages[0].mediabox[2:]] == pytest.approx([99, 99], abs=0.5)
    assert colors(made, 20, 180) == ["white", "red"]


def test_what_was_typed_into_a_form_is_drawn() -> None:
    widget = (
        b"<</Type/Annot/Subtype/Widget/Rect[0 0 99 99]/FT/Tx/T(a)/V(x)/F 4/P 3 0 R/AP<</N 5 0 R>>>>"
    )
    looks = stream(b"0 0 1 rg 0 0 99 99 re f", FORM)
    content = pdf(widget, looks, root=b"/AcroForm<</Fields[4 0 R]>>/OpenAction" + SCRIPT)
    assert colors(draw(content.replace(b"/MediaBox", b"/Annots[4 0 R]/MediaBox")), 100) == ["blue"]


@pytest.mark.parametrize("box", [WIDE, b"0 0 1 9999999", b"0 0 0 0", b"9 9 -9 -9", b"0 0 nan 1"])
def test_a_page_of_any_size_is_small_enough(box: bytes) -> None:
    picture = draw(pdf().replace(b"0 0 99 99", box)).pages[0].images[0].image
    assert picture is not None
    assert picture.width * picture.height <= 4_010_000
    assert max(picture.size) <= 8_001


@pytest.mark.in_ci
def test_no_more_pages_and_bytes_than_are_kept() -> None:
    assert len(draw(many(30)).pages) == 30
    assert refused(many(31)) == "pages_many"
    assert refused(pdf(), 1_000) == "pages_large"


@pytest.mark.parametrize(
    "content", [b"%PDF-1.7 nothing", pdf().replace(b"/Kids[3 0 R]", b"/Kids 9")]
)
def test_what_no_page_can_be_drawn_of(content: bytes) -> None:
    assert refused(content) == "pages_not_drawn"


@pytest.mark.in_ci
def test_one_that_takes_all_the_time_or_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page_pictures, "SECONDS", 1)
    assert refused(nested(12)) == "pages_not_drawn"


@pytest.mark.parametrize(
    "does", ["import os; os.abort()", "raise SystemExit(1)", "while True: pass", "int('x')"]
)
def test_a_program_that_dies_or_hangs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, does: str
) -> None:
    (tmp_path / "run").write_text(f'#!/bin/sh\nexec {sys.executable} -c "{does}"\n')
    (tmp_path / "run").chmod(0o700)
    monkeypatch.setattr(page_pictures, "PATIENCE", 1)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "run"))
    assert refused(pdf()) == "pages_not_drawn"


def test_without_the_program_it_is_not_now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/none")
    assert refused(pdf()) == "pages_not_now"


def test_all_files_of_a_form_share_the_seconds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second would be drawn by itself."""
    monkeypatch.setattr(page_pictures, "PATIENCE", 3)
    with pen(tmp_path / "files", 1) as draws:
        time.sleep(3)
        with pytest.raises(Invalid, match="pages_not_drawn"):
            draws(pdf(), MOST)
    assert len(draw(pdf()).pages) == 1


HOLDS = """
import sys, time
from pathlib import Path
from tracker.storage.uploads.page_pictures import pen
with pen(Path(sys.argv[1]), int(sys.argv[2])):
    print("mine", flush=True)
    time.sleep(600)
"""


def test_a_person_has_one_and_all_have_two_over_all_processes(tmp_path: Path) -> None:
    """Who is refused is told at once; who dies gives the turn back."""

    def held_by(person: int) -> subprocess.Popen[str]:
        program = [sys.executable, "-c", HOLDS, str(tmp_path / "files"), str(person)]
        other = subprocess.Popen(program, stdout=subprocess.PIPE, text=True, cwd=ROOT)
        assert other.stdout is not None
        assert other.stdout.readline() == "mine\n"
        return other

    def told(person: int) -> str:
        try:
            with pen(tmp_path / "files", person):
                return "drawn"
        except Unchecked as refusal:
            return refusal.code

    first = held_by(1)
    assert [told(1), told(2)] == ["pages_in_turn", "drawn"]
    second = held_by(2)
    assert [told(1), told(2), told(3)] == ["pages_in_turn", "pages_in_turn", "pages_not_now"]
    first.kill()
    first.communicate()
    assert [told(1), told(2), told(3)] == ["drawn", "pages_in_turn", "drawn"]
    second.kill()
    second.communicate()


CONFINED = """
import os, socket, sys
from tracker.storage.uploads.page_drawing import confine
confine(5, 1_000)
for act in (
    lambda: open("/etc/passwd"),
    lambda: open("/tmp/x", "w"),
    lambda: socket.socket(),
    lambda: bytearray(2 * 1024**3),
    lambda: os.write(1, b"x" * 2_000) - 2_000 and open("/"),
):
    try:
        act()
    except (OSError, MemoryError) as error:
        print(type(error).__name__, file=sys.stderr)
    else:
        print("done", file=sys.stderr)
"""


def test_what_the_program_may_do(tmp_path: Path) -> None:
    with (tmp_path / "made").open("wb") as made:
        done = subprocess.run(
            [sys.executable, "-I", "-c", CONFINED],
            stdout=made,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.stderr.split() == ["OSError", "OSError", "OSError", "MemoryError", "OSError"]
    assert (tmp_path / "made").stat().st_size == 1_000


@pytest.mark.in_ci
def test_the_server_itself_never_loads_what_draws() -> None:
    look = "import sys, tracker.app, tracker.evidence.pieces.actions; print('pypdfium2' in sys.modules)"
    said = subprocess.run([sys.executable, "-c", look], check=True, capture_output=True, text=True)
    assert said.stdout == "False\n"
