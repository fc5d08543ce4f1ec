"""A device is known for an account after somebody signed in to it there: by a signed cookie, which
outlives signing out and says nothing that can be read."""

import hmac
import secrets
from dataclasses import dataclass

from flask import current_app, request
from itsdangerous import BadSignature, URLSafeTimedSerializer
from werkzeug import Response

KNOWN_FOR = 180 * 24 * 60 * 60
"""Seconds after the last sign-in."""
ACCOUNTS_MAX = 40
"""So many accounts, those used last: a shared desk has many."""


@dataclass(frozen=True, slots=True)
class Device:
    """`accounts`: for which it is known, as digests, the last used last."""

    id: str
    accounts: tuple[str, ...] = ()

    def knows(self, email: str) -> bool:
        return any(_digest(key, email) in self.accounts for key in _keys())


def asking() -> Device:
    """The device of this request; a new one where the cookie is missing, too old or not ours."""
    try:
        said = _serializer().loads(request.cookies.get(_name(), ""), max_age=KNOWN_FOR)
    except BadSignature:
        return Device(secrets.token_urlsafe(16))
    return Device(said[0], tuple(said[1:]))


def remember(response: Response, email: str) -> Response:
    """From here on the device is known for that account."""
    device = asking()
    own = [_digest(key, email) for key in _keys()]
    accounts = [*(each for each in device.accounts if each not in own), own[-1]][-ACCOUNTS_MAX:]
    response.set_cookie(
        _name(),
        _serializer().dumps([device.id, *accounts]),
        max_age=KNOWN_FOR,
        secure=current_app.config["SESSION_COOKIE_SECURE"],
        httponly=True,
        samesite=current_app.config["SESSION_COOKIE_SAMESITE"],
        path=current_app.config["SESSION_COOKIE_PATH"],
    )
    return response


def _name() -> str:
    return f"{current_app.config['COOKIE_PREFIX']}device"


def _keys() -> list[str]:
    """All secret keys that hold, the newest last."""
    found: list[str] = current_app.config["WTF_CSRF_SECRET_KEY"]
    return found


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(_keys(), salt="known-device")


def _digest(key: str, email: str) -> str:
    account = f"device-{email.strip().casefold()}".encode("utf-8", "surrogatepass")
    return hmac.new(key.encode(), account, "sha256").hexdigest()[:16]
