"""What is there once for all libraries of an installation, for its operators."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import select

from tracker.db import session
from tracker.models import Library, Person
from tracker.policy.permissions import Actor, people_of


@dataclass(frozen=True, slots=True)
class ListedLibrary:
    """Its name, and nothing of its people."""

    name: str
    created_at: dt.datetime


def libraries() -> tuple[ListedLibrary, ...]:
    """By name."""
    rows = session().execute(select(Library.name, Library.created_at).order_by(Library.name))
    return tuple(ListedLibrary(*row) for row in rows)


@dataclass(frozen=True, slots=True)
class FrameworkEditor:
    id: int
    name: str
    email: str


def framework_editors(actor: Actor) -> tuple[FrameworkEditor, ...]:
    """Of the actor's own library, by name."""
    rows = session().execute(
        select(Person.id, Person.name, Person.email)
        .where(Person.framework_editor, people_of(actor.library_id))
        .order_by(Person.name, Person.id)
    )
    return tuple(FrameworkEditor(*row) for row in rows)
