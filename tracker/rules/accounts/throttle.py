"""How long to wait after wrong passwords, links that nobody made, and asking for new passwords; who
waits is never shut out. Where there is nothing to tell people by but the place they come from, they
take turns there, account by account."""

import datetime as dt
from enum import StrEnum

COUNTS_FOR = dt.timedelta(days=1)
"""From the first wrong password on, all of them are forgotten after this long."""
LONGEST = dt.timedelta(minutes=15)
LONGEST_APART = dt.timedelta(seconds=15)
"""Between two tries at one account on devices that it does not know, wherever they come from: 5,760
a day at most, after the first that are free."""
TURNS, TURNS_WITHIN = 12, dt.timedelta(seconds=6)
"""At a place where people take turns: one in half a second, and a few at once after a rest, so that
no turn is lost where a page comes back a little late."""
STAYS = dt.timedelta(seconds=30)
"""Who has not come back for so long is in line no more."""


class Counted(StrEnum):
    """What is counted."""

    ACCOUNT = "account"
    """One account, tried from anywhere on devices that it does not know."""
    SOURCE = "source"
    """Any account, tried from one place on devices that it does not know."""
    DEVICE = "device"
    """One account, tried on a device that signed in to it before. Nothing else counts there."""
    LINK = "unknown-link"
    """Links that are nobody's, tried from one place. One that works is never kept waiting."""
    RESET = "reset"
    """New passwords asked for one account from one place: each may be a mail."""
    RESET_DEVICE = "reset-device"
    """The same on a device that signed in to it before. Nothing else counts there."""
    RESET_SOURCE = "reset-source"
    """New passwords asked for any account from one place: it makes those wait that asked as often
    as is free, and nobody else."""


ALLOWED = {
    Counted.ACCOUNT: 100,
    Counted.SOURCE: 10,
    Counted.DEVICE: 10,
    Counted.LINK: 10,
    Counted.RESET: 3,
    Counted.RESET_DEVICE: 3,
    Counted.RESET_SOURCE: 100,
}
"""So many cost no waiting: more than people need, and than a shared desk has."""
TAKE_TURNS = frozenset({Counted.ACCOUNT, Counted.SOURCE, Counted.LINK})
"""What happens too often there makes people take turns instead of waiting for a time."""
MAILS = frozenset({Counted.RESET, Counted.RESET_DEVICE})


def delay(counted: Counted, times: int) -> dt.timedelta:
    """How long to wait after it happened so often: 2 seconds after the first one too many, twice as
    long after each further one, LONGEST at most, of an account LONGEST_APART. Where each is a mail
    to somebody, a minute."""
    beyond = times - ALLOWED[counted]
    if beyond <= 0:
        return dt.timedelta(0)
    if counted in MAILS:
        return min(LONGEST, dt.timedelta(minutes=2 ** min(beyond - 1, 20)))
    longest = LONGEST_APART if counted is Counted.ACCOUNT else LONGEST
    return min(longest, dt.timedelta(seconds=2 ** min(beyond, 20)))
