"""The evidence files in their place, compared with the rows that name them, and what is wrong with
the place."""

from sqlalchemy import select

from tracker.db import session
from tracker.models import StoredFile
from tracker.rules.evidence.places import FilePlace
from tracker.storage import files
from tracker.storage.files import faults
from tracker.storage.orphans import FilesFound, Swept, check, sweep

__all__ = ["FilesFound", "Swept", "check", "faults", "newest_is_whole", "sweep"]


def newest_is_whole(place: FilePlace) -> bool | None:
    """Whether the file that was added last can be read and is what was stored; None: there is none.
    Raises Unreachable."""
    newest = session().scalar(select(StoredFile.sha256).order_by(StoredFile.id.desc()).limit(1))
    return None if newest is None else files.whole(place, newest) is not None
