"""Addresses that people had."""

import datetime as dt

from tracker.db import transaction
from tracker.records.accounts import address_changes
from tracker.records.notifications import alerts


def forget(now: dt.datetime) -> int:
    """Those that are old enough. Returns how many."""
    with transaction() as tx:
        return alerts.forget(tx, now) + address_changes.forget(tx, now)
