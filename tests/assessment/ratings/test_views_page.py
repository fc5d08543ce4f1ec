"""A page of cards without script: one button saves all that was answered on it, or nothing."""

import datetime as dt
from collections.abc import Callable

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select

from tests.assessment.posted import fields
from tests.client import Client
from tests.conftest import Queries
from tests.factories.answers import Answer
from tests.factories.frameworks import grow, leave_out
from tests.factories.people import newer_use_statement
from tests.factories.ratings import rate
from tests.factories.versions import AFTER, carried, next_version
from tests.factories.world import World
from tests.reading import words
from tracker.db import session
from tracker.models import Rating, RatingEntry

DOMAIN = "/assess/small/durable/communication"
SAVE = "/assess/ratings"
BEFORE = dt.datetime(2026, 9, 1, tzinfo=dt.UTC)


def stored(app: Flask, world: World) -> dict[int, tuple[str | None, str, str]]:
    with app.app_context():
        rows = session().execute(
            select(Rating.statement_id, Rating.answer, Rating.own_note, Rating.reviewer_note).where(
                Rating.person_id == world.people["ana"]
            )
        )
        return {row.statement_id: (row.answer, row.own_note, row.reviewer_note) for row in rows}


def entries(app: Flask) -> int:
    with app.app_context():
        return session().scalar(select(func.count(RatingEntry.id))) or 0


def test_one_button_saves_three_answers_and_their_notes(
    app: Flask, world: World, ana: Client
) -> None:
    """Every card was a form of its own, and of three answers one was saved."""
    first, second, third, fourth, *_rest = world.statements["communication"]
    with app.app_context():
        rate(world, "ana", fourth, Answer.PARTLY, BEFORE)
    page = ana.get(f"{DOMAIN}?level=1").text
    assert page.count("data-ratings") == 1
    assert page.count(">Save</button>") == 2, "and the one that Enter presses"
    sent = fields(ana.get(DOMAIN).text) | {
        f"answer-{first}": "partly",
        f"own_note-{first}": "ask\r\nSue",
        f"answer-{second}": "consistently",
        f"reviewer_note-{second}": "since May",
        f"answer-{third}": "not_sure",
    }
    saved = ana.post(SAVE, sent)
    assert (saved.status_code, saved.location) == (303, DOMAIN)
    assert "3 statements saved." in ana.get(DOMAIN).text
    now = {
        first: ("partly", "ask\nSue", ""),
        second: ("consistently", "", "since May"),
        third: ("not_sure", "", ""),
        fourth: ("partly", "", ""),
    }
    assert stored(app, world) == now
    assert entries(app) == 4, "the old answer was not touched, and so not confirmed"
    page = ana.post(SAVE, fields(ana.get(DOMAIN).text), follow_redirects=True)
    assert "Nothing was changed." in page.text
    assert (stored(app, world), entries(app)) == (now, 4)


def test_keep_and_clear_save_what_else_was_answered(app: Flask, world: World, ana: Client) -> None:
    first, second, third, *_rest = world.statements["communication"]
    with app.app_context():
        for each in (first, second):
            rate(world, "ana", each, Answer.PARTLY, BEFORE)
    sent = fields(ana.get(DOMAIN).text) | {f"answer-{third}": "not_yet"}
    ana.post(SAVE, sent | {f"still_true-{first}": "partly"})
    page = ana.get(DOMAIN).text
    assert f'name="still_true-{second}"' in page
    assert f'name="still_true-{first}"' not in page
    ana.post(SAVE, fields(page) | {f"save-{second}": "clear", f"answer-{third}": "partly"})
    assert {key: each[0] for key, each in stored(app, world).items()} == {
        first: "partly",
        second: None,
        third: "partly",
    }


@pytest.mark.parametrize(
    ("fault", "said", "status"),
    [
        ({"own_note": "n" * 4001}, "A note can be 4000 characters long; this one has 4001", 422),
        ({"answer": "often"}, "Choose one of the answers", 422),
    ],
    ids=["note", "answer"],
)
def test_one_fault_among_good_ones_is_named_and_nothing_typed_is_lost(
    app: Flask, world: World, ana: Client, fault: dict[str, str], said: str, status: int
) -> None:
    first, second, third, fourth, *_rest = world.statements["communication"]
    with app.app_context():
        for each in (third, fourth):
            rate(world, "ana", each, Answer.PARTLY, BEFORE)
    sent = fields(ana.get(DOMAIN).text) | {
        f"answer-{first}": "partly",
        f"reviewer_note-{first}": "kept text",
        f"answer-{second}": "consistently",
        **{f"{name}-{second}": value for name, value in fault.items()},
        f"save-{third}": "clear",
        f"still_true-{fourth}": "partly",
    }
    told = ana.post(SAVE, sent)
    assert told.status_code == status
    assert "<title>Error:" in told.text
    assert "Nothing was saved yet" in told.text
    assert f'href="#s-{second}-' in told.text, "the card with the fault is named"
    assert f'href="#s-{first}-' not in told.text
    assert told.text.count(said) == 2, "in the summary and at the card"
    assert entries(app) == 2
    again = fields(told.text)
    assert (again[f"answer-{first}"], again[f"reviewer_note-{first}"]) == ("partly", "kept text")
    assert fault.get("own_note", "") == again[f"own_note-{second}"]
    mended = {f"answer-{second}": "consistently", f"own_note-{second}": "short"}
    assert ana.post(SAVE, again | mended).location == DOMAIN
    assert stored(app, world) == {
        first: ("partly", "", "kept text"),
        second: ("consistently", "short", ""),
        third: (None, "", ""),
        fourth: ("partly", "", ""),
    }
    assert entries(app) == 6, "what was kept and cleared is done too"


def test_what_was_answered_in_another_window_is_named_and_both_can_be_had(
    app: Flask, world: World, ana: Client, sign_in: Callable[[str], Client]
) -> None:
    first, second, third, *_rest = world.statements["communication"]
    sent = fields(ana.get(DOMAIN).text)
    phone = sign_in(world.email("ana"))
    answer = {"answer": "consistently", "own_note": "on the phone"}
    for each in (first, third):  # the third is not touched here: no conflict
        phone.post(f"/statements/{each}/rating", answer)
    sent |= {f"answer-{first}": "partly", f"answer-{second}": "not_yet"}
    told = ana.post(SAVE, sent | {f"own_note-{second}": "at the desk"})
    assert told.status_code == 409
    assert "somewhere else in the meantime: Consistently." in told.text
    assert "The note saved there: on the phone" in told.text
    assert f'id="s-{third}"' not in told.text
    assert stored(app, world)[first][0] == "consistently"
    assert second not in stored(app, world)
    assert ana.post(SAVE, fields(told.text)).status_code == 303
    assert stored(app, world) == {
        first: ("partly", "on the phone", ""),
        second: ("not_yet", "at the desk", ""),
        third: ("consistently", "on the phone", ""),
    }


def test_a_page_of_another_version_keeps_all_and_saves_it_by_one_button(
    app: Flask, world: World, sign_in: Callable[[str], Client]
) -> None:
    first, second, third = world.statements["communication"][:3]
    ana = sign_in(world.email("ana"))
    sent = fields(ana.get(DOMAIN).text)
    with app.app_context():
        version = next_version(world, reworded={first: False, second: False})
        carried(world, version)
    with time_machine.travel(AFTER, tick=False):
        ana = sign_in(world.email("ana"))
        del sent["csrf_token"]
        for each in (first, second, third):
            sent |= {f"answer-{each}": "partly", f"own_note-{each}": f"typed at {each}"}
        told = ana.post(SAVE, sent)
        assert told.status_code == 409
        assert "You are on version 2 of the framework now" in words(told.text)
        assert stored(app, world) == {}
        assert ana.post(SAVE, fields(told.text)).location == "/assess"
    saved = {version.became[each][0]: each for each in (first, second, third)}
    assert stored(app, world) == {
        new: ("partly", f"typed at {old}", "") for new, old in saved.items()
    }


def test_a_statement_taken_out_meanwhile_is_told_and_what_was_typed_is_shown(
    app: Flask, world: World, ana: Client
) -> None:
    first, second = world.statements["communication"][:2]
    sent = fields(ana.get(DOMAIN).text)
    with app.app_context():
        leave_out(world, first, "No such tool.")
    sent |= {f"answer-{first}": "partly", f"own_note-{first}": "mine", f"answer-{second}": "partly"}
    told = ana.post(SAVE, sent)
    assert told.status_code == 409
    assert "No such tool." in told.text
    assert "mine" in told.text
    assert ana.post(SAVE, fields(told.text)).status_code == 303
    assert list(stored(app, world)) == [second]


def test_a_newer_use_statement_is_read_first_and_the_page_is_kept(
    app: Flask, world: World, ana: Client
) -> None:
    first = world.statements["communication"][0]
    sent = fields(ana.get(DOMAIN).text)
    with app.app_context():
        newer_use_statement(world)
    told = ana.post(SAVE, sent | {f"answer-{first}": "partly"})
    assert told.status_code == 409
    assert f"/use-statement?next={DOMAIN}" in told.text
    assert fields(told.text)[f"answer-{first}"] == "partly"
    assert ana.post(SAVE, sent).status_code == 409, "nothing was touched"


@pytest.mark.parametrize("wrong", [{"base_version-{id}": "x"}, {"person_id": "me"}], ids=str)
def test_what_no_page_sends_is_refused(
    app: Flask, world: World, ana: Client, wrong: dict[str, str]
) -> None:
    first = str(world.statements["communication"][0])
    sent = {f"answer-{first}": "partly"}
    sent |= {name.replace("{id}", first): value for name, value in wrong.items()}
    assert ana.post(SAVE, sent).status_code == 422
    assert stored(app, world) == {}


def test_rate_five_comes_back_to_the_same_five(world: World, ana: Client) -> None:
    sent = fields(ana.get("/assess/five").text)
    shown = [name.partition("-")[2] for name in sent if name.startswith("base_version-")]
    saved = ana.post(SAVE, sent | {f"answer-{shown[0]}": "partly"})
    assert saved.location == f"/assess/five?ids={'-'.join(shown)}"


def test_forty_answers_take_no_more_statements_of_sql_to_read_than_one(
    app: Flask, world: World, ana: Client, count_sql: Queries
) -> None:
    def reads(number: int) -> int:
        page = fields(ana.get(DOMAIN).text)
        open_ones = [name.partition("-")[2] for name in page if name.startswith("base_version-")]
        sent = page | {f"answer-{open_one}": "not_yet" for open_one in open_ones[:number]}
        count_sql.clear()
        assert ana.post(SAVE, sent).status_code == 303
        return sum(each.lstrip().startswith(("SELECT", "WITH")) for each in count_sql)

    with app.app_context():
        grow(world, "communication", 40)
    ana.get(DOMAIN)
    assert reads(1) == reads(40)
