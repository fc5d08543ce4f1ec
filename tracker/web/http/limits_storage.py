"""Where limits are counted unless a setting says otherwise: in the application's own database, for
all workers at once. `limits` has no such storage of its own."""

import datetime as dt
import hashlib

from limits.storage import Storage
from sqlalchemy.exc import SQLAlchemyError

from tracker.queries.operations import limit_counts as counts
from tracker.services.operations import limit_counts as service

CEILING = 300
"""More than any limit allows. From there on a count stands still: whoever goes on knocking when
refused makes nobody write."""


class DatabaseStorage(Storage):
    """A storage of `limits`, chosen as `database://`."""

    STORAGE_SCHEME = ["database"]

    @property
    def base_exceptions(self) -> type[Exception]:
        return SQLAlchemyError

    def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        counted = self.get(key)
        if counted >= CEILING:
            return counted
        now = _now()
        return service.add(_digest(key), amount, now + dt.timedelta(seconds=expiry), now)

    def get(self, key: str) -> int:
        return counts.count(_digest(key), _now())[0]

    def get_expiry(self, key: str) -> float:
        return counts.count(_digest(key), _now())[1].timestamp()

    def check(self) -> bool:
        return self.get("check") == 0

    def reset(self) -> int | None:
        return service.clear_all()

    def clear(self, key: str) -> None:
        service.clear(_digest(key))


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()
