"""Counts over all workers that make the next try wait, longer each time."""

import math
import time

from flask_babel import ngettext
from limits.storage import Storage

from tracker.rules.accounts.throttle import ALLOWED, COUNTS_FOR, TAKE_TURNS, Counted, delay
from tracker.web.http.rate_limits import asked, limiter


class Waits:
    """`values`: what is counted, of whom or which place (web/http/rate_limits)."""

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
        counted = [each for each in which if each in self._keys]
        return limiter.enabled and any(self.times(each) >= ALLOWED[each] for each in counted)

    def times(self, counted: Counted) -> int:
        return asked(lambda storage: storage.get(self._keys[counted]))

    def count(self) -> None:
        """It happened once more."""
        if limiter.enabled:
            asked(self._count)

    def forget(self, *which: Counted) -> None:
        """Begin those anew."""
        if limiter.enabled:
            asked(lambda storage: self._forget(storage, which))

    def _count(self, storage: Storage) -> None:
        for counted, key in self._keys.items():
            times = storage.incr(key, int(COUNTS_FOR.total_seconds()))
            wait = int(delay(counted, times).total_seconds())
            if wait and counted not in TAKE_TURNS:
                storage.incr(f"{key}-wait", wait)

    def _forget(self, storage: Storage, which: tuple[Counted, ...]) -> None:
        for counted in which:
            key = self._keys.get(counted)
            if key is not None and storage.get(key):
                storage.clear(key)


def said(wait: int) -> str:
    """How long to wait, given in seconds."""
    seconds = ngettext(
        "Wait %(num)d second, then try again.", "Wait %(num)d seconds, then try again.", wait
    )
    minutes = ngettext(
        "Wait %(num)d minute, then try again.",
        "Wait %(num)d minutes, then try again.",
        math.ceil(wait / 60),
    )
    return str(seconds if wait < 60 else minutes)
