"""A statement from version to version: what it was before, and what became of it."""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    SQLColumnExpression,
    and_,
    bindparam,
    exists,
    func,
    literal,
    select,
    tuple_,
)
from sqlalchemy.orm import aliased

from tracker.db import session
from tracker.models import (
    Framework,
    Membership,
    PersonVersion,
    Rating,
    RoleProfile,
    Statement,
    StatementSuccessor,
)
from tracker.models.record.versions import learns_on
from tracker.policy.permissions import current_on
from tracker.queries.assessment.learners import FRAMEWORK, Learner
from tracker.rules.frameworks.changes.small_changes import Piece, pieces
from tracker.rules.frameworks.versions import Change
from tracker.rules.frameworks.wording import Wording
from tracker.rules.roles import Role


@dataclass(frozen=True, slots=True)
class LineStatement:
    """A statement of another version that is in the line of one. `carries`: whether what was said
    of the older one counts for the newer; `steps`: how many versions lie between, 1 for the next;
    `then` and `now`: the older and the newer wording, with the words that differ."""

    id: int
    successor_id: int
    version: str
    code: str
    title: Wording
    text: Wording
    change: Change
    carries: bool
    steps: int
    then: tuple[Piece, ...]
    now: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class EarlierStatement:
    """A statement of an earlier version than the one that somebody is on, with their own notes.
    `became`: what takes its place in theirs; nothing where it was retired."""

    id: int
    version: str
    code: str
    title: Wording
    text: Wording
    own_note: str
    reviewer_note: str
    became: tuple[LineStatement, ...]


def before(statement_id: int) -> list[LineStatement]:
    """What it was in earlier versions, the newest first. One query."""
    return _read(_before(), {"statement": statement_id})


@cache
def _before() -> Select[*tuple[Any, ...]]:
    return _line(
        StatementSuccessor.statement_id, StatementSuccessor.successor_id == bindparam("statement")
    )


def of_framework(framework_id: int) -> dict[int, list[LineStatement]]:
    """What its statements were in earlier versions, by statement, the newest first. One query."""
    found: defaultdict[int, list[LineStatement]] = defaultdict(list)
    for each in _read(_before_each(), {"framework": framework_id}):
        found[each.successor_id].append(each)
    return found


@cache
def _before_each() -> Select[*tuple[Any, ...]]:
    successor = aliased(Statement)
    of_it = select(successor.id).where(successor.framework_id == FRAMEWORK)
    return _line(StatementSuccessor.statement_id, StatementSuccessor.successor_id.in_(of_it))


def earlier(statement_id: int, learner: Learner) -> EarlierStatement | None:
    """None where the statement is not of an earlier version of the learner's framework. For the
    learner alone. Two queries."""
    theirs = aliased(Framework)
    row = (
        session()
        .execute(
            select(
                Statement.id,
                Framework.version,
                Statement.code,
                Statement.title,
                Statement.text,
                func.coalesce(Rating.own_note, ""),
                func.coalesce(Rating.reviewer_note, ""),
            )
            .join(Framework, Framework.id == Statement.framework_id)
            .join(theirs, and_(theirs.slug == Framework.slug, theirs.id == learner.framework_id))
            .outerjoin(
                Rating,
                and_(Rating.statement_id == Statement.id, Rating.person_id == learner.person_id),
            )
            .where(Statement.id == statement_id, is_before(theirs))
        )
        .one_or_none()
    )
    if row is None:
        return None
    became = _read(
        _line(
            StatementSuccessor.successor_id,
            and_(
                StatementSuccessor.statement_id == statement_id,
                Statement.framework_id == learner.framework_id,
            ),
        )
    )
    return EarlierStatement(*row, became=tuple(became))


def is_before(other: type[Framework]) -> ColumnElement[bool]:
    """Over `Framework`: it was published before the other one."""
    return tuple_(Framework.published_at, Framework.id) < tuple_(other.published_at, other.id)


def slug_of(statement_id: int) -> str | None:
    """Of the framework, which all its versions share. One query."""
    query = select(Framework.slug).join(Statement, Statement.framework_id == Framework.id)
    return session().scalar(query.where(Statement.id == statement_id))


def now_of(person_id: int, statement_id: int, today: dt.date) -> int | None:
    """The statement that takes its place in the version that the person learns in; the first where
    it was split. One query."""
    query = (
        select(StatementSuccessor.successor_id)
        .join(Statement, Statement.id == StatementSuccessor.successor_id)
        .where(
            StatementSuccessor.statement_id == statement_id,
            _learns(literal(person_id), today, RoleProfile.framework_id == Statement.framework_id),
        )
        .order_by(StatementSuccessor.carries.desc(), Statement.position)
        .limit(1)
    )
    return session().scalar(query)


def read_as(
    person_id: SQLColumnExpression[int], statement_id: SQLColumnExpression[int], today: dt.date
) -> ColumnElement[int]:
    """The statement for which that person reads now what was said of this one: its successor in
    the version that they learn in, if it carries; else itself."""
    successor = aliased(Statement)
    found = (
        select(StatementSuccessor.successor_id)
        .join(successor, successor.id == StatementSuccessor.successor_id)
        .where(
            StatementSuccessor.statement_id == statement_id,
            StatementSuccessor.carries,
            _learns(person_id, today, RoleProfile.framework_id == successor.framework_id),
        )
        .order_by(StatementSuccessor.steps.desc())
        .limit(1)
        .correlate_except(StatementSuccessor, successor)
        .scalar_subquery()
    )
    return func.coalesce(found, statement_id)


def left_behind(person_id: SQLColumnExpression[int], today: dt.date) -> ColumnElement[bool]:
    """Over `Framework`: that person learns in another version of it."""
    other = aliased(Framework)
    in_other = and_(
        other.id == RoleProfile.framework_id, other.slug == Framework.slug, other.id != Framework.id
    )
    return exists(
        select(other.id).where(_learns(person_id, today, in_other)).correlate_except(other)
    )


def _learns(
    person_id: SQLColumnExpression[int], today: dt.date, which: ColumnElement[bool]
) -> ColumnElement[bool]:
    """`which`: over `PersonVersion`."""
    return exists(
        select(Membership.id)
        .join(RoleProfile, RoleProfile.id == Membership.role_profile_id)
        .join(PersonVersion, learns_on())
        .where(
            Membership.person_id == person_id,
            Membership.role == Role.LEARNER,
            current_on(Membership, today),
            which,
        )
        .correlate_except(Membership, RoleProfile, PersonVersion)
    )


def _line(of: SQLColumnExpression[int], where: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    """`of`: the column of `StatementSuccessor` whose statements are asked for."""
    older, newer = aliased(Statement), aliased(Statement)
    columns: list[Any] = [
        Statement.id,
        StatementSuccessor.successor_id,
        Framework.version,
        Statement.code,
        Statement.title,
        Statement.text,
        StatementSuccessor.change,
        StatementSuccessor.carries,
        StatementSuccessor.steps,
        older.text.label("older"),
        newer.text.label("newer"),
    ]
    return (
        select(*columns)
        .select_from(StatementSuccessor)
        .join(Statement, Statement.id == of)
        .join(Framework, Framework.id == Statement.framework_id)
        .join(older, older.id == StatementSuccessor.statement_id)
        .join(newer, newer.id == StatementSuccessor.successor_id)
        .where(where)
        .order_by(StatementSuccessor.steps, Statement.position)
    )


def _read(
    line: Select[*tuple[Any, ...]], values: Mapping[str, int] | None = None
) -> list[LineStatement]:
    found = []
    for row in session().execute(line, values).mappings():
        facts: dict[str, Any] = dict(row)
        then, now = pieces(facts.pop("older"), facts.pop("newer"))
        found.append(LineStatement(**facts, then=then, now=now))
    return found
