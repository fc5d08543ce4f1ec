"""The assess pages without script: every answer by itself, nothing typed is lost, nothing answers
500."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from tests.assessment.ratings.stored import BEFORE, DOMAIN, answer_of
from tests.client import Client
from tests.conftest import Queries
from tests.factories.answers import Answer, EndorsedAnswer
from tests.factories.frameworks import cite, grow, leave_out
from tests.factories.people import newer_use_statement
from tests.factories.ratings import rate
from tests.factories.reviews import endorse
from tests.factories.world import World
from tests.record.endorsements.test_queries_digests import behind_the_guards
from tracker.db import session
from tracker.models import UseStatement, UseStatementReading


def test_an_answer_is_saved_and_the_page_comes_back_to_it(
    app: Flask, world: World, ana: Client, first: int
) -> None:
    sent = {
        "answer": "partly",
        "base_version": "0",
        "person_id": str(world.people["ana"]),
        "own_note": "ask Sue",
        "reviewer_note": "",
    }
    response = ana.post(f"/statements/{first}/rating", sent)
    assert response.status_code == 303
    assert response.location == f"/statements/{first}?saved={first}"
    page = ana.get(response.location).text
    assert '<span class="save-state" data-save-state>Saved</span>' in page
    page = ana.get(DOMAIN).text
    assert f'id="s-{first}-partly" value="partly" checked' in page
    assert "ask Sue" in page
    assert "1 of 33 rated" in page
    assert "Using an accommodation or assistive technology is not “more help.”" in page


def test_the_page_shows_all_that_stands_at_a_statement(
    app: Flask, world: World, ana: Client, first: int
) -> None:
    second, third = world.statements["communication"][1:3]
    with app.app_context():
        cite(world, first, "O*NET v30.2", "Pathsmith")
        endorse(world, "ana", "sue", first, EndorsedAnswer.CONSISTENTLY)
        rate(world, "ana", second, Answer.PARTLY, BEFORE)
        leave_out(world, third, "Personnel matters.")
    page = ana.get(DOMAIN).text
    for words in (
        "O*NET v30.2",
        "Pathsmith in full",
        "Sue: Consistently, Nov 24",
        "You chose Partly on Sep 1",
        "Not rated in this library: Personnel matters.",
        "1 of 32",
    ):
        assert words in page, words
    assert f'id="s-{third}-partly"' not in page
    assert page.count('name="still_true-') == 1


def test_what_was_noted_before_the_library_left_a_statement_out_is_on_its_page(
    app: Flask, world: World, ana: Client, first: int
) -> None:
    notes = {"own_note": "Ask about the new desk", "reviewer_note": "Since May"}
    ana.post(f"/statements/{first}/rating", {"answer": "partly", "base_version": 0, **notes})
    page = f"/statements/{first}"
    assert "<blockquote" not in ana.get(page).text, "they stand in the form"
    with app.app_context():
        leave_out(world, first, "Personnel matters.")
    for text in notes.values():
        assert f'<blockquote class="said-note">{text}</blockquote>' in ana.get(page).text


def test_still_true_confirms_an_old_answer(
    app: Flask, world: World, ana: Client, first: int
) -> None:
    with app.app_context():
        rate(world, "ana", first, Answer.PARTLY, BEFORE)
    ana.post(
        f"/statements/{first}/rating",
        {"answer": "not_yet", "still_true": "partly", "base_version": "1"},
    )
    page = ana.get(f"/statements/{first}").text
    assert 'name="still_true"' not in page
    assert "kept" in page
    assert answer_of(app, world, first) == "partly"


def test_saving_a_note_does_not_confirm_an_old_answer(
    app: Flask, world: World, ana: Client, first: int
) -> None:
    with app.app_context():
        rate(world, "ana", first, Answer.PARTLY, BEFORE)
    ana.post(
        f"/statements/{first}/rating",
        {"answer": "partly", "save": "notes", "own_note": "x", "base_version": "1"},
    )
    assert 'name="still_true"' in ana.get(f"/statements/{first}").text


def test_a_page_that_is_out_of_date_shows_both_answers(
    app: Flask, world: World, sign_in: Callable[[str], Client], first: int
) -> None:
    phone, desk = (sign_in(world.email("ana")) for _device in range(2))
    phone.post(f"/statements/{first}/rating", {"answer": "consistently", "base_version": "0"})
    told = desk.post(
        f"/statements/{first}/rating",
        {"answer": "partly", "base_version": "0", "own_note": "typed here"},
    )
    assert told.status_code == 409
    for words in (
        "Saved meanwhile",
        "Yours, from this page",
        "Consistently",
        "Partly",
        "typed here",
        "Keep the other",
    ):
        assert words in told.text, words
    assert answer_of(app, world, first) == "consistently"
    kept = desk.post(
        f"/statements/{first}/rating",
        {"answer": "partly", "base_version": "1", "own_note": "typed here"},
    )
    assert kept.status_code == 303
    assert answer_of(app, world, first) == "partly"


def test_what_was_typed_is_kept_when_it_is_refused(
    app: Flask, world: World, ana: Client, first: int
) -> None:
    long = "n" * 4001
    for sent, words in (
        (
            {"answer": "partly", "own_note": long},
            "A note can be 4000 characters long; this one has 4001",
        ),
        ({"answer": "often", "own_note": "kept text"}, "Choose one of the answers"),
    ):
        told = ana.post(f"/statements/{first}/rating", sent)
        assert told.status_code == 422
        assert words in told.text
        assert str(sent["own_note"]) in told.text
    assert answer_of(app, world, first) is None


def test_a_note_without_an_answer_is_there_again_and_nowhere_else(
    app: Flask, world: World, ana: Client, first: int
) -> None:
    told = ana.post(f"/statements/{first}/rating", {"own_note": "it waits", "save": "notes"})
    assert told.status_code == 303
    assert answer_of(app, world, first) is None
    for page in (DOMAIN, f"{DOMAIN}/grid?notes=1", f"/statements/{first}"):
        assert ">it waits</textarea>" in ana.get(page).text
    assert "it waits" not in ana.get("/profile.json").text


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("answer", "partly\0"),
        ("answer", "partly "),
        ("base_version", "-1"),
        ("base_version", "٣"),
        ("base_version", "9" * 30),
        ("base_version", ""),
        ("person_id", "x"),
        ("own_note", "NUL \0"),
        ("answer", ["partly", "not_yet"]),
    ],
)
def test_a_wrong_form_is_refused(
    app: Flask, world: World, ana: Client, first: int, field: str, value: object
) -> None:
    response = ana.post(f"/statements/{first}/rating", {"answer": "partly", field: value})
    assert response.status_code == 422
    assert answer_of(app, world, first) is None


@pytest.mark.parametrize(
    "path",
    [
        "/assess/other/durable/communication",
        "/assess/other/durable/communication/grid",
        "/assess/small/durable/none",
        "/assess/small/durable/none/grid",
        f"{DOMAIN}?level=5",
        f"{DOMAIN}?show=older ",
        "/statements/2147483647",
    ],
)
def test_no_such_page(ana: Client, path: str) -> None:
    assert ana.get(path).status_code == 404
    if path.endswith("/grid"):
        assert ana.post(path, {}).status_code == 404


def test_a_large_domain_is_listed_by_its_levels(app: Flask, world: World, ana: Client) -> None:
    with app.app_context():
        grow(world, "technical", 40)
    page = ana.get("/assess/small/technical/technical?level=2").text
    assert "<h1>Technical: Developing</h1>" in page
    assert page.count('href="/assess/small/technical/technical?level=') >= 4
    assert ana.get("/assess").location == "/assess/small/technical/technical?level=1&show=job"


def test_the_use_statement_is_read_first(app: Flask, world: World, ana: Client, first: int) -> None:
    with app.app_context():
        newer_use_statement(world)
    lists = ("/assess/list", "/assess/list/template.csv")
    for path in (
        "/assess",
        DOMAIN,
        f"{DOMAIN}/grid",
        "/assess/five",
        f"/statements/{first}",
        *lists,
    ):
        response = ana.get(path)
        assert (response.status_code, response.location.split("?")[0]) == (302, "/use-statement")
    told = ana.post(f"/statements/{first}/rating", {"answer": "partly", "own_note": "kept text"})
    assert told.status_code == 409
    assert "kept text" in told.text
    page = ana.get(ana.get(DOMAIN).location).text
    assert "I have read it" in page
    with app.app_context():
        newest = session().scalar(select(UseStatement.id).where(UseStatement.version == 2))
    done = ana.post("/use-statement", {"use_statement_id": str(newest), "next": DOMAIN})
    assert (done.status_code, done.location) == (303, DOMAIN)
    assert ana.get(DOMAIN).status_code == 200
    for next_address in ("https://elsewhere.example", "//elsewhere.example", "\\\\elsewhere", ""):
        away = ana.post("/use-statement", {"use_statement_id": str(newest), "next": next_address})
        assert away.location == "/"


def test_a_newer_text_that_came_meanwhile_is_to_be_read(
    app: Flask, world: World, ana: Client
) -> None:
    with app.app_context():
        old = session().scalar(
            select(UseStatement.id).where(UseStatement.library_id == world.libraries["city"])
        )
        session().rollback()
        newer_use_statement(world)
    told = ana.post("/use-statement", {"use_statement_id": str(old)})
    assert told.status_code == 409
    assert "newer version was published" in told.text


@pytest.mark.parametrize("sent", ["", "0", "-1", "x", "9" * 30, "1.5"])
def test_reading_nothing_is_refused(ana: Client, sent: str) -> None:
    assert ana.post("/use-statement", {"use_statement_id": sent}).status_code == 422


def test_without_a_use_statement_nobody_rates(
    app: Flask, world: World, ana: Client, first: int
) -> None:
    with app.app_context(), behind_the_guards() as tx:
        tx.execute(UseStatementReading.__table__.delete())
        tx.execute(UseStatement.__table__.delete())
    page = ana.get(ana.get(DOMAIN).location).text
    assert "publishes it" in page
    assert ana.post(f"/statements/{first}/rating", {"answer": "partly"}).status_code == 409


def test_the_statement_page_has_the_whole_history(
    app: Flask, world: World, ana: Client, first: int
) -> None:
    with app.app_context():
        rate(world, "ana", first, Answer.PARTLY, BEFORE)
        endorse(world, "ana", "sue", first, EndorsedAnswer.PARTLY)
        rate(world, "ben", first, Answer.NOT_YET)
    ana.post(f"/statements/{first}/rating", {"answer": "consistently", "base_version": "1"})
    page = ana.get(f"/statements/{first}").text
    assert page.count('<tr><th scope="row">Consistently') == 1
    assert page.count('<tr><th scope="row">Partly') == 1
    assert "Sue: Partly, Nov 24" in page
    assert (
        "you have answered otherwise since" not in page
    )  # the same moment: not after the endorsement


@pytest.mark.in_ci
def test_few_statements_of_sql_whatever_the_size(
    app: Flask, world: World, ana: Client, count_sql: Queries
) -> None:
    """At most four for the page and five for a save, besides that of session and person."""

    def counted(ask: Callable[[], object]) -> int:
        count_sql.clear()
        ask()
        return len(count_sql) - 1

    page = "/assess/small/technical/technical"
    before = counted(lambda: ana.get(page))
    with app.app_context():
        grow(world, "technical", 40)
        for statement_id in world.statements["technical"]:
            rate(world, "ana", statement_id, Answer.PARTLY)
            cite(world, statement_id, "O*NET v30.2", "Pathsmith")
            endorse(world, "ana", "sue", statement_id, EndorsedAnswer.PARTLY)
    assert ana.get(page).text.count("data-statement=") == 40
    assert (before, counted(lambda: ana.get(page))) == (4, 4)
    url = f"/statements/{world.statements['technical'][0]}/rating"
    assert counted(lambda: ana.post_json(url, {"answer": "not_yet", "base_version": 1})) == 5
