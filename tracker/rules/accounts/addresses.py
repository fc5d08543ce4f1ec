"""Addresses that somebody had."""

import datetime as dt

KEPT_FOR = dt.timedelta(days=30)
"""How long what befalls an account is told at its address before, too."""
