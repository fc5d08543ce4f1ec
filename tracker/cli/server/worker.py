"""A worker of gunicorn's in which waitress serves, and who is answered by which threads.

gunicorn keeps the sockets and the processes, waitress takes in whole requests before a thread is
asked to answer them.
"""

import logging
import os
import time
from typing import Any

from gunicorn.workers.base import Worker as Base
from waitress import wasyncore
from waitress.adjustments import Adjustments
from waitress.task import ThreadedTaskDispatcher

from tracker.accounts.sign_in.rules import AT_ONCE
from tracker.cli.server.connections import Listener, RefusedError

LONGEST_WAIT = 15
"""Seconds that the line for hashing a password may take, by what the last hashes took. Who comes
later is told to come again, and so is who waited longer after all: long before a proxy gives up
(60 seconds, often)."""
FIRST_GUESS = 0.5
"""Seconds that a hash takes, before any was made."""
LINGERS = 2.0
"""For how many seconds a worker that ends still takes requests on connections that are open."""
TICK = 1.0
"""Seconds after which the loop looks at limits and at its parent, when nothing else happens."""
MOST_HEAD = 32 * 1024
"""Bytes of a request before its body."""


class Lanes:
    """Pages have threads of their own. What hashes a password waits in a line without one, so that
    a rush of people who sign in keeps nobody from their page."""

    def __init__(self, app: Any) -> None:
        self.taken = 0
        self.seconds = FIRST_GUESS
        """What a hash takes with its request, as of late."""
        self._hashing = app.extensions["tracker_hashing"]
        self._comes_again = app.extensions["tracker_comes_again"]
        self._pages, self._passwords = ThreadedTaskDispatcher(), ThreadedTaskDispatcher()
        self._pages.set_thread_count(app.config["THREADS"])
        self._passwords.set_thread_count(AT_ONCE)

    def add_task(self, connection: Any) -> None:
        self.taken += 1
        request = connection.requests[0]
        if not request.is_last and request.endpoint in self._hashing:
            if len(self._passwords.queue) * self.seconds < LONGEST_WAIT:
                self._passwords.add_task(_Timed(connection, self))
                return
            if self.comes_again(request):
                request.is_busy = True
            else:
                request.error = RefusedError(503, "Service Unavailable")
        self._pages.add_task(connection)

    def comes_again(self, request: Any) -> bool:
        """Whether its endpoint answers by itself that it is busy."""
        return request.endpoint in self._comes_again

    def shutdown(self) -> None:
        self._passwords.shutdown()
        self._pages.shutdown()


class _Timed:
    """A connection in the line for hashing."""

    def __init__(self, connection: Any, lanes: Lanes) -> None:
        self._connection, self._lanes, self._came = connection, lanes, time.monotonic()
        self.cancel = connection.cancel

    def service(self) -> None:
        begun, request = time.monotonic(), self._connection.requests[0]
        if begun - self._came > LONGEST_WAIT and self._lanes.comes_again(request):
            request.is_busy = True
            self._connection.service()
            return
        self._connection.service()
        self._lanes.seconds += (time.monotonic() - begun - self._lanes.seconds) / 8


class Worker(Base):  # type: ignore[misc]  # gunicorn ships no types
    def load_wsgi(self) -> None:
        super().load_wsgi()
        logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # that somebody waits is usual
        self.connections: dict[int, Any] = {}
        self.lanes = Lanes(self.wsgi)
        limits = Adjustments(
            backlog=self.cfg.backlog,
            channel_request_lookahead=1,  # or nobody would notice that a client went away
            channel_timeout=self.cfg.keepalive,
            cleanup_interval=TICK,
            clear_untrusted_proxy_headers=False,  # TRACKER_TRUST_PROXY says whether they count
            connection_limit=self.cfg.worker_connections,
            ident="",
            # never reached: how much is read, each door says
            max_request_body_size=2 * self.wsgi.config["MAX_CONTENT_LENGTH"],
            max_request_header_size=MOST_HEAD,
        )
        self.listeners = [
            Listener(self.wsgi, self.connections, socket.sock, self.lanes, limits)
            for socket in self.sockets
        ]

    def handle_exit(self, sig: int, frame: object) -> None:
        super().handle_exit(sig, frame)
        for listener in self.listeners:
            listener.pull_trigger()

    def run(self) -> None:
        while self.alive and self.lanes.taken < self.max_requests and self.ppid == os.getppid():
            self._turn(TICK)
        ended = time.monotonic()
        for listener in self.listeners:
            listener.take_no_more()
        while any(listener.active_channels for listener in self.listeners):
            gone = time.monotonic() - ended
            if gone > self.cfg.graceful_timeout:
                break
            if gone > LINGERS:
                for listener in self.listeners:
                    listener.close_idle()
            self._turn(0.1)
        self.lanes.shutdown()

    def _turn(self, seconds: float) -> None:
        self.notify()
        wasyncore.loop(timeout=seconds, use_poll=True, map=self.connections, count=1)
