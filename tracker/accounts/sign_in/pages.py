"""Tries to sign in, and links that are nobody's: counted over all workers where they are wrong, and
one after another where many are.

Right passwords are not counted. Where many were wrong, tries on devices that the account does not
know take turns, so that nobody is refused for what others tried. On a device that is known for the
account only what was tried there counts, and makes the next try wait. A link that works is let in
at once, whatever others try.
"""

import base64
import datetime as dt
import hmac
import itertools
import json
import math
import secrets
import time
from dataclasses import asdict, dataclass
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from flask import current_app, request
from flask.typing import ResponseReturnValue
from itsdangerous import BadSignature, URLSafeTimedSerializer
from limits.storage import Storage
from werkzeug import Response

from tracker.accounts.sign_in import actions as sign_in_actions
from tracker.accounts.sign_in.actions import Ticket
from tracker.accounts.sign_in.rules import ALLOWED, COUNTS_FOR, TAKE_TURNS, Counted, delay
from tracker.rules import strict_json as strict_json_rules
from tracker.rules.errors import Missing
from tracker.web.http import session
from tracker.web.http.rate_limits import asked, bucket, keyed, limiter, source
from tracker.web.i18n.render import render

KNOWN_FOR = 180 * 24 * 60 * 60
"""Seconds after the last sign-in."""
ACCOUNTS_MAX = 40
"""So many accounts, those used last: a shared desk has many."""
LASTS = 120
"""Seconds that what somebody typed is kept while it waits, after its page was last seen."""
AGAIN = 3
"""Seconds after which a link that waits for its turn is looked at again."""
REFUSED, AN_HOUR = "refused-sign-ins", 3600
NOTED_MAX = 250
"""So many refused sign-ins in an hour are each in the audit."""
TOLD_BY = 100
"""Of further ones the audit tells this many at once: guessing must not fill the disk."""
untold = itertools.count(1)
"""Numbers the refused sign-ins of this process that are not each in the audit."""


@dataclass(frozen=True, slots=True)
class Device:
    """It is known for an account after somebody signed in to it there: by a signed cookie, which
    outlives signing out and says nothing that can be read. `accounts`: for which it is known, as
    digests, the last used last."""

    id: str
    accounts: tuple[str, ...] = ()

    def knows(self, email: str) -> bool:
        return any(_account_digest(key, email) in self.accounts for key in _keys())


def this_device() -> Device:
    """A new one where the cookie is missing, too old or not ours."""
    try:
        device = _device_seal().loads(_cookie("device"), max_age=KNOWN_FOR)
    except BadSignature:
        return Device(secrets.token_urlsafe(16))
    return Device(device[0], tuple(device[1:]))


def remember_device(response: Response, email: str) -> Response:
    """From here on the device is known for that account."""
    device = this_device()
    own = [_account_digest(key, email) for key in _keys()]
    accounts = [*(known for known in device.accounts if known not in own), own[-1]][-ACCOUNTS_MAX:]
    _set_cookie(response, "device", _device_seal().dumps([device.id, *accounts]), KNOWN_FOR)
    return response


@dataclass(frozen=True, slots=True)
class SealedTry:
    """What somebody typed to sign in, while it waits for its turn: in a cookie that only this
    server can read, and nowhere else. `secret` tells it from others that wait; `next` is where it
    asked to go then."""

    email: str
    password: str
    shared_desk: bool
    next: str
    secret: str


def keep_try(response: Response, tried: SealedTry) -> Response:
    sealed = _try_seal().encrypt(json.dumps(asdict(tried)).encode()).decode()
    _set_cookie(response, "waiting", sealed, LASTS)
    return response


def kept_try() -> SealedTry | None:
    """None where there is none, or it is too old or not ours."""
    try:
        opened = _try_seal().decrypt(_cookie("waiting"), ttl=LASTS)
    except InvalidToken:
        return None
    return SealedTry(**strict_json_rules.parsed(opened.decode()))


def drop_try(response: Response) -> Response:
    if _cookie_name("waiting") in request.cookies:
        response.delete_cookie(_cookie_name("waiting"), **_cookie_options())
    return response


class Waits:
    """Counts that make the next try wait, longer each time. `values`: what is counted, of whom or
    which place (web/http/rate_limits)."""

    def __init__(self, values: dict[Counted, str]) -> None:
        self._keys = {counted: f"{counted} {value}" for counted, value in values.items()}

    def seconds(self) -> int:
        """0: none."""
        if not limiter.enabled:
            return 0
        waits = [f"{key}-wait" for key in self._keys.values()]
        ends = asked(lambda storage: max(storage.get_expiry(wait) for wait in waits))
        return max(0, math.ceil(ends - time.time()))

    def are_too_many(self, *which: Counted) -> bool:
        """Whether one of those has happened as often as is free."""
        return limiter.enabled and any(
            self.times(counted) >= ALLOWED[counted] for counted in which if counted in self._keys
        )

    def times(self, counted: Counted) -> int:
        return asked(lambda storage: storage.get(self._keys[counted]))

    def count(self) -> None:
        """It happened once more."""
        if limiter.enabled:
            asked(self._count)

    def forget(self, counted: Counted) -> None:
        """Begin that anew, if it is counted here."""
        key = self._keys.get(counted)
        if limiter.enabled and key is not None:
            asked(lambda storage: storage.get(key) and storage.clear(key))

    def _count(self, storage: Storage) -> None:
        for counted, key in self._keys.items():
            times = storage.incr(key, int(COUNTS_FOR.total_seconds()))
            wait = int(delay(counted, times).total_seconds())
            if wait and counted not in TAKE_TURNS:
                storage.incr(f"{key}-wait", wait)


class Attempt:
    """Somebody is about to try a password for that email address, which need have no account.
    `secret` tells the try from others that wait for their turn."""

    def __init__(self, email: str, secret: str) -> None:
        self.email = email.strip().casefold()
        device = this_device()
        self.is_known = device.knows(self.email)
        account = bucket(self.email)
        if self.is_known:
            self._waits = Waits({Counted.DEVICE: keyed(f"{device.id} {self.email}")})
        else:
            self._waits = Waits({Counted.ACCOUNT: account, Counted.SOURCE: source()})
        self._ticket = Ticket(int(source()), int(account), secret)

    def seconds_to_wait(self) -> int:
        """For what was tried on this device, which is known; 0: none."""
        return self._waits.seconds()

    def ahead(self) -> int:
        """How many have their turn before this try; 0: none."""
        return sign_in_actions.ahead(self._ticket, _now()) if self._takes_turns() else 0

    def has_turn(self) -> bool:
        """Whether it may be made now. If not, it waits in line."""
        if not self._takes_turns():
            return True
        apart = delay(Counted.ACCOUNT, self._waits.times(Counted.ACCOUNT) + 1)
        return sign_in_actions.take_turn(self._ticket, apart, _now())

    def _takes_turns(self) -> bool:
        return not self.is_known and self._waits.are_too_many(Counted.SOURCE, Counted.ACCOUNT)

    def succeeds(self, password: str, *, on_shared_desk: bool = False) -> bool:
        """Sign in. What is wrong is counted, and makes the next try wait."""
        if not limiter.enabled:
            return session.begin(self.email, password, on_shared_desk=on_shared_desk)
        is_noted = asked(lambda storage: storage.get(REFUSED)) < NOTED_MAX
        if session.begin(self.email, password, is_noted=is_noted, on_shared_desk=on_shared_desk):
            # What was tried on other devices goes on counting against this account and place.
            self._waits.forget(Counted.DEVICE)
            return True
        self._waits.count()
        if is_noted:
            asked(lambda storage: storage.incr(REFUSED, AN_HOUR))
        elif next(untold) % TOLD_BY == 0:
            sign_in_actions.tell_refused(TOLD_BY, session.now())
        return False


def unknown_link(token: str, code: str) -> ResponseReturnValue:
    """For a link that was looked up in vain: the page on which it waits, or once it is its turn to
    be told so, Missing(code)."""
    waits = Waits({Counted.LINK: source()})
    ticket = Ticket(int(bucket(f"links {source()}")), int(bucket("links")), f"link {token}")
    if waits.are_too_many(Counted.LINK) and not sign_in_actions.take_turn(
        ticket, dt.timedelta(0), _now()
    ):
        return render("accounts/wait.html", is_link=True), {"Refresh": str(AGAIN)}
    waits.count()
    raise Missing(code)


def _now() -> dt.datetime:
    """Not that of the request, which may have waited for its thread since it came in."""
    return dt.datetime.now(dt.UTC)


def _keys() -> list[str]:
    """All secret keys that hold, the newest last: it seals."""
    keys: list[str] = current_app.config["WTF_CSRF_SECRET_KEY"]
    return keys


def _device_seal() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(_keys(), salt="known-device")


def _try_seal() -> MultiFernet:
    digests = [hmac.digest(key.encode(), b"sealed-try", "sha256") for key in reversed(_keys())]
    return MultiFernet([Fernet(base64.urlsafe_b64encode(digest)) for digest in digests])


def _account_digest(key: str, email: str) -> str:
    account = f"device-{email.strip().casefold()}".encode("utf-8", "surrogatepass")
    return hmac.new(key.encode(), account, "sha256").hexdigest()[:16]


def _cookie_name(name: str) -> str:
    return f"{current_app.config['COOKIE_PREFIX']}{name}"


def _cookie(name: str) -> str:
    return request.cookies.get(_cookie_name(name), "")


def _set_cookie(response: Response, name: str, value: str, seconds: int) -> None:
    response.set_cookie(_cookie_name(name), value, max_age=seconds, **_cookie_options())


def _cookie_options() -> dict[str, Any]:
    return {
        "secure": current_app.config["SESSION_COOKIE_SECURE"],
        "httponly": True,
        "samesite": current_app.config["SESSION_COOKIE_SAMESITE"],
        "path": current_app.config["SESSION_COOKIE_PATH"],
    }
