"""What happened to somebody's record, for themselves."""

import datetime as dt
from functools import cache
from typing import Any

from sqlalchemy import (
    CompoundSelect,
    Select,
    String,
    and_,
    bindparam,
    case,
    cast,
    literal,
    null,
    or_,
    select,
    union_all,
)

from tracker.db import UTCDateTime, ask_made
from tracker.frameworks.versions.rules_scale import NOT_MY_WORK, NOT_THEIR_WORK
from tracker.models import Endorsement, Person, Rating, RatingEntry, Review, ReviewItem
from tracker.record.growth.rules_timeline import Happened, Happening
from tracker.record.sheet.queries_learners import LEARNER
from tracker.record.sheet.rules import Sheet
from tracker.record.sheet.rules_summaries import is_open
from tracker.record.sheet.rules_words import Side
from tracker.rules.names import short_name

KINDS = {str(kind): kind for kind in Happened}
NEVER, NOBODY = cast(null(), UTCDateTime()), literal("", String)


def of_learner(person_id: int) -> list[Happening]:
    """Every answer, also what was cleared, every item that was revealed, and every reviewed
    rating, in any version of any framework. One query."""
    rows = ask_made(_happened(), {"learner": person_id})
    return [
        Happening(KINDS[kind], skill_id, at, answer, who and short_name(who), ended_at, status)
        for kind, skill_id, at, answer, ended_at, who, status in rows.all()
    ]


def ratings_until(sheet: Sheet, at: dt.datetime) -> list[Happening]:
    """What was rated and reviewed until then, of skills for which the sheet of now doesn't tell
    (`met_at`): those for which something else counts by now, or in a review that is open, and those
    that have origins. One query."""
    rows = ask_made(_no_longer(), {"learner": sheet.person_id, "until": at})
    happened = [
        Happening(KINDS[kind], skill_id, said_at, answer, ended_at=ended_at)
        for kind, skill_id, said_at, answer, ended_at in rows.all()
    ]
    reviewed = sheet.record.words[Side.REVIEWED]
    skills = {event.skill_id for event in happened}
    skills |= {skill_id for skill_id, words in reviewed.items() if any(map(is_open, words))}
    for of in sheet.version.statements:
        if of.lines:
            skills |= of.skills
    return happened + [
        Happening(kind, skill_id, word.at, word.answer)
        for side, kind in ((Side.OWN, Happened.RATED), (Side.REVIEWED, Happened.SAME))
        for skill_id in skills
        for word in sheet.record.words[side].get(skill_id, ())
        if word.answer is not None or side is Side.OWN
    ]


def _rated() -> Select[*tuple[Any, ...]]:
    return select(
        literal(str(Happened.RATED), String).label("kind"),
        RatingEntry.skill_id,
        RatingEntry.rated_at.label("at"),
        RatingEntry.answer,
        NEVER.label("ended_at"),
    ).where(RatingEntry.person_id == LEARNER)


@cache
def _no_longer() -> CompoundSelect[*tuple[Any, ...]]:
    # Answers after which another was given, and reviewed ratings that ended since: the sheet of now
    # has all others.
    until = bindparam("until", type_=UTCDateTime)
    mine = and_(Rating.person_id == RatingEntry.person_id, Rating.skill_id == RatingEntry.skill_id)
    is_older = Rating.rated_at.is_distinct_from(RatingEntry.rated_at)
    rated = _rated().outerjoin(Rating, mine).where(RatingEntry.rated_at <= until, is_older)
    endorsed = select(
        literal(str(Happened.SAME), String),
        Endorsement.skill_id,
        Endorsement.endorsed_at,
        Endorsement.answer,
        Endorsement.ended_at,
    ).where(
        Endorsement.person_id == LEARNER,
        Endorsement.endorsed_at <= until,
        Endorsement.ended_at.is_not(None),
    )
    return union_all(rated, endorsed)


@cache
def _happened() -> CompoundSelect[*tuple[Any, ...]]:
    rated = _rated().add_columns(NOBODY.label("who"), NOBODY.label("status"))
    is_same = or_(
        ReviewItem.reviewer_answer == ReviewItem.learner_answer,
        and_(
            ReviewItem.reviewer_answer == NOT_THEIR_WORK, ReviewItem.learner_answer == NOT_MY_WORK
        ),
    )
    reviewed = (
        select(
            case((is_same, str(Happened.REVIEWED)), else_=str(Happened.DIFFERED)),
            ReviewItem.skill_id,
            ReviewItem.revealed_at,
            NOBODY,
            NEVER,
            Person.name,
            NOBODY,
        )
        .join(Review, Review.id == ReviewItem.review_id)
        .join(Person, Person.id == Review.reviewer_id)
        .where(Review.learner_id == LEARNER, ReviewItem.revealed_at.is_not(None))
    )
    endorsed = (
        select(
            case((is_same, str(Happened.SAME)), else_=str(Happened.AGREED)),
            Endorsement.skill_id,
            Endorsement.endorsed_at,
            Endorsement.answer,
            Endorsement.ended_at,
            Person.name,
            cast(Endorsement.status, String),
        )
        .join(ReviewItem, ReviewItem.id == Endorsement.item_id)
        .join(Person, Person.id == Endorsement.endorser_id)
        .where(Endorsement.person_id == LEARNER)
    )
    return union_all(rated, reviewed, endorsed)
