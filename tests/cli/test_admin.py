"""The first administrator of a library."""

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import func, select

from tests.client import Client
from tests.factories.world import World
from tracker.cli.admin import admin
from tracker.db import db
from tracker.models import Library, Person, Team

GOOD = "seven lamps by the door"
RIGHT = {
    "library": "Hill Library",
    "name": "Hana Ito",
    "email": "hana@example.org",
    "time-zone": "Asia/Tokyo",
}


def create(app: Flask, password: str = GOOD, **changes: str) -> Result:
    words = [part for key, value in {**RIGHT, **changes}.items() for part in (f"--{key}", value)]
    return app.test_cli_runner().invoke(
        admin, ["create", *words], input=f"{password}\n{password}\n\n\n"
    )


def people(app: Flask) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(Person)) or 0


def test_a_fresh_install_has_no_accounts(app: Flask) -> None:
    assert people(app) == 0


def test_the_first_administrator_signs_in(app: Flask) -> None:
    done = create(app)
    assert done.exit_code == 0, done.output
    assert "Hana Ito can sign in as hana@example.org, administrator of Hill Library." in done.output
    assert GOOD not in done.output
    hana = Client(app)
    hana.sign_in("hana@example.org", GOOD)
    assert hana.get("/admin").status_code == 200
    with app.app_context():
        library = db.session.scalars(select(Library)).one()
        assert (library.name, library.time_zone) == ("Hill Library", "Asia/Tokyo")
        assert db.session.scalars(select(Team.name)).all() == ["Hill Library"]


def test_a_second_one_joins_the_library_of_that_name(app: Flask) -> None:
    create(app)
    assert create(app, name="Hugo Mori", email="hugo@example.org").exit_code == 0
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Library)) == 1


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"email": "ana@example.org"}, "has this email address already"),
        ({"email": "no address"}, "not an email address"),
        ({"time-zone": "Mars/Base"}, "no such time zone"),
        ({"time-zone": "../../etc/passwd"}, "no such time zone"),
        ({"name": " "}, "without a name"),
        ({"library": "x" * 201}, "at most 200 characters"),
        ({"password": "short"}, "8 characters or more"),
        ({"password": "password1"}, "too easy to guess"),
        ({"password": "hana ito 2026"}, "“Hana Ito” is easy to guess here"),
    ],
)
def test_what_is_refused(app: Flask, world: World, changes: dict[str, str], said: str) -> None:
    before = people(app)
    done = create(app, **changes)
    assert done.exit_code == 1
    assert said in done.output
    assert people(app) == before
