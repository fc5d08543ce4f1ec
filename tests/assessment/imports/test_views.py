"""Paste, look, confirm: nothing is stored before it was looked at, and every unclear line is
named."""

import datetime as dt
import html
import io
import re
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from tests.client import Client
from tests.conftest import Queries
from tests.factories.answers import Answer
from tests.factories.frameworks import leave_out
from tests.factories.ratings import rate
from tests.factories.world import World
from tracker.db import session
from tracker.models import Rating, RatingEntry, Statement

LIST = "/assess/list"
BEFORE = dt.datetime(2026, 9, 1, tzinfo=dt.UTC)


def look(client: Client, text: str) -> TestResponse:
    return client.post(LIST, {"text": text}, content_type="multipart/form-data")


def store(client: Client, page: TestResponse, **more: object) -> TestResponse:
    """Press the button on a check page."""
    found = {
        name: html.unescape(re.search(rf'name="{name}"[^>]*value="([^"]*)"', page.text)[1])  # type: ignore[index]
        for name in ("text", "seen")
    }
    return client.post(f"{LIST}/store", {**found, **more}, content_type="multipart/form-data")


def answers(app: Flask, world: World, name: str = "ana") -> dict[int, tuple[str | None, str]]:
    with app.app_context():
        rows = session().execute(
            select(Rating.statement_id, Rating.answer, Rating.basis).where(
                Rating.person_id == world.people[name]
            )
        )
        return {row.statement_id: (row.answer, row.basis) for row in rows}


def test_from_the_list_to_the_card(app: Flask, world: World, ana: Client) -> None:
    first, second, *_rest = world.statements["communication"]
    assert f'href="{LIST}"' in ana.get("/assess/small/durable/communication").text
    text = (
        "Code\tYour answer\tDate\tFor myself\nCOM-1-01\tPARTLY\t2026-11-12\t\nCOM-1-02\tnot "
        "yet\t\tfrom my notebook\n"
    )
    page = look(ana, text)
    assert "2 lines will be imported" in page.text
    assert "Nov 12" in page.text
    assert "from my notebook" in page.text
    assert answers(app, world) == {}
    done = store(ana, page)
    assert (done.status_code, done.location) == (303, "/assess/done")
    assert (
        "2 ratings imported from your spreadsheet."
        in ana.get(done.location, follow_redirects=True).text
    )
    assert answers(app, world) == {first: ("partly", "imported"), second: ("not_yet", "imported")}
    cards = ana.get("/assess/small/durable/communication").text
    assert "Imported Nov 24, from your own list of Nov 12" in cards
    assert "Imported Nov 24, from your own list</span>" in cards
    assert (
        "Imported Nov 24, from your own list of Nov 12"
        in ana.get("/assess/small/durable/communication/grid").text
    )
    history = ana.get(f"/statements/{first}").text
    assert "imported from your spreadsheet, given on Nov 12" in history
    profile = ana.get("/profile").text
    assert "2 of 33" in profile  # they count like answers that were given here


def test_a_cleared_rating_gives_way_without_asking(app: Flask, world: World, ana: Client) -> None:
    first = world.statements["communication"][0]
    with app.app_context():
        rate(world, "ana", first, Answer.PARTLY)
    ana.post(f"/statements/{first}/rating", {"save": "clear", "base_version": "1"})
    page = look(ana, "COM-1-01,Partly\n")
    assert "differs from the list" not in page.text
    assert store(ana, page).status_code == 303
    assert answers(app, world) == {first: ("partly", "imported")}


def test_every_unclear_line_is_named_and_not_stored(app: Flask, world: World, ana: Client) -> None:
    with app.app_context():
        leave_out(world, world.statements["communication"][2], "Personnel matters.")
    text = "\n".join(
        [
            "Code;Statement;Your answer;Date;Colour",
            "COM-1-01;;Partly;;red",
            ";Communication 1.2;often;;",
            "XYZ-9;;Partly;;",
            "COM-2-01;;Partly;;",  # not rated here
            "COM-2-02;;Partly;;",
            "COM-2-03;;Partly;2027-01-01;",
            "COM-2-02;;Not yet;;",
            "COM-3-01;;Partly;3/4/2026;",
            "COM-3-02;Communication 1.1;Partly;;",
            "COM-3-03;;;;",
            ";;Partly;;",
            "=1+1;;<b>Partly</b>;;",
        ]
    )
    page = look(ana, text)
    said = {
        int(number): " ".join(re.sub("<[^>]+>", "", why).split())
        for number, why in re.findall(
            r'<th scope="row" class="is-number">(\d+)</th>\s*<td class="break-long">.*?</td>\s*<td>(.*?)</td>',
            page.text,
            re.DOTALL,
        )
    }
    assert said == {
        3: "This is not one of the answers.",
        4: "No statement of your framework has this code or title.",
        6: "The same statement is on line 8 too. Keep one of them.",
        7: "The date is in the future.",
        8: "The same statement is on line 6 too. Keep one of them.",
        9: "The date cannot be read for certain. Write it like 2026-11-24.",
        10: "Code and title are of two different statements.",
        12: "It names no statement.",
        13: "No statement of your framework has this code or title.",
    }
    assert "&lt;b&gt;Partly&lt;/b&gt;" in page.text
    assert "1 line has no answer." in page.text
    assert "1 line is of a statement that your library does not rate." in page.text
    assert "Columns left out: Colour." in page.text
    store(ana, page)
    assert answers(app, world) == {world.statements["communication"][0]: ("partly", "imported")}


def test_own_answers_stay_unless_ticked(app: Flask, world: World, ana: Client) -> None:
    first, second, third, *_rest = world.statements["communication"]
    with app.app_context():
        for statement_id in (first, second, third):
            rate(world, "ana", statement_id, Answer.PARTLY, BEFORE)
    text = (
        "Code,Your answer,Date\nCOM-1-01,Not yet,\nCOM-1-02,Not yet,2026-08-01\nCOM-2-01,Not "
        "yet,2026-10-01\n"
    )
    page = look(ana, text)
    assert page.text.count('name="replace"') == 2
    assert "2 of your answers here differ from the list" in page.text
    assert "in place of Partly, Sep 1" in page.text
    store(ana, page, replace=str(second))
    assert {key: answer for key, (answer, _) in answers(app, world).items()} == {
        first: "partly",
        second: "not_yet",
        third: "not_yet",
    }
    with app.app_context():
        assert session().scalar(select(func.count(RatingEntry.id))) == 5


def test_what_changed_after_the_look_is_looked_at_once_more(
    app: Flask, world: World, ana: Client
) -> None:
    first, second, *_rest = world.statements["communication"]
    page = look(ana, "COM-1-01,Partly\nCOM-1-02,Partly\n")
    ana.post(f"/statements/{first}/rating", {"answer": "not_sure"})
    told = store(ana, page, replace=["1", "x", str(first)])
    assert told.status_code == 409
    assert "nothing was stored" in told.text
    assert f'name="replace" value="{first}" checked' in told.text
    assert list(answers(app, world)) == [first]
    assert store(ana, told, replace=str(first)).status_code == 303
    assert answers(app, world) == {first: ("partly", "imported"), second: ("partly", "imported")}
    assert "There is nothing to import" in store(ana, told).text


def test_the_export_of_the_profile_comes_back_and_changes_nothing(
    app: Flask, world: World, ana: Client
) -> None:
    with app.app_context():
        for number, statement_id in enumerate(world.statements["communication"]):
            rate(
                world,
                "ana",
                statement_id,
                list(Answer)[number % 5],
                BEFORE + number * dt.timedelta(days=1),
            )
    page = look(ana, ana.get("/profile.csv").get_data(as_text=True))
    assert page.status_code == 200
    assert "There is nothing to import from this list." in page.text
    assert "10 lines are the same already." in page.text
    assert "23 lines have no answer." in page.text


def test_the_export_of_one_person_is_a_list_for_another(
    app: Flask, world: World, ana: Client, sign_in: Callable[[str], Client]
) -> None:
    """As a file, in a library that somebody moves to."""
    with app.app_context():
        for statement_id in world.statements["communication"]:
            rate(world, "ana", statement_id, Answer.CONSISTENTLY, BEFORE)
    ben = sign_in(world.email("ben"))
    file = (io.BytesIO(ana.get("/profile.csv").data), "profile.csv")
    page = ben.post(LIST, {"file": file}, content_type="multipart/form-data")
    assert "10 lines will be imported" in page.text
    store(ben, page)
    assert answers(app, world, "ben") == dict.fromkeys(
        world.statements["communication"], ("consistently", "imported")
    )
    assert (
        ben.get("/assess/small/durable/communication").text.count("You chose Consistently on Sep 1")
        == 10
    )


def test_the_template_is_filled_in_and_comes_back(app: Flask, world: World, ana: Client) -> None:
    with app.app_context():
        leave_out(world, world.statements["technical"][0], "No such tool.")
    file = ana.get(f"{LIST}/template.csv")
    assert (
        file.headers["Content-Disposition"]
        == 'attachment; filename="my-ratings-small-framework.csv"'
    )
    text = file.get_data(as_text=True)
    assert text.startswith("\ufeffCode,Statement,Domain,Level,Your answer,Date,For myself\r\n")
    assert text.count("\r\n") == 33
    assert "TEC-1-01" not in text
    page = look(ana, re.sub(r",,,\r\n", ",Consistently,2026-11-02,\r\n", text))
    assert "32 lines will be imported" in page.text
    assert "Columns left out: Domain, Level." in page.text
    store(ana, page)
    assert len(answers(app, world)) == 32


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"text": 'Code,Your answer\nCOM-1-01,"Partly\n'}, "From line 2 on this cannot be read"),
        ({"file": b"PK\x03\x04\x00\x00"}, "This is no text file"),
        ({"file": b"COM-1-01,Partly", "text": "COM-1-02,Partly"}, "Use one of them"),
    ],
    ids=["quote", "zip", "both"],
)
def test_what_is_no_list_is_refused_kindly(
    app: Flask, world: World, ana: Client, sent: dict[str, object], words: str
) -> None:
    data = {
        name: (io.BytesIO(value), "list.csv") if isinstance(value, bytes) else value
        for name, value in sent.items()
    }
    told = ana.post(LIST, data, content_type="multipart/form-data")
    assert told.status_code == 422
    assert words in told.text
    assert str(sent.get("text", "")).strip() in html.unescape(told.text)
    assert answers(app, world) == {}


def test_of_a_large_file_no_more_is_read_than_can_be_taken(
    ana: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tracker.assessment.imports.forms.CHARS_MAX", 1000)
    file = (io.BytesIO(b"a" * 4001), "list.csv")
    told = ana.post(LIST, {"file": file}, content_type="multipart/form-data")
    assert (told.status_code, "longer than 1 thousand characters" in told.text) == (422, True)


def test_137_lines_and_the_way_back_to_them(app: Flask, world: World, ana: Client) -> None:
    text = "Code,Your answer\n" + "".join(f"NONE-{number},Partly\n" for number in range(137))
    page = look(ana, text)
    assert "137 lines are unclear and are not stored" in page.text
    assert 'formaction="/assess/list/edit"' in page.text
    back = ana.post(f"{LIST}/edit", {"text": text}, content_type="multipart/form-data").text
    assert "NONE-136,Partly" in back


@pytest.mark.in_ci
def test_nobody_but_the_owner_sees_that_anything_was_imported(
    app: Flask, world: World, ana: Client, sign_in: Callable[[str], Client]
) -> None:
    """Unsent ratings are seen by nobody else, imported ones as well: no count, no note, no word."""
    store(ana, look(ana, "Code,Your answer,For myself\nCOM-1-01,Partly,canary-in-a-note\n"))
    for name in ("sue", "cora"):
        reader = sign_in(world.email(name))
        for path in (
            f"/people/{world.people['ana']}/profile",
            f"/teams/{world.teams['central']}",
            f"/teams/{world.teams['central']}/gaps",
        ):
            page = reader.get(path).text
            assert "canary" not in page
            assert "mported" not in page


def test_few_statements_of_sql_whatever_the_size(
    app: Flask, world: World, ana: Client, count_sql: Queries
) -> None:
    with app.app_context():
        codes = session().scalars(select(Statement.code)).all()
    sizes = []
    for some in (codes[:1], codes):
        look(ana, "x")
        count_sql.clear()
        look(ana, "".join(f"{code},Partly\n" for code in some))
        sizes.append(len(count_sql))
    assert sizes[0] == sizes[1]
