"""What becomes of a statement from one version of a framework to the next, and which versions can
be chosen."""

import datetime as dt
from collections.abc import Mapping
from enum import StrEnum


class Change(StrEnum):
    """In rising order of how much of the statement changes."""

    SAME = "same"
    REWORDED = "reworded"
    MOVED = "moved"
    """To another domain or level; its words are the same or not."""
    SPLIT = "split"
    MERGED = "merged"

    def then(self, later: "Change") -> "Change":
        """What becomes of it over two versions: the greater of both changes."""
        order = list(Change)
        return max(self, later, key=order.index)


class VersionDecision(StrEnum):
    """What becomes of the ratings of a statement that changed."""

    CARRY = "carry"
    ASK_AGAIN = "ask_again"


class VersionStatus(StrEnum):
    """Of a published version. Whoever is on one stays on it."""

    OFFERED = "offered"
    HIDDEN = "hidden"
    """Nobody new can choose it; whoever has something in it reads it as before."""
    WITHDRAWN = "withdrawn"
    """It was a mistake: nobody is on it, nothing was said of its statements, and the next version
    follows the one before it."""


BEFORE: Mapping[VersionStatus, frozenset[VersionStatus]] = {
    VersionStatus.OFFERED: frozenset({VersionStatus.HIDDEN}),
    VersionStatus.HIDDEN: frozenset({VersionStatus.OFFERED}),
    VersionStatus.WITHDRAWN: frozenset({VersionStatus.OFFERED, VersionStatus.HIDDEN}),
}
"""By a status, those that it can follow. What is withdrawn stays so."""


def counts_by(moved_on: dt.date) -> dt.date:
    """The day from which all counts that is new to somebody who was moved on that one, though no
    round begins: a year later."""
    try:
        return moved_on.replace(year=moved_on.year + 1)
    except ValueError:
        return dt.date(moved_on.year + 1, 3, 1)


def counted_by(today: dt.date) -> dt.date:
    """The last day of a move of which all counts today: `counts_by` of no later one has come."""
    try:
        return today.replace(year=today.year - 1)
    except ValueError:
        return dt.date(today.year - 1, 2, 28)
