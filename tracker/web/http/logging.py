"""JSON lines on standard output, each with its request id. No text that a user typed, no cookie, no
token."""

import re
import time

import structlog
from flask import Flask, Response, g, request

from tracker.web.http import session

SECRET_PATH = re.compile(
    r"^(/+(?:welcome|email-address/+[a-z-]+|readers/+objections)/).*", re.IGNORECASE | re.DOTALL
)

PROBES = {"health.alive", "health.ready"}
"""Asked every few seconds by whatever watches the server, which knows it by names of its own."""


def loggable_path() -> str:
    """The address without the secret of a one-time link."""
    return SECRET_PATH.sub(r"\1...", request.path)


def init_app(app: Flask) -> None:
    log = structlog.get_logger("tracker.request")

    @app.before_request
    def _bind() -> None:
        g.started = time.monotonic()
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=g.request_id)

    @app.after_request
    def _line(response: Response) -> Response:
        if not app.testing and request.endpoint not in PROBES:
            actor = None if g.get("failing") else session.actor_or_none()
            log.info(
                "request",
                method=request.method,
                path=loggable_path(),
                status=response.status_code,
                ms=round((time.monotonic() - g.started) * 1000, 1),
                person_id=None if actor is None else actor.person_id,
            )
        return response
