"""What Today needs to know of somebody who comes back: when they were here last, and whether they
want to be offered statements to update."""

import datetime as dt
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Integer, Select, bindparam, case, func, select

from tracker.db import UTCDateTime
from tracker.models import Person, SignIn
from tracker.policy.permissions import Actor
from tracker.queries.asking import Question, row_as
from tracker.queries.assessment.learners import LEARNER


@dataclass(frozen=True, slots=True)
class ComingBack:
    """`last_visit`: when they last used it on a day before; None where they never did."""

    offers_updates: bool
    updates_not_before: dt.date | None
    last_visit: dt.datetime | None


def coming_back(actor: Actor, day: dt.datetime) -> Question[ComingBack]:
    """`day`: when today began. A sign-in that goes on since a day before counts by its start: later
    moments of it aren't kept."""
    return Question(
        _coming_back(),
        {"learner": actor.person_id, "sign_in": actor.sign_in_id, "day_began": day},
        lambda rows: row_as(ComingBack, rows[0]),
    )


@cache
def _coming_back() -> Select[*tuple[Any, ...]]:
    used_at = case(
        (SignIn.id == bindparam("sign_in", type_=Integer), SignIn.started_at), else_=SignIn.seen_at
    )
    last_visit = (
        select(func.max(used_at))
        .where(SignIn.person_id == Person.id, used_at < bindparam("day_began", type_=UTCDateTime))
        .scalar_subquery()
    )
    return select(
        Person.offers_updates, Person.updates_not_before, last_visit.label("last_visit")
    ).where(Person.id == LEARNER)
