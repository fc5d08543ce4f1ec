"""Many use cases as one, for a command that fills an empty database."""

from tracker.db import all_or_nothing

__all__ = ["all_or_nothing"]
