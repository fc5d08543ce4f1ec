"""Who can see whose record: on the page, as a file, noted when it was checked, and due again."""

import csv
import datetime as dt
import io
import re

from flask import Flask
from sqlalchemy import select, text

from tests.client import Client
from tests.factories.answers import Answer
from tests.factories.people import closed_to
from tests.factories.ratings import rate
from tests.factories.sides import actor, back_up
from tests.factories.world import World
from tracker.administration.access_review.queries import Reason, accesses, readers
from tracker.administration.library.actions import note_access_review
from tracker.db import db, transaction
from tracker.models import AuditEvent, Person
from tracker.reviews.review import actions as review_actions
from tracker.rules.core.openings import WAIT
from tracker.rules.roles import Role


def of_adam(world: World) -> dict[tuple[str, Reason, str], list[str]]:
    db.session.remove()
    adam = actor(world, "adam")
    found = accesses(adam, world.now, readers(adam, world.now))
    return {
        (each.reader.person.name, each.reason, each.of): [one.name for one in each.people]
        for each in found
    }


def test_every_reason_is_listed_once(app: Flask, world: World) -> None:
    statement_id = world.statements["technical"][0]
    with app.app_context():
        rate(world, "ana", statement_id, Answer.PARTLY)
        review_actions.send(actor(world, "ana"), world.people["sue"], [statement_id], world.now)
        back_up(world, "hugo", "carl")
        found = of_adam(world)
        with transaction() as tx:
            tx.get_one(Person, world.people["sue"]).disabled_at = world.now
        assert not any(name == "Sue" for name, *_rest in of_adam(world))
    assert found == {
        ("Adam", Reason.ADMINISTRATOR, ""): [],
        ("Ana", Reason.SUPERVISOR, "Bookmobile"): ["Sue"],
        ("Carl", Reason.BACKUP, "Hugo"): [],
        ("Carl", Reason.COORDINATOR, "Harbour"): ["Lea"],
        ("Cora", Reason.COORDINATOR, "City Library"): ["Ana", "Ben", "Lea", "Sue"],
        ("Hugo", Reason.SUPERVISOR, "Harbour"): ["Lea"],
        ("Sue", Reason.REVIEWER, ""): ["Ana"],
        ("Sue", Reason.SUPERVISOR, "Central"): ["Ana", "Ben"],
    }


def test_the_file_has_a_row_for_each_pair(client: Client, world: World) -> None:
    client.sign_in(world.email("adam"))
    page = client.get("/admin/access").text
    assert "never signed in" in page
    rows = list(csv.reader(io.StringIO(client.get("/admin/access.csv").text.lstrip("\ufeff"))))
    seen = {(row[0], row[3], row[7]) for row in rows[1:]}
    assert {("Sue", "Supervisor: Central", "Ben"), ("Adam", "Administrator", "")} <= seen
    assert all(len(row) == len(rows[0]) for row in rows)
    assert "Otto" not in {row[7] for row in rows}, "another library's"


def test_it_is_noted_and_due_again_after_half_a_year(
    app: Flask, client: Client, world: World
) -> None:
    half_a_year = dt.timedelta(days=183)
    client.sign_in(world.email("adam"))
    client.post("/admin/access")
    assert "Last checked on" in client.get("/admin/access").text
    assert "Check who can see whose record" not in client.get("/").text
    with app.app_context():
        with transaction() as tx:
            event = tx.scalars(select(AuditEvent).where(AuditEvent.kind == "access_reviewed")).one()
            assert event.actor_id == world.people["adam"]
        note_access_review(actor(world, "adam"), world.now - half_a_year)
    assert "Check who can see whose record" in client.get("/").text


def test_who_waits_is_listed_with_when_it_opens(app: Flask, client: Client, world: World) -> None:
    with app.app_context():
        closed_to(world, "sue", "ana")
        closed_to(world, "cora", "ben", "city", role=Role.COORDINATOR, opens_at=None)
        statement_id = world.statements["technical"][0]
        rate(world, "ana", statement_id, Answer.PARTLY)
        review_actions.send(actor(world, "ana"), world.people["sue"], [statement_id], world.now)
        db.session.remove()
    client.sign_in(world.email("adam"))
    page = client.get("/admin/access").text
    assert re.findall(r"<li>(\w+) <[^>]*>[^<]*<b>([^<]*)</b>", page) == [
        ("Ben", "opens after a check"),
        ("Ana", "opens on Dec 1"),
    ]
    rows = csv.DictReader(io.StringIO(client.get("/admin/access.csv").text.lstrip("\ufeff")))
    assert {
        (row["Reader"], row["Why"], row["Person"]): row["Opens"] for row in rows if row["Opens"]
    } == {
        ("Cora", "Coordinator: City Library", "Ben"): "after a check",
        ("Sue", "Supervisor: Central", "Ana"): "2026-12-01",
    }, "a review that was sent to them is open at once"
    with app.app_context():
        adam = actor(world, "adam")
        later = {
            one.name
            for access in accesses(adam, world.now + WAIT, readers(adam, world.now + WAIT))
            for one in access.people
            if one.is_closed
        }
        assert later == {"Ben"}


def test_what_was_changed_past_the_program_is_said(
    app: Flask, client: Client, world: World
) -> None:
    """Of whose rights, and of the library's settings; and of nobody before it."""
    client.sign_in(world.email("adam"))
    assert "outside Skills Tracker" not in client.get("/admin/access").text
    with app.app_context(), transaction() as tx:
        tx.execute(
            text("UPDATE people SET operator = TRUE WHERE id = :id"), {"id": world.people["cora"]}
        )
        tx.execute(text("UPDATE libraries SET names_to_coordinators = FALSE"))
        tx.execute(
            text("UPDATE memberships SET role = 'supervisor' WHERE person_id = :id"),
            {"id": world.people["carl"]},
        )
    page = client.get("/admin/access").text
    assert "The library’s settings were changed outside Skills Tracker." in page
    entries = re.findall(r"<li>\s*<p><a [^>]*>(\w+)</a>(.*?)<ul", page, re.S)
    assert [name for name, rest in entries if "outside Skills Tracker" in rest] == ["Carl", "Cora"]
