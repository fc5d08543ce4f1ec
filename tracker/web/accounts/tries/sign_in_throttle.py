"""Wrong passwords are counted, right ones are not. Where many were wrong, tries on devices that the
account does not know take turns, so that nobody is refused for what others tried. On a device that
is known for the account only what was tried there counts, and makes the next try wait."""

import datetime as dt
import itertools
import math

from flask_babel import gettext as _
from flask_babel import ngettext

from tracker.rules.accounts.throttle import Counted, delay
from tracker.services.accounts import sign_in_turns, sign_ins
from tracker.services.accounts.sign_in_turns import Ticket
from tracker.web.accounts import known_devices
from tracker.web.accounts.tries.waits import Waits
from tracker.web.http import session
from tracker.web.http.rate_limits import asked, bucket, keyed, limiter, source

REFUSED, AN_HOUR = "refused-sign-ins", 3600
NOTED_MAX = 250
"""So many refused sign-ins in an hour are each in the audit."""
TOLD_BY = 100
"""Of further ones the audit tells this many at once: guessing must not fill the disk."""
untold = itertools.count(1)
"""Numbers the refused sign-ins of this process that are not each in the audit."""


class Attempt:
    """Somebody is about to try a password for that email address, which need have no account.
    `secret` tells the try from others that wait for their turn."""

    def __init__(self, email: str, secret: str) -> None:
        self.email = email.strip().casefold()
        device = known_devices.asking()
        self.is_known = device.knows(self.email)
        account = bucket(self.email)
        if self.is_known:
            values = {Counted.DEVICE: keyed(f"{device.id} {self.email}")}
        else:
            values = {Counted.ACCOUNT: account, Counted.SOURCE: source()}
        self._waits = Waits(values)
        self._ticket = Ticket(int(source()), int(account), secret)

    def seconds_to_wait(self) -> int:
        """For what was tried on this device, which is known; 0: none."""
        return self._waits.seconds()

    def ahead(self) -> int:
        """How many have their turn before this try; 0: none."""
        return sign_in_turns.ahead(self._ticket, _now()) if self._takes_turns() else 0

    def has_turn(self) -> bool:
        """Whether it may be made now. If not, it waits in line."""
        if not self._takes_turns():
            return True
        apart = delay(Counted.ACCOUNT, self._waits.times(Counted.ACCOUNT) + 1)
        return sign_in_turns.take(self._ticket, apart, _now())

    def _takes_turns(self) -> bool:
        return not self.is_known and self._waits.are_too_many(Counted.SOURCE, Counted.ACCOUNT)

    def said(self, wait: int) -> list[str]:
        """Why it failed, and what to do: after a wait in seconds, where there is one."""
        if not wait:
            return [_("The email address or password isn’t right. Check both, then try again.")]
        seconds = ngettext(
            "The password was wrong too many times. Wait %(num)d second, then try again.",
            "The password was wrong too many times. Wait %(num)d seconds, then try again.",
            wait,
        )
        minutes = ngettext(
            "The password was wrong too many times. Wait %(num)d minute, then try again.",
            "The password was wrong too many times. Wait %(num)d minutes, then try again.",
            math.ceil(wait / 60),
        )
        return [seconds if wait < 60 else minutes]

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
        asked(lambda storage: storage.incr(REFUSED, AN_HOUR)) if is_noted else _count_untold()
        return False


def _now() -> dt.datetime:
    """Not that of the request, which may have waited for its thread since it came in."""
    return dt.datetime.now(dt.UTC)


def _count_untold() -> None:
    if next(untold) % TOLD_BY == 0:
        sign_ins.tell_refused(TOLD_BY, session.now())
