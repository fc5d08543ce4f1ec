"""A worker of gunicorn's in which waitress serves: gunicorn keeps the sockets and the processes,
waitress takes in whole requests before a thread is asked to answer them."""

import logging
import os
import time
from typing import Any

from gunicorn.workers.base import Worker as Base
from waitress import wasyncore
from waitress.adjustments import Adjustments

from tracker.cli.server.connections import Listener
from tracker.cli.server.lanes import Lanes

LINGERS = 2.0
"""For how many seconds a worker that ends still takes requests on connections that are open."""
TICK = 1.0
"""Seconds after which the loop looks at limits and at its parent, when nothing else happens."""
MOST_HEAD = 32 * 1024
"""Bytes of a request before its body."""


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
            Listener(self.wsgi, self.connections, each.sock, self.lanes, limits)
            for each in self.sockets
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
