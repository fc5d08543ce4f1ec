"""What stands for a statement, read through the versions of its framework.

Statements that carry to one another make a line; where several were merged, a tree. In it

- the nearest word counts: that on the statement itself before that on an earlier version. What is
  older in a line is ended by the writers of endorsements, so that the nearest is the newest;
- several that were merged count for what they became only where each of them has a word, and all
  words are the same;
- what was said of one that was split counts for the part that it carries to.

Nothing is copied: who reads by statement what was endorsed or revealed reads it from here.
"""

import datetime as dt
from collections.abc import Callable
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    FromClause,
    Select,
    SQLColumnExpression,
    Subquery,
    and_,
    exists,
    func,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import aliased

from tracker.models.columns import table_of
from tracker.models.frameworks.frameworks import Statement
from tracker.models.frameworks.versions import StatementSuccessor
from tracker.models.reviews.endorsements import Endorsement
from tracker.rules.frameworks.versions import Change
from tracker.rules.reviews.workflow import EndorsementStatus

FrameworkId = int | BindParameter[int]
Moment = dt.datetime | BindParameter[dt.datetime]
People = Callable[[SQLColumnExpression[int]], ColumnElement[bool]]
"""Over a column of people: whose."""
HasWord = Callable[[SQLColumnExpression[int], SQLColumnExpression[int]], ColumnElement[bool]]
"""Over a column of people and one of statements: whether there is a word of that very statement."""

STATEMENTS, SUCCESSORS = table_of(Statement), table_of(StatementSuccessor)
LINE, NEARER, PART, BEFORE, BETWEEN = (
    SUCCESSORS.alias(name) for name in ("line", "nearer", "part", "before", "between")
)
OWN = aliased(Endorsement)
"""Made once: to build a query of aliases took longer than to run it."""
IS_FIRST = ~exists(
    select(BEFORE.c.id)
    .where(BEFORE.c.successor_id == PART.c.statement_id, BEFORE.c.carries)
    .correlate_except(BEFORE)
)


def stood(at: Moment | None, of: type[Endorsement] = Endorsement) -> ColumnElement[bool]:
    """Over `Endorsement`: those that stand, or stood at that moment."""
    if at is None:
        return of.status == EndorsementStatus.STANDING
    return and_(of.endorsed_at <= at, or_(of.ended_at.is_(None), of.ended_at > at))


def standing(people: People, framework: FrameworkId, at: Moment | None = None) -> Subquery:
    """Columns (person_id, statement_id, answer, at, id): the endorsement that stands, or stood at
    that moment, at most one for each statement of the framework; of several that were merged, the
    newest. What stands in other frameworks for a statement of their own is among them."""
    return read_through(_endorsed(people, at), _is_endorsed(at), framework)


def counting(people: People, framework: FrameworkId) -> Subquery:
    """The same columns: every endorsement that stands for a statement of the framework; several for
    one that was merged."""
    words = _endorsed(people, None)
    return union_all(words, _carried(words.subquery(), _is_endorsed(None), framework)).subquery()


def read_through(
    words: Select[*tuple[Any, ...]], has_word: HasWord, framework: FrameworkId
) -> Subquery:
    """`words`: (person_id, statement_id, answer, at, id), at most one of a person for a statement.
    Those, and what they say of later versions' statements."""
    carried = _carried(words.subquery(), has_word, framework).subquery()
    person_id, statement_id, answer, at, row_id = carried.c
    as_one = (
        select(person_id, statement_id, func.min(answer), func.max(at), func.max(row_id))
        .group_by(person_id, statement_id)
        .having(func.min(answer) == func.max(answer))
    )
    return union_all(words, as_one).subquery()


def carries_to(statement_id: SQLColumnExpression[int]) -> Select[int]:
    """The statements of earlier versions whose words count for that one."""
    return (
        select(BEFORE.c.statement_id)
        .where(BEFORE.c.successor_id == statement_id, BEFORE.c.carries)
        .correlate_except(BEFORE)
    )


def _endorsed(people: People, at: Moment | None) -> Select[*tuple[Any, ...]]:
    return select(
        Endorsement.person_id,
        Endorsement.statement_id,
        Endorsement.answer,
        Endorsement.endorsed_at.label("at"),
        Endorsement.id,
    ).where(people(Endorsement.person_id), stood(at))


def _is_endorsed(at: Moment | None) -> HasWord:
    def has_word(
        person_id: SQLColumnExpression[int], statement_id: SQLColumnExpression[int]
    ) -> ColumnElement[bool]:
        return exists(
            select(OWN.id)
            .where(OWN.person_id == person_id, OWN.statement_id == statement_id, stood(at, OWN))
            .correlate_except(OWN)
        )

    return has_word


def _carried(
    words: FromClause, has_word: HasWord, framework: FrameworkId
) -> Select[*tuple[Any, ...]]:
    """What was said of statements of earlier versions and counts for one of the framework."""
    person_id, statement_id, answer, at, row_id = words.c
    has_nearer = exists(
        select(NEARER.c.id)
        .where(
            NEARER.c.statement_id == LINE.c.statement_id,
            NEARER.c.carries,
            NEARER.c.steps <= LINE.c.steps,
            has_word(person_id, NEARER.c.successor_id),
        )
        .correlate_except(NEARER)
    )
    on_the_way = exists(
        select(BETWEEN.c.id)
        .where(
            BETWEEN.c.statement_id == PART.c.statement_id,
            BETWEEN.c.carries,
            BETWEEN.c.steps < PART.c.steps,
            has_word(person_id, BETWEEN.c.successor_id),
        )
        .correlate_except(BETWEEN)
    )
    lacks_a_part = exists(
        select(PART.c.id)
        .where(
            PART.c.successor_id == LINE.c.successor_id,
            PART.c.carries,
            IS_FIRST,
            ~has_word(person_id, PART.c.statement_id),
            ~on_the_way,
        )
        .correlate_except(PART)
    )
    return (
        select(person_id, LINE.c.successor_id.label("statement_id"), answer, at, row_id)
        .select_from(STATEMENTS)
        .join(LINE, LINE.c.successor_id == STATEMENTS.c.id)
        .join(words, statement_id == LINE.c.statement_id)
        .where(
            STATEMENTS.c.framework_id == framework,
            LINE.c.carries,
            ~has_nearer,
            or_(LINE.c.change != Change.MERGED, ~lacks_a_part),
        )
    )
