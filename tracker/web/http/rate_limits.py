"""How often a door may be knocked on. Counts are kept where TRACKER_LIMITS_STORAGE says, under keys
that name nobody and no place."""

import datetime as dt
import hmac
import ipaddress
import time
from collections.abc import Callable
from typing import Any, TypeVar

import structlog
from flask import Flask, Response, current_app, request
from flask_limiter import Limiter
from limits.errors import ConfigurationError
from limits.storage import MemoryStorage, Storage
from sqlalchemy.exc import SQLAlchemyError

from tracker.logs import said_of
from tracker.operations.limits import actions as limits_actions
from tracker.rules.core.tokens import token_hash
from tracker.web.http import session

T = TypeVar("T")
LOG = structlog.get_logger("tracker.limits")
BUCKETS = 2**14
"""Anybody can make up places and email addresses, so they are counted in this many counts and no
more. Two of them share a count now and then; which ones, nobody can tell without the secret key."""
NETWORK = 64
"""Bits that all addresses of IPv6 of one customer have in common, at the beginning."""
CEILING = 300
"""More than any limit allows. Here a worker counts no further: whoever goes on knocking when
refused makes it neither read nor write."""
in_this_process = MemoryStorage()
"""Where counts go on while the storage cannot be reached."""


def keyed(value: str) -> str:
    """A digest that nobody else can work out."""
    key = str(current_app.config["SECRET_KEY"])
    return hmac.new(key.encode(), value.encode("utf-8", "surrogatepass"), "sha256").hexdigest()


def bucket(value: str) -> str:
    return str(int(keyed(value), 16) % BUCKETS)


def source() -> str:
    """Where the request comes from."""
    try:
        address = ipaddress.ip_address(request.remote_addr or "")
    except ValueError:
        return bucket("")
    if isinstance(address, ipaddress.IPv6Address):
        address = address.ipv4_mapped or ipaddress.ip_network((address, NETWORK), strict=False)[0]
    return bucket(str(address))


def who_asks() -> str:
    """The person, wherever they sit; the place of somebody who is not signed in."""
    actor = session.actor_or_none()
    return f"source-{source()}" if actor is None else f"person-{actor.person_id}"


limiter = Limiter(who_asks, in_memory_fallback_enabled=True)

documents = limiter.shared_limit("40 per minute", scope="documents")
"""On every view that makes a file: a PDF takes as long as some pages. A coordinator who takes each
of the five files of six teams one after another is not refused."""


def asked(ask: Callable[[Storage], T]) -> T:
    """What the storage answers; where it cannot be reached, what this process counted."""
    storage: Storage = limiter.storage
    try:
        return ask(storage)
    except storage.base_exceptions as error:
        LOG.warning("limits_counted_here", error=said_of(error))
        return ask(in_this_process)


def was_refused(response: Response) -> bool:
    """For limits that count refusals only."""
    return response.status_code >= 400


def seconds_to_wait() -> int | None:
    """After a refusal by a limit: how many seconds until the next try, at least one."""
    broken = limiter.current_limit
    if broken is None:
        return None
    return max(1, int(broken.reset_at - time.time()) - 1)  # the limiter adds one


class DatabaseStorage(Storage):
    """Counts in the application's own database, for all workers: `database://`. `limits` has
    no such storage of its own, and learns of this one here."""

    STORAGE_SCHEME = ["database"]

    def __init__(self, uri: str | None = None, **options: Any) -> None:
        super().__init__(uri, **options)
        self._over: dict[str, dt.datetime] = {}
        """Until when, of the keys that this worker counts no further."""

    @property
    def base_exceptions(self) -> type[Exception]:
        return SQLAlchemyError

    def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        now, digest = _now(), token_hash(key)
        if now < self._over.get(digest, now):
            return CEILING
        counted, ends_at = limits_actions.add(
            digest, amount, now + dt.timedelta(seconds=expiry), now
        )
        if counted >= CEILING:
            going_on = {other: until for other, until in self._over.items() if now < until}
            self._over = {**going_on, digest: ends_at}
        return counted

    def get(self, key: str) -> int:
        return limits_actions.count(token_hash(key), _now())[0]

    def get_expiry(self, key: str) -> float:
        return limits_actions.count(token_hash(key), _now())[1].timestamp()

    def check(self) -> bool:
        return self.get("check") == 0

    def reset(self) -> int | None:
        self._over = {}
        return limits_actions.clear_all()

    def clear(self, key: str) -> None:
        self._over.pop(token_hash(key), None)
        limits_actions.clear(token_hash(key))


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def init_app(app: Flask) -> None:
    """Raises ValueError where the storage that the settings name cannot be."""
    try:
        limiter.init_app(app)
    except ConfigurationError as error:
        raise ValueError(
            f"TRACKER_LIMITS_STORAGE can't be used: {error}. Redis needs the extra: "
            "pip install 'skills-tracker[redis]'."
        ) from error
