"""How many requests there were, and how long they took: by route, never by address or person."""

import time

from flask import Flask, Response, g, request
from prometheus_client import Counter, Histogram

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
