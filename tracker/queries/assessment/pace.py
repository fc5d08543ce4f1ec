"""How fast somebody rates."""

from sqlalchemy import func, select

from tracker.db import session
from tracker.models import RatingEntry
from tracker.rules.frameworks.scale import Basis
from tracker.rules.pace import LEARNER_SECONDS, LOOKED_AT, seconds_each


def seconds_of(person_id: int) -> int:
    """Seconds for a statement. What was imported or kept by one key was not answered one
    by one, and what is as old as before, its keeping undone, was answered once. One query."""
    rows = session().execute(
        select(RatingEntry.skill_id, RatingEntry.rated_at)
        .where(RatingEntry.person_id == person_id, RatingEntry.basis == Basis.RATED)
        .group_by(RatingEntry.skill_id, RatingEntry.rated_at)
        .order_by(RatingEntry.rated_at.desc(), func.min(RatingEntry.id).desc())
        .limit(LOOKED_AT)
    )
    return seconds_each(reversed(rows.all()), LEARNER_SECONDS)
