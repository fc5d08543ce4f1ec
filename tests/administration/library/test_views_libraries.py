"""A second library from the pages, and the first from the command."""

import re

import pytest
from flask import Flask
from sqlalchemy import select

from tests.client import PASSWORD, Client
from tests.factories.world import World
from tracker.administration.library.actions import set_operator
from tracker.db import transaction
from tracker.models import Library, Person, Team
from tracker.rules.regions import Paper, Region

FORM = {
    "library": "Lake Library",
    "time_zone": "America/Chicago",
    "region": Region.CA,
    "paper": Paper.A4,
    "name": "Lena Lake",
    "email": "lena@example.org",
}


@pytest.fixture
def operator(app: Flask, client: Client, world: World) -> Client:
    with app.app_context():
        set_operator(world.email("adam"), True, world.now)
    client.sign_in(world.email("adam"))
    return client


def test_an_operator_adds_a_library_whose_administrator_gets_in(
    app: Flask, operator: Client
) -> None:
    assert "Add a library" in operator.get("/system").text
    page = operator.post("/system/libraries", FORM)
    assert page.status_code == 200
    link = re.search(r'value="https?://[^/]+(/welcome/[^"]+)"', page.text)
    assert link is not None
    with app.app_context(), transaction() as tx:
        home = tx.scalars(select(Library).where(Library.name == "Lake Library")).one()
        assert (home.time_zone, home.region, home.paper) == ("America/Chicago", "CA", "a4")
        root = tx.scalars(select(Team).where(Team.library_id == home.id)).one()
        assert root.path == f"/{root.id}/"
        lena = tx.scalars(select(Person).where(Person.email == "lena@example.org")).one()
        assert (lena.administrator, lena.operator, lena.password_hash) == (True, False, None)
    lena_too = Client(app)
    lena_too.get(link[1])
    lena_too.post(link[1], {"password": PASSWORD, "again": PASSWORD})
    people = lena_too.get("/admin/people").text
    assert "Lena Lake" in people
    assert "Ana" not in people


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"library": "City Library"}, "This name can’t be used here"),
        ({"email": "ana@example.org"}, "email"),
        ({"region": "XX", "paper": "A0"}, "list"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(
    app: Flask, operator: Client, wrong: dict[str, str], said: str
) -> None:
    page = operator.post("/system/libraries", {**FORM, **wrong})
    assert page.status_code == 422
    assert said in page.text
    assert 'value="Lena Lake"' in page.text
    with app.app_context(), transaction() as tx:
        assert tx.scalars(select(Library.name)).all() == ["City Library", "Other Library"]


def test_the_command_asks_what_a_new_library_needs(app: Flask, world: World) -> None:
    words = f"{PASSWORD}\n{PASSWORD}\nEurope/Dublin\nie\na4\n"
    given = ["admin", "create", "--name", "Nora", "--email", "nora@example.org", "--library"]
    made = app.test_cli_runner().invoke(args=[*given, "Dale Library"], input=words)
    assert made.exit_code == 0, made.output
    with app.app_context(), transaction() as tx:
        home = tx.scalars(select(Library).where(Library.name == "Dale Library")).one()
        assert (home.time_zone, home.region, home.paper) == ("Europe/Dublin", "IE", "a4")
    given[given.index("nora@example.org")] = "nick@example.org"
    again = app.test_cli_runner().invoke(
        args=[*given, "Dale Library"], input=f"{PASSWORD}\n{PASSWORD}\n"
    )
    assert again.exit_code == 0, "a library that is there keeps its own"
