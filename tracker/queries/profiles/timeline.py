"""What happened to somebody's record, for themselves."""

from functools import cache
from typing import Any

from sqlalchemy import CompoundSelect, String, case, cast, literal, null, select, union_all

from tracker.db import UTCDateTime, ask_made
from tracker.models import Endorsement, Person, RatingEntry, Review, ReviewItem
from tracker.queries.assessment.learners import LEARNER
from tracker.rules.names import short_name
from tracker.rules.profiles.timeline import Happened, Happening

KINDS = {str(kind): kind for kind in Happened}
NEVER, NOBODY = cast(null(), UTCDateTime()), literal("", String)


def of_learner(person_id: int) -> list[Happening]:
    """Every answer, also those that were cleared, every item that was revealed, and every reviewed rating, in any version of any
    framework. One query."""
    rows = ask_made(_happened(), {"learner": person_id})
    return [
        Happening(KINDS[kind], skill_id, at, answer, who and short_name(who), ended_at, status)
        for kind, skill_id, at, answer, who, ended_at, status in rows.all()
    ]


@cache
def _happened() -> CompoundSelect[*tuple[Any, ...]]:
    rated = select(
        literal(str(Happened.RATED), String).label("kind"),
        RatingEntry.skill_id,
        RatingEntry.rated_at.label("at"),
        RatingEntry.answer,
        NOBODY.label("who"),
        NEVER.label("ended_at"),
        NOBODY.label("status"),
    ).where(RatingEntry.person_id == LEARNER)
    reviewed = (
        select(
            literal(str(Happened.REVIEWED), String),
            ReviewItem.skill_id,
            ReviewItem.revealed_at,
            NOBODY,
            Person.name,
            NEVER,
            NOBODY,
        )
        .join(Review, Review.id == ReviewItem.review_id)
        .join(Person, Person.id == Review.reviewer_id)
        .where(Review.learner_id == LEARNER, ReviewItem.revealed_at.is_not(None))
    )
    is_later = Endorsement.endorsed_at > ReviewItem.revealed_at
    endorsed = (
        select(
            case((is_later, str(Happened.AGREED)), else_=str(Happened.SAME)),
            Endorsement.skill_id,
            Endorsement.endorsed_at,
            Endorsement.answer,
            Person.name,
            Endorsement.ended_at,
            cast(Endorsement.status, String),
        )
        .join(ReviewItem, ReviewItem.id == Endorsement.item_id)
        .join(Person, Person.id == Endorsement.endorser_id)
        .where(Endorsement.person_id == LEARNER)
    )
    return union_all(rated, reviewed, endorsed)
