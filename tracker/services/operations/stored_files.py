"""The evidence files in their place, compared with the rows that name them, and what is wrong with
the place."""

from tracker.storage.files import faults
from tracker.storage.orphans import FilesFound, Swept, check, sweep

__all__ = ["FilesFound", "Swept", "check", "faults", "sweep"]
