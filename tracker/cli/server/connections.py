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

from tracker.logs import said_of
from tracker.rules import last_resort

LOG = structlog.get_logger("tracker.server")
PATIENCE = 20.0
"""Seconds in which a request has to be here whole; one more for every SLOWEST bytes that came."""
SLOWEST = 500
LONGEST_ADDRESS = 8190
"""Bytes of a request's first line."""
DISCARDS = 30.0
"""For how many seconds what still comes after a refusal is read and dropped: closing at once would
take the answer away from who is sending."""
SAID = {
    413: ("This is too large", "Nothing was saved. Go back and send less at once."),
    414: ("The address is too long", "Shorten it, or go back and start from another page."),
    431: (
        "Your browser sent too much with the request",
        "Delete this site's cookies in your browser, then try again.",
    ),
    500: last_resort.NOTHING_COULD_ANSWER,
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


class Request(HTTPRequestParser):  # type: ignore[misc]
    def __init__(self, limits: Adjustments) -> None:
        super().__init__(limits)
        self.began = time.time()

    def is_late(self, now: float) -> bool:
        came = self.header_bytes_received + self.body_bytes_received
        return bool(now - self.began > PATIENCE + came / SLOWEST)

    def received(self, data: bytes) -> int:
        try:
            return int(super().received(data))
        except OSError as error:  # a large body waits in a file
            LOG.error("storage_fails", error=said_of(error))
            return self._refuse(507, "Insufficient Storage", len(data))

    def parse_header(self, head: bytes) -> None:
        if head.find(b"\r\n") > LONGEST_ADDRESS:
            head = b"GET / HTTP/1.1\r\n"
            self._refuse(414, "URI Too Long", 0)
        super().parse_header(head)
        if self.chunked and "CONTENT_LENGTH" in self.headers:
            raise ParsingError("two lengths")

    def _refuse(self, code: int, reason: str, read: int) -> int:
        self.error = RefusedError(code, reason)
        self.completed = True
        return read


class Answer(WSGITask):  # type: ignore[misc]
    def start(self) -> None:
        super().start()
        if not self.channel.server.accepting:
            self.set_close_on_finish()


class ServerRefusal(ErrorTask):  # type: ignore[misc]
    def execute(self) -> None:
        error, request_id = self.request.error, secrets.token_hex(8)
        self.channel.discards = True
        accept = self.request.headers.get("ACCEPT", "")
        kind, body = last_resort.body(*SAID.get(error.code, UNREADABLE), request_id, accept)
        config = self.channel.server.application.config
        https, below = config["SESSION_COOKIE_SECURE"], bool(config["URL_PREFIX"])
        self.status = f"{error.code} {error.reason}"
        self.content_length = len(body)
        self.response_headers += [
            ("Content-Type", kind),
            *last_resort.headers(https=https, shares_host=below, request_id=request_id).items(),
            *([("Retry-After", "60")] if error.code == 503 else []),
        ]
        self.set_close_on_finish()
        LOG.info("refused_unread", status=error.code, request_id=request_id)
        self.write(body)


class Connection(HTTPChannel):  # type: ignore[misc]
    parser_class = Request
    task_class = Answer
    error_task_class = ServerRefusal
    discards = False
    """Whether it was refused, and what still comes is dropped."""
    discarding_since: float | None = None

    def received(self, data: bytes) -> bool:
        return False if self.discarding_since is not None else bool(super().received(data))

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
