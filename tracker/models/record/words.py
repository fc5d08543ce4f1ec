"""What counts for the statements of a version, of all that was said of skills.

A word on a statement's own skill counts, and so does what was said of the skills that this was made
of, its origins:

- on a line of origins the newest word counts. One that was taken back hides what is as far or
  farther, and older;
- a skill that was merged of several has a line through each of them. Only where all lines have a
  word, and all words are the same, is it a word of the whole;
- of a skill's own word and its origins' the newer one counts; one of its own that was taken back
  hides all that is older.

Nothing is copied: whoever reads what was said by statement of a version reads it from here.
"""

import datetime as dt
from collections.abc import Callable, Collection
from typing import Any

from sqlalchemy import (
    CTE,
    BindParameter,
    ColumnElement,
    ScalarSelect,
    Select,
    SQLColumnExpression,
    Subquery,
    and_,
    case,
    exists,
    func,
    literal,
    or_,
    select,
    true,
    union_all,
)

from tracker.frameworks.versions.rules import Change
from tracker.models.columns import table_of, written
from tracker.models.frameworks.frameworks import NotRatedHere, SensitiveDecision, Statement
from tracker.models.ratings import Rating
from tracker.models.record.skills import SkillOrigin
from tracker.models.reviews.endorsements import Endorsement
from tracker.record.workflow.rules import EndorsementStatus

Framework = int | BindParameter[int] | ColumnElement[bool]
"""The version, by its id; or, over `STATEMENTS`, which of its statements."""
Moment = dt.datetime | BindParameter[dt.datetime]
People = Callable[[SQLColumnExpression[int]], ColumnElement[bool]]
"""Over a column of people: whose."""
Words = Select[*tuple[Any, ...]]
"""Columns (owner, skill, answer, at, id). The owner is a person, or a library; without an answer it
was taken back. Of an owner and a skill all words but the newest may be missing; they have no
answer."""

STATEMENTS, ORIGINS = table_of(Statement), table_of(SkillOrigin)
LINE, FURTHER = ORIGINS.alias("line"), ORIGINS.alias("further")


def skill_of(statement_id: int | BindParameter[int]) -> ScalarSelect[int]:
    """Of a wording, its skill."""
    return select(Statement.skill_id).where(Statement.id == statement_id).scalar_subquery()


def skills_of(statement_ids: Collection[int] | BindParameter[Any]) -> Select[int]:
    """Of wordings, their skills."""
    return select(STATEMENTS.c.skill_id).where(STATEMENTS.c.id.in_(statement_ids))


def is_said_of(
    skill_id: SQLColumnExpression[int],
    of: SQLColumnExpression[int] = STATEMENTS.c.skill_id,
    *,
    carrying: bool = False,
) -> ColumnElement[bool]:
    """Whether it is that skill, or an origin of it; `carrying`: one whose words count for it."""
    origins = select(FURTHER.c.origin_id).where(FURTHER.c.skill_id == of).correlate_except(FURTHER)
    if carrying:
        origins = origins.where(FURTHER.c.carries)
    return or_(skill_id == of, skill_id.in_(origins))


def has_origins(skill_id: SQLColumnExpression[int]) -> ColumnElement[bool]:
    return exists().where(ORIGINS.c.skill_id == skill_id)


def made_of(framework: Framework) -> Select[int]:
    """The skills whose words count for others of the version, which were made of them."""
    of_others = STATEMENTS.c.skill_id == ORIGINS.c.skill_id
    origins = select(ORIGINS.c.origin_id).join(STATEMENTS, of_others)
    return origins.where(is_of(framework), ORIGINS.c.carries)


def is_in_line(skill_id: SQLColumnExpression[int], of: int) -> ColumnElement[bool]:
    """Whether what is said of the skill `of` meets a word on the other: on itself, on what counts
    for it of what it was made of, and on what it counts for, as when a review of an earlier version
    ends late."""
    made_of_it = select(ORIGINS.c.skill_id).where(
        ORIGINS.c.origin_id == of, ORIGINS.c.carries, ORIGINS.c.change != Change.MERGED
    )
    return or_(is_said_of(skill_id, literal(of), carrying=True), skill_id.in_(made_of_it))


def own_ratings(people: People, framework: Framework) -> Subquery:
    """Columns (person_id, statement_id, answer, at, id): what people answered, with the id of the
    `Rating`, the newest of several that were merged."""
    of = Rating.person_id, Rating.skill_id, Rating.answer, Rating.rated_at.label("at"), Rating.id
    return read_through(select(*of).where(people(Rating.person_id)), framework)


def standing(people: People, framework: Framework) -> Subquery:
    """The same columns: the endorsement that stands."""
    return read_through(_endorsed(people), framework)


def counting(people: People, framework: Framework) -> Subquery:
    """The same columns: every endorsement that stands for a statement of the framework; several for
    one that was merged."""
    words = _endorsed(people)
    parts, inherited = _inherited(words, framework, all_origins=False)
    own, as_one = _each_side(words, inherited, framework)
    counts, of = as_one.subquery(), parts.c
    of_parts = select(of.owner, of.statement_id, of.answer, of.at, of.row_id).join(
        counts, and_(counts.c[0] == of.owner, counts.c[1] == of.statement_id)
    )
    return union_all(own, of_parts).subquery()


def left_out(library: SQLColumnExpression[int] | int | None, framework: Framework) -> Subquery:
    """Columns (library, statement_id, ..., id, reason): what that library, or each, doesn't rate,
    by the id of the `NotRatedHere`. It passes all origins, also where what was said of them is
    asked again."""
    words = select(
        NotRatedHere.library_id,
        NotRatedHere.skill_id,
        literal("").label("answer"),
        NotRatedHere.set_at.label("at"),
        NotRatedHere.id,
    ).where(true() if library is None else NotRatedHere.library_id == library)
    out = read_through(words, framework, all_origins=True)
    why = select(out, NotRatedHere.reason).join(NotRatedHere, NotRatedHere.id == out.c.id)
    return why.subquery()


def decided(library: int | BindParameter[int] | None, framework: Framework) -> Subquery:
    """The same columns: what that library, or each, decided about sensitive statements, by the id
    of the `SensitiveDecision`."""
    words = select(
        SensitiveDecision.library_id,
        SensitiveDecision.skill_id,
        SensitiveDecision.decision,
        func.coalesce(SensitiveDecision.decided_at, literal(LONG_AGO)).label("at"),
        SensitiveDecision.id,
    ).where(true() if library is None else SensitiveDecision.library_id == library)
    return read_through(words, framework, all_origins=True)


LONG_AGO = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


def read_through(words: Words, framework: Framework, *, all_origins: bool = False) -> Subquery:
    """The words that count for statements of the framework: columns (person_id, statement_id,
    answer, at, id). `all_origins`: those that don't carry, too."""
    _parts, inherited = _inherited(words, framework, all_origins=all_origins)
    return union_all(*_each_side(words, inherited, framework)).subquery()


IN_FORCE = written(EndorsementStatus.IN_FORCE)


def stood(at: Moment | None, of: type[Endorsement] = Endorsement) -> ColumnElement[bool]:
    """Over `Endorsement`: those that stand, or stood at that moment."""
    if at is None:
        return of.status == IN_FORCE
    return and_(of.endorsed_at <= at, or_(of.ended_at.is_(None), of.ended_at > at))


def _endorsed(people: People) -> Words:
    return select(
        Endorsement.person_id,
        Endorsement.skill_id,
        case((stood(None), Endorsement.answer)).label("answer"),
        Endorsement.endorsed_at.label("at"),
        Endorsement.id,
    ).where(people(Endorsement.person_id))


def _inherited(words: Words, framework: Framework, *, all_origins: bool) -> tuple[Subquery, CTE]:
    """The newest word of each line, and of all lines the one that they have in common."""
    # `on_line`: each word of each line, with the last time that a nearer one, or one as near, was
    # taken back. `ranked`: those that outlast that, the newest of each line first. `as_one`: what
    # all lines of a statement have in common.
    answers = words.subquery()
    owner, skill, answer, at, row_id = answers.c
    counts = true() if all_origins else LINE.c.carries
    line = owner, STATEMENTS.c.id, LINE.c.line
    on_line = (
        select(
            owner.label("owner"),
            STATEMENTS.c.id.label("statement_id"),
            STATEMENTS.c.skill_id,
            LINE.c.line,
            LINE.c.steps,
            answer.label("answer"),
            at.label("at"),
            row_id.label("row_id"),
            func.max(case((answer.is_(None), at)))
            .over(partition_by=line, order_by=LINE.c.steps)
            .label("taken_back_at"),
        )
        .select_from(STATEMENTS)
        .join(LINE, LINE.c.skill_id == STATEMENTS.c.skill_id)
        .join(answers, skill == LINE.c.origin_id)
        .where(is_of(framework), counts)
        .subquery()
    )
    of_line = on_line.c
    ranked = (
        select(
            on_line,
            func.row_number()
            .over(
                partition_by=(of_line.owner, of_line.statement_id, of_line.line),
                order_by=(of_line.at.desc(), of_line.steps, of_line.row_id.desc()),
            )
            .label("place"),
        )
        .where(
            of_line.answer.is_not(None),
            or_(of_line.taken_back_at.is_(None), of_line.at > of_line.taken_back_at),
        )
        .subquery()
    )
    newest = func.first_value(ranked.c.row_id).over(
        partition_by=(ranked.c.owner, ranked.c.statement_id),
        order_by=(ranked.c.at.desc(), ranked.c.row_id.desc()),
    )
    parts = select(ranked, newest.label("newest_id")).where(ranked.c.place == 1).subquery()
    of = parts.c
    lines = select(func.count()).where(LINE.c.skill_id == of.skill_id, LINE.c.steps == 1, counts)
    as_one = (
        select(
            of.owner,
            of.statement_id,
            of.skill_id,
            func.min(of.answer).label("answer"),
            func.max(of.at).label("at"),
            func.min(of.newest_id).label("row_id"),
        )
        .group_by(of.owner, of.statement_id, of.skill_id)
        .having(
            func.min(of.answer) == func.max(of.answer),
            func.count() == lines.correlate(parts).scalar_subquery(),
        )
    )
    return parts, as_one.cte()


def _each_side(
    words: Words, inherited: CTE, framework: Framework
) -> tuple[Select[*tuple[Any, ...]], Select[*tuple[Any, ...]]]:
    """What counts of a skill's own words, and of its origins'."""
    answers, own = words.subquery(), words.subquery()
    owner, skill, answer, at, row_id = answers.c
    newer = select(inherited.c.owner).where(
        inherited.c.owner == owner, inherited.c.statement_id == STATEMENTS.c.id, inherited.c.at > at
    )
    of_its_own = (
        select(
            owner.label("person_id"),
            STATEMENTS.c.id.label("statement_id"),
            answer.label("answer"),
            at.label("at"),
            row_id.label("id"),
        )
        .select_from(STATEMENTS)
        .join(answers, skill == STATEMENTS.c.skill_id)
        .where(is_of(framework), answer.is_not(None), ~exists(newer.correlate_except(inherited)))
    )
    has_newer = exists(
        select(own.c[0])
        .where(own.c[0] == inherited.c.owner, own.c[1] == inherited.c.skill_id)
        .where(own.c[3] >= inherited.c.at)
        .correlate_except(own)
    )
    of_origins = select(
        inherited.c.owner,
        inherited.c.statement_id,
        inherited.c.answer,
        inherited.c.at,
        inherited.c.row_id,
    ).where(~has_newer)
    return of_its_own, of_origins


def is_of(framework: Framework) -> ColumnElement[bool]:
    """Over `STATEMENTS`."""
    if isinstance(framework, ColumnElement) and not isinstance(framework, BindParameter):
        return framework
    return STATEMENTS.c.framework_id == framework
