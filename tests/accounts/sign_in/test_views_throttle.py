"""Wrong passwords make the next try wait, and keep no colleague out."""

import datetime as dt
import itertools
import os
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import time_machine
from flask import Flask
from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy import Connection, event, func, select
from werkzeug.test import TestResponse

from tests.accounts.browsers import new_link
from tests.client import PASSWORD, Client
from tests.conftest import NOW, TestConfig
from tests.copies import laid_out_database
from tests.engines import hurry
from tests.factories.people import let_links_work
from tests.factories.world import World, make_world
from tests.web.hindrances import held
from tracker.accounts.sign_in import pages as sign_in_pages
from tracker.accounts.sign_in.rules import ALLOWED, LONGEST, Counted
from tracker.app import create_app
from tracker.db import db
from tracker.engines import LEAST_TIMEOUT_MS, PATIENCE
from tracker.models import AuditEvent, LimitCount, Person
from tracker.operations.limits import actions as limits_actions
from tracker.web.http import rate_limits
from tracker.web.http.rate_limits import DatabaseStorage, limiter, source

REDIS = os.environ.get("TRACKER_TEST_REDIS", "redis://127.0.0.1:6379/15")
WAIT = "/login/wait"
HERE, ELSEWHERE = "192.0.2.7", "198.51.100.4"
ANA, BEN = World.email("ana"), World.email("ben")
Serve = Callable[..., Flask]
IN_ALL = 400
"""How long the writes of a request wait together, in ms."""


@pytest.fixture
def serve(
    migrated_app: Flask, engine_name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Serve]:
    """An app whose limits are switched on. Asked again: another worker on the same database."""
    monkeypatch.setenv("TRACKER_DATA_DIR", str(tmp_path))
    with ExitStack() as stack:
        url = stack.enter_context(laid_out_database(engine_name, tmp_path))
        made: list[Flask] = []

        def served(storage: str = "database://") -> Flask:
            monkeypatch.setenv("TRACKER_LIMITS_STORAGE", storage)
            config = TestConfig(url, tmp_path)
            config.RATELIMIT_ENABLED = True
            app = create_app(config)
            with app.app_context():
                hurry(db.engine)
                if not made:
                    make_world(NOW)
            made.append(app)
            return app

        yield served
        limiter.enabled = False
        rate_limits.in_this_process.reset()
        for app in made:
            with app.app_context():
                db.session.remove()
                db.engine.dispose()


@pytest.fixture
def limited(serve: Serve) -> Flask:
    return serve()


def attempt(
    client: Client, email: str, password: str = "wrong password", at: str = HERE
) -> TestResponse:
    return client.post(
        "/login", {"email": email, "password": password}, environ_base={"REMOTE_ADDR": at}
    )


def guess(app: Flask, email: str, times: int, at: str = HERE) -> Counter[int]:
    """Wrong passwords, from a device that nobody signed in on."""
    client = Client(app)
    client.get("/login")
    return Counter(attempt(client, email, at=at).status_code for _time in range(times))


def known(app: Flask, email: str, at: str = HERE) -> Client:
    """A device that somebody signed in and out on."""
    client = Client(app)
    client.get("/login")
    assert attempt(client, email, PASSWORD, at).location == "/"
    client.token = ""
    client.post("/logout")
    client.get("/login")
    return client


def signs_in(app: Flask, email: str, at: str = HERE) -> bool:
    """On a device that nobody signed in on."""
    client = Client(app)
    client.get("/login")
    return attempt(client, email, PASSWORD, at).location == "/"


def later(seconds: float) -> time_machine.travel:
    return time_machine.travel(dt.datetime.now(dt.UTC) + dt.timedelta(seconds=seconds), tick=False)


def rows(app: Flask) -> int:
    with app.app_context():
        found = db.session.scalar(select(func.count(LimitCount.id))) or 0
        db.session.remove()
    return found


@pytest.mark.in_ci
def test_guessing_on_a_known_device_waits_longer_each_time(limited: Flask) -> None:
    own = known(limited, ANA)
    assert [attempt(own, ANA).status_code for _time in range(ALLOWED[Counted.DEVICE])] == [422] * 10
    waits, now = [], 0
    for _time in range(12):
        with later(now):
            assert attempt(own, ANA).status_code == 422
            refused = attempt(own, ANA.upper(), PASSWORD)
        assert refused.status_code == 429
        waits.append(int(refused.headers["Retry-After"]))
        now += waits[-1]
    assert waits[:9] == [2, 4, 8, 16, 32, 64, 128, 256, 512]
    assert set(waits[9:]) == {LONGEST.total_seconds()}


@pytest.mark.in_ci
def test_the_page_says_when_and_keeps_the_address(limited: Flask) -> None:
    own = known(limited, ANA)
    for _time in range(11):
        attempt(own, ANA)
    refused = attempt(own, ANA, PASSWORD)
    assert "The password was wrong too many times. Wait 2 seconds, then try again." in refused.text
    assert f'value="{ANA}"' in refused.text
    assert "<title>Error: Sign in" in refused.text
    for seconds in (4, 8, 16, 32, 64):
        with later(seconds):
            attempt(own, ANA)
    with later(65):
        assert "Wait 2 minutes, then try again." in attempt(own, ANA).text


@pytest.mark.in_ci
def test_what_is_refused_is_not_counted(limited: Flask) -> None:
    """Knocking on goes on waiting 2 seconds, and writes nothing."""
    own = known(limited, ANA)
    assert [attempt(own, ANA).status_code for _time in range(11)] == [422] * 11
    before = rows(limited)
    assert {attempt(own, ANA).status_code for _time in range(12)} == {429}
    assert rows(limited) == before
    with later(2):
        assert attempt(own, ANA, PASSWORD).status_code == 303


@pytest.mark.in_ci
def test_ten_wrong_tries_keep_nobody_at_that_address_out(limited: Flask) -> None:
    assert guess(limited, ANA, 10) == {422: 10}
    assert signs_in(limited, BEN)
    assert signs_in(limited, ANA)


@pytest.mark.in_ci
def test_the_owner_signs_in_while_five_places_guess(
    limited: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ALLOWED[Counted.ACCOUNT] == 100
    monkeypatch.setitem(ALLOWED, Counted.ACCOUNT, 20)
    own = known(limited, ANA)
    found = sum((guess(limited, ANA, 9, f"203.0.113.{place}") for place in range(5)), Counter())
    assert found == {422: 21, 303: 24}, "slowed down, though no place has tried ten times"
    assert attempt(own, ANA, PASSWORD, "203.0.113.1").status_code == 303
    assert signs_in(limited, BEN, "203.0.113.1")


def test_signing_in_rightly_uses_nothing_up(
    limited: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(ALLOWED, Counted.SOURCE, 3)
    guess(limited, ANA, 2)
    assert all(signs_in(limited, name) for name in (ANA, BEN) * 3)


@pytest.mark.in_ci
def test_an_address_without_an_account_is_answered_alike(limited: Flask) -> None:
    unknown = guess(limited, "nobody@example.org", 26)
    assert unknown == guess(limited, ANA, 26, ELSEWHERE) == {422: 22, 303: 4}


def test_a_known_device_waits_for_what_was_tried_on_it(limited: Flask) -> None:
    """And for that account alone; what was tried on it counts nowhere else."""
    own = known(limited, ANA)
    tried = Counter(attempt(own, ANA).status_code for _time in range(13))
    assert tried == {422: 11, 429: 2}
    assert signs_in(limited, ANA)
    assert attempt(own, BEN, PASSWORD).status_code == 303


@pytest.mark.in_ci
def test_a_device_is_known_for_whom_it_was_used_by(limited: Flask) -> None:
    shared = known(limited, BEN)
    guess(limited, ANA, 23)
    assert attempt(shared, ANA, PASSWORD).location == WAIT
    shared.http.set_cookie("device", "WyJtYWRlIHVwIl0.aaaa.bbbb")
    assert attempt(shared, ANA, PASSWORD).location == WAIT
    with later(20):
        own = known(limited, ANA)
        assert attempt(own, BEN, PASSWORD).status_code == 303
        own.token = ""
        own.post("/logout")
        own.get("/login")
        guess(limited, ANA, 13)
        assert attempt(own, ANA, PASSWORD).location == "/", "known for both"


@pytest.mark.in_ci
def test_a_one_time_link_makes_the_device_known(limited: Flask) -> None:
    """The way in for somebody on a new device whom others make wait."""
    with limited.app_context():
        person_id = db.session.scalar(select(Person.id).where(Person.email == ANA)) or 0
        db.session.remove()
    adam, device = Client(limited), Client(limited)
    adam.sign_in(World.email("adam"))
    link, password = new_link(adam, person_id), "seven purple umbrellas"
    with limited.app_context():
        let_links_work()
    assert guess(limited, ANA, 23)[303] == 1
    device.get(link)
    assert device.post(link, {"password": password}).status_code == 303
    device.token = ""
    device.get("/login")
    assert attempt(device, ANA, password).location == "/"


def test_the_cookie_of_a_known_device_says_nothing_and_is_no_sign_in(limited: Flask) -> None:
    own = known(limited, ANA)
    cookie = own.http.get_cookie("device")
    assert cookie is not None
    assert (cookie.http_only, cookie.same_site, cookie.path) == (True, "Lax", "/")
    assert "ana" not in cookie.decoded_value
    assert own.get("/account").status_code == 302


def test_whatever_is_made_up_takes_so_many_rows_and_no_more(
    limited: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rate_limits, "BUCKETS", 3)
    for number in range(12):
        guess(limited, f"made-up-{number}@example.org", 1, f"203.0.113.{number}")
    assert rows(limited) <= 3 * 3 * 2 + 1
    with limited.app_context(), later(2 * 24 * 3600):
        assert limits_actions.forget(dt.datetime.now(dt.UTC)) > 3
        db.session.remove()
    assert rows(limited) == 0


def test_a_flood_of_wrong_passwords_does_not_fill_the_audit(
    limited: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sign_in_pages, "NOTED_MAX", 2)
    monkeypatch.setattr(sign_in_pages, "TOLD_BY", 3)
    monkeypatch.setattr(sign_in_pages, "untold", itertools.count(1))
    guess(limited, ANA, 9)
    with limited.app_context():
        kinds = Counter(db.session.scalars(select(AuditEvent.kind)))
        db.session.remove()
    assert kinds == {"sign_in_refused": 2, "not_recorded": 2}


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("::ffff:192.0.2.7", "192.0.2.7", True),
        ("192.0.2.7", "192.0.2.8", False),
        ("", "unix:", True),
    ],
)
def test_what_counts_as_one_place(app: Flask, one: str, other: str, same: bool) -> None:
    found = []
    for address in (one, other):
        with app.test_request_context(environ_base={"REMOTE_ADDR": address}):
            found.append(source())
    assert (found[0] == found[1]) is same


@pytest.mark.in_ci
def test_workers_count_together(serve: Serve) -> None:
    first = serve()
    assert guess(first, ANA, 6) == {422: 6}
    assert guess(serve(), ANA, 18) == {422: 16, 303: 2}


@pytest.mark.in_ci
def test_workers_count_together_in_redis(serve: Serve) -> None:
    store = Redis.from_url(REDIS)
    try:
        store.ping()
    except RedisError as error:
        pytest.skip(f"no Redis at TRACKER_TEST_REDIS: {error}")
    store.flushdb()
    try:
        first = serve(REDIS)
        assert guess(first, ANA, 6) == {422: 6}
        second = serve(REDIS)
        assert guess(second, ANA, 18) == {422: 16, 303: 2}
        assert rows(second) == 0
        assert not [key for key in store.scan_iter() if b"ana" in key or HERE.encode() in key]
    finally:
        store.flushdb()
        store.close()


@pytest.mark.in_ci
def test_without_the_storage_people_sign_in_and_guesses_wait(serve: Serve) -> None:
    app = serve("redis://127.0.0.1:1/0")
    assert guess(app, ANA, 23) == {422: 22, 303: 1}
    with later(7):
        assert signs_in(app, BEN)


@pytest.mark.in_ci
@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_counts_and_work_wait_together_no_longer_than_one_write(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody holds the database: what counts how often waits in vain first, and the work itself
    waits for what is left."""
    monkeypatch.setattr("tracker.app.BUSY_TIMEOUT_MS", IN_ALL)
    monkeypatch.setattr(limits_actions, "COUNT_TIMEOUT_MS", IN_ALL // 2)
    app = serve()
    ana = Client(app)
    ana.sign_in(ANA)
    ana.get("/account")
    form, asked = {"title": "Trained two pages"}, []

    def note(connection: Connection, _cursor: object, query: str, *_rest: object) -> None:
        if query == "BEGIN IMMEDIATE":
            asked.append(connection.info[PATIENCE])

    with app.app_context():
        event.listen(db.engine, "before_cursor_execute", note)
    with held(app):
        refused = ana.post("/evidence", form)
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "5")
    assert LEAST_TIMEOUT_MS < asked[0] <= IN_ALL // 2
    assert sum(asked) <= IN_ALL + len(asked) * LEAST_TIMEOUT_MS
    answered = ana.post("/evidence", form)
    assert (answered.status_code, answered.headers.get("Retry-After")) == (303, None)


def test_who_goes_on_knocking_makes_nobody_read_or_write(
    app: Flask, monkeypatch: pytest.MonkeyPatch, count_sql: list[str]
) -> None:
    monkeypatch.setattr("tracker.web.http.rate_limits.CEILING", 3)
    with app.app_context():
        storage = DatabaseStorage()
        assert [storage.incr("ana", 60) for _ in range(3)] == [1, 2, 3]
        count_sql.clear()
        assert storage.incr("ana", 60) == 3
        assert count_sql == []
        assert storage.incr("ben", 60) == 1
        storage.clear("ana")
        assert storage.incr("ana", 60) == 1
        with later(61):
            assert storage.incr("ben", 60) == 1


def test_a_storage_that_cannot_be_is_refused_at_the_start(serve: Serve) -> None:
    with pytest.raises(ValueError, match="TRACKER_LIMITS_STORAGE"):
        serve("cupboard://")
