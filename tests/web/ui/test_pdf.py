"""Documents: what their pages show to the same reader, as text and nothing else, in a file for
anybody to read."""

import datetime as dt
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
import time_machine
import typst
from flask import Flask
from flask_limiter.util import get_qualified_name
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject
from sqlalchemy import update

from config import ROOT
from tests import pdf
from tests.client import Client
from tests.conftest import NOW, Queries, TestConfig
from tests.factories.answers import EndorsedAnswer, ReviewerAnswer
from tests.factories.frameworks import grow, leave_out, open_round
from tests.factories.ratings import rate
from tests.factories.reviews import endorse_all
from tests.factories.sides import YES, actor, answer, item_ids, send
from tests.factories.world import World
from tests.web.ui.documents import a_document, profile_of, talked
from tracker.app import create_app
from tracker.db import db, transaction
from tracker.models import Library
from tracker.reviews.review import actions as review_actions
from tracker.rules.regions import Paper
from tracker.web.http.rate_limits import limiter
from tracker.web.ui.pdf import pdf as make


@pytest.mark.parametrize(("paper", "points"), [("letter", (612, 792)), ("a4", (595, 842))])
def test_every_page_has_the_size_that_the_library_prints_on(
    app: Flask, world: World, ana: Client, paper: str, points: tuple[int, int]
) -> None:
    with app.app_context():
        review_id = talked(world)
        with transaction() as tx:
            tx.get_one(Library, world.libraries["city"]).paper = Paper(paper)
    for url in ("/profile.pdf", f"/reviews/{review_id}/differences.pdf"):
        sheets = [page.mediabox for page in pdf.reader(ana.get(url)).pages]
        assert {(round(sheet.width), round(sheet.height)) for sheet in sheets} == {points}


@pytest.mark.in_ci
def test_tables_say_what_their_columns_are_on_every_page(
    app: Flask, world: World, ana: Client
) -> None:
    with app.app_context():
        grow(world, "technical", 120)
        answers = dict.fromkeys(world.statements["technical"], EndorsedAnswer.CONSISTENTLY)
        endorse_all(world, "ana", "sue", answers)
    pages = [page.extract_text() for page in pdf.reader(ana.get("/profile.pdf")).pages]
    of_list = [page for page in pages if re.search("(TEC|MORE).*Consistently", page)]
    assert len(of_list) > 3
    assert all(page.startswith("Code") for page in of_list[1:])
    assert [f"{number} of {len(pages)}" in page for number, page in enumerate(pages, 1)] == [
        True
    ] * len(pages)


def test_the_file_and_its_headers(app: Flask, world: World, ana: Client) -> None:
    response = ana.get("/profile.pdf")
    assert (
        response.headers["Content-Disposition"]
        == "attachment; filename=ana-progress-profile-2026-11-24.pdf"
    )
    assert response.headers["Content-Type"] == "application/pdf"
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response.headers["Content-Security-Policy"]
    assert (
        ana.http.head("/profile.pdf").headers["Content-Length"]
        == response.headers["Content-Length"]
    )
    assert ana.http.head("/profile.pdf").data == b""
    assert ana.http.post("/profile.pdf").status_code in (400, 405)
    said = pdf.metadata(response)
    assert said["/Title"] == "Ana: progress profile"
    assert said["/Author"] == "City Library"
    assert said["/CreationDate"].startswith("D:20261124100000")
    assert said["lang"] == "en"
    assert pdf.reader(response).root_object["/MarkInfo"]["/Marked"]
    assert b"<pdfuaid:part>1</pdfuaid:part>" in response.data


def test_the_same_state_and_moment_give_the_same_bytes(
    app: Flask, world: World, ana: Client
) -> None:
    first = ana.get("/profile.pdf").data
    assert ana.get("/profile.pdf").data == first
    with time_machine.travel(NOW + dt.timedelta(minutes=5), tick=False):
        assert ana.get("/profile.pdf").data != first


def test_the_day_is_that_of_the_library(app: Flask, world: World, ana: Client) -> None:
    with app.app_context(), transaction() as tx:
        tx.execute(update(Library).values(time_zone="Pacific/Kiritimati"))
    response = ana.get("/profile.pdf")
    assert "Made on Nov 25, 2026" in pdf.words(response)
    assert "2026-11-25.pdf" in response.headers["Content-Disposition"]


def test_a_document_that_typst_refuses_is_a_fault(
    app: Flask,
    world: World,
    ana: Client,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def refuse(*_: object, **__: object) -> bytes:
        error = typst.TypstError()
        error.message = error.diagnostic = "panicked at something"
        raise error

    monkeypatch.setattr(typst, "compile", refuse)
    response = ana.get("/profile.pdf")
    assert response.status_code == 500
    assert response.headers["X-Request-ID"] in response.text
    logged = capsys.readouterr().out
    assert '"template": "profile", "problem": "panicked at something"' in logged
    assert response.headers["X-Request-ID"] in logged


def test_a_document_that_lacks_a_part_is_a_fault(app: Flask) -> None:
    with (
        app.test_request_context(),
        pytest.raises(RuntimeError, match="typst refused the document differences"),
    ):
        make(replace(a_document("x"), data={}), NOW)


@pytest.fixture
def limited(app: Flask, world: World) -> Iterator[Callable[[str], Client]]:
    """Signs people in to an app on the same database that counts how often somebody knocks."""
    config = TestConfig(app.config["SQLALCHEMY_DATABASE_URI"], app.config["DATA_DIR"])
    config.RATELIMIT_ENABLED = True
    counting = create_app(config)

    def as_person(name: str) -> Client:
        client = Client(counting)
        client.sign_in(world.email(name))
        return client

    yield as_person
    limiter.enabled = False
    with counting.app_context():
        limiter.reset()
        db.engine.dispose()


def test_every_file_that_is_made_is_limited(app: Flask) -> None:
    """Whoever adds a view that makes one meets this: it is limited, with all others together."""
    made = [
        get_qualified_name(app.view_functions[rule.endpoint])
        for rule in app.url_map.iter_rules()
        if rule.rule.endswith((".csv", ".json", ".pdf", ".xlsx", ".zip"))
    ]
    assert len(made) >= 8
    assert [name for name in made if not limiter.limit_manager.decorated_limits(name)] == []


@pytest.mark.in_ci
def test_documents_are_limited_for_each_person(
    app: Flask, world: World, limited: Callable[[str], Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    with app.app_context():
        notes = f"/reviews/{talked(world)}/differences.pdf"
    monkeypatch.setattr(typst, "compile", lambda *_, **__: b"%PDF-1.7")
    ana = limited("ana")
    assert [ana.http.get(url).status_code for url in ("/profile.pdf", notes) * 20] == [200] * 40
    refused = [ana.get(url) for url in ("/profile.pdf", notes, profile_of(world))]
    assert [response.status_code for response in refused] == [429] * 3
    assert int(refused[0].headers["Retry-After"]) > 0
    assert ana.get("/profile").status_code == 200
    assert limited("sue").http.get(notes).status_code == 200


@pytest.mark.in_ci
def test_the_number_of_sql_statements_does_not_grow(
    app: Flask, world: World, ana: Client, count_sql: Queries
) -> None:
    with app.app_context():
        notes = f"/reviews/{talked(world)}/differences.pdf"

    def counted(url: str) -> int:
        count_sql.clear()
        assert ana.get(url).status_code == 200
        return len(count_sql)

    ana.get("/profile.pdf")
    before = [counted("/profile.pdf"), counted(notes)]
    with app.app_context():
        grow(world, "communication", 30)
        for statement_id in world.statements["technical"]:
            rate(world, "ana", statement_id, YES)
        answers = dict.fromkeys(world.statements["technical"], EndorsedAnswer.PARTLY)
        endorse_all(world, "ana", "sue", answers)
        longer = f"/reviews/{_another(world)}/differences.pdf"
    ana.get("/profile.pdf")
    assert [counted("/profile.pdf"), counted(longer)] == before


def _another(world: World) -> int:
    """A review of more statements than the first, all of which differ."""
    review_id = send(world, *[YES] * 9, skip=8)
    for item_id in item_ids(review_id):
        answer(world, item_id, ReviewerAnswer.NOT_YET, note="n")
    review_actions.reveal(actor(world, "sue"), review_id, world.now)
    return review_id


def test_the_pages_lead_to_their_documents(
    app: Flask, world: World, ana: Client, sue: Client
) -> None:
    with app.app_context():
        review_id = talked(world)
    assert 'href="/profile.pdf"' in ana.get("/profile").text
    assert f'href="{profile_of(world)}"' in sue.get(profile_of(world).removesuffix(".pdf")).text
    for client in (ana, sue):
        assert (
            f'href="/reviews/{review_id}/differences.pdf"'
            in client.get(f"/reviews/{review_id}/differences").text
        )


def reaches(template: str) -> list[str]:
    """What a template does that ours do not need: read text as code, or anything but data, house
    and built-in parts."""
    return re.findall(
        r"\b(?:eval|read|plugin)\(|\binclude |\bimport (?!\"house\.typ\")|@preview", template
    )


def test_templates_read_no_text_as_code_and_reach_for_nothing() -> None:
    folder = ROOT / "templates" / "documents"
    templates = {path.name: path.read_text() for path in folder.glob("*.typ")}
    assert len(templates) == 4
    assert {
        name: reaches(template) for name, template in templates.items() if reaches(template)
    } == {}
    assert reaches('#import "@preview/x:1.0" #eval("1")') == ["import ", "@preview", "eval("]


def wordless(value: object) -> object:
    """The same data with a 7 for every word; what only chooses the look stays, and links, which
    must lead somewhere."""
    if isinstance(value, dict):
        return {
            key: each if key in ("kind", "key", "meta", "href") else wordless(each)
            for key, each in value.items()
        }
    if isinstance(value, list):
        return [wordless(each) for each in value]
    return "7" if isinstance(value, str) and value else value


@pytest.mark.in_ci
def test_templates_hold_no_word_of_their_own(
    app: Flask, world: World, ana: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    with app.app_context():
        leave_out(world, world.statements["leadership"][0], "x")
        open_round(world, "Spring 2026", dt.date(2026, 3, 1), dt.date(2026, 4, 30))
        review_id = talked(world)
    compile_ = typst.compile

    def without_words(*args: object, sys_inputs: dict[str, str], **options: object) -> bytes:
        data = json.dumps(wordless(json.loads(sys_inputs["data"])))
        made: bytes = compile_(*args, sys_inputs={"data": data}, **options)  # type: ignore[call-overload]
        return made

    notes = f"/reviews/{review_id}/differences.pdf"
    assert all(
        re.search("[A-Za-z]", pdf.on_the_pages(ana.get(url))) for url in ("/profile.pdf", notes)
    )
    monkeypatch.setattr(typst, "compile", without_words)
    assert not re.search("[A-Za-z]", pdf.on_the_pages(ana.get("/profile.pdf")))
    assert re.findall(r"[A-Za-z]\S*", pdf.on_the_pages(ana.get(notes))) == [
        "https://example.org/visits"
    ]


def languages(value: object, seen: set[int]) -> set[str]:
    """Every language that a part of the document's structure says it is in."""
    value = value.get_object() if isinstance(value, IndirectObject) else value
    if id(value) in seen:
        return set()
    seen.add(id(value))
    if isinstance(value, ArrayObject):
        return set().union(*(languages(each, seen) for each in value))
    if isinstance(value, DictionaryObject):
        below = set().union(
            *(
                languages(value[key], seen)
                for key in ("/K", "/StructTreeRoot", "/A")
                if key in value
            )
        )
        return below | ({str(value["/Lang"])} if "/Lang" in value else set())
    return set()


@pytest.mark.in_ci
def test_words_of_a_framework_keep_their_language(
    app: Flask, world: World, ana: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    with app.app_context():
        review_id = talked(world)
    for pseudo, tag in (("accented", "en-XA"), ("mirrored", "ar-XB")):
        monkeypatch.setitem(app.config, "PSEUDO_LANGUAGE", pseudo)
        for url in ("/profile.pdf", f"/reviews/{review_id}/differences.pdf"):
            response = ana.get(url)
            assert pdf.metadata(response)["lang"] == tag
            words = pdf.words(response)
            assert "Communication" in words
            assert not re.search("[\ufdd0-\ufdd2]", words)
            assert {tag, "en"} <= languages(pdf.reader(response).root_object, set()) | {tag}
