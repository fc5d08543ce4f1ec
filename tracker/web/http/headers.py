"""The headers of every answer: of pages, static files, refusals, and of the last resort."""

import secrets
from collections.abc import Iterable
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

import structlog
from flask import Flask, g, request

from tracker.rules import last_resort as last_resort_rules

LOG = structlog.get_logger("tracker.web")
REQUEST_ID = "tracker.request_id"


class EveryAnswer:
    """Goes round all that answers. Where nothing inside could answer, it does so itself."""

    def __init__(self, inner: WSGIApplication, *, https: bool, shares_host: bool) -> None:
        self._inner = inner
        self._shares_host = shares_host
        self._https = https

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        request_id = environ[REQUEST_ID] = secrets.token_hex(8)
        strict = last_resort_rules.headers(
            https=self._https, shares_host=self._shares_host, request_id=request_id
        )

        def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            names = {name.lower() for name, _value in headers}
            missing = [pair for pair in strict.items() if pair[0].lower() not in names]
            return start_response(status, [*headers, *missing], exc_info)

        try:
            return self._inner(environ, start)
        except Exception:
            LOG.exception("unanswered", request_id=request_id)
            accept = environ.get("HTTP_ACCEPT", "")
            status, headers, body = last_resort_rules.answer(request_id, accept)
            start(status, headers)
            return [body]


def _start() -> None:
    g.request_id = request.environ.get(REQUEST_ID, "")


def init_app(app: Flask) -> None:
    app.before_request(_start)


def wrap(app: Flask) -> None:
    """Last of all: whatever is put round the application later goes without."""
    https = bool(app.config["SESSION_COOKIE_SECURE"])
    app.wsgi_app = EveryAnswer(  # type: ignore[method-assign]
        app.wsgi_app, https=https, shares_host=bool(app.config["URL_PREFIX"])
    )
