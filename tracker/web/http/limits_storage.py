"""Where limits are counted unless a setting says otherwise: in the application's own database, for
all workers at once. `limits` has no such storage of its own."""

import datetime as dt
import hashlib
from typing import Any

from limits.storage import Storage
from sqlalchemy.exc import SQLAlchemyError

from tracker.operations.limits import actions as limit_counts

CEILING = 300
"""More than any limit allows. Here a worker counts no further: whoever goes on knocking when
refused makes it neither read nor write."""


class DatabaseStorage(Storage):
    """A storage of `limits`, chosen as `database://`."""

    STORAGE_SCHEME = ["database"]

    def __init__(self, uri: str | None = None, **options: Any) -> None:
        super().__init__(uri, **options)
        self._over: dict[str, dt.datetime] = {}
        """Until when, of the keys that this worker counts no further."""

    @property
    def base_exceptions(self) -> type[Exception]:
        return SQLAlchemyError

    def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        now, digest = _now(), _digest(key)
        if now < self._over.get(digest, now):
            return CEILING
        counted, ends_at = limit_counts.add(digest, amount, now + dt.timedelta(seconds=expiry), now)
        if counted >= CEILING:
            going_on = {other: until for other, until in self._over.items() if now < until}
            self._over = {**going_on, digest: ends_at}
        return counted

    def get(self, key: str) -> int:
        return limit_counts.count(_digest(key), _now())[0]

    def get_expiry(self, key: str) -> float:
        return limit_counts.count(_digest(key), _now())[1].timestamp()

    def check(self) -> bool:
        return self.get("check") == 0

    def reset(self) -> int | None:
        self._over = {}
        return limit_counts.clear_all()

    def clear(self, key: str) -> None:
        self._over.pop(_digest(key), None)
        limit_counts.clear(_digest(key))


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()
