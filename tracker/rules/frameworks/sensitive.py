"""Statements that name physical, health-like or personal matters: not rated until a library decides
to rate them."""

from enum import StrEnum

UNDECIDED = "The library has not decided yet whether to rate it."
"""The reason that everybody reads until then. It is stored as a library's own words are, and so not
translated."""


class Decision(StrEnum):
    """Only RATE has the statement rated."""

    RATE = "rate"
    LEAVE_OUT = "leave_out"
    ASK_HR = "ask_hr"
