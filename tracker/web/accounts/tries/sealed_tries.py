"""What somebody typed to sign in, while it waits for its turn: in a cookie that only this server
can read, and nowhere else. It is worth nothing two minutes after its page was last seen."""

import base64
import hmac
import json
from dataclasses import asdict, dataclass
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from flask import current_app, request
from werkzeug import Response

from tracker.rules import strict_json

LASTS = 120
"""Seconds."""


@dataclass(frozen=True, slots=True)
class SealedTry:
    """`secret` tells it from others that wait; `next` is where it asked to go then."""

    email: str
    password: str
    shared_desk: bool
    next: str
    secret: str


def keep(response: Response, tried: SealedTry) -> Response:
    sealed = _seal().encrypt(json.dumps(asdict(tried)).encode()).decode()
    response.set_cookie(_name(), sealed, max_age=LASTS, **_options())
    return response


def kept() -> SealedTry | None:
    """None where there is none, or it is too old or not ours."""
    try:
        opened = _seal().decrypt(request.cookies.get(_name(), ""), ttl=LASTS)
    except InvalidToken:
        return None
    return SealedTry(**strict_json.parsed(opened.decode()))


def drop(response: Response) -> Response:
    if _name() in request.cookies:
        response.delete_cookie(_name(), **_options())
    return response


def _seal() -> MultiFernet:
    """By all secret keys that hold; the newest seals."""
    keys: list[str] = current_app.config["WTF_CSRF_SECRET_KEY"]
    digests = [hmac.digest(key.encode(), b"sealed-try", "sha256") for key in reversed(keys)]
    return MultiFernet([Fernet(base64.urlsafe_b64encode(digest)) for digest in digests])


def _name() -> str:
    return f"{current_app.config['COOKIE_PREFIX']}waiting"


def _options() -> dict[str, Any]:
    return {
        "secure": current_app.config["SESSION_COOKIE_SECURE"],
        "httponly": True,
        "samesite": current_app.config["SESSION_COOKIE_SAMESITE"],
        "path": current_app.config["SESSION_COOKIE_PATH"],
    }
