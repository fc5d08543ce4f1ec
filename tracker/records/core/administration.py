"""What every administrative act begins with."""

from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.models import Library, Person, RoleProfile, RosterImport, Team
from tracker.policy.permissions import Actor, people_of
from tracker.row_locks import held
from tracker.rules.errors import Missing

OfLibrary = TypeVar("OfLibrary", RoleProfile, RosterImport, Team)


def of_library(tx: Session, actor: Actor) -> Library:
    """The actor's library, locked: administrative acts of one library follow one another.

    Raises Missing when the actor is no administrator (any more).
    """
    library = tx.scalar(held(select(Library).where(Library.id == actor.library_id)))
    still = tx.scalar(
        select(Person.id).where(
            Person.id == actor.person_id,
            people_of(actor.library_id),
            Person.administrator.is_(True),
            Person.disabled_at.is_(None),
        )
    )
    if library is None or still is None:
        raise Missing
    return library


def locked(tx: Session, actor: Actor, of: type[OfLibrary], key: int) -> OfLibrary:
    """A row of the actor's library, locked with it. Raises Missing as of_library does, and for one
    of another library."""
    library = of_library(tx, actor)
    row = tx.scalar(held(select(of).where(of.id == key, of.library_id == library.id)))
    if row is None:
        raise Missing
    return row


def person_of(tx: Session, actor: Actor, person_id: int) -> Person:
    """Somebody of the actor's library, locked with it. Raises Missing as of_library does, and for
    somebody who is not of it."""
    library = of_library(tx, actor)
    person = tx.scalar(held(select(Person).where(Person.id == person_id, people_of(library.id))))
    if person is None:
        raise Missing
    return person
