"""Who is answered by which threads."""

from typing import Any

from waitress.task import ThreadedTaskDispatcher

from tracker.cli.server.connections import RefusedError
from tracker.rules.accounts.passwords import AT_ONCE

LONGEST_LINE = 150
"""How many may wait for their password to be hashed. Of 140 who came at once to two processes the
last had an answer after 48 s, on two busy cores; proxies often wait 60 s."""


class Lanes:
    """Pages have threads of their own. What hashes a password waits in a line without one, so that
    a rush of people who sign in keeps nobody from their page."""

    def __init__(self, app: Any) -> None:
        self.taken = 0
        self._hashing = app.extensions["tracker_hashing"]
        self._pages, self._passwords = ThreadedTaskDispatcher(), ThreadedTaskDispatcher()
        self._pages.set_thread_count(app.config["THREADS"])
        self._passwords.set_thread_count(AT_ONCE)

    def add_task(self, connection: Any) -> None:
        self.taken += 1
        request = connection.requests[0]
        if not request.is_last and request.endpoint in self._hashing:
            if len(self._passwords.queue) < LONGEST_LINE:
                self._passwords.add_task(connection)
                return
            request.error = RefusedError(503, "Service Unavailable")
        self._pages.add_task(connection)

    def shutdown(self) -> None:
        self._passwords.shutdown()
        self._pages.shutdown()
