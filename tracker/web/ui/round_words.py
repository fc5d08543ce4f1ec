"""How a page and a document say that figures are those of a round that is over."""

import datetime as dt

from flask_babel import gettext as _

from tracker.web.ui.template_helpers import full_day


def as_of(ends_on: dt.date, reconstructed: bool) -> str:
    """ "As of May 31, 2026." """
    day = full_day(ends_on)
    if reconstructed:
        return str(_("As of %(day)s, reconstructed from what was on record later.", day=day))
    return str(_("As of %(day)s.", day=day))
