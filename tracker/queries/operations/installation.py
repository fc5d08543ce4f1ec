"""What is there once for all libraries of an installation, for its operators."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import select

from tracker.db import session
from tracker.models import Library


@dataclass(frozen=True, slots=True)
class ListedLibrary:
    """Its name, and nothing of its people."""

    name: str
    created_at: dt.datetime


def libraries() -> tuple[ListedLibrary, ...]:
    """By name."""
    rows = session().execute(select(Library.name, Library.created_at).order_by(Library.name))
    return tuple(ListedLibrary(*row) for row in rows)
