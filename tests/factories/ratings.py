"""Ratings with their history."""

import datetime as dt

from tests.factories.answers import Answer
from tests.factories.world import World
from tracker.db import transaction
from tracker.frameworks.versions.rules import Basis
from tracker.models import Rating, RatingEntry
from tracker.models.record.words import skill_of


def rate(
    world: World, person: str, statement_id: int, answer: Answer, at: dt.datetime | None = None
) -> None:
    """Somebody's first answer to a statement, written as the rating service would."""
    common = {
        "person_id": world.people[person],
        "skill_id": skill_of(statement_id),
        "statement_id": statement_id,
        "answer": answer.value,
        "basis": Basis.RATED.value,
        "version": 1,
        "rated_at": at or world.now,
    }
    with transaction() as tx:
        tx.add(Rating(**common))
        tx.add(RatingEntry(**common))
