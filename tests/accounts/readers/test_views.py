"""Who waits to read a record: on the page of its person, and on that of administrators who can open
it."""

import datetime as dt
import re

import pytest
import time_machine
from flask import Flask
from sqlalchemy import text as sql

from tests.accounts.readers.waiting import OBJECTED, SignIn, met, row, said_after, waits, words
from tests.conftest import NOW, Queries
from tests.factories.people import closed_to, join
from tests.factories.world import World
from tracker.db import transaction
from tracker.models import Person
from tracker.rules.core.openings import INDEPENDENT_AFTER, OBJECT_WITHIN, WAIT, OpeningDecision
from tracker.rules.roles import Role

DAY = dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def _old_accounts(app: Flask, world: World) -> None:
    """Adam, who administers, counts as independent, and so would Sue and Cora if they did."""
    with app.app_context(), transaction() as tx:
        for name in ("adam", "sue", "cora"):
            tx.get_one(Person, world.people[name]).created_at = NOW - INDEPENDENT_AFTER


def buttons(page: str) -> list[str]:
    of_the_page = page.partition("<main")[2].partition("</main>")[0]
    found = re.findall(r"<button[^>]*>(.*?)</button>", of_the_page, re.DOTALL)
    return [" ".join(re.sub(r"<[^>]+>", " ", each).split()) for each in found]


# The person's own page


def test_without_any_it_says_what_will_stand_there(world: World, sign_in: SignIn) -> None:
    ana = sign_in(world.email("ana"))
    assert "Nobody new" in ana.get("/account/readers").text
    account = ana.get("/account").text
    assert '<a href="/account/readers">New readers of your record</a>' in account
    assert "to read your record." not in words(account)


def test_it_says_where_a_readers_roles_were_changed_past_the_program(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    waits(app, world)
    ana = sign_in(world.email("ana"))
    assert "outside Skills Tracker" not in ana.get("/account/readers").text
    with app.app_context(), transaction() as tx:
        tx.execute(sql("UPDATE memberships SET starts_on = '2026-01-01', ends_on = NULL"))
    said = words(ana.get("/account/readers").text)
    assert "This account or its roles were changed outside Skills Tracker." in said


def test_it_names_address_role_giver_and_days(app: Flask, world: World, sign_in: SignIn) -> None:
    waits(app, world)
    ana = sign_in(world.email("ana"))
    said = words(ana.get("/account/readers").text)
    assert "hugo@example.org. Account made on Nov 24." in said
    assert "Reads as supervisor of Central. Carl gave this role on Nov 24." in said
    assert "Closed Opens on Dec 1." in said
    assert "1 person waits to read your record. New readers" in words(ana.get("/account").text)
    with time_machine.travel(NOW + WAIT, tick=False):
        ana = sign_in(world.email("ana"))
        assert "Open Open since Dec 1." in words(ana.get("/account/readers").text)
        assert "waits to read" not in words(ana.get("/account").text)
    with time_machine.travel(NOW + OBJECT_WITHIN, tick=False):
        assert "Nobody new" in sign_in(world.email("ana")).get("/account/readers").text


def test_the_person_opens_it_at_once(app: Flask, world: World, sign_in: SignIn) -> None:
    opening_id = waits(app, world)
    ana = sign_in(world.email("ana"))
    assert "Your record is open to them now." in said_after(
        ana, f"/account/readers/{opening_id}/open"
    )
    assert row(app, opening_id).opened_by_id == world.people["ana"]
    assert "Open it now Hugo" not in buttons(ana.get("/account/readers").text)


def test_the_person_objects(app: Flask, world: World, sign_in: SignIn) -> None:
    opening_id = waits(app, world)
    ana = sign_in(world.email("ana"))
    assert buttons(ana.get("/account/readers").text) == ["Open it now Hugo", "Object Hugo"]
    said = said_after(ana, f"/account/readers/{opening_id}/object")
    assert "Your record stays closed to them until somebody else decides" in said
    assert "You objected on Nov 24." in said
    found = row(app, opening_id)
    assert (found.objected_at, found.decision) == (NOW, None)
    assert buttons(ana.get("/account/readers").text) == ["Open it now Hugo"]


def test_what_was_decided_stands_there(app: Flask, world: World, sign_in: SignIn) -> None:
    kept = {"decision": OpeningDecision.KEPT_CLOSED, "decided_at": NOW, "opens_at": None}
    waits(app, world, **OBJECTED, **kept, decided_by_id=world.people["adam"])
    ana = sign_in(world.email("ana"))
    assert "Your record stays closed to them." in words(ana.get("/account/readers").text)
    assert "waits to read" not in words(ana.get("/account").text)


def test_too_late_says_what_to_do(app: Flask, world: World, sign_in: SignIn) -> None:
    opening_id = waits(app, world, at=NOW - OBJECT_WITHIN)
    said = said_after(sign_in(world.email("ana")), f"/account/readers/{opening_id}/object")
    assert "You can object for 30 days after you were told. Ask an administrator" in said
    assert row(app, opening_id).objected_at is None


# Those whose yes counts


def test_several_readers_are_opened_at_once(app: Flask, world: World, sign_in: SignIn) -> None:
    for person in ("ana", "ben"):
        waits(app, world, person)
    with app.app_context():
        join(world, "nell", "harbour", Role.SUPERVISOR)
        closed_to(world, "nell", "ana", given_by=None)
    adam = sign_in(world.email("adam"))
    assert "2 new readers to check" in words(adam.get("/").text)
    said = words(adam.get("/readers").text)
    assert "2 records open on Dec 1: Ana, Ben" in said
    assert "A command on the server gave this role on Nov 24." in said
    chosen = [world.people["hugo"], world.people["nell"]]
    assert "3 records are open." in said_after(adam, "/readers/open", reader=chosen)
    assert "Nobody waits for you" in adam.get("/readers").text
    assert "new readers to check" not in words(adam.get("/").text)


@pytest.mark.parametrize(
    "reader", [[], ["x"], ["0"], ["-1"], ["9" * 40], ["9" * 5000], ["²"], ["ben"]]
)
def test_nothing_chosen_or_tampered_says_so(
    app: Flask, world: World, sign_in: SignIn, reader: list[str]
) -> None:
    opening_id = waits(app, world)
    chosen = [world.people.get(each, each) for each in reader]
    said = said_after(sign_in(world.email("adam")), "/readers/open", reader=chosen)
    assert "Choose a reader first. If you did, somebody has opened these by now." in said
    assert row(app, opening_id).opens_at == NOW + WAIT


@pytest.mark.parametrize("who", ["ana", "ben", "hugo", "carl", "sue", "cora"])
def test_who_does_not_administer_opens_nothing(
    app: Flask, world: World, sign_in: SignIn, who: str
) -> None:
    opening_id = waits(app, world)
    somebody = sign_in(world.email(who))
    assert somebody.get("/readers").status_code == 403
    opened = somebody.post("/readers/open", data={"reader": world.people["hugo"]})
    assert opened.status_code == 403
    assert row(app, opening_id).opened_by_id is None


def test_the_giver_sees_what_waits_and_cannot_open_it(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    waits(app, world, given_by="adam")
    waits(app, world, "ben", given_by="adam", **OBJECTED)
    adam = sign_in(world.email("adam"))
    page = adam.get("/readers").text
    assert "Roles you gave You can’t open these yourself." in words(page)
    assert "Hugo: 2 records open on Dec 1" in words(page)
    assert buttons(page) == []
    assert "to check" not in words(adam.get("/").text)


def test_saving_a_role_says_who_waits_until_when(app: Flask, world: World, sign_in: SignIn) -> None:
    with app.app_context():
        met(world)
    adam = sign_in(world.email("adam"))
    address = f"/admin/people/{world.people['hugo']}/memberships"
    warned = "If somebody comes to read records by this, what was reviewed before opens to them"
    assert warned in words(adam.get(f"{address}/new").text)
    terms = {"team_id": world.teams["central"], "role": "supervisor", "starts_on": "2026-11-24"}
    carl = f"/admin/people/{world.people['carl']}/memberships"
    nobody = adam.post(
        carl, data=terms | {"team_id": world.teams["bookmobile"]}, follow_redirects=True
    ).text
    assert "is now a supervisor" in words(nobody)
    assert "What was reviewed of" not in words(nobody)
    page = adam.post(address, data=terms, follow_redirects=True).text
    said = "What was reviewed of 1 person opens on Dec 1. They are told."
    assert said in words(page)
    assert 'href="/readers">Who can open it sooner' in page


@pytest.mark.in_ci
def test_administrators_see_it_on_today_by_one_query(
    app: Flask, world: World, sign_in: SignIn, count_sql: Queries
) -> None:
    def asked(who: str) -> list[str]:
        client = sign_in(world.email(who))
        client.get("/")
        count_sql.clear()
        assert client.get("/").status_code == 200
        return [each for each in count_sql if "count(record_openings" in each]

    assert [len(asked(who)) for who in ("sue", "cora", "adam", "ben")] == [0, 0, 1, 0]
    for person in ("ana", "ben"):
        waits(app, world, person)
    assert [len(asked(who)) for who in ("sue", "cora", "adam", "ben")] == [0, 0, 1, 0]
    assert "1 new reader to check" in words(sign_in(world.email("adam")).get("/").text)
    for who in ("ben", "hugo", "carl", "sue", "cora"):
        assert "to check" not in words(sign_in(world.email(who)).get("/").text)
