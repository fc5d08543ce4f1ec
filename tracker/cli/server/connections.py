"""waitress's connections with limits of time, and with refusals in the program's own words and with
its own headers."""

import secrets
import socket
import time
from contextlib import suppress
from typing import Any

import structlog
from waitress.adjustments import Adjustments
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser, ParsingError
from waitress.server import TcpWSGIServer
from waitress.task import ErrorTask, WSGITask
from waitress.utilities import Error
from werkzeug.exceptions import HTTPException

from tracker.logs import said_of
from tracker.rules import last_resort as last_resort_rules

LOG = structlog.get_logger("tracker.server")
PATIENCE = 20.0
"""Seconds in which a request has to be here whole; one more for every SLOWEST bytes that came."""
SLOWEST = 500
PIECES, PIECE, PAUSE = 50, 1_000, 0.25
"""Where a request comes in more than PIECES pieces that are smaller than PIECE bytes on average,
reading pauses for PAUSE seconds: a small piece costs as much as a large one."""
LONGEST_ADDRESS = 8190
"""Bytes of a request's first line."""
DISCARDS, DISCARDED, DISCARDED_AT_ONCE = 30.0, 44 * 1024**2, 256 * 1024
"""After a refusal, what still comes is read and dropped: for so many seconds, so many bytes in all,
and so many at once. Closing the connection at once would take the answer away from who is
sending."""
FRAMES = 8 * 1024
"""So many bytes more than a quarter of its content may be what a body in chunks has around them."""
SAID = {
    413: ("This is too large", "Nothing was saved. Go back and send less at once."),
    414: ("The address is too long", "Shorten it, or go back and start from another page."),
    431: (
        "Your browser sent too much with the request",
        "Delete this site's cookies in your browser, then try again.",
    ),
    500: last_resort_rules.NOTHING_COULD_ANSWER,
    503: (
        "Many people are signing in right now",
        "Nothing was lost. Go back, and try again in a minute.",
    ),
    507: (
        "The server has no room left",
        "Nothing was saved. What was saved before is still there; tell your administrator.",
    ),
}
UNREADABLE = (
    "This could not be read",
    "Your browser sent something incomplete or garbled. Nothing was changed. Go back, try again.",
)


class RefusedError(Error):  # type: ignore[misc]  # waitress ships no types
    def __init__(self, code: int, reason: str) -> None:
        super().__init__("")
        self.code, self.reason = code, reason


class Doors:
    """What the application says of a request's head: which endpoint it is for, and how much of a
    body is read there."""

    def __init__(self, app: Any) -> None:
        self._routes = app.url_map.bind("")
        self._prefix = app.config["URL_PREFIX"]
        self._most = app.extensions["tracker_bodies"]

    def endpoint(self, method: str, path: str) -> str | None:
        if not path.startswith(self._prefix):
            return None
        try:
            endpoint, _values = self._routes.match(path.removeprefix(self._prefix), method)
        except HTTPException:
            return None
        return str(endpoint)

    def most(self, method: str, endpoint: str | None, headers: dict[str, str]) -> int:
        kind, cookies = headers.get("CONTENT_TYPE", ""), headers.get("COOKIE", "")
        return int(self._most(method, endpoint, kind, cookies))


class Request(HTTPRequestParser):  # type: ignore[misc]
    body_rcv: Any = None
    error: Any = None
    endpoint: str | None = None
    pieces = 0
    most = 0
    """Bytes of its body that are read."""
    is_busy = False
    """Whether the line for hashing a password is too long: its endpoint says when to come again."""
    is_left = False
    """Whether its body is more than that and stays unread: the application refuses it by the length
    that it says."""

    def __init__(self, doors: Doors, limits: Adjustments) -> None:
        super().__init__(limits)
        self.began = time.time()
        self._doors = doors

    @property
    def is_last(self) -> bool:
        """Whether nothing that comes after it is read."""
        return self.is_left or self.error is not None

    @property
    def came(self) -> int:
        return int(self.header_bytes_received + self.body_bytes_received)

    def is_late(self, now: float) -> bool:
        return now - self.began > PATIENCE + self.came / SLOWEST

    @property
    def drips(self) -> bool:
        return self.pieces > PIECES + self.came / PIECE

    def received(self, data: bytes) -> int:
        self.pieces += 1
        try:
            read = int(super().received(data))
        except OSError as error:  # a large body waits in a file
            LOG.error("storage_fails", error=said_of(error))
            return self._refuse(507, "Insufficient Storage", len(data))
        if self.chunked and self.error is None:
            came, content = self.body_bytes_received, len(self.body_rcv)
            if came > self.most:
                self._leave(came)
            elif came > FRAMES + content * 5 / 4:
                self._refuse(400, "Bad Request", 0)
        return len(data) if self.is_last else read

    def parse_header(self, head: bytes) -> None:
        if head.find(b"\r\n") > LONGEST_ADDRESS:
            head = b"GET / HTTP/1.1\r\n"
            self._refuse(414, "URI Too Long", 0)
        try:
            super().parse_header(head)
        except ValueError as error:  # a length of thousands of digits
            raise ParsingError("no number") from error
        if self.chunked and "CONTENT_LENGTH" in self.headers:
            raise ParsingError("two lengths")
        self.endpoint = self._doors.endpoint(self.command, self.path)
        if self.body_rcv is not None:
            self.most = self._doors.most(self.command, self.endpoint, self.headers)
        if self.content_length > self.most:
            self._leave(self.content_length)

    def _leave(self, length: int) -> None:
        self.headers["CONTENT_LENGTH"] = str(length)
        self.close()
        self.is_left = self.completed = True
        self.body_rcv, self.content_length = None, 0
        self.chunked = self.expect_continue = False

    def _refuse(self, code: int, reason: str, read: int) -> int:
        self.error = RefusedError(code, reason)
        self.completed = True
        return read


class Answer(WSGITask):  # type: ignore[misc]
    def get_environment(self) -> dict[str, Any]:
        return {**super().get_environment(), "tracker.busy": self.request.is_busy}

    def start(self) -> None:
        super().start()
        self.channel.discards = self.request.is_left
        if self.request.is_left or not self.channel.server.accepting:
            self.set_close_on_finish()


class ServerRefusal(ErrorTask):  # type: ignore[misc]
    def execute(self) -> None:
        error, request_id = self.request.error, secrets.token_hex(8)
        self.channel.discards = True
        accept = self.request.headers.get("ACCEPT", "")
        kind, body = last_resort_rules.body(*SAID.get(error.code, UNREADABLE), request_id, accept)
        config = self.channel.server.application.config
        https, below = config["SESSION_COOKIE_SECURE"], bool(config["URL_PREFIX"])
        self.status = f"{error.code} {error.reason}"
        self.content_length = len(body)
        self.response_headers += [
            ("Content-Type", kind),
            *last_resort_rules.headers(
                https=https, shares_host=below, request_id=request_id
            ).items(),
            *([("Retry-After", "60")] if error.code in (503, 507) else []),
        ]
        self.set_close_on_finish()
        LOG.info("refused_unread", status=error.code, request_id=request_id)
        self.write(body)


class Connection(HTTPChannel):  # type: ignore[misc]
    task_class = Answer
    error_task_class = ServerRefusal
    discards = False
    """Whether it was refused, and what still comes is dropped."""
    discarding_since: float | None = None
    discarded = 0

    def parser_class(self, limits: Adjustments) -> Request:
        return Request(self.server.doors, limits)

    def readable(self) -> bool:
        """What comes after the last request waits with the client until that has its answer; and
        what drips, until there is more of it."""
        is_last = any(request.is_last for request in self.requests)
        drips = self.request is not None and self.request.drips
        waits = is_last or (drips and time.time() < self.last_activity + PAUSE)
        return not waits and bool(super().readable())

    def handle_read(self) -> None:
        if self.discarding_since is None:
            super().handle_read()
            return
        try:
            self.discarded += len(self.recv(DISCARDED_AT_ONCE))
        except OSError:
            self.discarded = DISCARDED + 1
        if self.discarded > DISCARDED:
            self.handle_close()

    def handle_close(self) -> None:
        if self.connected and self.discards and self.discarding_since is None:
            self.discarding_since = time.time()
            self.will_close = False
            with suppress(OSError):
                self.socket.shutdown(socket.SHUT_WR)
        else:
            super().handle_close()

    def is_over(self, now: float) -> bool:
        if self.discarding_since is not None:
            return now - self.discarding_since > DISCARDS
        return not self.requests and self.request is not None and self.request.is_late(now)

    @property
    def is_idle(self) -> bool:
        return not (self.requests or self.request or self.total_outbufs_len)


class Listener(TcpWSGIServer):  # type: ignore[misc]
    """Lets in what comes to one socket, which other processes have as well."""

    channel_class = Connection

    def __init__(
        self,
        application: Any,
        connections: dict[int, Any],
        listening: socket.socket,
        lanes: Any,
        limits: Adjustments,
    ) -> None:
        about = listening.family, listening.type, listening.proto, listening.getsockname()
        self.doors = Doors(application)
        super().__init__(
            application,
            connections,
            _sock=listening,
            dispatcher=lanes,
            adj=limits,
            sockinfo=about,
            bind_socket=False,
        )

    def maintenance(self, now: float) -> None:
        super().maintenance(now)
        for connection in self.active_channels.values():
            if connection.is_over(now):
                connection.will_close = True

    def take_no_more(self) -> None:
        """Let in who waits at the door, and close it behind them."""
        waiting = -1
        while waiting < len(self.active_channels):
            waiting = len(self.active_channels)
            self.handle_accept()
        self.accepting = False
        self.del_channel()
        self.socket.close()

    def close_idle(self) -> None:
        for connection in self.active_channels.values():
            if connection.is_idle:
                connection.will_close = True
