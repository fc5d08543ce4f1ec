"""For whatever watches the server: whether it is alive, and ready; how many requests there were,
and how long they took: by route, never by address or person."""

import time

from flask import Blueprint, Flask, Response, current_app, g, request
from flask.typing import ResponseReturnValue
from prometheus_client import Counter, Histogram

from tracker.operations.system import actions as system, rules as probes
from tracker.rules.roles import Permission
from tracker.web.http import session
from tracker.web.http.access import door

bp = Blueprint("health", __name__)
REQUESTS = Counter(
    "tracker_requests", "Requests that were answered.", ("route", "method", "status")
)
SECONDS = Histogram(
    "tracker_request_seconds",
    "Seconds from the routing of a request to its answer.",
    ("route",),
    buckets=(0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
NO_ROUTE = "none"
"""For addresses that lead nowhere: as many as somebody likes to try."""
METHODS = frozenset({"GET", "HEAD", "POST"})


@bp.get("/healthz")
@door(Permission.PUBLIC)
def alive() -> ResponseReturnValue:
    """Whether the process is alive. It asks no database: one that is away is no reason to start
    the program again. Who has the secret key is told what is seen of the request (`tracker check
    --deploy`)."""
    told = request.headers.get("X-Tracker-Probe", "")
    if not probes.holds(current_app.config["SECRET_KEY"], told, session.now().timestamp()):
        return {"status": "ok"}
    seen = {
        "client": request.remote_addr,
        "forwarded": request.headers.get("X-Forwarded-For", ""),
        "scheme": request.scheme,
        "host": request.host,
    }
    return {"status": "ok", "seen": seen}


@bp.get("/readyz")
@door(Permission.PUBLIC)
def ready() -> ResponseReturnValue:
    """Whether to send people here: 200, or 503 with the names of what is not right."""
    failing = system.failing(current_app.config)
    if failing:
        return {"status": "unready", "failing": failing}, 503
    return {"status": "ready"}


def init_app(app: Flask) -> None:
    """Where a folder for the numbers of all workers is set."""
    if not app.config["METRICS_DIR"]:
        return

    @app.after_request
    def _count(response: Response) -> Response:
        route = request.endpoint or NO_ROUTE
        method = request.method if request.method in METHODS else "other"
        REQUESTS.labels(route, method, response.status_code).inc()
        SECONDS.labels(route).observe(time.monotonic() - g.started)
        return response
