"""From when the statements count that count later for somebody (models/record/later)."""

import datetime as dt
from collections.abc import Collection
from functools import lru_cache
from typing import Any

from sqlalchemy import Select, and_, bindparam, select
from sqlalchemy.orm import aliased

from tracker.db import ask_made
from tracker.models import Framework, Person, PersonVersion, Round, RoundFramework
from tracker.rules.frameworks.versions import counts_by
from tracker.rules.record.words import CountsFrom


def facts(moves: Collection[int], today: dt.date) -> dict[int, CountsFrom]:
    """By the moves by which statements came to somebody that count later. One query; none where
    there is none."""
    found = {}
    for move, moved_on, version, name, starts_on in (
        ask_made(_moves(today), {"moves": [*moves]}) if moves else ()
    ):
        last_day = counts_by(moved_on)
        in_round = starts_on is not None and starts_on <= last_day
        found[move] = (
            CountsFrom(version, name, starts_on)
            if in_round
            else CountsFrom(version, None, last_day)
        )
    return found


@lru_cache(maxsize=8)
def _moves(today: dt.date) -> Select[*tuple[Any, ...]]:
    """Built once a day."""
    of_round = aliased(Framework)
    is_for_it = (
        select(RoundFramework.round_id)
        .join(of_round, of_round.id == RoundFramework.framework_id)
        .where(of_round.slug == PersonVersion.slug)
        .correlate(PersonVersion)
    )
    return (
        select(
            PersonVersion.id, PersonVersion.moved_on, Framework.version, Round.name, Round.starts_on
        )
        .join(Framework, Framework.id == PersonVersion.framework_id)
        .join(Person, Person.id == PersonVersion.person_id)
        .outerjoin(
            Round,
            and_(
                Round.library_id == Person.library_id,
                Round.starts_on > today,
                Round.id.in_(is_for_it),
            ),
        )
        .where(PersonVersion.id.in_(bindparam("moves", expanding=True)))
        .order_by(Round.starts_on.desc(), Round.id)
    )
