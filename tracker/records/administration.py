"""What every administrative act begins with."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.models import Library, Person
from tracker.policy.permissions import Actor, people_of
from tracker.rules.errors import Missing


def of_library(tx: Session, actor: Actor) -> Library:
    """The actor's library, locked: administrative acts of one library follow one another.

    Raises Missing when the actor is no administrator (any more).
    """
    library = tx.scalar(select(Library).where(Library.id == actor.library_id).with_for_update())
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


def person_of(tx: Session, actor: Actor, person_id: int) -> Person:
    """Somebody of the actor's library, locked with it. Raises Missing as of_library does, and for
    somebody who is not of it."""
    library = of_library(tx, actor)
    person = tx.scalar(
        select(Person).where(Person.id == person_id, people_of(library.id)).with_for_update()
    )
    if person is None:
        raise Missing
    return person
