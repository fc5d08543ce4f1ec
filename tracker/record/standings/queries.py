"""Standings as they are kept, and anew from sheets (models/record/versions).

A row holds while nothing is written that says something else of the person, which deletes it, and
while its basis and its day do, which are asked here. One that is missing or doesn't hold is stale,
and is never taken for somebody of whom nothing is known.
"""

import datetime as dt
import hashlib
import json
from collections.abc import Collection, Iterator, Mapping
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Date,
    Select,
    String,
    bindparam,
    cast,
    exists,
    literal,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import aliased

from tracker.db import ask_made, session
from tracker.frameworks.versions.rules_levels import RULE
from tracker.models import (
    Framework,
    Library,
    NotRatedHere,
    Person,
    PersonVersion,
    Round,
    RoundFramework,
    Standing,
)
from tracker.models.joins import is_one_of_people
from tracker.models.record.versions import is_current
from tracker.policy.permissions import people_of
from tracker.record.blindness.queries import NO_BLIND_SPOTS
from tracker.record.sheet import queries as sheets
from tracker.record.sheet.queries_learners import FRAMEWORK, LIBRARY, NAMED_ONE_BY_ONE
from tracker.record.sheet.rules_words import Side
from tracker.record.standings.rules import ShortStanding, short
from tracker.record.versions import queries as versions
from tracker.rules.errors import Uncounted

COUNTED_AT_ONCE = 50
"""So many stale people a page counts itself; more wait for the worker."""
BASIS, TODAY = bindparam("basis", type_=String), bindparam("today", type_=Date)


class StandingPlace(NamedTuple):
    """A version of a framework in a library: whose standings hold as one."""

    framework_id: int
    library_id: int


def of_people(
    person_ids: Collection[int], place: StandingPlace, today: dt.date
) -> Mapping[int, ShortStanding]:
    """Standings of these people, who are on that version. Two queries, and one for the sheets of
    those who are stale. Raises Uncounted where too many are stale to be counted here."""
    kept = fresh(person_ids, place, basis(place), today)
    stale = [person_id_ for person_id_ in person_ids if person_id_ not in kept]
    if len(stale) > COUNTED_AT_ONCE:
        raise Uncounted("levels_uncounted", people=len(stale))
    return {**kept, **counted(stale, place, today)}


def counted(
    person_ids: Collection[int], place: StandingPlace, today: dt.date
) -> dict[int, ShortStanding]:
    """Anew, from their sheets."""
    if not person_ids:
        return {}
    of = sheets.of_people(person_ids, *place, today, Side.REVEALED, NO_BLIND_SPOTS)
    return {sheet.person_id: short(sheet) for sheet in of}


def basis(place: StandingPlace) -> str:
    """A digest of all that changes the levels of everybody on that version at once: the level rule,
    the version with its origins, what the library doesn't rate, and when rounds begin. One
    query."""
    rows = ask_made(_basis(), {"framework": place.framework_id, "library": place.library_id})
    basis = [RULE.name, RULE.version, *place, *sorted(map(list, rows))]
    return hashlib.sha256(json.dumps(basis).encode()).hexdigest()


@cache
def _basis() -> CompoundSelect[*tuple[Any, ...]]:
    # Rows (what, value): the digest of the version, how many origins its skills have, each skill
    # that the library leaves out, and the first day of each round.
    of_round = aliased(Framework)
    return union_all(
        select(literal("version"), versions.EDITION["answer"]),
        select(literal("origins"), cast(versions.EDITION["other"], String)),
        select(literal("left out"), cast(NotRatedHere.skill_id, String)).where(
            NotRatedHere.library_id == LIBRARY
        ),
        select(literal("round"), cast(Round.starts_on, String))
        .join(RoundFramework, RoundFramework.round_id == Round.id)
        .join(of_round, of_round.id == RoundFramework.framework_id)
        .where(Round.library_id == LIBRARY, of_round.slug == versions.SLUG),
    )


def fresh(
    person_ids: Collection[int], place: StandingPlace, on: str, today: dt.date
) -> dict[int, ShortStanding]:
    """The rows that hold, by person. One query."""
    values: dict[str, Any] = {"basis": on, "today": today, "framework": place.framework_id}
    wanted = set(person_ids)
    if len(wanted) <= NAMED_ONE_BY_ONE:
        rows = ask_made(_fresh(by_person=True), values | {"people": list(wanted)})
    else:
        rows = ask_made(_fresh(by_person=False), values)
    return {row[0]: ShortStanding(*row[1:]) for row in rows.all() if row[0] in wanted}


@cache
def _fresh(*, by_person: bool) -> Select[*tuple[Any, ...]]:
    of = Standing
    query = select(
        of.person_id, of.changes_on, of.revealed, of.reviewed, of.not_met, of.excepted
    ).where(_holds())
    return query.where(is_one_of_people(of.person_id)) if by_person else query


def _holds() -> ColumnElement[bool]:
    return (
        (Standing.framework_id == FRAMEWORK)
        & (Standing.basis == BASIS)
        & or_(Standing.changes_on.is_(None), Standing.changes_on > TODAY)
    )


def places() -> Iterator[tuple[StandingPlace, str]]:
    """Where somebody is on a version, each with the time zone. One query."""
    query = (
        select(PersonVersion.framework_id, Library.id, Library.time_zone)
        .join(Person, Person.id == PersonVersion.person_id)
        .join(Library, Library.id == Person.library_id)
        .where(is_current())
        .distinct()
        .order_by(Library.id, PersonVersion.framework_id)
    )
    for framework_id, library_id, time_zone in session().execute(query).all():
        yield StandingPlace(framework_id, library_id), time_zone


def learners(place: StandingPlace, above: int, most: int) -> list[int]:
    """The next of all who learn on that version there, in the order of their ids. One query."""
    return list(session().scalars(_learners(place, most).where(Person.id > above)))


def stale(place: StandingPlace, on: str, today: dt.date, most: int) -> list[int]:
    """The next of them who have no row that holds. One query."""
    kept = select(Standing.person_id).where(Standing.person_id == Person.id, _holds())
    values = {"framework": place.framework_id, "basis": on, "today": today}
    return list(session().scalars(_learners(place, most).where(~exists(kept)), values))


def _learners(place: StandingPlace, most: int) -> Select[int]:
    return (
        select(Person.id)
        .join(PersonVersion, PersonVersion.person_id == Person.id)
        .where(
            people_of(place.library_id),
            Person.disabled_at.is_(None),
            PersonVersion.framework_id == place.framework_id,
            is_current(),
        )
        .order_by(Person.id)
        .limit(most)
    )
