"""Reminders of dates: notices that the daily command makes."""

import datetime as dt

from tracker.db import transaction
from tracker.queries.notifications import reminders
from tracker.records.notifications import notices
from tracker.rules.calendar import day_in


def remind(now: dt.datetime) -> int:
    """Tell everybody, in all libraries, what is due soon or over, once for each date. Returns how
    many are new."""
    count = 0
    with transaction() as tx:
        for library_id, time_zone in reminders.libraries():
            for each in reminders.due(library_id, day_in(time_zone, now)):
                count += None is not notices.note(
                    tx,
                    each.person_id,
                    each.kind,
                    each.key,
                    now,
                    review_id=each.review_id,
                    about_id=each.about_id,
                )
    return count
