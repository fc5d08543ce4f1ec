"""The daily work: its parts, when they are due, how often one that fails is tried, and when the
clock is doubted."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from zoneinfo import ZoneInfo

BY_THE_MINUTE = frozenset({"clock", "damage"})
"""Parts that are never done for the day."""
DAY_BEGINS = dt.time(4)
"""When the daily work of a library is due, in its time zone: before the mails of the day."""
LEASE = dt.timedelta(minutes=15)
"""Whoever took a part has said within this what came of it, or it is tried again."""
LONGEST_WAIT = dt.timedelta(hours=1)
TOLD_AFTER = dt.timedelta(minutes=5)
"""What passes by itself within this is mailed to nobody."""
BEHIND_AT_MOST = dt.timedelta(minutes=10)
"""Clocks of several machines differ by less."""
CLOCK_CONFIRMED = "clock_confirmed"
"""The kind of event of the audit: somebody who runs the server says that its clock is right, which
was doubted. Of no library."""


class DailyPart(StrEnum):
    """In the order in which they are done. *Clock*: whether it can be right, asked before each.
    *Damage*: whether the database can be read, a table a minute."""

    CLOCK = "clock"
    DAMAGE = "damage"
    SEALS = "seals"
    ROUNDS = "rounds"
    MOVES = "moves"
    DIFFERENCES = "differences"
    ENDORSEMENTS = "endorsements"
    STANDINGS = "standings"
    RECORD = "record"
    READERS = "readers"
    REMINDERS = "reminders"
    ROUND_REMINDERS = "round_reminders"
    FORMS = "forms"
    DRAFTS = "drafts"
    ADDRESSES = "addresses"
    LIMIT_COUNTS = "limit_counts"
    AWAY_PERIODS = "away_periods"
    ROSTERS = "rosters"
    JOBS = "jobs"
    ERASED_FILES = "erased_files"
    LEFTOVERS = "leftovers"
    STATISTICS = "statistics"
    BACKUP = "backup"


@dataclass(frozen=True, slots=True)
class ClockDoubt:
    """The clock says `now`, and the last moment known to have been is `known`: it is too long
    ago, or still to come."""

    now: dt.datetime
    known: dt.datetime

    @property
    def is_ahead(self) -> bool:
        return self.known < self.now


def is_due(
    done_at: dt.datetime | None, next_try_at: dt.datetime | None, due: dt.datetime, now: dt.datetime
) -> bool:
    """Whether a part is, that was last done and waits for its next try then. Also where the clock
    was ahead when it was done, or is behind by now."""
    is_done = done_at is not None and due <= done_at <= now + BEHIND_AT_MOST
    waits = next_try_at is not None and now < next_try_at <= now + LONGEST_WAIT
    return not is_done and not waits


def wait_after(tries: int) -> dt.timedelta:
    """How long a part waits after it failed so many times: 1 minute, 2, 4 ... LONGEST_WAIT at
    most."""
    return min(dt.timedelta(minutes=2 ** min(tries - 1, 10)), LONGEST_WAIT)


def doubt(
    now: dt.datetime,
    trusted: dt.datetime | None,
    newest: dt.datetime | None,
    moments: Sequence[dt.datetime],
    ahead: dt.timedelta,
) -> ClockDoubt | None:
    """None where the clock can be right. `trusted`: when it was last thought to be; `newest`: the
    newest event of the audit; `moments` of events since the first, sorted.

    An event that a clock far ahead wrote does not vouch for it: the leap stays between that event
    and the one before.
    """
    latest = max((moment for moment in (trusted, newest) if moment is not None), default=None)
    if latest is None:
        return None
    if now < latest - BEHIND_AT_MOST:
        return ClockDoubt(now, latest)
    known = latest if trusted is None else trusted
    for moment in (*moments, now):
        if moment - known > ahead:
            return ClockDoubt(now, known)
        known = max(known, moment)
    return None


def last_due(time_zones: Iterable[str], now: dt.datetime) -> dt.datetime | None:
    """When the daily work was due last: the latest beginning of a day in any of the time zones.
    None without one."""
    return max((_began(ZoneInfo(zone), now) for zone in time_zones), default=None)


def _began(zone: ZoneInfo, now: dt.datetime) -> dt.datetime:
    here = now.astimezone(zone)
    day = here.date() if here.time() >= DAY_BEGINS else here.date() - dt.timedelta(days=1)
    return dt.datetime.combine(day, DAY_BEGINS, zone).astimezone(dt.UTC)
