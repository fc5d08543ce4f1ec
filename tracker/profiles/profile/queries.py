"""What a library lets its coordinators see on the profiles of others."""

from sqlalchemy import select

from tracker.db import session
from tracker.models import Library
from tracker.models.joins import opens_statements


def names_to_coordinators(library_id: int) -> bool:
    """The library's setting: whether coordinators see levels by name."""
    return bool(
        session().scalar(select(Library.names_to_coordinators).where(Library.id == library_id))
    )


def statements_to_coordinators(library_id: int) -> bool:
    """Whether coordinators see by name which statements count as met: the newest use statement says
    it."""
    query = select(opens_statements(Library.id)).where(Library.id == library_id)
    return bool(session().scalar(query))
