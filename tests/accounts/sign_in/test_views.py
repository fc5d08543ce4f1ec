"""Signing in and out: what is told to whom, how long it lasts, and where it leads."""

import datetime as dt
import logging
import re

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from tests.accounts.browsers import GOOD, SignInAs, copy_of, is_in, new_link
from tests.client import PASSWORD, Client
from tests.conftest import NOW, TestConfig
from tests.factories.people import let_links_work
from tests.factories.world import World
from tracker.app import create_app
from tracker.db import db, transaction
from tracker.models import AuditEvent, Person, SignIn


def told(response: TestResponse) -> str:
    """The page without what differs at every request."""
    return re.sub(r'name="csrf_token"[^>]*>|value="[^"]*@[^"]*"', "", response.text)


def test_unknown_disabled_and_wrong_are_told_the_same(app: Flask, world: World) -> None:
    with app.app_context(), transaction() as tx:
        tx.get_one(Person, world.people["ben"]).disabled_at = NOW
        tx.get_one(Person, world.people["lea"]).password_hash = None
    answers = []
    for email, password in (
        ("nobody@example.org", PASSWORD),
        (world.email("ben"), PASSWORD),
        (world.email("lea"), PASSWORD),
        (world.email("ana"), "not my password"),
    ):
        client = Client(app)
        client.get("/login")
        response = client.post("/login", {"email": email, "password": password})
        answers.append((response.status_code, told(response), sorted(response.headers.keys())))
    assert answers[0][0] == 422
    assert answers == [answers[0]] * 4


def test_the_password_is_checked_exactly_as_typed(world: World, client: Client) -> None:
    for wrong in (PASSWORD.upper(), PASSWORD + " ", " " + PASSWORD, PASSWORD[:-1]):
        client.get("/login")
        assert (
            client.post("/login", {"email": world.email("ana"), "password": wrong}).status_code
            == 422
        )
    client.sign_in(world.email("ana").upper(), PASSWORD)
    assert is_in(client)


def test_a_planted_cookie_is_worth_nothing_after_signing_in(
    app: Flask, world: World, client: Client
) -> None:
    client.get("/login")
    planted = copy_of(app, client)
    before = client.http.get_cookie("session")
    client.sign_in(world.email("ana"))
    after = client.http.get_cookie("session")
    assert before is not None
    assert after is not None
    assert before.value != after.value
    assert is_in(client)
    assert not is_in(planted)


def test_a_captured_cookie_is_useless_after_signing_out(
    app: Flask, world: World, sign_in: SignInAs
) -> None:
    ana = sign_in(world.email("ana"))
    thief = copy_of(app, ana)
    assert is_in(thief)
    response = ana.post("/logout")
    assert response.headers["Clear-Site-Data"]
    assert not is_in(ana)
    assert not is_in(thief)


def test_the_stored_row_is_no_cookie(app: Flask, world: World, sign_in: SignInAs) -> None:
    ana = sign_in(world.email("ana"))
    with ana.http.session_transaction() as cookie, app.app_context():
        stored = db.session.scalars(select(SignIn.token_hash)).one()
        token = cookie["_user_id"]
    assert token != stored
    assert len(token) >= 43


def test_disabling_ends_access_with_the_next_request(world: World, sign_in: SignInAs) -> None:
    ana, adam = sign_in(world.email("ana")), sign_in(world.email("adam"))
    assert is_in(ana)
    adam.post(f"/admin/people/{world.people['ana']}/disable")
    assert not is_in(ana)
    assert ana.post("/account/name", {"name": "Still here"}).status_code == 401


def test_taking_administration_away_ends_it_with_the_next_request(
    world: World, sign_in: SignInAs
) -> None:
    adam = sign_in(world.email("adam"))
    adam.post(f"/admin/people/{world.people['cora']}/administrator")
    cora = sign_in(world.email("cora"))
    assert cora.get("/admin").status_code == 200
    adam.post(f"/admin/people/{world.people['cora']}/not-administrator")
    assert cora.get("/admin").status_code == 403


def test_a_sign_in_that_is_not_used_ends(world: World, sign_in: SignInAs) -> None:
    ana = sign_in(world.email("ana"))
    with time_machine.travel(NOW + dt.timedelta(hours=11, minutes=59), tick=False):
        assert is_in(ana)
    with time_machine.travel(NOW + dt.timedelta(hours=23, minutes=58), tick=False):
        assert is_in(ana), "the use at 11:59 counts"
    with time_machine.travel(NOW + dt.timedelta(hours=36), tick=False):
        assert not is_in(ana)


@pytest.mark.in_ci
def test_a_sign_in_ends_after_fourteen_days_however_much_it_is_used(
    world: World, sign_in: SignInAs
) -> None:
    ana = sign_in(world.email("ana"))
    for hours in range(10, 14 * 24, 10):
        with time_machine.travel(NOW + dt.timedelta(hours=hours), tick=False):
            assert is_in(ana)
    with time_machine.travel(NOW + dt.timedelta(days=14), tick=False):
        assert not is_in(ana)


def test_one_device_signs_the_other_out(app: Flask, world: World, sign_in: SignInAs) -> None:
    here, there = sign_in(world.email("ana")), sign_in(world.email("ana"))
    page = here.get("/account").text
    ends = re.findall(r"/account/sign-ins/(\d+)/end", page)
    assert len(ends) == 1, "the one that is looked from has no button"
    here.post(f"/account/sign-ins/{ends[0]}/end")
    assert is_in(here)
    assert not is_in(there)


def test_no_token_or_password_is_logged(
    migrated_app: Flask,
    world: World,
    sign_in: SignInAs,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    link = new_link(sign_in(world.email("adam")), world.people["ana"])
    with migrated_app.app_context():
        let_links_work()
    monkeypatch.setattr(migrated_app, "testing", False)
    client = Client(migrated_app)
    client.get(link)
    client.get(f"{link}/more")
    client.post(link, {"password": GOOD})
    client.sign_in(world.email("ana"), GOOD)
    cookie = client.http.get_cookie("session")
    assert cookie is not None
    logged = capsys.readouterr().out + caplog.text
    assert '"path": "/welcome/..."' in logged
    for secret in (link.rpartition("/")[2], GOOD.split()[1], cookie.value, world.email("ana")):
        assert secret not in logged


def test_a_fault_is_logged_without_what_was_typed(
    migrated_app: Flask,
    world: World,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("tracker.accounts.sign_in.actions.sign_in_records.begin", broken)
    monkeypatch.setitem(migrated_app.config, "PROPAGATE_EXCEPTIONS", False)
    client = Client(migrated_app)
    client.get("/login")
    response = client.post("/login", {"email": world.email("ana"), "password": PASSWORD})
    assert response.status_code == 500
    logged = capsys.readouterr().out
    assert "ZeroDivisionError" in logged
    assert PASSWORD not in logged


@pytest.mark.parametrize(
    "next_",
    [
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "/%09/evil.example",
        "javascript:alert(1)",
        "http:evil.example",
        "///evil.example",
        " /evil",
        "/\nSet-Cookie: a=b",
        "evil.example",
    ],
)
def test_signing_in_leads_nowhere_else(app: Flask, world: World, next_: str) -> None:
    client = Client(app)
    client.get("/login")
    response = client.post(
        "/login", {"email": world.email("ana"), "password": PASSWORD}, query_string={"next": next_}
    )
    where = response.headers["Location"]
    assert where == "/" or (where.startswith("/%09/") and next_ == "/%09/evil.example")


def test_signing_in_goes_on_where_one_wanted(world: World, client: Client) -> None:
    asked = client.get("/account?x=1")
    assert asked.headers["Location"] == "/login?next=/account?x%3D1"
    client.get("/login")
    response = client.post(
        "/login",
        {"email": world.email("ana"), "password": PASSWORD},
        query_string={"next": "/account?x=1"},
    )
    assert response.headers["Location"] == "/account?x=1"


def test_signing_in_and_out_is_in_the_audit(
    app: Flask, world: World, sign_in: SignInAs, client: Client
) -> None:
    sign_in(world.email("ana")).post("/logout")
    client.get("/login")
    client.post("/login", {"email": world.email("ana"), "password": "wrong password"})
    with app.app_context():
        kinds = db.session.scalars(select(AuditEvent.kind).order_by(AuditEvent.id)).all()
    assert kinds == ["signed_in", "signed_out", "sign_in_refused"]


def test_a_new_secret_key_ends_no_sign_in_while_the_old_one_still_holds(
    app: Flask, world: World, sign_in: SignInAs, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cookies, pages that are open, and unsaved answers of before go on; without the old key none
    of them do."""
    old, new = str(app.config["SECRET_KEY"]), "n" * 48
    ana = sign_in(world.email("ana"))
    page = ana.get("/assess/small/durable/communication").text
    owner = re.search(r'data-owner="(\w+)"', page)
    assert owner is not None

    def served_with(former: str) -> tuple[Flask, Client]:
        monkeypatch.setenv("TRACKER_SECRET_KEY", new)
        monkeypatch.setenv("TRACKER_SECRET_KEY_FALLBACKS", former)
        monkeypatch.setenv("TRACKER_DATA_DIR", str(app.config["DATA_DIR"]))
        url = app.config["SQLALCHEMY_DATABASE_URI"]
        served = create_app(TestConfig(url, app.config["DATA_DIR"]))
        return served, copy_of(served, ana)

    one, kept = served_with(old)
    again = kept.get("/assess/small/durable/communication").text
    assert f'data-owner="{owner[1]}"' in again
    sent = {"title": "Trained two pages", "csrf_token": ana.token}
    assert kept.http.post("/evidence", data=sent).status_code == 303
    assert copy_of(app, kept).get("/account").status_code == 302, "signed anew, with the new key"
    other, lost = served_with("o" * 48)
    assert lost.get("/account").status_code == 302
    for each in (one, other):
        with each.app_context():
            db.engine.dispose()
