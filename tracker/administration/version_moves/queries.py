"""The versions that a library is on, to which others it can move, and the moves that were made."""

import datetime as dt
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import aliased

from tracker.db import session
from tracker.frameworks.versions.queries import SHOWN, lines
from tracker.frameworks.versions.rules import VersionStatus
from tracker.models import (
    Framework,
    LibraryVersion,
    Membership,
    Person,
    PersonVersion,
    PlannedMove,
    RoleProfile,
    Round,
    RoundFramework,
    Statement,
)
from tracker.models.record.versions import is_current, is_current_of_library, row_before
from tracker.models.record.words import STATEMENTS, left_out
from tracker.policy.permissions import people_of
from tracker.rules.core.wording import Wording
from tracker.rules.errors import Conflict, Missing
from tracker.rules.pagination import PAGE
from tracker.rules.roles import Role

DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class ListedVersion:
    """`people`: of the library, who are on it and learn it, now or later. `of_newcomers`: whoever
    joins the library begins with it."""

    id: int
    slug: str
    title: Wording
    lang: str
    version: str
    is_offered: bool
    of_newcomers: bool
    is_planned: bool
    people: int


@dataclass(frozen=True, slots=True)
class LibraryMove:
    """From the version that newcomers begin with to another one, for everybody who isn't there:
    `leaving` are the versions that they are on. `round`: the one of theirs that is to end before;
    none where they can move today."""

    before: ListedVersion
    to: ListedVersion
    leaving: list[ListedVersion]
    round: Round | None

    @property
    def people(self) -> int:
        return sum(version.people for version in self.leaving)

    @property
    def left(self) -> str:
        """The names of the versions that are left, by people or by newcomers alone."""
        return ", ".join(version.version for version in self.leaving) or self.before.version


@dataclass(frozen=True, slots=True)
class LibraryFramework:
    """`versions`: the newest first; `moves`: to each that is offered, if not everybody is on it."""

    versions: list[ListedVersion]
    moves: list[LibraryMove]

    @property
    def planned(self) -> LibraryMove | None:
        return next((move for move in self.moves if move.to.is_planned), None)


@dataclass(frozen=True, slots=True)
class LeftToRate:
    """What is left to rate on another version for somebody who had rated all of theirs: `again` at
    most, if the parts of what was merged differ; and what is `new` in it. Nothing for those who
    were on it before: they are `back` at their answers."""

    again: int
    new: int
    back: int


@dataclass(frozen=True, slots=True)
class PastMove:
    """Without `by` by command."""

    title: Wording
    lang: str
    before: str
    after: str
    moved_at: dt.datetime
    by: str | None
    people: int


def frameworks(library_id: int, today: dt.date) -> list[LibraryFramework]:
    """Those that newcomers of the library begin in. Two queries."""
    people = (
        select(func.count(Person.id))
        .join(PersonVersion, PersonVersion.person_id == Person.id)
        .where(_learns(library_id, today), PersonVersion.framework_id == Framework.id)
        .correlate(Framework)
        .scalar_subquery()
    )
    is_planned = exists().where(
        PlannedMove.library_id == library_id, PlannedMove.framework_id == Framework.id
    )
    begin = LibraryVersion.library_id == library_id, is_current_of_library()
    rows = session().execute(
        select(
            Framework.id,
            Framework.slug,
            Framework.title,
            Framework.lang,
            Framework.version,
            (Framework.status == VersionStatus.OFFERED).label("is_offered"),
            (Framework.id == LibraryVersion.framework_id).label("of_newcomers"),
            is_planned.label("is_planned"),
            people.label("people"),
        )
        .join(LibraryVersion, and_(LibraryVersion.slug == Framework.slug, *begin))
        .where(Framework.status.in_(SHOWN))
        .order_by(Framework.title, Framework.published_at.desc(), Framework.id.desc())
    )
    versions: dict[str, list[ListedVersion]] = {}
    for row in rows:
        versions.setdefault(row.slug, []).append(ListedVersion(**row._mapping))
    rounds = _rounds(library_id, today)
    return [LibraryFramework(listed, _moves(listed, rounds, today)) for listed in versions.values()]


def _rounds(library_id: int, today: dt.date) -> list[tuple[int, Round]]:
    """Those that are open or to come, by version, in the order in which they begin."""
    query = (
        select(RoundFramework.framework_id, Round)
        .join(Round, Round.id == RoundFramework.round_id)
        .where(Round.library_id == library_id, Round.ends_on >= today)
        .order_by(Round.starts_on, Round.id)
    )
    return [(version_id, period) for version_id, period in session().execute(query)]


def _moves(
    versions: list[ListedVersion], rounds: list[tuple[int, Round]], today: dt.date
) -> list[LibraryMove]:
    before = next(version for version in versions if version.of_newcomers)
    moves = []
    for to in versions:
        leaving = [version for version in versions if version.people and version is not to]
        if to.is_offered and (leaving or to is not before):
            left = {version.id for version in leaving}
            of_theirs = [period for version_id, period in rounds if version_id in left]
            moves.append(LibraryMove(before, to, leaving, _last(of_theirs, today)))
    return moves


def _last(rounds: list[Round], today: dt.date) -> Round | None:
    """The one that is open, or of several that follow one another the last."""
    last, day = None, today
    for period in rounds:
        if period.starts_on <= day <= period.ends_on:
            last, day = period, period.ends_on + DAY
    return last


def move_to(library_id: int, version_id: int, today: dt.date) -> LibraryMove:
    """Raises Missing: it is no version to which the library can move; Conflict: move_planned (to
    this or another one of its framework), move_done (everybody is on it)."""
    for framework in frameworks(library_id, today):
        for move in framework.moves:
            if move.to.id == version_id:
                if framework.planned is not None:
                    raise Conflict("move_planned")
                return move
        for version in framework.versions:
            if version.id == version_id and version.is_offered:
                raise Conflict("move_done", version=version.version)
    raise Missing


def whom(library_id: int, to: ListedVersion, today: dt.date) -> Select[int]:
    """The ids of those who are on another version of the framework, in order."""
    return (
        select(Person.id)
        .join(PersonVersion, PersonVersion.person_id == Person.id)
        .where(
            _learns(library_id, today),
            PersonVersion.slug == to.slug,
            PersonVersion.framework_id != to.id,
        )
        .order_by(Person.id)
    )


def _learns(library_id: int, today: dt.date) -> ColumnElement[bool]:
    """Over a person of the library and their `PersonVersion`: it is the one they are on, and they
    learn it, now or later."""
    learns = (
        select(Membership.id)
        .join(RoleProfile, RoleProfile.id == Membership.role_profile_id)
        .where(
            Membership.person_id == Person.id,
            Membership.role == Role.LEARNER,
            RoleProfile.slug == PersonVersion.slug,
            or_(Membership.ends_on.is_(None), Membership.ends_on >= today),
        )
        .correlate(Person, PersonVersion)
    )
    return and_(people_of(library_id), is_current(), exists(learns))


def digest(library_id: int, to: ListedVersion, today: dt.date) -> str:
    """Of whom the move is for, as a page shows it. One query."""
    people = session().scalars(whom(library_id, to, today)).all()
    return sha256(repr((to.id, *people)).encode()).hexdigest()


def to_rate(library_id: int, from_id: int, to_id: int, today: dt.date) -> LeftToRate:
    """Of the versions alone, not of anybody's ratings. Three queries."""
    parts: dict[int, int] = {}
    of_both = lines(from_id, to_id)
    for line in of_both:
        parts[line.after_id] = parts.get(line.after_id, 0) + line.carries
    parts |= {line.after_id: 1 for line in of_both if line.same}
    out = left_out(library_id, STATEMENTS.c.framework_id == to_id)
    rated = session().scalars(
        select(Statement.id)
        .outerjoin(out, out.c.statement_id == Statement.id)
        .where(Statement.framework_id == to_id, out.c.id.is_(None))
    )
    counts = [parts.get(statement_id) for statement_id in rated]
    earlier = aliased(PersonVersion)
    were_there = (
        select(func.count(Person.id))
        .join(PersonVersion, PersonVersion.person_id == Person.id)
        .where(
            _learns(library_id, today),
            PersonVersion.framework_id == from_id,
            exists().where(earlier.person_id == Person.id, earlier.framework_id == to_id),
        )
    )
    again = sum(count not in (None, 1) for count in counts)
    return LeftToRate(again, counts.count(None), session().scalar(were_there) or 0)


def past_moves(library_id: int) -> list[PastMove]:
    """The newest first. One query."""
    # People who moved at one moment between the same versions by the same hand are one move.
    before, mover = aliased(PersonVersion), aliased(Person)
    old, new = aliased(Framework), aliased(Framework)
    between = new.title, new.lang, old.version.label("before"), new.version.label("after")
    of = (*between, PersonVersion.moved_at, mover.name.label("by"))
    query: Select[*tuple[Any, ...]] = (
        select(*of, func.count(PersonVersion.id).label("people"))
        .join(Person, Person.id == PersonVersion.person_id)
        .join(before, before.id == row_before())
        .join(old, old.id == before.framework_id)
        .join(new, new.id == PersonVersion.framework_id)
        .outerjoin(mover, mover.id == PersonVersion.moved_by_id)
        .where(people_of(library_id))
        .group_by(*of)
        .order_by(PersonVersion.moved_at.desc(), old.version, new.version)
        .limit(PAGE)
    )
    return [PastMove(**row) for row in session().execute(query).mappings()]
