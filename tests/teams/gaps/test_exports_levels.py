"""What is said of one person in one domain is the same on the screen, on a page that is printed, in
CSV, XLSX and PDF, and on the profile."""

import io
import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import pytest
from flask import Flask
from openpyxl import load_workbook

from tests.client import Client
from tests.factories.answers import EndorsedAnswer
from tests.factories.frameworks import add_role_profile
from tests.factories.levels import stand
from tests.factories.people import join
from tests.factories.reviews import endorse_all
from tests.factories.world import LEVELS, World, job
from tests.reading import plain
from tests.teams.gaps.pages import AT, GAP, NOT_ASSESSED, SignIn, file
from tracker.db import transaction
from tracker.teams.gaps.pages import STATES
from tracker.web.ui import pdf
from tracker.web.ui.pdf import Document

DOMAINS = ("Technical", "Communication", "Leadership")
UNKNOWN, NOT_JUDGED, NONE_YET = "Level not known yet", "Too few statements to judge", "No level yet"
SIGNS = {str(words): sign for sign, words in STATES.values()}
ON_A_PROFILE = {"▲": "✓", "○": ""}
"""A profile doesn't tell above target from at target, and has no sign for no target."""
RICH = {
    ("✓", "Developing"),
    ("▲", "Proficient"),
    ("▼", NONE_YET),
    ("▼", "Emerging"),
    ("▼", UNKNOWN),
    ("?", "Emerging"),
    ("?", UNKNOWN),
    ("–", "Proficient"),
    ("–", UNKNOWN),
    ("–", NOT_JUDGED),
    ("○", "Emerging"),
    ("○", NONE_YET),
    ("○", UNKNOWN),
    ("○", NOT_JUDGED),
}
"""All that a cell can be."""


class Said(NamedTuple):
    sign: str
    level: str


Cells = dict[tuple[str, str], Said]


def answers(ids: Sequence[int], *counts: tuple[int, EndorsedAnswer]) -> Mapping[int, Any]:
    """The first so many of a domain, then the next."""
    each = [answer for count, answer in counts for answer in [answer] * count]
    return dict(zip(ids, each, strict=False))


def make_rich(world: World) -> None:
    """Ana and Ben have a target, Developing; so have Cy, Di, and Eve; Noa and Ned have none."""
    with transaction() as tx:
        none = job(tx, world.libraries["city"], world.framework_id, "Page", None)
    world.role_profiles["Page"] = none
    add_role_profile(world, "Entry", 1)
    for name, profile in (
        ("cy", "Entry"),
        ("di", None),
        ("eve", None),
        ("noa", "Page"),
        ("ned", "Page"),
    ):
        join(world, name, "central", **({"role_profile": profile} if profile else {}))
    did, not_yet = EndorsedAnswer.CONSISTENTLY, EndorsedAnswer.NOT_YET
    outside = EndorsedAnswer.NOT_MY_WORK
    technical, communication, leadership = (world.statements[name.lower()] for name in DOMAINS)
    stand(world, "ana", AT, "communication", by="sue")
    stand(world, "ana", GAP, "leadership", by="sue")
    for person, each in (
        ("ana", answers(technical, (5, did), (2, not_yet))),
        ("ben", answers(technical, (5, did))),
        ("ben", answers(communication, (8, did))),
        ("cy", answers(leadership, (2, outside), (1, outside), (3, did))),
        ("cy", answers(communication, (2, outside))),
        ("di", answers(technical[5:], (5, not_yet))),
        ("eve", answers(technical, (1, did))),
        ("noa", answers(technical, (5, did))),
        ("noa", answers(communication, (2, not_yet))),
        ("ned", answers(leadership, (8, outside))),
    ):
        endorse_all(world, person, "sue", each)
    stand(world, "ben", NOT_ASSESSED, "leadership", by="sue")
    endorse_all(world, "di", "sue", answers(leadership, (8, outside)))


def on_the_screen(page: str) -> Cells:
    """The sentence of each cell. Where neither is known it says the state alone."""
    found: Cells = {}
    for name, domain, sentence, _sign, _drawing in _cells(page):
        state, _colon, rest = sentence.partition(": ")
        if sentence.endswith("; no target"):
            state, rest = "No target", sentence
        level = re.split("[,;] (?:no )?target", rest)[0]
        found[name, domain] = Said(SIGNS[state], level)
    return found


def printed(page: str) -> Cells:
    """What is drawn in each cell."""
    found: Cells = {}
    for name, domain, _sentence, sign, drawing in _cells(page):
        rank = re.fullmatch(r"p-4-(\w+)-\d", drawing)
        assert bool(rank) == bool(drawing)
        found[name, domain] = Said(sign, _level(rank[1]) if rank else "")
    return found


def _level(rank: str) -> str:
    return UNKNOWN if rank == "open" else NONE_YET if rank == "0" else LEVELS[int(rank) - 1]


def _cells(page: str) -> list[tuple[str, str, str, str, str]]:
    body = page.partition('class="table matrix is-people')[2].partition("<tbody>")[2]
    found = []
    for one in re.findall(r"<td>(.*?)</td>", body.partition("</tbody>")[0], re.DOTALL):
        name, domain = plain(one.partition(": </span>")[0]).split(", ")
        drawing = re.search(r'href="#(p-[^"]+)"', one)
        sign = re.search(r'matrix-sign" aria-hidden="true">(.)<', one)
        sentence = re.findall(r'class="visually-hidden">([^<]*)<', one)[-1]
        assert sign is not None
        found.append((name, domain, sentence, sign[1], drawing[1] if drawing else ""))
    return found


def in_a_table(rows: Sequence[Sequence[Any]]) -> Cells:
    head, *lines = rows
    return {
        (line[0], domain): Said(
            SIGNS[line[head.index(f"{domain} state")]], line[head.index(f"{domain} level")]
        )
        for line in lines
        for domain in DOMAINS
    }


def in_a_document(of: Document) -> Cells:
    people = of.data["people"]
    return {
        (row["name"], domain): Said(
            cell["sign"],
            (
                ""
                if not cell["ranks"]
                else _level("open" if cell["rank"] < 0 else str(cell["rank"]))
            ),
        )
        for row in people["rows"]
        for domain, cell in zip(people["head"][1:], row["cells"], strict=True)
    }


def on_a_profile(client: Client, person_id: int) -> dict[str, Said]:
    """By domain, the bar of what is reviewed; and the page behind it says the same."""
    page = client.get(f"/people/{person_id}/profile").text
    found = {}
    for part in re.findall(r"<tbody>(.*?)</tbody>", page, re.DOTALL):
        title = re.search(r'bar-domain".*?<a href="([^"]+)">([^<]+)<', part, re.DOTALL)
        assert title is not None
        bar = part.partition(">Reviewed</th>")[2]
        reached = plain(bar.partition('visually-hidden">')[2].partition("</span>")[0])
        found[title[2].strip()] = Said(_tag(bar), reached.partition(";")[0])
        behind = client.get(title[1]).text.partition("<h2>Reviewed</h2>")[2]
        level = re.search(r"<b>(?:Level: )?([^<]+)</b>", behind)
        assert level is not None
        assert level[1].strip() == found[title[2].strip()].level
    return found


def _tag(markup: str) -> str:
    tag = markup.partition('class="target-tag')[2].partition("</td>")[0]
    sign = re.match(r'[^>]*><span aria-hidden="true">(.)</span>', tag)
    return sign[1] if sign else ""


def same(cells: Cells) -> Cells:
    """As a picture or a sentence says it: nothing of a level that isn't drawn, and one way to draw
    what nobody can say."""
    found = {}
    for key, (sign, level) in cells.items():
        known = "" if level in (UNKNOWN, NOT_JUDGED) else level
        found[key] = Said(sign, known)
    return found


@pytest.mark.in_ci
def test_six_ways_to_a_cell_say_the_same_level_and_state(
    app: Flask, world: World, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    documents: list[Document] = []
    with app.app_context():
        make_rich(world)
    sue, url = sign_in(world.email("sue")), f"/teams/{world.teams['central']}/gaps"
    people = in_a_table(file(sue, f"{url}/people.csv"))
    assert set(people.values()) == RICH
    book = load_workbook(io.BytesIO(sue.http.get(f"{url}.xlsx").data))
    rows = [["" if each is None else each for each in row] for row in book["People"].values]
    assert in_a_table(rows) == people
    page = sue.get(url).text
    assert same(on_the_screen(page)) == same(people)
    said = {key: of for key, of in on_the_screen(page).items() if of.level}
    assert said.items() <= people.items(), "what it says of a level, it says in the same words"
    assert same(printed(page)) == same(people)
    with monkeypatch.context() as patch:
        patch.setattr(pdf, "pdf", lambda of, *_rest: documents.append(of) or b"")
        sue.http.get(f"{url}.pdf")
    assert same(in_a_document(documents[0])) == same(people)
    names = {name for name, _domain in people}
    assert {
        (name, domain): of
        for name in names
        for domain, of in on_a_profile(sue, world.people[name.lower()]).items()
    } == {key: Said(ON_A_PROFILE.get(sign, sign), level) for key, (sign, level) in people.items()}


def test_a_level_that_one_way_leaves_out_is_found() -> None:
    cell = ("Ana", "Technical")
    assert same({cell: Said("?", "")}) != same({cell: Said("?", "Emerging")})
    assert same({cell: Said("?", "Emerging")}) != same({cell: Said("▼", "Emerging")})
