"""Wrong passwords are counted and make the next try wait; right ones are not counted. On a device
that is known for the account only what was tried there counts, so nobody can keep the owner out by
guessing elsewhere."""

import itertools
import math

from flask_babel import gettext as _
from flask_babel import ngettext

from tracker.rules.accounts.throttle import Counted
from tracker.services.accounts import sign_ins
from tracker.web.accounts import known_devices
from tracker.web.accounts.waits import Waits
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
    """Somebody is about to try a password for that email address, which need have no account."""

    def __init__(self, email: str) -> None:
        self.email = email.strip().casefold()
        device = known_devices.asking()
        self.is_known = device.knows(self.email)
        if self.is_known:
            values = {Counted.DEVICE: keyed(f"{device.id} {self.email}")}
        else:
            values = {
                Counted.PAIR: bucket(f"{source()} {self.email}"),
                Counted.ACCOUNT: bucket(self.email),
                Counted.SOURCE: source(),
            }
        self._waits = Waits(values)

    def seconds_to_wait(self) -> int:
        """0: none."""
        return self._waits.seconds()

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
        elsewhere = _("You can sign in now on a device where you’ve signed in before.")
        return [seconds if wait < 60 else minutes, *([] if self.is_known else [elsewhere])]

    def succeeds(self, password: str, *, on_shared_desk: bool = False) -> bool:
        """Sign in. What is wrong is counted, and makes the next try wait."""
        if not limiter.enabled:
            return session.begin(self.email, password, on_shared_desk=on_shared_desk)
        is_noted = asked(lambda storage: storage.get(REFUSED)) < NOTED_MAX
        if session.begin(self.email, password, is_noted=is_noted, on_shared_desk=on_shared_desk):
            # What was tried elsewhere goes on counting against this account.
            self._waits.forget(Counted.PAIR, Counted.DEVICE)
            return True
        self._waits.count()
        asked(lambda storage: storage.incr(REFUSED, AN_HOUR)) if is_noted else _count_untold()
        return False


def _count_untold() -> None:
    if next(untold) % TOLD_BY == 0:
        sign_ins.tell_refused(TOLD_BY, session.now())
