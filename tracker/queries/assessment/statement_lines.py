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
    case,
    exists,
    false,
    func,
    literal,
    null,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.orm import aliased

from tracker.db import session
from tracker.models import (
    Domain,
    Draft,
    Framework,
    Membership,
    PersonVersion,
    Rating,
    RoleProfile,
    SkillOrigin,
    Statement,
    Strand,
)
from tracker.models.joins import draft_of_notes
from tracker.models.record.versions import learns_on, was_published_before
from tracker.models.record.words import is_said_of
from tracker.policy.permissions import current_on
from tracker.queries.assessment.learners import FRAMEWORK, Learner
from tracker.rules import drafts
from tracker.rules.frameworks.changes.small_changes import Piece, pieces
from tracker.rules.frameworks.versions import Change, VersionStatus
from tracker.rules.frameworks.wording import Wording
from tracker.rules.roles import Role


@dataclass(frozen=True, slots=True)
class LineStatement:
    """A statement of another version that is in the line of one. `carries`: whether what was said
    of the older one counts for the newer; `then` and `now`: the older and the newer wording, with
    the words that differ."""

    id: int
    successor_id: int
    version: str
    code: str
    title: Wording
    text: Wording
    change: Change
    carries: bool
    then: tuple[Piece, ...]
    now: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class EarlierStatement:
    """A statement of another version than the one that somebody is on, with their own notes, also
    those that wait for an answer. `became`: what takes its place in theirs; nothing where it was
    retired."""

    id: int
    version: str
    code: str
    title: Wording
    text: Wording
    own_note: str
    reviewer_note: str
    became: tuple[LineStatement, ...]


OLDER, NEWER = aliased(Statement), aliased(Statement)


def before(statement_id: int) -> list[LineStatement]:
    """What it was in earlier versions, the newest first. One query."""
    return _read(_before(), {"statement": statement_id})


@cache
def _before() -> Select[*tuple[Any, ...]]:
    return _lines(OLDER, NEWER.id == bindparam("statement"))


def of_framework(framework_id: int) -> dict[int, list[LineStatement]]:
    """What its statements were in earlier versions, by statement, the newest first. One query."""
    found: defaultdict[int, list[LineStatement]] = defaultdict(list)
    for each in _read(_before_each(), {"framework": framework_id}):
        found[each.successor_id].append(each)
    return found


@cache
def _before_each() -> Select[*tuple[Any, ...]]:
    return _lines(OLDER, NEWER.framework_id == FRAMEWORK)


def earlier(statement_id: int, learner: Learner) -> EarlierStatement | None:
    """None where the statement is neither of an earlier version of the learner's framework nor of
    one that they were on. For the learner alone. Two queries."""
    theirs = aliased(Framework)
    was_theirs = exists().where(
        PersonVersion.person_id == learner.person_id, PersonVersion.framework_id == Framework.id
    )
    row = (
        session()
        .execute(
            select(
                Statement.id,
                Framework.version,
                Statement.code,
                Statement.title,
                Statement.text,
                Rating.own_note,
                Rating.reviewer_note,
                Draft.fields,
            )
            .join(Framework, Framework.id == Statement.framework_id)
            .join(theirs, and_(theirs.slug == Framework.slug, theirs.id == learner.framework_id))
            .outerjoin(
                Rating,
                and_(Rating.skill_id == Statement.skill_id, Rating.person_id == learner.person_id),
            )
            .outerjoin(Draft, draft_of_notes(literal(learner.person_id)))
            .where(
                Statement.id == statement_id,
                Framework.id != theirs.id,
                Framework.status != VersionStatus.WITHDRAWN,
                or_(was_published_before(Framework, theirs), was_theirs),
            )
        )
        .one_or_none()
    )
    if row is None:
        return None
    waiting = dict(drafts.read(row.fields or "") or ())
    now = and_(OLDER.id == statement_id, NEWER.framework_id == learner.framework_id)
    return EarlierStatement(
        row.id,
        row.version,
        row.code,
        row.title,
        row.text,
        own_note=row.own_note or waiting.get("own_note", ""),
        reviewer_note=row.reviewer_note or waiting.get("reviewer_note", ""),
        became=tuple(_read(_lines(NEWER, now))),
    )


def slug_of(statement_id: int) -> str | None:
    """Of the framework, which all its versions share. One query."""
    query = select(Framework.slug).join(Statement, Statement.framework_id == Framework.id)
    return session().scalar(query.where(Statement.id == statement_id))


def now_of(person_id: int, statement_id: int, today: dt.date) -> int | None:
    """The statement that takes its place in the version that the person learns in; the first where
    it was split. One query."""
    now, then = aliased(Statement), aliased(Statement)
    query = (
        select(now.id)
        .join(
            then,
            or_(
                is_said_of(then.skill_id, now.skill_id),
                and_(is_said_of(now.skill_id, then.skill_id), now.framework_id < then.framework_id),
            ),
        )
        .outerjoin(
            SkillOrigin,
            and_(SkillOrigin.skill_id == now.skill_id, SkillOrigin.origin_id == then.skill_id),
        )
        .where(
            then.id == statement_id,
            now.id != then.id,
            _learns(literal(person_id), today, now.framework_id),
        )
        .order_by(
            (now.skill_id == then.skill_id).desc(),
            func.coalesce(SkillOrigin.carries, false()).desc(),
            now.position,
        )
        .limit(1)
    )
    return session().scalar(query)


def read_as(
    person_id: SQLColumnExpression[int],
    statement_id: SQLColumnExpression[int],
    skill_id: SQLColumnExpression[int],
    today: dt.date,
) -> ColumnElement[int]:
    """The statement for which that person reads now what was said of the skill, in the wording of
    this one: that of the version that they learn in, if it counts there; else this."""
    now = aliased(Statement)
    found = (
        select(now.id)
        .where(
            is_said_of(skill_id, now.skill_id, carrying=True),
            _learns(person_id, today, now.framework_id),
        )
        .order_by(now.position)
        .limit(1)
        .correlate_except(now)
        .scalar_subquery()
    )
    return func.coalesce(found, statement_id)


def left_behind(person_id: SQLColumnExpression[int], today: dt.date) -> ColumnElement[bool]:
    """Over `Framework`: that person learns in another version of it."""
    other = aliased(Framework)
    return exists(
        select(other.id)
        .where(
            other.slug == Framework.slug,
            other.id != Framework.id,
            _learns(person_id, today, other.id),
        )
        .correlate_except(other)
    )


def _learns(
    person_id: SQLColumnExpression[int], today: dt.date, framework_id: SQLColumnExpression[int]
) -> ColumnElement[bool]:
    """Whether that is the version on which the person learns."""
    return exists(
        select(Membership.id)
        .join(RoleProfile, RoleProfile.id == Membership.role_profile_id)
        .join(PersonVersion, learns_on())
        .where(
            Membership.person_id == person_id,
            Membership.role == Role.LEARNER,
            current_on(Membership, today),
            PersonVersion.framework_id == framework_id,
        )
        .correlate_except(Membership, RoleProfile, PersonVersion)
    )


def _lines(of: type[Statement], where: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    """Pairs of a statement of one version and what it was made of, or was called, in an earlier
    one; `of`: which of both is asked for, the newest version first, none that was withdrawn."""
    ids = OLDER.id.label("older_id"), NEWER.id.label("newer_id")
    is_later = NEWER.framework_id > OLDER.framework_id
    if of is NEWER:
        is_later = NEWER.framework_id != OLDER.framework_id
    same = (
        select(*ids, null().label("change"), true().label("carries"))
        .join(NEWER, and_(NEWER.skill_id == OLDER.skill_id, is_later))
        .where(where)
    )
    made_of = (
        select(*ids, SkillOrigin.change, SkillOrigin.carries)
        .distinct()
        .join(SkillOrigin, SkillOrigin.origin_id == OLDER.skill_id)
        .join(NEWER, and_(NEWER.skill_id == SkillOrigin.skill_id, is_later))
        .where(where)
    )
    pairs = union_all(same, made_of, *([_back(ids, where)] if of is NEWER else [])).subquery()
    older, newer = (aliased(Statement) for _side in range(2))
    older_at, newer_at = aliased(Domain), aliased(Domain)
    older_in, newer_in = aliased(Strand), aliased(Strand)
    asked = older if of is OLDER else newer
    is_moved = or_(
        older.rank != newer.rank, older_at.key != newer_at.key, older_in.key != newer_in.key
    )
    columns: list[Any] = [
        asked.id,
        newer.id.label("successor_id"),
        Framework.version,
        asked.code,
        asked.title,
        asked.text,
        pairs.c.change,
        pairs.c.carries,
        is_moved.label("is_moved"),
        older.title.label("older_title"),
        newer.title.label("newer_title"),
        older.text.label("older"),
        newer.text.label("newer"),
    ]
    return (
        select(*columns)
        .select_from(pairs)
        .join(older, older.id == pairs.c.older_id)
        .join(newer, newer.id == pairs.c.newer_id)
        .join(Framework, Framework.id == asked.framework_id)
        .join(older_at, older_at.id == older.domain_id)
        .join(older_in, older_in.id == older_at.strand_id)
        .join(newer_at, newer_at.id == newer.domain_id)
        .join(newer_in, newer_in.id == newer_at.strand_id)
        .where(Framework.status != VersionStatus.WITHDRAWN)
        .order_by(Framework.id.desc(), asked.position)
    )


BACK = {Change.SPLIT: Change.MERGED, Change.MERGED: Change.SPLIT}
"""What it is on the way back; the same in all other cases."""


def _back(ids: tuple[Any, ...], where: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    """What a statement was made of, in an earlier version: for who moved back to that."""
    change = case(*((SkillOrigin.change == key, to) for key, to in BACK.items()))
    return (
        select(*ids, func.coalesce(change, SkillOrigin.change), false())
        .distinct()
        .join(SkillOrigin, SkillOrigin.skill_id == OLDER.skill_id)
        .join(
            NEWER,
            and_(NEWER.skill_id == SkillOrigin.origin_id, NEWER.framework_id < OLDER.framework_id),
        )
        .where(where)
    )


def _read(
    lines: Select[*tuple[Any, ...]], values: Mapping[str, int] | None = None
) -> list[LineStatement]:
    found = []
    for row in session().execute(lines, values):
        is_reworded = (row.older_title, row.older) != (row.newer_title, row.newer)
        of_words = Change.REWORDED if is_reworded else Change.SAME
        change = row.change or (Change.MOVED if row.is_moved else of_words)
        then, now = pieces(row.older, row.newer)
        found.append(
            LineStatement(
                id=row.id,
                successor_id=row.successor_id,
                version=row.version,
                code=row.code,
                title=row.title,
                text=row.text,
                change=Change(change),
                carries=bool(row.carries),
                then=then,
                now=now,
            )
        )
    return found
