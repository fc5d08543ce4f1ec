"""Who signs in waits for who signs in, and keeps nobody from their page."""

import threading
from collections.abc import Iterator

import pytest
from flask import Flask
from waitress.adjustments import Adjustments

from tracker.accounts.sign_in.rules import AT_ONCE
from tracker.cli.server import worker
from tracker.cli.server.connections import Doors, Request
from tracker.cli.server.worker import Lanes
from tracker.web.http import session

WAIT = 30


class Held:
    """A connection with one request, which is answered once it is let go."""

    def __init__(self, app: Flask, method: str, path: str) -> None:
        self.requests = [Request(Doors(app), Adjustments())]
        self.requests[0].received(f"{method} {path} HTTP/1.1\r\n\r\n".encode())
        self.began, self.may_end = threading.Event(), threading.Event()

    def service(self) -> None:
        self.began.set()
        self.may_end.wait(WAIT)

    def cancel(self) -> None:
        self.may_end.set()

    @property
    def status(self) -> int | None:
        error = self.requests[0].error
        return None if error is None else error.code


@pytest.fixture
def one_thread(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Lanes]:
    """One thread for pages, and room for two who wait for their password."""
    monkeypatch.setitem(app.config, "THREADS", 1)
    monkeypatch.setattr(worker, "LONGEST_WAIT", 2 * worker.FIRST_GUESS)
    made = Lanes(app)
    yield made
    made.shutdown()


@pytest.mark.parametrize("path", ["/login", "/welcome/a-token", "/account/password"])
def test_pages_do_not_wait_for_passwords(app: Flask, one_thread: Lanes, path: str) -> None:
    hashed = [Held(app, "POST", path) for _each in range(AT_ONCE + 2)]
    for each in hashed[:AT_ONCE]:
        one_thread.add_task(each)
        assert each.began.wait(WAIT)
    for each in hashed[AT_ONCE:]:
        one_thread.add_task(each)
    pages = [
        Held(app, "GET", path),
        Held(app, "POST", "/account/name"),
        Held(app, "GET", "/no-such-page"),
    ]
    for page in pages:
        one_thread.add_task(page)
        assert page.began.wait(WAIT)
        page.may_end.set()
    assert [each.began.is_set() for each in hashed[AT_ONCE:]] == [False, False]
    too_many = Held(app, "POST", path)
    one_thread.add_task(too_many)
    assert too_many.began.wait(WAIT)
    comes_again = path == "/login"
    assert too_many.requests[0].is_busy == comes_again
    assert (too_many.status, {each.status for each in hashed}) == (
        None if comes_again else 503,
        {None},
    )
    for each in (*hashed, too_many):
        each.may_end.set()
    assert all(each.began.wait(WAIT) for each in hashed)


def test_the_line_is_as_long_as_the_last_hashes_took(app: Flask, one_thread: Lanes) -> None:
    """Where each takes as long as all may wait, one may wait beside it."""
    one_thread.seconds = worker.LONGEST_WAIT
    tried = [Held(app, "POST", "/login") for _each in range(AT_ONCE + 2)]
    for each in tried[:AT_ONCE]:
        one_thread.add_task(each)
        assert each.began.wait(WAIT)
    for each in tried[AT_ONCE:]:
        one_thread.add_task(each)
    assert [each.requests[0].is_busy for each in tried] == [False] * (AT_ONCE + 1) + [True]
    for each in tried:
        each.may_end.set()
    assert tried[AT_ONCE].began.wait(WAIT)
    assert one_thread.seconds < worker.LONGEST_WAIT, "a quick one makes it longer"


def test_who_waited_too_long_after_all_comes_again(
    app: Flask, one_thread: Lanes, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = Held(app, "POST", "/login"), Held(app, "POST", "/login")
    one_thread.add_task(first)
    assert first.began.wait(WAIT)
    one_thread.add_task(second)
    monkeypatch.setattr(worker, "LONGEST_WAIT", -1)
    second.may_end.set()
    first.may_end.set()
    assert second.began.wait(WAIT)
    assert (first.requests[0].is_busy, second.requests[0].is_busy) == (False, True)


def test_a_page_that_hashes_must_say_so(app: Flask) -> None:
    with app.test_request_context("/account/name", method="POST"), pytest.raises(RuntimeError):
        session.passwords()
    assert set(app.view_functions) >= session.HASHING >= session.COMES_AGAIN
