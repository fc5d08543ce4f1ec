"""One domain as a table, without script: saved whole or not at all, and nothing typed is lost."""

import datetime as dt
from collections.abc import Callable

from flask import Flask
from sqlalchemy import select, update

from tests.assessment.posted import fields
from tests.client import Client
from tests.conftest import Queries
from tests.factories.answers import Answer
from tests.factories.frameworks import grow, leave_out
from tests.factories.ratings import rate
from tests.factories.world import World
from tracker.db import session, transaction
from tracker.models import Framework, Rating, RatingEntry

GRID = "/assess/small/durable/communication/grid"
BEFORE = dt.datetime(2026, 9, 1, tzinfo=dt.UTC)


def answers(app: Flask, world: World) -> dict[int, str]:
    with app.app_context():
        rows = session().execute(
            select(Rating.statement_id, Rating.answer).where(
                Rating.person_id == world.people["ana"]
            )
        )
        return {row.statement_id: row.answer for row in rows}


def entries(app: Flask) -> int:
    with app.app_context():
        return len(session().scalars(select(RatingEntry.id)).all())


def test_a_grid_holds_every_statement_of_the_domain(app: Flask, world: World, ana: Client) -> None:
    first, second, third, *_rest = world.statements["communication"]
    with app.app_context():
        rate(world, "ana", first, Answer.PARTLY)
        rate(world, "ana", second, Answer.PARTLY, BEFORE)
        leave_out(world, third, "Personnel matters.")
    page = ana.get(GRID).text
    assert page.count('class="grid-row"') == 9
    assert page.count('type="radio"') == 45
    assert f'id="s-{first}-partly" value="partly"' in page
    assert "You chose this on Sep 1, before this round." in page
    assert page.count('name="still_true-') == 1
    assert "Not rated in this library: Personnel matters." in page
    assert f'name="answer-{third}"' not in page
    assert "textarea" not in page
    assert 'name="own_note-' in ana.get(f"{GRID}?notes=1").text


def test_cards_and_grid_lead_to_each_other(app: Flask, world: World, ana: Client) -> None:
    assert f'href="{GRID}"' in ana.get("/assess/small/durable/communication").text
    page = ana.get(GRID).text
    assert 'href="/assess/small/durable/communication"' in page
    assert (
        'href="/assess/small/durable/leadership/grid"' in page
    )  # the other parts are grids from here
    with app.app_context():
        grow(world, "technical", 40)
    assert (
        "/assess/small/technical/technical/grid#s-"
        in ana.get("/assess/small/technical/technical?level=2").text
    )
    page = ana.get("/assess/small/technical/technical/grid").text
    assert page.count('class="grid-row"') == 40
    assert 'href="/assess/small/technical/technical?level=1"' in page


def test_one_button_saves_what_was_touched(app: Flask, world: World, ana: Client) -> None:
    first, second, third, *_rest = world.statements["communication"]
    with app.app_context():
        rate(world, "ana", first, Answer.PARTLY, BEFORE)
        rate(world, "ana", second, Answer.PARTLY)
    sent = fields(ana.get(f"{GRID}?notes=1").text)
    sent |= {
        f"answer-{second}": "consistently",
        f"answer-{third}": "not_sure",
        f"own_note-{third}": "ask\r\nSue",
    }
    response = ana.post(f"{GRID}?notes=1", sent)
    assert response.status_code == 303
    assert response.location == f"/assess/done?next={GRID}?notes%3D1"
    assert "2 statements saved." in ana.get(response.location, follow_redirects=True).text
    assert answers(app, world) == {first: "partly", second: "consistently", third: "not_sure"}
    assert entries(app) == 4  # the old answer was not touched, and so not confirmed
    sent = fields(ana.get(f"{GRID}?notes=1").text)
    assert sent[f"own_note-{third}"] == "ask\nSue"
    assert "Nothing was changed." in ana.post(f"{GRID}?notes=1", sent, follow_redirects=True).text
    assert entries(app) == 4


def test_still_true_confirms_its_own_row_alone(app: Flask, world: World, ana: Client) -> None:
    first, second, *_rest = world.statements["communication"]
    with app.app_context():
        for statement_id in (first, second):
            rate(world, "ana", statement_id, Answer.PARTLY, BEFORE)
    sent = fields(ana.get(GRID).text)
    assert ana.post(GRID, {**sent, f"still_true-{first}": "partly"}).status_code == 303
    page = ana.get(GRID).text
    assert page.count('name="still_true-') == 1
    assert f'name="still_true-{second}" value="partly"' in page


def test_what_was_answered_elsewhere_is_told_in_the_words_of_the_framework(
    app: Flask, world: World, ana: Client, sign_in: Callable[[str], Client]
) -> None:
    """Here Python makes the sentence, also for a page of cards."""
    with app.app_context(), transaction() as tx:
        tx.execute(update(Framework).values(lang="de"))
    first, *_rest = world.statements["communication"]
    sent = fields(ana.get(GRID).text)
    sign_in(world.email("ana")).post(f"/statements/{first}/rating", {"answer": "consistently"})
    told = ana.post(GRID, sent | {f"answer-{first}": "partly"}).text
    assert 'somewhere else in the meantime: <span lang="de">Consistently</span>.' in told


def test_what_was_answered_elsewhere_is_told_by_row_and_nothing_is_lost(
    app: Flask, world: World, ana: Client, sign_in: Callable[[str], Client]
) -> None:
    first, second, third, fourth, *_rest = world.statements["communication"]
    sent = fields(ana.get(f"{GRID}?notes=1").text)
    phone = sign_in(world.email("ana"))
    phone.post(
        f"/statements/{first}/rating", {"answer": "consistently", "own_note": "on the phone"}
    )
    phone.post(
        f"/statements/{fourth}/rating", {"answer": "not_yet"}
    )  # not touched in the grid: no conflict
    sent |= {
        f"answer-{first}": "partly",
        f"own_note-{first}": "at the desk",
        f"answer-{second}": "not_yet",
        f"own_note-{third}": "without an answer",
    }
    told = ana.post(f"{GRID}?notes=1", sent)
    assert told.status_code == 409
    assert "Nothing was saved yet" in told.text
    assert "somewhere else in the meantime: Consistently." in told.text
    assert "The note saved there: on the phone" in told.text
    assert told.text.count('class="grid-problem"') == 1
    assert answers(app, world) == {first: "consistently", fourth: "not_yet"}
    kept = fields(told.text)
    assert (kept[f"answer-{first}"], kept[f"own_note-{first}"], kept[f"base_version-{first}"]) == (
        "partly",
        "at the desk",
        "1",
    )
    assert (kept[f"answer-{second}"], kept[f"own_note-{third}"]) == ("not_yet", "without an answer")
    assert kept[f"answer-{fourth}"] == "not_yet"
    again = ana.post(f"{GRID}?notes=1", {**kept, f"answer-{third}": "partly"})
    assert again.status_code == 303
    assert answers(app, world) == {
        first: "partly",
        second: "not_yet",
        third: "partly",
        fourth: "not_yet",
    }


def test_a_grid_takes_as_many_statements_of_sql_as_the_cards(
    app: Flask, world: World, ana: Client, count_sql: Queries
) -> None:
    ana.get(GRID)
    count_sql.clear()
    ana.get(GRID)
    small = len(count_sql)
    with app.app_context():
        grow(world, "communication", 40)
    ana.get(GRID)
    count_sql.clear()
    ana.get(GRID)
    assert (small, len(count_sql)) == (5, 5)
