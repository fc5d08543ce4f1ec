"""Other versions that people can be moved to: what becomes of each statement on the way, and whom a
move would be for."""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from sqlalchemy import Select, and_, exists, false, func, or_, select, true, union_all
from sqlalchemy.orm import aliased

from tracker.db import session
from tracker.frameworks.versions.rules import VersionStatus
from tracker.models import (
    Framework,
    LibraryVersion,
    Membership,
    Person,
    PersonVersion,
    RoleProfile,
    Round,
    RoundFramework,
    SkillOrigin,
    Statement,
    Team,
)
from tracker.models.record.versions import is_current, is_current_of_library, was_published_before
from tracker.models.record.words import STATEMENTS, left_out
from tracker.policy.permissions import people_of
from tracker.rules.core.wording import Wording
from tracker.rules.roles import Role

BEFORE, AFTER = aliased(Statement), aliased(Statement)
OLD, NEW = aliased(Framework), aliased(Framework)


@dataclass(frozen=True, slots=True)
class MoveScope:
    """Whom a move is for, of those on one version: a whole library, a team of it with those below,
    or one person."""

    library_id: int
    from_id: int
    to_id: int
    team_id: int | None = None
    person_id: int | None = None

    @property
    def is_whole(self) -> bool:
        return self.team_id is None and self.person_id is None


@dataclass(frozen=True, slots=True)
class VersionStep:
    """From a version that people of a library are on, or newcomers begin with, to another one.
    `round`: the one of the version before that is open, and its last day."""

    from_id: int
    to_id: int
    title: Wording
    lang: str
    before: str
    after: str
    is_later: bool
    of_newcomers: bool
    round_id: int | None
    round: str | None
    round_ends_on: dt.date | None


@dataclass(frozen=True, slots=True)
class LeftToRate:
    """What is left to rate on another version for somebody who had rated all of theirs: `again` at
    most, if the parts of what was merged differ; and what is `new` in it. Nothing for those who
    were on it before: they are `back` at their answers."""

    again: int
    new: int
    back: int


def lines(from_id: int, to_id: int) -> Sequence[Any]:
    """What becomes of each statement, in the order of the other version: `before_id` and `after_id`
    of one skill (`same`), or one was made of the other; and whether what was said of the first
    `carries` to the second. One query."""
    of = BEFORE.id.label("before_id"), AFTER.id.label("after_id")
    order = AFTER.position.label("after_at"), BEFORE.position.label("before_at")
    yes, no = true().label("carries"), false().label("same")
    are_there = BEFORE.framework_id == from_id, AFTER.framework_id == to_id
    same = select(*of, yes, true().label("same"), *order).join(
        AFTER, AFTER.skill_id == BEFORE.skill_id
    )
    onward = (
        select(*of, SkillOrigin.carries, no, *order)
        .join(SkillOrigin, SkillOrigin.origin_id == BEFORE.skill_id)
        .join(AFTER, AFTER.skill_id == SkillOrigin.skill_id)
    )
    back = (
        select(*of, false().label("carries"), no, *order)
        .join(SkillOrigin, SkillOrigin.skill_id == BEFORE.skill_id)
        .join(AFTER, AFTER.skill_id == SkillOrigin.origin_id)
    )
    ways = (query.where(*are_there) for query in (same, onward, back))
    return session().execute(union_all(*ways).order_by("after_at", "before_at")).all()


def people(scope: MoveScope, today: dt.date) -> list[int]:
    """Who is on the version before and learns it, now or later; one who is asked for by name, also
    when that is over. One query."""
    return list(session().scalars(whom(scope, today)))


def whom(scope: MoveScope, today: dt.date) -> Select[int]:
    """The ids of these people, in order."""
    query = (
        select(Person.id)
        .join(PersonVersion, PersonVersion.person_id == Person.id)
        .where(
            people_of(scope.library_id), PersonVersion.framework_id == scope.from_id, is_current()
        )
        .order_by(Person.id)
    )
    if scope.person_id is not None:
        return query.where(Person.id == scope.person_id)
    # Of all the others, those who learn it now or later, in the team or below where one is named.
    learns = (
        select(Membership.id)
        .join(RoleProfile, RoleProfile.id == Membership.role_profile_id)
        .join(Team, Team.id == Membership.team_id)
        .where(
            Membership.person_id == Person.id,
            Membership.role == Role.LEARNER,
            RoleProfile.slug == PersonVersion.slug,
            or_(Membership.ends_on.is_(None), Membership.ends_on >= today),
        )
    )
    if scope.team_id is not None:
        path = select(Team.path).where(Team.id == scope.team_id).scalar_subquery()
        learns = learns.where(Team.path.startswith(path, autoescape=False))
    return query.where(exists(learns.correlate(Person, PersonVersion)))


def names(person_ids: Collection[int]) -> list[str]:
    """The names of these people, in order. One query."""
    query = select(Person.name).where(Person.id.in_(person_ids)).order_by(Person.name, Person.id)
    return list(session().scalars(query))


def digest(scope: MoveScope, person_ids: Collection[int]) -> str:
    """A digest of a move as a page shows it."""
    return sha256(repr((scope, sorted(person_ids))).encode()).hexdigest()


def to_rate(scope: MoveScope, today: dt.date) -> LeftToRate:
    """Of the versions alone, not of anybody's ratings. Three queries."""
    parts: dict[int, int] = {}
    of_both = lines(scope.from_id, scope.to_id)
    for line in of_both:
        parts[line.after_id] = parts.get(line.after_id, 0) + line.carries
    parts |= {line.after_id: 1 for line in of_both if line.same}
    out = left_out(scope.library_id, STATEMENTS.c.framework_id == scope.to_id)
    rated = session().scalars(
        select(Statement.id)
        .outerjoin(out, out.c.statement_id == Statement.id)
        .where(Statement.framework_id == scope.to_id, out.c.id.is_(None))
    )
    counts = [parts.get(statement_id) for statement_id in rated]
    were_there = select(func.count(PersonVersion.person_id.distinct())).where(
        PersonVersion.framework_id == scope.to_id,
        PersonVersion.person_id.in_(whom(scope, today).order_by(None)),
    )
    again = sum(count not in (None, 1) for count in counts)
    return LeftToRate(again, counts.count(None), session().scalar(were_there) or 0)


def steps(library_id: int, today: dt.date) -> list[VersionStep]:
    """From each version that people of the library are on, or newcomers begin with, to each other
    one of its framework that is offered, the newest first. One query."""
    used = (
        select(PersonVersion.framework_id)
        .join(Person, Person.id == PersonVersion.person_id)
        .where(people_of(library_id), is_current())
    )
    of_newcomers = select(LibraryVersion.framework_id).where(
        LibraryVersion.library_id == library_id, is_current_of_library()
    )
    open_round = and_(
        Round.library_id == library_id, Round.starts_on <= today, Round.ends_on >= today
    )
    is_later = was_published_before(OLD, NEW)
    # One row for each round of the version before that is listed; an open one wins below.
    query: Select[*tuple[Any, ...]] = (
        select(
            OLD.id,
            NEW.id,
            NEW.title,
            NEW.lang,
            OLD.version,
            NEW.version,
            is_later,
            OLD.id.in_(of_newcomers),
            Round.id,
            Round.name,
            Round.ends_on,
        )
        .join(NEW, and_(NEW.slug == OLD.slug, NEW.id != OLD.id))
        .outerjoin(RoundFramework, RoundFramework.framework_id == OLD.id)
        .outerjoin(Round, and_(Round.id == RoundFramework.round_id, open_round))
        .where(or_(OLD.id.in_(used), OLD.id.in_(of_newcomers)), NEW.status == VersionStatus.OFFERED)
        .order_by(NEW.title, NEW.published_at.desc(), NEW.id.desc(), OLD.id, Round.ends_on.desc())
    )
    by_versions: dict[tuple[int, int], VersionStep] = {}
    for row in session().execute(query):
        step = VersionStep(*row)
        key = step.from_id, step.to_id
        if key not in by_versions or by_versions[key].round is None:
            by_versions[key] = step
    return list(by_versions.values())


def to_move(library_id: int, today: dt.date) -> list[tuple[VersionStep, int]]:
    """Each step, with how many people it is for. One query, and one more for each version they are
    on."""
    ways = steps(library_id, today)
    counts = {
        step.from_id: len(people(MoveScope(library_id, step.from_id, step.to_id), today))
        for step in {way.from_id: way for way in ways}.values()
    }
    return [(way, counts[way.from_id]) for way in ways]


def steps_of(person_id: int, library_id: int | None, today: dt.date) -> list[VersionStep]:
    """The steps by which one person can be moved. Two queries."""
    if library_id is None:
        return []
    on = set(
        session().scalars(
            select(PersonVersion.framework_id).where(
                PersonVersion.person_id == person_id, is_current()
            )
        )
    )
    return [step for step in steps(library_id, today) if step.from_id in on]
