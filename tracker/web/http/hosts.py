"""The address of this site is TRACKER_BASE_URL's, below TRACKER_URL_PREFIX, whatever a request
says: one for another host is refused, and one for another path finds nothing."""

from collections.abc import Iterable
from urllib.parse import urlsplit
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Flask, current_app, redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.routing import RequestRedirect
from werkzeug.sansio.utils import host_is_trusted

from tracker.rules import last_resort as last_resort_rules
from tracker.rules.errors import Refusal
from tracker.web.http.errors import refusal_messages
from tracker.web.http.headers import REQUEST_ID
from tracker.web.http.logging import PROBES
from tracker.web.http.redirects import own_path

refusal_messages(
    foreign_host=_l(
        "This server doesn’t answer at the address you used. Its address is %(address)s. Nothing "
        "was changed."
    )
)
FOREIGN = "tracker.foreign_host"
LOOPBACK = {"127.0.0.1", "localhost", "::1"}


def own_hosts(base_url: str, more: Iterable[str]) -> frozenset[str]:
    """The names that are answered, without their ports. On one machine all of its own names are
    one."""
    own = urlsplit(base_url).hostname or ""
    return frozenset({own, *(LOOPBACK if own in LOOPBACK else ()), *more})


def is_own(host: str, own: frozenset[str]) -> bool:
    """Whether this Host header is one of ours."""
    return host_is_trusted(host) and urlsplit(f"//{host}").hostname in own


class OwnAddress:
    """Marks what was sent to another host, and lets nothing within see that name."""

    def __init__(
        self, inner: WSGIApplication, base_url: str, own: frozenset[str], prefix: str
    ) -> None:
        self._inner = inner
        self._prefix = prefix
        self._host = urlsplit(base_url).netloc
        self._own = own

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        environ["SCRIPT_NAME"] = self._prefix
        if not is_own(environ.get("HTTP_HOST", ""), self._own):
            environ[FOREIGN] = True
            environ["HTTP_HOST"] = self._host
        return self._inner(environ, start_response)


class Elsewhere:
    """What is answered beside the prefix."""

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        accept = environ.get("HTTP_ACCEPT", "")
        status, headers, body = last_resort_rules.elsewhere(
            self._prefix, environ[REQUEST_ID], accept
        )
        start_response(status, headers)
        return [body]


def below_prefix(app: Flask) -> None:
    """Round all that answers but the headers of every answer."""
    if prefix := app.config["URL_PREFIX"]:
        app.wsgi_app = DispatcherMiddleware(  # type: ignore[method-assign]
            Elsewhere(prefix), {prefix: app.wsgi_app}
        )


def _refuse_foreign() -> None:
    """Probes are answered by any name: what they get leads nowhere."""
    if request.environ.get(FOREIGN) and request.endpoint not in PROBES:
        raise Refusal("foreign_host", address=current_app.config["BASE_URL"])


def _stay_here() -> ResponseReturnValue | None:
    """An address that lacks its last slash leads on by its path alone, and names no host."""
    wanted = request.routing_exception
    if isinstance(wanted, RequestRedirect):
        return redirect(own_path(wanted.new_url), wanted.code)
    return None


def init_app(app: Flask) -> None:
    base_url = app.config["BASE_URL"]
    own = own_hosts(base_url, app.config["MORE_HOSTS"])
    app.wsgi_app = OwnAddress(app.wsgi_app, base_url, own, app.config["URL_PREFIX"])  # type: ignore[method-assign]
    app.before_request(_refuse_foreign)
    app.before_request(_stay_here)
