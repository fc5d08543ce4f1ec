"""How often it is checked who can see whose record."""

import datetime as dt

EVERY = dt.timedelta(days=182)
"""Twice a year."""


def next_review_on(last: dt.date) -> dt.date:
    return last + EVERY
