"""A statement from version to version: what it was before, and what became of it."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
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

from tracker.db import ask_made, session
from tracker.frameworks.changes.rules_wording import Wordings, pieces
from tracker.frameworks.versions.rules import Change, VersionStatus
from tracker.models import (
    Domain,
    Draft,
    Framework,
    PersonVersion,
    Rating,
    SkillOrigin,
    Statement,
    Strand,
)
from tracker.models.joins import draft_of_notes
from tracker.models.record.versions import was_published_before
from tracker.record.sheet.queries_learners import FRAMEWORK, Learner
from tracker.rules import drafts
from tracker.rules.core.wording import Wording


@dataclass(frozen=True, slots=True)
class LineStatement:
    """A statement of another version that is in the line of one. `carries`: whether what was said
    of the older one counts for the newer."""

    id: int
    successor_id: int
    version: str
    code: str
    title: Wording
    text: Wording
    change: Change
    carries: bool
    wordings: Wordings


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
    """What the statement was in earlier versions, the newest first. One query."""
    return _read(ask_made(_before(), {"statement": statement_id}))


@cache
def _before() -> Select[*tuple[Any, ...]]:
    return _lines(OLDER, NEWER.id == bindparam("statement"))


def of_framework(framework_id: int) -> dict[int, list[LineStatement]]:
    """What its statements were in earlier versions, by statement, the newest first. One query."""
    by_successor: defaultdict[int, list[LineStatement]] = defaultdict(list)
    for line in _read(ask_made(_before_each(), {"framework": framework_id})):
        by_successor[line.successor_id].append(line)
    return by_successor


@cache
def _before_each() -> Select[*tuple[Any, ...]]:
    return _lines(OLDER, NEWER.framework_id == FRAMEWORK)


def earlier(statement_id: int, learner: Learner) -> EarlierStatement | None:
    """None where the statement is neither of an earlier version of the learner's framework nor of
    one that they were on. For the learner alone. Two queries."""
    current = aliased(Framework)
    was_theirs = exists().where(
        PersonVersion.person_id == learner.person_id, PersonVersion.framework_id == Framework.id
    )
    query = (
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
        .join(current, and_(current.slug == Framework.slug, current.id == learner.framework_id))
        .outerjoin(
            Rating,
            and_(Rating.skill_id == Statement.skill_id, Rating.person_id == learner.person_id),
        )
        .outerjoin(Draft, draft_of_notes(literal(learner.person_id)))
        .where(
            Statement.id == statement_id,
            Framework.id != current.id,
            Framework.status != VersionStatus.WITHDRAWN,
            or_(was_published_before(Framework, current), was_theirs),
        )
    )
    row = session().execute(query).one_or_none()
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
        became=tuple(_read(session().execute(_lines(NEWER, now)))),
    )


def slug_of(statement_id: int) -> str | None:
    """The slug of the statement's framework, which all its versions share. One query."""
    query = select(Framework.slug).join(Statement, Statement.framework_id == Framework.id)
    return session().scalar(query.where(Statement.id == statement_id))


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
    """What the statements of a later version were made of, for somebody who moved back to the
    earlier one."""
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


def _read(rows: Iterable[Row[*tuple[Any, ...]]]) -> list[LineStatement]:
    statements = []
    for row in rows:
        is_reworded = (row.older_title, row.older) != (row.newer_title, row.newer)
        of_words = Change.REWORDED if is_reworded else Change.SAME
        change = row.change or (Change.MOVED if row.is_moved else of_words)
        statements.append(
            LineStatement(
                id=row.id,
                successor_id=row.successor_id,
                version=row.version,
                code=row.code,
                title=row.title,
                text=row.text,
                change=Change(change),
                carries=bool(row.carries),
                wordings=Wordings(*pieces(row.older, row.newer)),
            )
        )
    return statements
