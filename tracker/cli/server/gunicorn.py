"""Settings of gunicorn."""

import gc
from typing import Any

import click

from tracker import locks
from tracker.cli.background import beside
from tracker.operations.system import actions as system_actions

worker_class = "tracker.cli.server.worker.Worker"
timeout = 60
graceful_timeout = 60
keepalive = 75
worker_connections = 800
max_requests = 20_000
max_requests_jitter = 5_000
"""A worker is exchanged after so many; the jitter keeps them from ending at once."""
preload_app = True
loglevel = "warning"
control_socket_disable = True
"""It would lie in the home folder, which need not be writable, and nothing here uses it."""


gc.disable()  # until the workers are made: what start-up makes is never garbage


def when_ready(server: Any) -> None:
    locks.share(system_actions.lock_of(server.app.wsgi().config, "serve"))
    beside.start()
    where = ", ".join(f"http://{listener}" for listener in map(_address, server.LISTENERS))
    click.echo(f"Serving on {where} (Ctrl-C stops it)")


def _address(listener: Any) -> str:
    host, port = listener.sock.getsockname()[:2]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def post_fork(server: Any, worker: Any) -> None:
    """What start-up made is shared by all workers and never garbage: keep it out of collection."""
    gc.freeze()
    gc.enable()
    gc.set_threshold(50_000, 20, 20)
