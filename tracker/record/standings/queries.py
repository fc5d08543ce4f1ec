"""Standings as they are kept, and anew from sheets (models/record/versions).

A row holds while nothing is written that says something else of the person, which deletes it, and
while its basis and its day do, which are asked here. One that is missing or doesn't hold is stale,
and is never taken for somebody of whom nothing is known.
"""

import datetime as dt
import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Date,
    Row,
    Select,
    String,
    bindparam,
    exists,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import aliased

from tracker.db import ask_made, session
from tracker.frameworks.versions.rules_levels import RULE_VERSION
from tracker.models import (
    Framework,
    Library,
    Person,
    PersonVersion,
    Round,
    RoundFramework,
    Standing,
)
from tracker.models.joins import is_one_of_people
from tracker.models.record.versions import is_current
from tracker.policy.permissions import people_of
from tracker.record.sheet import queries as sheet_queries
from tracker.record.sheet.queries_learners import FRAMEWORK, LIBRARY, NAMED_ONE_BY_ONE
from tracker.record.sheet.rules import Side, counting
from tracker.record.standings.rules import ShortStanding, short
from tracker.record.versions import queries as versions_queries
from tracker.record.versions.rules import DomainShape, Version
from tracker.record.visible import queries_rows as visible_queries_rows
from tracker.rules.errors import Uncounted

COUNTED_AT_ONCE = 50
"""So many stale people a page counts itself; more wait for the worker."""
BASIS, TODAY = bindparam("basis", type_=String), bindparam("today", type_=Date)


class StandingScope(NamedTuple):
    """A version of a framework in a library: whose standings hold as one."""

    framework_id: int
    library_id: int


class StandingBasis(NamedTuple):
    """What everybody on a version is measured by in a library: its `domains` as they are used
    there, its statements that are `left_out` there, and `targets`, the rank that a job profile
    expects in each domain. `digest`: of all that changes their levels at once."""

    digest: str
    version: Version
    domains: tuple[DomainShape, ...]
    left_out: frozenset[int]
    targets: Mapping[int, Mapping[int, int]]


def of_people(
    person_ids: Collection[int], place: StandingScope, digest: str, today: dt.date
) -> Mapping[int, ShortStanding]:
    """Standings of these people, who are on that version. `digest`: of its basis. One query, and
    one for the sheets of those who are stale. Raises Uncounted where too many are stale to be
    counted here."""
    kept = fresh(person_ids, place, digest, today)
    stale = [person_id_ for person_id_ in person_ids if person_id_ not in kept]
    if len(stale) > COUNTED_AT_ONCE:
        raise Uncounted("levels_uncounted", people=len(stale))
    return {**kept, **counted(stale, place, today)}


def counted(
    person_ids: Collection[int], place: StandingScope, today: dt.date
) -> dict[int, ShortStanding]:
    """Anew, from their sheets."""
    if not person_ids:
        return {}
    of = sheet_queries.of_people(person_ids, *place, today, Side.REVEALED, None)
    return {sheet.person_id: short(sheet) for sheet in of}


def basis(place: StandingScope, jobs: Collection[int] = ()) -> StandingBasis:
    """With the targets of these job profiles. The digest is of how levels are worked out, the
    version with its rule and origins, what the library doesn't rate, and when rounds begin. One
    query, and six more by a process that never read the version."""
    rows: defaultdict[str, list[Row[Any]]] = defaultdict(list)
    values = {"framework": place.framework_id, "library": place.library_id, "jobs": [*jobs]}
    for row in ask_made(_basis(), values):
        rows[row.kind].append(row)
    (edition,) = rows[visible_queries_rows.EDITION]
    changing = [
        ("version", edition.answer),
        ("origins", str(edition.other)),
        *(("left out", str(row.skill_id)) for row in rows[visible_queries_rows.LEFT_OUT]),
        *(("round", str(row.day)) for row in rows[ROUND]),
    ]
    digest = json.dumps([RULE_VERSION, *place, *sorted(changing)])
    version = versions_queries.version((place.framework_id, *edition[2:]))
    left_out = sheet_queries.words_of(rows[visible_queries_rows.LEFT_OUT])
    out = [
        one
        for one in version.statements
        if not one.skills.isdisjoint(left_out)
        and counting(one, left_out, all_origins=True) is not None
    ]
    of_level = Counter((one.domain_id, one.rank) for one in out)
    targets: dict[int, dict[int, int]] = {job: {} for job in jobs}
    for row in rows[visible_queries_rows.TARGET]:
        targets[row.skill_id][row.id] = row.other
    return StandingBasis(
        digest=hashlib.sha256(digest.encode()).hexdigest(),
        version=version,
        domains=tuple(domain.without({}, of_level) for domain in version.domains),
        left_out=frozenset(one.id for one in out),
        targets=targets,
    )


ROUND = "round"


@cache
def _basis() -> CompoundSelect[*tuple[Any, ...]]:
    of_round = aliased(Framework)
    begins = (
        visible_queries_rows.row(ROUND, day=Round.starts_on)
        .join(RoundFramework, RoundFramework.round_id == Round.id)
        .join(of_round, of_round.id == RoundFramework.framework_id)
        .where(Round.library_id == LIBRARY, of_round.slug == versions_queries.SLUG)
    )
    edition = visible_queries_rows.row(visible_queries_rows.EDITION, **versions_queries.EDITION)
    return union_all(
        edition, visible_queries_rows.left_out(), visible_queries_rows.targets(), begins
    )


def fresh(
    person_ids: Collection[int], place: StandingScope, on: str, today: dt.date
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


def places() -> Iterator[tuple[StandingScope, str]]:
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
        yield StandingScope(framework_id, library_id), time_zone


def learners(place: StandingScope, above: int, most: int) -> list[int]:
    """The next of all who learn on that version there, in the order of their ids. One query."""
    return list(session().scalars(_learners(place, most).where(Person.id > above)))


def stale(place: StandingScope, on: str, today: dt.date, most: int) -> list[int]:
    """The next of them who have no row that holds. One query."""
    kept = select(Standing.person_id).where(Standing.person_id == Person.id, _holds())
    values = {"framework": place.framework_id, "basis": on, "today": today}
    return list(session().scalars(_learners(place, most).where(~exists(kept)), values))


def _learners(place: StandingScope, most: int) -> Select[int]:
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
