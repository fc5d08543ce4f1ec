"""What becomes of a statement from one version of a framework to the next, which versions can be
chosen, what addresses of pages call a framework, and what libraries decide about statements that
name physical, health-like or personal matters: they aren't rated until a library decides so."""

from collections.abc import Iterable, Mapping
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
        """What becomes of it over two changes: the greater of both."""
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


def address_keys(frameworks: Iterable[tuple[int, str]]) -> dict[int, str]:
    """Where a page is about one of several, by id, in the order given: its slug, as on every page.
    Of two versions of one, the later in the list has its id too."""
    keys: dict[int, str] = {}
    for framework_id, slug in frameworks:
        keys[framework_id] = f"{slug}-{framework_id}" if slug in keys.values() else slug
    return keys


UNDECIDED = "The library has not decided yet whether to rate it."
"""The reason that everybody reads until then. It is stored as a library's own words are, and so not
translated."""


class Decision(StrEnum):
    """Only RATE has the statement rated."""

    RATE = "rate"
    LEAVE_OUT = "leave_out"
    ASK_HR = "ask_hr"
