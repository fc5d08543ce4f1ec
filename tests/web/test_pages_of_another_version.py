"""Whoever saves from a page that was loaded before they were moved to another version, or moved
back, gets 409 with the wording of the version that they are on, and what they typed. A row for
every way of saving."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import unescape
from typing import Any

import pytest
import time_machine
from flask import Flask
from werkzeug.test import TestResponse

from tests.client import Client
from tests.copies import made_once
from tests.factories.evidence import piece
from tests.factories.ratings import rate
from tests.factories.sides import NO, YES, actor
from tests.factories.versions import AFTER, NextVersion, carried, next_version
from tests.factories.world import World
from tests.reading import words
from tests.storage.snapshots import rows
from tracker.assessment.imports import queries as imports_queries
from tracker.assessment.imports.forms import headings
from tracker.assessment.imports.rules import plan, read
from tracker.assessment.older import pages as older_pages, views as older_views
from tracker.db import session
from tracker.models import Statement
from tracker.web.ui import drafts

SignIn = Callable[[str], Client]
TYPED = "Typed before I was moved"
DOMAIN = "/assess/small/technical/technical"


@dataclass
class OldPage:
    """A page that Ana has of the version that she is on no more: `then` is its statement, `now`
    the same in the version that she is on. She has one piece of evidence."""

    app: Flask
    world: World
    ana: Client
    then: int
    now: int
    evidence_id: int
    text: str
    version: str

    @property
    def rating(self) -> str:
        return f"/statements/{self.then}/rating"


CARD = {"answer": "not_yet", "base_version": "1", "own_note": TYPED}


def card(page: OldPage) -> TestResponse:
    """On the page of the statement."""
    return page.ana.post(page.rating, CARD)


def notes_alone(page: OldPage) -> TestResponse:
    typed = {"base_version": "1", "own_note": TYPED, "save": "notes"}
    return page.ana.post(page.rating, typed)


def cleared(page: OldPage) -> TestResponse:
    return page.ana.post(page.rating, CARD | {"save": "clear"})


def grid(page: OldPage) -> TestResponse:
    return page.ana.post(f"{DOMAIN}/grid?notes=1", of_a_page(page))


def cards(page: OldPage) -> TestResponse:
    return page.ana.post("/assess/ratings", of_a_page(page) | {"next": DOMAIN})


def of_a_page(page: OldPage) -> dict[str, str]:
    of = page.then
    return {
        f"answer-{of}": "not_yet",
        f"shown-{of}": "consistently",
        f"base_version-{of}": "1",
        f"own_note-{of}": TYPED,
        f"shown_own_note-{of}": "",
    }


def kept(page: OldPage) -> TestResponse:
    return page.ana.post("/assess/older", {f"seen-{page.then}": "consistently"})


def quick_note(page: OldPage) -> TestResponse:
    return page.ana.post("/evidence/jot", {"line": TYPED, "statement": str(page.then)})


def new_evidence(page: OldPage) -> TestResponse:
    sent = {"title": "A shift", "statement": str(page.then), f"reason-{page.then}": TYPED}
    return page.ana.post("/evidence", sent | {"do": "save"})


def choosing(page: OldPage) -> TestResponse:
    sent = {"statement": str(page.then), f"reason-{page.then}": TYPED}
    return page.ana.post(f"/evidence/{page.evidence_id}/statements", sent)


def linking(page: OldPage) -> TestResponse:
    """From the page of the statement."""
    sent = {"evidence_id": page.evidence_id, "statement_id": page.then, "reason": TYPED}
    return page.ana.post("/evidence/link", sent | {"back": "statement"})


def sending(page: OldPage) -> TestResponse:
    sue = f"{page.world.people['sue']}-{page.world.teams['central']}"
    return page.ana.post("/reviews", {"reviewer": sue, "statements": str(page.then)})


def import_list(page: OldPage) -> TestResponse:
    """As it was checked in that version."""
    code = "TEC-1-01"
    text = f"code,answer,note\n{code},Not yet,{TYPED}\n"
    with page.app.app_context():
        who = actor(page.world, "ana", AFTER)
        of = session().get_one(Statement, page.then).framework_id
        found = imports_queries.targets(who, of)
        listed = read(text, headings(), found.answers)
        shown = plan(listed, found.statements, found.answers, AFTER.date(), who.time_zone)
    return page.ana.post("/assess/list/store", {"text": text, "seen": shown.digest()})


FORMS: dict[str, tuple[Callable[[OldPage], TestResponse], bool]] = {
    "a page of cards": (cards, True),
    "the page of the statement": (card, True),
    "notes alone": (notes_alone, True),
    "an answer that is cleared": (cleared, True),
    "the grid": (grid, True),
    "older ratings that are kept": (kept, False),
    "a quick note": (quick_note, True),
    "new evidence": (new_evidence, True),
    "statements for evidence": (choosing, True),
    "evidence for a statement": (linking, True),
    "what is sent for review": (sending, False),
    "a list of ratings": (import_list, True),
}
"""With whether something was typed."""


@pytest.fixture(params=["there", "back"])
def page(
    app: Flask, world: World, engine_name: str, request: pytest.FixtureRequest
) -> Iterator[OldPage]:
    """Ana rated the first of Technical. She loads the page, and then she is moved; or she was moved
    before, and is moved back."""
    first, ana = world.statements["technical"][0], Client(app)

    def moved() -> dict[str, Any]:
        rate(world, "ana", first, YES)
        evidence_id = piece(world)
        version = next_version(world, reworded={first: True})
        new = version.became[first][0]
        carried(world, version, person="ana")
        then, now, named = first, new, "2"
        if request.param == "back":
            carried(world, version, person="ana", back=True)
            then, now, named = new, first, "1"
        text = session().get_one(Statement, now).text
        return {
            "then": then,
            "now": now,
            "evidence_id": evidence_id,
            "text": text,
            "version": named,
        }

    with time_machine.travel(AFTER, tick=False):
        with app.app_context():
            made = made_once(f"moved_{request.param}", engine_name, moved)
        ana.enter(world.email("ana"))
        yield OldPage(app, world, ana, **made)


@pytest.mark.parametrize("way", FORMS)
def test_a_form_is_409_with_the_new_wording_and_keeps_what_was_typed(
    page: OldPage, way: str
) -> None:
    send, has_typed = FORMS[way]
    before = rows(page.app)
    told = send(page)
    assert told.status_code == 409, words(told.text)
    assert rows(page.app) == before, "nothing is saved"
    said = words(told.text)
    if way != "a list of ratings":  # its page says that the list has changed, and shows it anew
        assert f"You are on version {page.version} of the framework now" in said
    assert (page.text in said) or way in ("a list of ratings", "older ratings that are kept")
    assert (TYPED in unescape(told.text)) is has_typed


@pytest.mark.parametrize("way", [each for each in FORMS if each != "a list of ratings"])
def test_where_nobody_looks_for_the_other_version_the_table_says_so(
    page: OldPage, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The partner."""
    for room in (older_pages, older_views, drafts):
        monkeypatch.setattr(room, "replaced", lambda *_of: None)
    told = FORMS[way][0](page)
    assert told.status_code in (404, 422)
    assert f"You are on version {page.version}" not in words(told.text)


@pytest.mark.parametrize("what", [{"answer": "not_yet"}, {"notes_only": True}, {"clear": True}])
def test_the_script_is_told_so_and_keeps_what_is_on_its_page(
    page: OldPage, what: dict[str, Any]
) -> None:
    """Cards and rows of a grid alike."""
    before = rows(page.app)
    sent = {"base_version": 1, "own_note": TYPED, **what}
    told = page.ana.post_json(page.rating, sent)
    assert (told.status_code, told.json["code"]) == (409, "statement_replaced")
    assert f"You are on version {page.version} of the framework now" in told.json["error"]
    assert rows(page.app) == before


def test_what_is_marked_anew_is_saved_by_the_same_button(page: OldPage) -> None:
    told = new_evidence(page)
    assert re.findall(r'name="statement" value="(\d+)" checked', told.text) == [str(page.now)]
    assert f'name="reason-{page.now}"' in told.text
    saved = page.ana.post(
        "/evidence",
        {"title": "A shift", "statement": str(page.now), f"reason-{page.now}": TYPED, "do": "save"},
    )
    assert saved.status_code == 303
    told = sending(page)
    ticked = re.findall(r'name="statements"[^>]* value="(\d+)" checked', told.text)
    assert ticked == [str(page.now)]
    reviewer = re.search(r'name="reviewer"[^>]* value="([^"]+)"', told.text)
    assert reviewer is not None
    sent = {"reviewer": reviewer[1], "statements": ticked}
    assert page.ana.post("/reviews", sent).status_code == 303


def test_ticks_are_kept_too_where_something_else_is_missing(page: OldPage) -> None:
    told = page.ana.post("/reviews", {"statements": str(page.then)})
    assert told.status_code == 409
    assert "Choose a reviewer." in words(told.text)
    ticked = re.findall(r'name="statements"[^>]* value="(\d+)" checked', told.text)
    assert ticked == [str(page.now)]


def test_a_search_among_the_statements_keeps_what_was_chosen(page: OldPage) -> None:
    sent = {"statement": str(page.then), f"reason-{page.then}": TYPED, "find": "leads"}
    found = page.ana.post(f"/evidence/{page.evidence_id}/statements", sent | {"do": "find"})
    assert found.status_code == 200
    assert re.findall(r'name="statement" value="(\d+)" checked', found.text) == [str(page.now)]
    assert TYPED in found.text


def test_what_evidence_is_linked_to_is_not_offered_again_in_other_words(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    """A reason that is there would be lost by ticking it anew."""
    first = world.statements["technical"][0]
    with app.app_context():
        linked = piece(world, reasons={first: TYPED})
        version = next_version(world, reworded={first: True})
        carried(world, version, person="ana")
    offer = f'name="statement" value="{version.became[first][0]}"'
    ana = sign_in(world.email("ana"))
    assert offer not in ana.get(f"/evidence/{linked}/statements").text
    assert offer in ana.get("/evidence/new").text


@pytest.mark.parametrize(
    ("form", "fields", "where"),
    [
        ("evidence.create", [["title", "A shift"]], "/evidence/new"),
        ("evidence.choose_now {piece}", [], "/evidence/{piece}/statements"),
    ],
)
def test_a_draft_goes_on_in_the_version_that_they_are_on(
    page: OldPage, form: str, fields: list[list[str]], where: str
) -> None:
    ana, person_id = page.ana, page.world.people["ana"]
    chosen = [["statement", str(page.then)], [f"reason-{page.then}", TYPED]]
    draft = form.format(piece=page.evidence_id)
    sent = {"draft": draft, "fields": fields + chosen, "person_id": person_id}
    assert ana.post_json("/drafts", sent).status_code == 200
    offered = ana.get(where.format(piece=page.evidence_id)).text
    (href,) = re.findall(r'href="([^"]*draft=\d+[^"#]*)', offered)
    used = ana.get(unescape(href)).text
    assert re.findall(r'name="statement" value="(\d+)"[^>]* checked', used) == [str(page.now)]
    assert f'name="reason-{page.now}"' in used
    assert TYPED in used


def test_why_evidence_counts_goes_on_at_what_takes_the_statements_place(page: OldPage) -> None:
    ana, person_id = page.ana, page.world.people["ana"]
    fields = [["evidence_id", str(page.evidence_id)], ["reason", TYPED]]
    sent = {"draft": f"evidence.link {page.then}", "fields": fields, "person_id": person_id}
    assert ana.post_json("/drafts", sent).status_code == 200
    here = f"/statements/{page.now}"
    (href,) = re.findall(r'href="([^"]*draft=\d+[^"#]*)', ana.get(here).text)
    used = ana.get(unescape(href)).text
    assert TYPED in used
    sent = {"evidence_id": page.evidence_id, "statement_id": page.now, "reason": TYPED}
    done = ana.post("/evidence/link", sent | {"draft": f"evidence.link {page.then}"})
    assert done.status_code == 303
    assert "draft=" not in ana.get(here).text, "it went with what was saved"


@pytest.fixture
def year(app: Flask, world: World) -> Iterator[NextVersion]:
    """The first of Technical is retired, the second split, the third and fourth are one, and the
    whole of Leadership is gone."""
    retired, split, one, other = world.statements["technical"][:4]
    with time_machine.travel(AFTER, tick=False):
        with app.app_context():
            rate(world, "ana", one, YES)
            rate(world, "ana", other, YES)
            version = next_version(
                world,
                retired=[retired, *world.statements["leadership"]],
                split={split: True},
                merged={(one, other): True},
            )
            carried(world, version)
        yield version


def test_of_a_grid_each_row_is_shown_with_what_became_of_it(
    world: World, year: NextVersion, sign_in: SignIn
) -> None:
    ana = sign_in(world.email("ana"))
    retired, split, one, other = world.statements["technical"][:4]
    sent: dict[str, str] = {}
    for number, each in enumerate((retired, split, one, other)):
        sent |= {f"answer-{each}": "partly", f"shown-{each}": "", f"base_version-{each}": "0"}
        sent |= {f"own_note-{each}": f"{TYPED} {number}", f"shown_own_note-{each}": ""}
    told = ana.post(f"{DOMAIN}/grid", sent)
    assert told.status_code == 409
    actions = re.findall(r'data-action="/statements/(\d+)/rating"', told.text)
    assert told.text.count('action="/assess/ratings"') == 1, "one form, one button"
    became = [*year.became[split], *year.became[one]]
    assert [int(action) for action in actions] == became
    assert all(f"{TYPED} {number}" in words(told.text) for number in range(4))
    assert "It isn’t in your version anymore." in words(told.text)
    assert words(told.text).count("You chose Partly") == 4
    assert "It is part of the statement above now." in words(told.text)
    both = f"{TYPED} 2\n\n{TYPED} 3</textarea>"
    assert both in told.text, "of a merge both notes are there, and what they agree on is chosen"
    assert re.findall(r'id="s-(\d+)-\w+"[^>]* checked', told.text) == [str(year.became[one][0])]


def test_of_a_domain_that_is_gone_nothing_typed_is_lost(
    world: World, year: NextVersion, sign_in: SignIn
) -> None:
    ana, of = sign_in(world.email("ana")), world.statements["leadership"][0]
    sent = {f"answer-{of}": "partly", f"shown-{of}": "", f"own_note-{of}": TYPED}
    told = ana.post("/assess/small/durable/leadership/grid", sent)
    assert told.status_code == 409
    assert TYPED in words(told.text)
    assert "this statement isn’t in it" in words(told.text)


def test_what_is_chosen_and_gone_is_named_with_what_was_typed(
    app: Flask, world: World, year: NextVersion, sign_in: SignIn
) -> None:
    ana = sign_in(world.email("ana"))
    retired, split = world.statements["technical"][:2]
    with app.app_context():
        evidence_id = piece(world)
    sent = {"statement": [retired, split], f"reason-{retired}": TYPED, f"reason-{split}": "Both"}
    told = ana.post(f"/evidence/{evidence_id}/statements", sent)
    assert told.status_code == 409
    assert f"Not in it: “Technical 1.1” ({TYPED})." in words(told.text)
    checked = re.findall(r'name="statement" value="(\d+)" checked', told.text)
    assert [int(each) for each in checked] == year.became[split]


def test_a_page_of_a_version_that_was_never_theirs_is_none(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    with app.app_context():
        rate(world, "ana", world.statements["technical"][0], NO)
        evidence_id = piece(world)
        version = next_version(world, added=1)
    ana, new = sign_in(world.email("ana")), version.added[0]
    assert ana.post(f"/statements/{new}/rating", {"answer": "partly"}).status_code == 404
    row = {f"answer-{new}": "partly", f"shown-{new}": ""}
    assert ana.post(f"{DOMAIN}/grid", row).status_code == 404
    assert ana.post("/assess/older", {f"seen-{new}": "partly"}).status_code == 404
    sent = {"statement": str(new)}
    assert ana.post(f"/evidence/{evidence_id}/statements", sent).status_code == 422
