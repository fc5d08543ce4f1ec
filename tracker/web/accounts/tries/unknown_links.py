"""One-time links that are nobody's: counted by place, and taken in turn there once they are many.
A link that works is let in at once, whatever others try."""

import datetime as dt

from flask.typing import ResponseReturnValue

from tracker.rules.accounts.throttle import Counted
from tracker.rules.errors import Missing
from tracker.services.accounts import sign_in_turns
from tracker.services.accounts.sign_in_turns import Ticket
from tracker.web.accounts.tries.waits import Waits
from tracker.web.http.rate_limits import bucket, source
from tracker.web.i18n.render import render

AGAIN = 3
"""Seconds after which a link that waits for its turn is looked at again."""


def wait_page(token: str) -> ResponseReturnValue | None:
    """For a link that was looked up in vain: the page on which it waits, or None once it is its
    turn to be told so."""
    waits = Waits({Counted.LINK: source()})
    ticket = Ticket(int(bucket(f"links {source()}")), int(bucket("links")), f"link {token}")
    too_many = waits.are_too_many(Counted.LINK)
    if too_many and not sign_in_turns.take(ticket, dt.timedelta(0), dt.datetime.now(dt.UTC)):
        return render("accounts/wait.html", is_link=True), {"Refresh": str(AGAIN)}
    waits.count()
    return None


def unknown(token: str, code: str) -> ResponseReturnValue:
    """The same, where that is said by raising Missing(code)."""
    page = wait_page(token)
    if page is None:
        raise Missing(code)
    return page
