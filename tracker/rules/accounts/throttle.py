"""How long to wait after wrong passwords, links that nobody made, and asking for new passwords; who
waits is never shut out."""

import datetime as dt
from enum import StrEnum

COUNTS_FOR = dt.timedelta(days=1)
"""From the first wrong password on, all of them are forgotten after this long."""
LONGEST = dt.timedelta(minutes=15)
LONGEST_RESET = dt.timedelta(hours=4)


class Counted(StrEnum):
    """What is counted."""

    PAIR = "account-and-source"
    """One account, tried from one place."""
    ACCOUNT = "account"
    """One account, tried from anywhere: many places take turns at guessing it."""
    SOURCE = "source"
    """Any account, tried from one place: one password is tried on many."""
    DEVICE = "device"
    """One account, tried on a device that signed in to it before. Nothing else counts there."""
    LINK = "unknown-link"
    """Links that are nobody's, tried from one place. One that works is never kept waiting."""
    RESET = "reset"
    """New passwords asked for one account, from anywhere: each may be a mail."""
    RESET_DEVICE = "reset-device"
    """The same on a device that signed in to it before. Nothing else counts there."""
    RESET_SOURCE = "reset-source"
    """New passwords asked for any account, from one place."""


ALLOWED = {
    Counted.PAIR: 10,
    Counted.ACCOUNT: 20,
    Counted.SOURCE: 100,
    Counted.DEVICE: 10,
    Counted.LINK: 100,
    Counted.RESET: 3,
    Counted.RESET_DEVICE: 3,
    Counted.RESET_SOURCE: 100,
}
"""So many cost no waiting: more than people need, and than a shared desk has."""
MAILS = frozenset({Counted.RESET, Counted.RESET_DEVICE})


def delay(counted: Counted, times: int) -> dt.timedelta:
    """How long to wait after it happened so often: 2 seconds after the first one too many, twice as
    long after each further one, LONGEST at most. Where each is a mail to somebody, a minute, and
    LONGEST_RESET."""
    beyond = times - ALLOWED[counted]
    if beyond <= 0:
        return dt.timedelta(0)
    if counted in MAILS:
        return min(LONGEST_RESET, dt.timedelta(minutes=2 ** min(beyond - 1, 20)))
    return min(LONGEST, dt.timedelta(seconds=2 ** min(beyond, 20)))
