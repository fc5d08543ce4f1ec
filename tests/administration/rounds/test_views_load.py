"""What a round costs those who review, before it is opened."""

import re
from collections.abc import Callable

from flask import Flask
from sqlalchemy import delete, select, update

from tests.client import Client
from tests.conftest import NOW
from tests.factories.answers import Answer
from tests.factories.people import join
from tests.factories.ratings import rate
from tests.factories.sides import YES, send
from tests.factories.world import World
from tests.reading import words
from tracker.db import db, transaction
from tracker.models import Membership, Round, Target
from tracker.rules.roles import Role

SignIn = Callable[[str], Client]


def typed(world: World, **change: object) -> dict[str, object]:
    return {
        "name": "Winter 2027",
        "framework_ids": world.framework_id,
        "starts_on": "2027-01-04",
        "ends_on": "2027-01-31",
        "preview": "1",
        **change,
    }


def test_a_preview_says_the_hours_and_saves_nothing(
    app: Flask, world: World, admin: Client
) -> None:
    page = admin.post("/admin/rounds", typed(world))
    assert page.status_code == 200
    text = words(page.text)
    assert "Reviewing time by supervisor" in text
    assert "Sue" in text
    assert 'value="Winter 2027"' in page.text
    assert text.count("Jan ") == 8, "four weeks, with their first and last days"
    with app.app_context():
        assert "Winter 2027" not in db.session.scalars(select(Round.name)).all()


def test_supervisors_stand_a_to_z(app: Flask, world: World, admin: Client) -> None:
    text = words(admin.post("/admin/rounds", typed(world)).text)
    table = text.partition("Learners Statements")[2].partition("Total")[0]
    names = [name for name in sorted(world.people) if name.title() in table]
    places = [table.index(name.title()) for name in names]
    assert len(names) >= 2
    assert places == sorted(places)


def test_a_preview_of_what_cannot_be_says_why_and_keeps_it(world: World, admin: Client) -> None:
    page = admin.post("/admin/rounds", typed(world, ends_on="2027-01-01"))
    assert page.status_code == 422
    assert "The last day comes before the first." in page.text
    assert 'value="2027-01-04"' in page.text
    assert "Reviewing time by supervisor" not in page.text


def test_learners_whom_nobody_can_review_are_said_apart(
    app: Flask, world: World, admin: Client
) -> None:
    with app.app_context(), transaction() as tx:
        tx.execute(delete(Membership).where(Membership.role == Role.SUPERVISOR))
    text = words(admin.post("/admin/rounds", typed(world)).text)
    assert re.search(r"Nobody can review \d+ learners, who aren’t counted here: Ana, Ben", text)
    assert "Reviewing time by supervisor" not in text


def test_a_library_without_people_is_told_what_to_do(
    app: Flask, world: World, admin: Client
) -> None:
    with app.app_context(), transaction() as tx:
        tx.execute(update(Membership).values(ends_on=NOW.date(), starts_on=NOW.date()))
    text = words(admin.post("/admin/rounds", typed(world)).text)
    assert "Nobody learns in this framework on the first day yet." in text


def test_a_job_without_targets_costs_nothing(app: Flask, world: World, admin: Client) -> None:
    with app.app_context(), transaction() as tx:
        tx.execute(delete(Target))
    assert "about 0.0 hours in all" in words(admin.post("/admin/rounds", typed(world)).text)


def test_no_rating_and_nothing_sent_changes_a_byte(app: Flask, world: World, admin: Client) -> None:
    def shown() -> str:
        return words(admin.post("/admin/rounds", typed(world)).text)

    before = shown()
    with app.app_context():
        send(world, YES, YES)
        for statement_id in world.statements["technical"]:
            rate(world, "ben", statement_id, Answer.PARTLY)
    assert shown() == before


def test_a_learner_more_changes_it(app: Flask, world: World, admin: Client) -> None:
    before = words(admin.post("/admin/rounds", typed(world)).text)
    with app.app_context():
        join(world, "cleo", "central")
    assert words(admin.post("/admin/rounds", typed(world)).text) != before


def test_a_round_that_is_there_shows_it_until_it_is_over(
    app: Flask, world: World, admin: Client
) -> None:
    place = f"/admin/rounds/{world.rounds['city']}"
    assert "Reviewing time by supervisor" in words(admin.get(place).text)
    assert "Reviewing time by supervisor" in words(admin.post(place, typed(world)).text)
    with app.app_context(), transaction() as tx:
        days = {"starts_on": NOW.date().replace(month=1), "ends_on": NOW.date().replace(month=2)}
        tx.execute(update(Round).where(Round.id == world.rounds["city"]).values(**days))
    assert "Reviewing time by supervisor" not in words(admin.get(place).text)
