"""The pictures of the main pages in README.md and docs/, and the sample documents, made from the
demo: `make screenshots` keeps them.

The ordinary run makes them too and throws them away, so that they can always be made.
"""

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from config import ROOT
from tests.browser.atlas import PEOPLE
from tests.browser.conftest import Site
from tests.client import Client
from tests.demo.people import load_cast

KEPT = ROOT / "docs" / "pictures"
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 860}


@dataclass(frozen=True, slots=True)
class Picture:
    """Who looks at which page: an address, or an endpoint whose first address is taken."""

    role: str
    page: str
    size: tuple[tuple[str, int], ...] = tuple(DESK.items())


TO_TALK_ABOUT = ""
"""A review with open differences."""
PICTURES = {
    "framework": Picture("visitor", "/frameworks/library-technicians/"),
    "today": Picture("learner and supervisor", "/"),
    "assess": Picture("learner", "/assess/library-technicians/durable/fortitude"),
    "phone": Picture(
        "learner", "/assess/library-technicians/durable/fortitude", size=tuple(PHONE.items())
    ),
    "grid": Picture("learner", "/assess/library-technicians/durable/fortitude/grid"),
    "evidence": Picture("learner and supervisor", "/evidence"),
    "profile": Picture("learner and supervisor", "/profile"),
    "explanation": Picture("learner and supervisor", "/profile/metacognition"),
    "send": Picture("learner", "/reviews/new"),
    "review": Picture("supervisor", "batch_review.screen"),
    "differences": Picture("supervisor", TO_TALK_ABOUT),
    "team": Picture("supervisor", "/teams/2"),
    "gaps": Picture("supervisor", "/teams/2/gaps"),
    "gaps-by-team": Picture("coordinator", "/teams/1/gaps"),
    "round": Picture("coordinator", "/teams/1/round"),
    "new-readers": Picture("learner and supervisor", "/account/readers"),
    "waiting-readers": Picture("administrator", "/readers"),
    "gaps-compared": Picture("coordinator", "/teams/1/gaps?compare=1"),
    "people": Picture("administrator", "/admin/people"),
    "administration": Picture("administrator", "/admin"),
}


DOCUMENTS = {
    "profile": Picture("learner and supervisor", "/profile.pdf"),
    "gaps": Picture("supervisor", "/teams/2/gaps.pdf"),
}
SAMPLES = ROOT / "static" / "samples"
LARGEST = 250_000
"""Bytes of a sample, which everybody who clones the repository gets."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """docs/pictures when they are to be kept."""
    return KEPT if os.environ.get("TRACKER_KEEP_PICTURES") else tmp_path


@pytest.mark.parametrize("name", PICTURES)
def test_picture(site: Site, browser: Any, folder: Path, name: str) -> None:
    picture = PICTURES[name]
    context = site.someone(browser, picture.role, viewport=dict(picture.size))
    page = context.new_page()
    answer = page.goto(address(site, picture))
    assert answer.status == 200
    page.screenshot(path=folder / f"{name}.png")
    context.close()
    assert (folder / f"{name}.png").stat().st_size > 10_000


def address(site: Site, picture: Picture) -> str:
    if picture.page == TO_TALK_ABOUT:
        return site.to_talk_about(picture.role)
    first = (
        place.path
        for place in site.places
        if (place.role, place.endpoint) == (picture.role, picture.page)
    )
    return picture.page if picture.page.startswith("/") else next(first)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_sample(site: Site, tmp_path: Path, name: str) -> None:
    client = Client(site.app)
    client.sign_in(str(PEOPLE[DOCUMENTS[name].role]), load_cast().password)
    folder = SAMPLES if os.environ.get("TRACKER_KEEP_PICTURES") else tmp_path
    (folder / f"{name}.pdf").write_bytes(client.get(DOCUMENTS[name].page).data)
    opens(folder / f"{name}.pdf")


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_kept_sample_opens(name: str) -> None:
    opens(SAMPLES / f"{name}.pdf")


def opens(path: Path) -> None:
    pages = PdfReader(path).pages
    assert path.stat().st_size < LARGEST
    assert len(pages) > 0
    assert "Library Technicians" in pages[0].extract_text()


def test_every_picture_is_kept_and_shown() -> None:
    texts = [
        path.read_text(encoding="utf-8")
        for path in (ROOT / "README.md", *ROOT.glob("docs/**/*.md"))
    ]
    shown = {name for text in texts for name in re.findall(r"pictures/([\w-]+)\.png", text)}
    assert {path.stem for path in KEPT.glob("*.png")} == set(PICTURES) == shown
