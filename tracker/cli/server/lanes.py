"""Who is answered by which threads."""

import time
from typing import Any

from waitress.task import ThreadedTaskDispatcher

from tracker.cli.server.connections import RefusedError
from tracker.rules.accounts.passwords import AT_ONCE

LONGEST_WAIT = 15
"""Seconds that the line for hashing a password may take, by what the last hashes took. Who comes
later is told to come again, and so is who waited longer after all: long before a proxy gives up
(60 seconds, often)."""
FIRST_GUESS = 0.5
"""Seconds that a hash takes, before any was made."""


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
