"""The real server: what it refuses before the application is asked is refused in our words; nobody
tells it how they came; and whoever is slow keeps nobody waiting."""

import json
import re
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from email.message import Message
from email.parser import Parser
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from waitress.adjustments import Adjustments

from tests.client import Client
from tests.test_crash import laid_out, served
from tracker.cli.server import connections
from tracker.cli.server.connections import (
    DISCARDS,
    PATIENCE,
    PAUSE,
    PIECES,
    SLOWEST,
    Connection,
    Doors,
    RefusedError,
    Request,
    ServerRefusal,
)
from tracker.rules.last_resort import HTTPS_ONLY, STRICT
from tracker.web.http.input_checks import URLENCODED

POST = b"POST /login HTTP/1.1\r\nHost: localhost\r\n"
FORM = b"Content-Type: application/x-www-form-urlencoded\r\n"
REFUSED = {
    "a bad request line": (b"GARBAGE\r\n\r\n", 400),
    "a bad header": (b"GET / HTTP/1.1\r\nHost: localhost\r\n@: x\r\n\r\n", 400),
    "a long address": (b"GET /" + b"x" * 9_000 + b" HTTP/1.1\r\n\r\n", 414),
    "large headers": (b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 6_000 + b"\r\n", 431),
    "two lengths": (POST + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\n", 400),
    "a length that is none": (POST + b"Content-Length: " + b"9" * 5_000 + b"\r\n\r\n", 400),
    "a length and chunks": (
        POST + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        400,
    ),
    "chunks of no length": (POST + b"Transfer-Encoding: chunked\r\n\r\nxyz\r\n", 400),
    "an unknown coding": (POST + b"Transfer-Encoding: gzip\r\n\r\n", 501),
    "a body beyond measure": (POST + b"Content-Length: 99999999\r\n\r\n" + b"x" * 3_000_000, 413),
}
CLOSE = b"Connection: close\r\n"
CHUNKED = FORM + b"Transfer-Encoding: chunked\r\n\r\n"
LEFT = {
    "an unknown address": (b"POST /nowhere HTTP/1.1\r\nHost: localhost\r\n" + FORM, 404),
    "a wrong method": (b"POST /healthz HTTP/1.1\r\nHost: localhost\r\n" + FORM, 405),
    "a GET": (b"GET /login HTTP/1.1\r\nHost: localhost\r\n" + FORM, 415),
    "a form": (POST + FORM, 413),
    "who waits to be asked on": (POST + FORM + b"Expect: 100-continue\r\n", 413),
    "a private door": (b"POST /evidence HTTP/1.1\r\nHost: localhost\r\n" + FORM, 401),
}
"""The head of each says a body of which not a byte is sent."""
ASKED = (
    b"GET %s HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-Proto: https\r\nSCRIPT_NAME: /elsewhere\r\n"
    b"Connection: close\r\n\r\n"
)
SLOW = (
    [POST + FORM + b"Content-Length: 10000\r\n\r\nx"] * 20
    + [b"GET / HTTP/1.1\r\nX: x"] * 20
    + [b""] * 40
)


def said(port: int, request: bytes) -> tuple[int, Message, str]:
    """The status, the headers and the body of what came back."""
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        connection.sendall(request)
        raw = b"".join(iter(lambda: connection.recv(65_536), b""))
    head, _gap, body = raw.decode("utf-8", errors="replace").partition("\r\n\r\n")
    line, _gap, fields = head.partition("\r\n")
    return int(line.split(" ")[1]), Parser().parsestr(fields), body


def missing(headers: Message) -> set[str]:
    return {name for name in STRICT if name not in headers}


@contextmanager
def slow_clients(port: int) -> Iterator[list[socket.socket]]:
    with ExitStack() as stack:
        open_ones = [
            stack.enter_context(socket.create_connection(("127.0.0.1", port))) for _each in SLOW
        ]
        for connection, beginning in zip(open_ones, SLOW, strict=True):
            connection.sendall(beginning)
        yield open_ones


@pytest.mark.in_ci
@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_every_answer_of_the_server_is_ours(
    migrated_app: Flask, engine_name: str, tmp_path: Path
) -> None:
    """At each change tests/web/http/test_headers.py tells it of what the application answers."""
    with laid_out(engine_name, tmp_path) as (_app, environment):
        environment |= {
            "SCRIPT_NAME": "/elsewhere",
            "FORWARDED_ALLOW_IPS": "*",
            "TRACKER_THREADS": "1",
        }
        with served(environment) as (port, _kill):
            for word, (request, status) in REFUSED.items():
                got, headers, body = said(port, request)
                assert (got, missing(headers)) == (status, set()), word
                assert f"Reference: {headers['X-Request-ID']}" in body, word
                assert "Skills Tracker" in body, word
                assert headers.get_content_type() == "text/html", word
                assert not re.search("GARBAGE|xxx|Invalid|waitress", f"{headers}{body}"), word
            for word, (request, status) in LEFT.items():
                got, headers, body = said(port, request + b"Content-Length: 9999999\r\n\r\n")
                assert (got, headers["Connection"]) == (status, "close"), word
                assert f"Reference: {headers['X-Request-ID']}" in body, word
            got, _headers, _body = said(port, POST + CHUNKED + b"11000\r\n" + b"x" * 0x11000)
            assert got == 413
            got, _headers, _body = said(port, POST + CLOSE + CHUNKED + b"1\r\nx\r\n0\r\n\r\n")
            assert got == 400  # read: it has no token
            asked = POST + b"Accept: application/json\r\nContent-Length: 99999999\r\n\r\n"
            got, headers, body = said(port, asked + b"x" * 3_000_000)
            assert (got, missing(headers)) == (413, set())
            assert headers.get_content_type() == "application/json"
            assert json.loads(body)["request_id"] == headers["X-Request-ID"]
            got, headers, page = said(port, ASKED % b"/login")
            assert (got, missing(headers)) == (200, set())
            assert not any(name in headers for name in HTTPS_ONLY)
            (style,) = re.findall(r'href="(/assets/[^"]+\.css)"', page)
            assert "elsewhere" not in page
            got, headers, _css = said(port, ASKED % style.encode())
            assert (got, missing(headers)) == (200, set())
            assert "immutable" in headers["Cache-Control"]
            got, headers, _none = said(port, (ASKED % style.encode()).replace(b"GET", b"POST", 1))
            assert (got, missing(headers)) == (405, set())
            with slow_clients(port) as open_ones:
                assert [said(port, ASKED % b"/login")[0] for _each in range(20)] == [200] * 20
                for connection in open_ones:
                    connection.setblocking(False)
                    with pytest.raises(BlockingIOError):
                        connection.recv(1)  # still open, and not answered


def limits() -> Adjustments:
    return Adjustments(max_request_header_size=1_000)


class AllDoors:
    """So much is read at each."""

    most_bytes = 10**6

    def endpoint(self, method: str, path: str) -> str:
        return f"{method} {path}"

    def most(self, method: str, endpoint: str | None, headers: dict[str, str]) -> int:
        return self.most_bytes


def new_request() -> Request:
    doors: Any = AllDoors()
    return Request(doors, limits())


def test_a_request_has_to_come_at_some_speed() -> None:
    request = new_request()
    request.began = 0
    request.received(b"POST / HTTP/1.1\r\nContent-Length: 100000\r\n")
    assert (request.is_late(PATIENCE), request.is_late(PATIENCE + 1)) == (False, True)
    request.received(b"\r\n")
    request.received(b"x" * 10 * SLOWEST)
    assert (request.is_late(PATIENCE + 10), request.is_late(PATIENCE + 11)) == (False, True)


def test_a_body_that_finds_no_room_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_self: object, _data: bytes) -> None:
        raise OSError(28, "No space left on device")

    request = new_request()
    request.received(b"POST / HTTP/1.1\r\nContent-Length: 10\r\n\r\n")
    monkeypatch.setattr(type(request.body_rcv), "received", full)
    request.received(b"x" * 10)
    assert (request.completed, request.error.code) == (True, 507)


def test_more_than_a_door_takes_is_left_unread() -> None:
    request, late = new_request(), new_request()
    head = b"POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 1000001\r\n\r\n"
    assert request.received(head + b"GET / HTTP/1.1\r\n\r\n") == len(head) + 18
    assert (request.is_left, request.completed, request.expect_continue) == (True, True, False)
    assert request.get_body_stream().read() == b""
    assert request.headers["CONTENT_LENGTH"] == "1000001"
    late.received(b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nfffff\r\n")
    assert not late.completed
    assert late.received(b"x" * 1_000_001) == 1_000_001
    assert (late.is_left, late.get_body_stream().read()) == (True, b"")
    assert int(late.headers["CONTENT_LENGTH"]) > 1_000_000


def test_as_much_as_a_door_takes_is_read() -> None:
    """The partner."""
    request = new_request()
    request.received(b"POST / HTTP/1.1\r\nContent-Length: 1000000\r\n\r\n")
    request.received(b"x" * 1_000_000)
    assert (request.is_left, request.completed) == (False, True)
    assert len(request.get_body_stream().read()) == 1_000_000
    request.close()


@pytest.mark.parametrize(
    ("chunks", "is_refused"),
    [
        (b"1\r\nx\r\n" * 3_000, True),
        (b"\r\n" * 9_000, True),
        (b"0" * 9_000, True),
        (b"100\r\n" + b"x" * 256 + b"\r\n", False),
        ((b"100\r\n" + b"x" * 256 + b"\r\n") * 1_000, False),
    ],
)
def test_chunks_are_more_than_their_frames(chunks: bytes, is_refused: bool) -> None:
    request = new_request()
    request.received(b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n")
    request.received(chunks)
    assert (request.completed, request.error is not None) == (is_refused, is_refused)


def test_who_was_signed_in_is_read_at_a_private_door(app: Flask, ana: Client) -> None:
    doors, session = Doors(app), ana.http.get_cookie("session")
    assert session is not None
    cookies = {
        "nobody": "",
        "made up": "session=x",
        "garbled": "session=\xff",
        "ana": f"session={session.value}",
    }
    found = {
        (url, kind, who): doors.most("POST", doors.endpoint("POST", url), headers)
        for url in ("/login", "/account/name", "/evidence", "/drafts", "/nowhere")
        for kind in (URLENCODED, "application/json; charset=utf-8")
        for who, cookie in cookies.items()
        if (headers := {"CONTENT_TYPE": kind, "COOKIE": cookie})
    }
    form = {
        **{("/login", URLENCODED, who): 64 * 1024 for who in cookies},
        ("/account/name", URLENCODED, "ana"): 256 * 1024,
        ("/evidence", URLENCODED, "ana"): 11 * 1024**2,
        ("/drafts", URLENCODED, "ana"): 256 * 1024,
        ("/drafts", "application/json; charset=utf-8", "ana"): 600_000,
    }
    assert {each: size for each, size in found.items() if size} == form
    assert doors.most("GET", "accounts.sign_in", {"CONTENT_TYPE": URLENCODED}) == 0


@pytest.fixture
def pair() -> Iterator[tuple[Connection, socket.socket]]:
    """A connection of the server's and the other end of it."""
    ours, theirs = socket.socketpair()
    server = SimpleNamespace(active_channels={}, add_task=lambda _: None, doors=AllDoors())
    with ours, theirs:
        yield Connection(server, ours, ("127.0.0.1", 1), limits(), map={}), theirs


def test_nothing_is_read_before_the_last_answer_and_so_much_is_dropped_after_it(
    pair: tuple[Connection, socket.socket], monkeypatch: pytest.MonkeyPatch
) -> None:
    connection, theirs = pair
    theirs.sendall(b"POST / HTTP/1.1\r\nContent-Length: 1000001\r\n\r\n")
    connection.handle_read()
    assert (len(connection.requests), connection.readable()) == (1, False)
    connection.requests.clear()
    assert connection.readable()
    connection.discards = True
    connection.handle_close()
    monkeypatch.setattr(connections, "DISCARDED", 10)
    for size, is_open in ((10, True), (1, False)):
        theirs.sendall(b"x" * size)
        connection.handle_read()
        assert connection.connected == is_open


@pytest.mark.parametrize(("piece", "drips"), [(b"x", True), (b"x" * 1_001, False)])
def test_what_drips_is_read_now_and_then(
    pair: tuple[Connection, socket.socket], piece: bytes, drips: bool
) -> None:
    connection, theirs = pair
    theirs.sendall(b"POST / HTTP/1.1\r\nContent-Length: 900000\r\n\r\n")
    for _each in range(PIECES):
        connection.handle_read()
        assert connection.readable()
        theirs.sendall(piece)
    connection.handle_read()
    assert connection.readable() is not drips
    connection.last_activity -= PAUSE
    assert connection.readable()


def test_what_comes_after_a_refusal_is_dropped_for_a_while(
    pair: tuple[Connection, socket.socket],
) -> None:
    connection, theirs = pair
    connection.discards = True
    connection.handle_close()
    assert theirs.recv(1) == b""  # the answer is whole
    theirs.sendall(b"GET / HTTP/1.1\r\n\r\n")
    connection.handle_read()
    assert connection.requests == []
    since = connection.discarding_since
    assert since is not None
    assert (connection.is_over(since + DISCARDS), connection.is_over(since + DISCARDS + 1)) == (
        False,
        True,
    )
    connection.handle_close()
    assert not connection.connected


@pytest.mark.parametrize("code", [503, 507])
@pytest.mark.parametrize("https", [True, False])
def test_over_https_it_says_so(https: bool, code: int) -> None:
    written: list[bytes] = []
    application = SimpleNamespace(config={"SESSION_COOKIE_SECURE": https, "URL_PREFIX": ""})
    channel: Any = SimpleNamespace(
        server=SimpleNamespace(application=application, adj=limits()), write_soon=written.append
    )
    request: Any = new_request()
    request.error = RefusedError(code, "For now")
    ServerRefusal(channel, request).execute()
    head = written[0].decode()
    assert ("\r\nStrict-Transport-Security: " in head) == https
    assert "\r\nRetry-After: 60" in head
