"""Where many passwords were wrong, tries take turns: a page waits for them and goes on by itself."""

import datetime as dt
import heapq
import itertools

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from tests.accounts.sign_in.test_views_throttle import (
    ANA,
    BEN,
    HERE,
    attempt,
    guess,
    known,
    later,
    limited,
    serve,
    signs_in,
)
from tests.client import PASSWORD, Client
from tests.engines import LONG
from tracker.accounts.sign_in import pages as sign_in_pages
from tracker.accounts.sign_in.rules import ALLOWED, TURNS, Counted
from tracker.db import db
from tracker.models import SignInTurn

__all__ = ["limited", "serve"]

WAIT, TURN = "/login/wait", "/login/turn"
THERE = {"environ_base": {"REMOTE_ADDR": HERE}}


class Browser:
    """It follows redirects, and asks again when the page says so. No script runs."""

    def __init__(self, app: Flask, email: str, password: str) -> None:
        self.client, self.email, self.password = Client(app), email, password
        self.is_waiting = False

    def goes_on(self) -> int | None:
        """After how many seconds it asks again; None: it was let in, or the password is wrong."""
        if self.is_waiting:
            answer = self.client.get(WAIT, **THERE)
        else:
            self.client.get("/login")
            answer = attempt(self.client, self.email, self.password)
        while answer.status_code in (302, 303):
            self.is_waiting = answer.location in (WAIT, TURN)
            if not self.is_waiting:
                assert answer.location == "/"
                return None
            answer = self.client.get(answer.location, **THERE)
        if answer.status_code == 422:
            return None
        assert answer.status_code == 200, "nobody is refused"
        return int(answer.headers["Refresh"])


def let_in(*browsers: Browser) -> dict[Browser, float]:
    """After how many seconds each had its turn."""
    began, number, had = dt.datetime.now(dt.UTC), itertools.count(), dict[Browser, float]()
    due = [(0.0, next(number), browser) for browser in browsers]
    while due:
        seconds, _number, browser = heapq.heappop(due)
        with time_machine.travel(began + dt.timedelta(seconds=seconds), tick=False):
            again = browser.goes_on()
        if again is None:
            had[browser] = seconds
        else:
            heapq.heappush(due, (seconds + again, next(number), browser))
    return had


def slow(app: Flask) -> None:
    """Enough wrong passwords from HERE, and no turn left at once."""
    assert guess(app, "nobody@example.org", ALLOWED[Counted.SOURCE] + TURNS) == {422: 22}


@pytest.mark.in_ci
def test_the_page_waits_and_goes_on_by_itself(limited: Flask) -> None:
    slow(limited)
    client = Client(limited)
    client.get("/login")
    sent = attempt(client, ANA, PASSWORD)
    assert (sent.status_code, sent.location) == (303, WAIT)
    page = client.get(WAIT, **THERE)
    assert (page.status_code, page.headers["Refresh"]) == (200, "1")
    assert "1 sign-in comes before yours" in page.text
    assert "It goes on by itself" in page.text
    with later(7):
        page = client.get(WAIT, **THERE)
        assert (page.status_code, page.location) == (302, TURN)
        page = client.get(TURN, **THERE)
        assert (page.status_code, page.location) == (303, "/")
        assert client.http.get_cookie("waiting") is None
        assert client.get("/account").status_code == 200


@pytest.mark.in_ci
def test_what_was_typed_stands_nowhere_in_clear(limited: Flask) -> None:
    slow(limited)
    client = Client(limited)
    client.get("/login")
    attempt(client, ANA, PASSWORD)
    cookie, page = client.http.get_cookie("waiting"), client.get(WAIT, **THERE)
    assert cookie is not None
    assert (cookie.http_only, cookie.same_site, cookie.max_age) == (True, "Lax", 120)
    with limited.app_context():
        (turn,) = db.session.execute(
            select(SignInTurn.__table__).where(SignInTurn.tried_at.is_(None))
        )
        db.session.remove()
    for secret in (PASSWORD, PASSWORD.split()[0], ANA):
        assert all(secret not in text for text in (cookie.value, page.text, repr(turn)))


@pytest.mark.in_ci
def test_a_wrong_password_that_waited_is_said(limited: Flask) -> None:
    slow(limited)
    client = Client(limited)
    client.get("/login")
    attempt(client, ANA)
    with later(7):
        client.get(WAIT, **THERE)
        refused = client.get(TURN, **THERE)
    assert refused.status_code == 422
    assert "The email address or password isn’t right" in refused.text
    assert f'value="{ANA}"' in refused.text
    assert client.http.get_cookie("waiting") is None


@pytest.mark.in_ci
def test_where_it_wanted_to_go_is_kept(limited: Flask) -> None:
    slow(limited)
    client = Client(limited)
    client.get("/login")
    form = {"email": ANA, "password": PASSWORD}
    client.post("/login?next=/evidence", form, **THERE)
    with later(7):
        assert client.get(TURN, **THERE).location == "/evidence"


@pytest.mark.in_ci
@pytest.mark.parametrize("path", [WAIT, TURN])
def test_nobody_is_signed_in_who_sent_nothing(limited: Flask, path: str) -> None:
    client = Client(limited)
    client.http.set_cookie("waiting", "made-up")
    assert client.get(path).location == "/login"
    slow(limited)
    client.get("/login")
    attempt(client, ANA, PASSWORD)
    with later(sign_in_pages.LASTS + 1):
        assert client.get(path).location == "/login"


@pytest.mark.in_ci
def test_known_devices_and_one_time_links_never_wait(limited: Flask) -> None:
    own = known(limited, ANA)
    slow(limited)
    assert not signs_in(limited, ANA)
    assert attempt(own, ANA, PASSWORD).location == "/"


@pytest.mark.in_ci
@pytest.mark.parametrize(
    "email",
    [
        BEN,
        # That it makes no difference whose is seen below.
        pytest.param("nobody@example.org", marks=pytest.mark.longest),
    ],
)
def test_a_neighbor_gets_in_while_a_hundred_are_tried(limited: Flask, email: str) -> None:
    """Whosever account is tried, also the neighbor's own. A hundred of them go by the line itself
    in tests/accounts/sign_in/test_actions_turns.py, and by these pages in `make test-long`."""
    slow(limited)
    guesses = [Browser(limited, email, "wrong password") for _each in range(100 if LONG else 20)]
    own = Browser(limited, BEN, PASSWORD)
    assert let_in(*guesses, own)[own] <= 60
    with later(60):
        assert own.client.get("/account").status_code == 200


@pytest.mark.in_ci
def test_a_wiped_desk_gets_in_after_101_wrong_passwords_there(limited: Flask) -> None:
    """For other accounts, each at most a few times: nobody failed at Ben's. At each change
    `test_a_neighbor_gets_in_while_a_hundred_are_tried` goes the same way, behind twenty."""
    had = let_in(*(Browser(limited, f"p{n % 25}@example.org", "wrong") for n in range(101)))
    assert len(had) == 101
    with later(max(had.values())):
        own = Browser(limited, BEN, PASSWORD)
        assert let_in(own)[own] <= 10
        assert own.client.get("/account").status_code == 200


@pytest.mark.in_ci
def test_an_unknown_address_waits_as_long_as_a_known_one(limited: Flask) -> None:
    slow(limited)
    nobody = Browser(limited, "nobody.else@example.org", "wrong password")
    ana = Browser(limited, ANA, "wrong password")
    found = let_in(nobody, ana)
    assert found[ana] == found[nobody]


def test_where_too_many_sign_in_the_page_comes_again_by_itself(limited: Flask) -> None:
    """Nothing is hashed, nothing is counted, and nothing has to be typed again."""
    client, busy = Client(limited), {"tracker.busy": True}
    client.get("/login")
    form = {"email": ANA, "password": PASSWORD}
    for answer in (
        client.post("/login?next=/evidence", form, environ_overrides=busy),
        client.get(TURN, environ_overrides=busy),
    ):
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "20")
        seconds, _semicolon, where = answer.headers["Refresh"].partition("; url=")
        assert (15 <= int(seconds) <= 25, where) == (True, TURN)
        assert "tries again by itself in about 20 seconds" in answer.text
    assert client.get("/account").status_code != 200
    assert client.get(TURN).location == "/evidence"
    assert client.get("/account").status_code == 200
