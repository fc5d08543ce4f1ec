"""What becomes of a statement from one version of a framework to the next."""

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
