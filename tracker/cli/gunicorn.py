"""Settings of gunicorn."""

import gc
from typing import Any

worker_class = "gthread"
threads = 4
timeout = 60
graceful_timeout = 20
keepalive = 5
preload_app = True
limit_request_line = 8190
loglevel = "warning"
control_socket_disable = True
"""It would lie in the home folder, which need not be writable, and nothing here uses it."""


def post_fork(server: Any, worker: Any) -> None:
    """What start-up made is shared by all workers and never garbage: keep it out of collection."""
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
