"""The first visit: from the link of an invitation to the first statement."""

import pytest
from flask import Flask
from sqlalchemy import select, update

from tests.accounts.browsers import GOOD, SignInAs, new_link
from tests.accounts.links.test_views import mailing
from tests.client import Client
from tests.conftest import NOW
from tests.factories.people import join
from tests.factories.world import World
from tracker.db import db, transaction
from tracker.models import Person, UseStatement, UseStatementReading
from tracker.rules.roles import Role

__all__ = ["mailing"]
TEXT = "What this is for\nYour development.\n\nNothing else. It is short."


def published(world: World, text: str, version: int) -> str:
    with transaction() as tx:
        row = UseStatement(
            library_id=world.libraries["city"], version=version, text=text, published_at=NOW
        )
        tx.add(row)
        tx.flush()
        return str(row.id)


@pytest.fixture
def newcomer(app: Flask, world: World, sign_in: SignInAs) -> tuple[Client, str]:
    """A learner without a password, with the page of their link."""
    with app.app_context():
        published(world, TEXT, 2)
        person_id = join(world, "nia", "central")
        with transaction() as tx:
            tx.execute(update(Person).where(Person.id == person_id).values(password_hash=None))
    return Client(app), new_link(sign_in(world.email("adam")), person_id)


def readings(app: Flask, world: World) -> list[int]:
    with app.app_context():
        query = (
            select(UseStatement.version)
            .join(UseStatementReading, UseStatementReading.use_statement_id == UseStatement.id)
            .where(UseStatementReading.person_id == world.people["nia"])
        )
        return list(db.session.scalars(query))


def shown(page: str) -> str:
    return page.split('name="use_statement_id" value="')[1].split('"', maxsplit=1)[0]


def test_where_mail_works_one_form_leads_to_the_first_statement(
    newcomer: tuple[Client, str], app: Flask, world: World, mailing: Flask
) -> None:
    nia, link = newcomer
    page = nia.get(link).text
    assert "<h3>What this is for</h3>" in page
    assert "<p>Nothing else. It is short.</p>" in page
    refused = nia.post(link, {"password": "short", "use_statement_id": shown(page)})
    assert (refused.status_code, "<h3>What this is for</h3>" in refused.text) == (422, True)
    assert readings(app, world) == []
    done = nia.post(link, {"password": GOOD, "use_statement_id": shown(page)})
    assert (done.status_code, done.location) == (303, "/assess")
    assert readings(app, world) == [2]
    first = nia.get(nia.get("/assess").location)
    assert (first.status_code, "Consistently" in first.text) == (200, True)


def test_without_mail_the_recovery_code_stands_between(
    app: Flask, world: World, newcomer: tuple[Client, str]
) -> None:
    nia, link = newcomer
    code = nia.post(link, {"password": GOOD, "use_statement_id": shown(nia.get(link).text)}).text
    assert ("Print your recovery code" in code, 'href="/assess"' in code) == (True, True)
    assert readings(app, world) == [2]


def test_what_was_published_meanwhile_is_read_before_the_first_rating(
    newcomer: tuple[Client, str], app: Flask, world: World, mailing: Flask
) -> None:
    nia, link = newcomer
    old = shown(nia.get(link).text)
    with app.app_context():
        published(world, "Newer.", 3)
    nia.post(link, {"password": GOOD, "use_statement_id": old})
    assert readings(app, world) == []
    to_read = nia.get("/assess")
    assert to_read.location.startswith("/use-statement")
    assert "A newer version was published while you were reading" in nia.get(to_read.location).text


def test_who_does_not_rate_and_who_had_a_password_read_nothing_here(
    app: Flask, world: World, newcomer: tuple[Client, str], sign_in: SignInAs
) -> None:
    with app.app_context():
        sol = join(world, "sol", "central", Role.SUPERVISOR)
        with transaction() as tx:
            tx.execute(update(Person).where(Person.id == sol).values(password_hash=None))
    adam = sign_in(world.email("adam"))
    for person_id in (sol, world.people["ana"]):
        page = Client(app).get(new_link(adam, person_id)).text
        assert (
            "New password" in page or "doesn’t work yet" in page,
            "What this is for" in page,
        ) == (True, False)
