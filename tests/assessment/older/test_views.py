"""Older ratings: each answer seen, kept a page at a time but for what is unticked or changed, and
undone while the page says so."""

import datetime as dt
import re
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from sqlalchemy import select

from tests.assessment.posted import fields
from tests.client import Client
from tests.conftest import Queries
from tests.factories.answers import Answer
from tests.factories.frameworks import leave_out
from tests.factories.ratings import rate
from tests.factories.world import World
from tests.web.http.test_hostile_input import Reader
from tests.web.http.test_undo import flashes
from tracker.assessment.ratings import queries as ratings_queries
from tracker.db import session
from tracker.models import Rating, RatingEntry
from tracker.record.ratings.rules import RatingFilter

OLDER = "/assess/older"
BEFORE = dt.datetime(2026, 9, 1, tzinfo=dt.UTC)


@pytest.fixture
def ana(app: Flask, world: World, sign_in: Callable[[str], Client]) -> Iterator[Client]:
    """She has rated every statement before the round, the first of each domain as *not sure*."""
    with app.app_context():
        for domain in world.statements.values():
            for place, statement_id in enumerate(domain):
                answer = Answer.PARTLY if place else Answer.NOT_SURE
                rate(world, "ana", statement_id, answer, BEFORE)
    return sign_in(world.email("ana"))


def own(app: Flask) -> list[tuple[object, ...]]:
    columns = (Rating.statement_id, Rating.answer, Rating.basis, Rating.rated_at, Rating.given_on)
    with app.app_context():
        return [
            tuple(row) for row in session().execute(select(*columns).order_by(Rating.statement_id))
        ]


def keeping(ana: Client) -> dict[str, str]:
    """What the first page with older ratings sends as it comes, all of them ticked; nothing where
    there is none."""
    page = ana.get(OLDER, follow_redirects=True).text
    ticked = re.findall(r'name="(seen-\d+)" value="(\w+)" checked', page)
    return fields(page) | dict(ticked) if ticked else {}


@pytest.mark.in_ci
def test_all_are_kept_in_one_press_for_each_page_and_every_answer_is_seen(
    app: Flask, world: World, ana: Client
) -> None:
    presses = 0
    while sent := keeping(ana):
        page = ana.get(OLDER, follow_redirects=True).text
        ticked = [name.removeprefix("seen-") for name in sent if name.startswith("seen-")]
        assert f">Keep the {len(ticked)} shown</button>" in page
        for statement_id in ticked:
            card = page.partition(f'data-statement="{statement_id}"')[2]
            card = card.partition("data-statement=")[0]
            assert "You chose Partly on Sep 1, before this round." in card
            assert f'name="still_true-{statement_id}" value="partly">Keep' in card
        page = ana.post(OLDER, sent, follow_redirects=True).text
        presses += 1
    assert presses == 3
    assert "ratings kept together." in flashes(page)
    kept = {answer: basis for _id, answer, basis, *_rest in own(app)}
    assert kept == {"partly": "confirmed", "not_sure": "rated"}
    statement = ana.get(f"/statements/{world.statements['communication'][1]}").text
    assert "kept together" in statement
    left = ana.get(OLDER, follow_redirects=True).text
    assert "You chose Not sure on Sep 1" in left, "is decided on by itself"
    assert "data-keep-shown" not in left


def test_each_can_be_unticked_or_changed_in_place(app: Flask, world: World, ana: Client) -> None:
    unticked, changed, noted, *_rest = world.statements["technical"][1:]
    sent = keeping(ana)
    del sent[f"seen-{unticked}"]
    sent |= {f"answer-{changed}": "consistently", f"own_note-{noted}": "since May"}
    page = ana.post(OLDER, sent, follow_redirects=True).text
    assert "2 statements saved." in page
    assert "12 ratings kept together." in flashes(page)
    stand = {row[0]: row[1:4] for row in own(app)}
    assert stand[unticked] == ("partly", "rated", BEFORE)
    assert stand[changed][:2] == ("consistently", "rated")
    assert stand[noted][:2] == ("partly", "confirmed")


def test_where_a_change_is_refused_nothing_is_kept(app: Flask, world: World, ana: Client) -> None:
    changed = world.statements["technical"][1]
    before = own(app)
    refused = ana.post(OLDER, keeping(ana) | {f"answer-{changed}": "perhaps"})
    assert refused.status_code == 422
    assert "Nothing was saved yet." in refused.text
    assert own(app) == before


@pytest.mark.in_ci
def test_keeping_is_undone_and_the_dates_are_the_earlier_ones(
    app: Flask, world: World, ana: Client
) -> None:
    before, first = own(app), world.statements["technical"][1]
    page = ana.post(OLDER, keeping(ana), follow_redirects=True).text
    assert own(app) != before
    (undo,) = Reader(flashes(page)).forms
    page = ana.post(undo.action, dict(undo.fields), follow_redirects=True).text
    assert "Undone. 14 ratings have their earlier dates again." in page
    assert "Keep the 14 shown" in page
    assert own(app) == before
    history = ana.get(f"/statements/{first}").text
    assert re.findall(r"keeping undone|kept together|>rated<", history) == [
        "keeping undone",
        "kept together",
        ">rated<",
    ]
    late = {name: value for name, value in undo.fields if name != "form_key"}
    assert "nothing was undone" in ana.post(undo.action, late, follow_redirects=True).text
    assert own(app) == before


def test_undo_leaves_what_was_rated_since(app: Flask, world: World, ana: Client) -> None:
    first, second = world.statements["technical"][1:3]
    page = ana.post(OLDER, keeping(ana), follow_redirects=True).text
    (undo,) = Reader(flashes(page)).forms
    ana.post(f"/statements/{first}/rating", {"answer": "consistently", "base_version": "2"})
    ana.post(
        f"/statements/{second}/rating",
        {"answer": "partly", "own_note": "mine", "save": "notes", "base_version": "2"},
    )
    page = ana.post(undo.action, dict(undo.fields), follow_redirects=True).text
    assert "Undone. 13 ratings" in page
    with app.app_context():
        stands = dict(session().execute(select(Rating.statement_id, Rating.answer)).all())
        notes = session().scalars(select(Rating.own_note).where(Rating.own_note != "")).all()
    assert (stands[first], notes) == ("consistently", ["mine"])


def test_only_what_was_seen_is_kept(app: Flask, world: World, ana: Client) -> None:
    """Another answer since, *not sure*, one that is left out here, one of another framework."""
    unsure, other, out, kept = world.statements["communication"][:4]
    with app.app_context():
        leave_out(world, out, "Personnel matters.")
    fields = {f"seen-{each}": "partly" for each in (other, out, kept, 2**31 - 1)}
    fields[f"seen-{other}"] = "consistently"
    fields[f"seen-{unsure}"] = "not_sure"
    assert "1 rating kept." in ana.post(OLDER, fields, follow_redirects=True).text
    assert [row[0] for row in own(app) if row[2] == "confirmed"] == [kept]
    assert "kept together" not in ana.get(f"/statements/{kept}").text
    assert "Nothing was changed." in ana.post(OLDER, fields, follow_redirects=True).text


@pytest.mark.parametrize(
    ("path", "fields", "status"),
    [
        (OLDER, {"seen-1": ["partly", "partly"]}, 422),
        (OLDER, {"seen-99999999999": "partly"}, 303),
        (OLDER, {"seen-9999999999": "partly"}, 422),
        (OLDER, {"person_id": "999"}, 409),
        (f"{OLDER}/undo", {}, 422),
        (f"{OLDER}/undo", {"kept_at": "yesterday"}, 422),
        (f"{OLDER}/undo", {"kept_at": "2026-11-24T10:00:00"}, 422),
        (f"{OLDER}/undo", {"kept_at": "0001-01-01T00:00:00+10:00"}, 422),
        (f"{OLDER}/undo", {"kept_at": "2026-09-01T00:00:00+00:00"}, 303),
    ],
    ids=str,
)
def test_what_the_page_does_not_send_changes_nothing(
    app: Flask, ana: Client, path: str, fields: dict[str, object], status: int
) -> None:
    before = own(app)
    assert ana.post(path, fields).status_code == status
    assert own(app) == before


def test_nothing_is_older_without_a_round(world: World, sign_in: Callable[[str], Client]) -> None:
    ben = sign_in(world.email("ben"))
    assert ben.get(OLDER).location == "/assess"
    assert not keeping(ben)


def test_an_undo_is_no_answer_of_its_own_for_the_pace(
    app: Flask, world: World, ana: Client
) -> None:
    def paced() -> list[object]:
        with app.app_context():
            return [ratings_queries.seconds_of(world.people["ana"])]

    before = paced()
    page = ana.post(OLDER, keeping(ana), follow_redirects=True).text
    (undo,) = Reader(flashes(page)).forms
    ana.post(undo.action, dict(undo.fields))
    with app.app_context():
        assert len(session().scalars(select(RatingEntry.id)).all()) == 33 + 2 * 14
    assert paced() == before


def test_the_page_asks_the_same_queries_however_many_are_older(
    app: Flask, world: World, ana: Client, sign_in: Callable[[str], Client], count_sql: Queries
) -> None:
    ben = sign_in(world.email("ben"))
    page = f"/assess/small/technical/technical?show={RatingFilter.OLDER}"
    asked = []
    for client in (ana, ben):
        client.get(page)
        count_sql.clear()
        client.get(page)
        asked.append(len(count_sql))
    assert asked[0] == asked[1]
