"""The checks of a page find what was planted, and leave alone what is meant."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.browser.checks import clipped_texts, overlapping_texts

SHELL = (
    "<!doctype html><style>body {{ font: 16px/1.5 sans-serif; width: 600px; }} "
    "{style}</style>{body}"
)
LONG = "Not yet rated by anybody here"

CLIPPED = {
    "a line in a narrow box": (
        ".x { width: 80px; white-space: nowrap; overflow: hidden; }",
        f"<p class=x>{LONG}</p>",
    ),
    "an ellipsis": (
        ".x { width: 80px; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }",
        f"<p class=x>{LONG}</p>",
    ),
    "lines in a low box": (
        ".x { width: 80px; height: 24px; overflow: clip; }",
        f"<p class=x>{LONG}</p>",
    ),
    "right to left": (
        ".x { width: 80px; white-space: nowrap; overflow: hidden; }",
        f"<p dir=rtl class=x>{LONG}</p>",
    ),
    "in a child": (
        ".x { width: 80px; overflow: hidden; } b { white-space: nowrap; }",
        f"<p class=x><i><b>{LONG}</b></i></p>",
    ),
    "a box outside the box that holds it": (
        (
            ".x { position: relative; width: 80px; height: 40px; overflow: hidden; } b { position: "
            "absolute; left: 60px; }"
        ),
        f"<p class=x><b>{LONG}</b></p>",
    ),
    "a hint in an empty box": ("input { width: 80px; }", f"<input placeholder='{LONG}'>"),
    "what a list has chosen": ("select { width: 80px; }", f"<select><option>{LONG}</select>"),
    "a label of a picture": ("", f"<svg width=60 height=20><text y=15>{LONG}</text></svg>"),
}
NOT_CLIPPED = {
    "what fits": (".x { width: 580px; overflow: hidden; }", f"<p class=x>{LONG}</p>"),
    "what somebody typed": (
        "input { width: 80px; }",
        f"<input placeholder='{LONG}' value='{LONG}'>",
    ),
    "a list that is wide enough": ("", f"<select><option>{LONG}</select> <input placeholder=Name>"),
    "what scrolls": (
        ".x { width: 80px; white-space: nowrap; overflow: auto; }",
        f"<p class=x>{LONG}</p>",
    ),
    "what scrolls inside a box that cuts": (
        ".x { width: 80px; overflow: auto; white-space: nowrap; } .y { overflow: hidden; }",
        f"<div class=y><p class=x>{LONG}</p></div>",
    ),
    "words for screen readers": (
        (
            ".x { position: absolute; width: 1px; height: 1px; overflow: hidden; white-space: "
            "nowrap; "
            "}"
        ),
        f"<p class=x>{LONG}</p>",
    ),
    "what is not shown": (
        ".x { width: 80px; white-space: nowrap; overflow: hidden; }",
        (
            f"<details><summary>More</summary><p class=x>{LONG}</p></details><p class=x "
            f"hidden>{LONG}</p>"
        ),
    ),
    "what leaves a box that does not hold it": (
        ".x { width: 80px; height: 24px; overflow: hidden; } b { position: absolute; }",
        f"<p class=x><b>{LONG}</b></p>",
    ),
}
OVERLAPPING = {
    "a box pulled up": (".x { margin-top: -40px; }", f"<p>{LONG}</p><p class=x>Another</p>"),
    "a word that leaves its cell": (
        "table { table-layout: fixed; width: 120px; } th { white-space: nowrap; }",
        f"<table><tr><th>{LONG}<th>Next</table>",
    ),
    "a mark over a word": (
        ".x { position: relative; } b { position: absolute; inset-inline-start: 10px; top: 0; }",
        f"<p class=x>{LONG}<b>12</b></p>",
    ),
    "right to left": (
        ".x { position: relative; } b { position: absolute; inset-inline-start: 10px; top: 0; }",
        f"<p dir=rtl class=x>{LONG}<b>12</b></p>",
    ),
    "lines that are too close": (
        "p { line-height: 0.5; width: 100px; }",
        f"<p>{LONG} <b>{LONG}</b></p>",
    ),
}
NOT_OVERLAPPING = {
    "words side by side": ("", f"<p>{LONG} <b>and</b> more</p><p>{LONG}</p>"),
    "close headings": ("h2 { line-height: 1.1; width: 100px; }", f"<h2>{LONG} <i>{LONG}</i></h2>"),
    "a bar that stays": (
        ".x { position: fixed; top: 0; background: white; }",
        f"<p>{LONG}</p><p class=x>Saved</p>",
    ),
    "an open menu": (
        ".x { position: absolute; background: white; }",
        f"<details open><summary>More</summary><div class=x>{LONG}</div></details><p>{LONG}</p>",
    ),
    "words for screen readers": (
        (
            ".x { position: absolute; width: 1px; height: 1px; overflow: hidden; white-space: "
            "nowrap; "
            "top: 20px; }"
        ),
        f"<p>{LONG}</p><p class=x>{LONG}</p>",
    ),
    "what is scrolled away": (
        ".x { width: 60px; overflow: auto; white-space: nowrap; } .y { display: flex; }",
        f"<div class=y><div class=x>{LONG}</div><div>Next to it</div></div>",
    ),
}


@pytest.fixture
def page(browser: Any) -> Iterator[Any]:
    context = browser.new_context()
    yield context.new_page()
    context.close()


def show(page: Any, style: str, body: str) -> Any:
    page.set_content(SHELL.format(style=style, body=body))
    return page


@pytest.mark.parametrize("planted", CLIPPED)
def test_clipped_text_is_found(page: Any, planted: str) -> None:
    found = clipped_texts(show(page, *CLIPPED[planted]))
    assert len(found) == 1
    assert LONG in found[0]


@pytest.mark.parametrize("meant", NOT_CLIPPED)
def test_text_that_can_be_read_is_not_clipped(page: Any, meant: str) -> None:
    assert clipped_texts(show(page, *NOT_CLIPPED[meant])) == []


@pytest.mark.parametrize("planted", OVERLAPPING)
def test_overlapping_text_is_found(page: Any, planted: str) -> None:
    assert len(overlapping_texts(show(page, *OVERLAPPING[planted]))) == 1


@pytest.mark.parametrize("meant", NOT_OVERLAPPING)
def test_text_that_stands_apart_does_not_overlap(page: Any, meant: str) -> None:
    assert overlapping_texts(show(page, *NOT_OVERLAPPING[meant])) == []
