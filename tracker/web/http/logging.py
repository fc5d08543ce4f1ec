"""JSON lines on standard output, each with its request id. No text that a user typed, no cookie, no
token."""

import re
import time
from urllib.parse import unquote

import structlog
from flask import Flask, Response, g, request

from tracker.web.http import session

SECRET = re.compile(
    r"((?:welcome|email-address(?:\W+(?:confirm|take-back))?)\b\W*).+"
    r"|(?=[\w-]*(?-i:[A-Z]))[\w-]{30,}|%.*",
    re.IGNORECASE | re.DOTALL,
)
"""What follows the name of a one-time link, wherever that stands; what looks like a token; and what
is written too strangely to be read."""

PROBES = {"health.alive", "health.ready"}
"""Asked every few seconds by whatever watches the server, which knows it by names of its own."""


def loggable_path() -> str:
    """The address without the secret of a one-time link, however it is spelled."""
    return SECRET.sub(r"\1...", unquote(unquote(request.path)))


def init_app(app: Flask) -> None:
    log = structlog.get_logger("tracker.request")

    @app.before_request
    def _bind() -> None:
        g.started = time.monotonic()
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=g.request_id)

    @app.after_request
    def _line(response: Response) -> Response:
        path = loggable_path()
        if path != request.path:  # a proxy logs where somebody comes from
            response.headers["Referrer-Policy"] = "origin"
        if not app.testing and request.endpoint not in PROBES:
            actor = None if g.get("failing") else session.actor_or_none()
            log.info(
                "request",
                method=request.method,
                path=path,
                status=response.status_code,
                ms=round((time.monotonic() - g.started) * 1000, 1),
                person_id=None if actor is None else actor.person_id,
            )
        return response
