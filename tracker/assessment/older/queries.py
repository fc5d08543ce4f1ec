"""Statements that are not in the version of a framework that a learner is on: what they have of
them, and those that a page of theirs still holds."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, bindparam, select

from tracker.db import ask_made, session
from tracker.frameworks.versions.rules import VersionStatus
from tracker.models import Framework, ScaleAnswer, Statement
from tracker.record.sheet import queries_learners as sheet_queries_learners
from tracker.record.sheet.queries_learners import Learner
from tracker.record.sheet.rules import Sheet, Side
from tracker.record.sheet.rules_summaries import retired_skills
from tracker.record.versions import queries_lines as versions_queries_lines
from tracker.record.versions.queries_lines import EarlierStatement
from tracker.rules.core.wording import Wording
from tracker.rules.names import short_name


@dataclass(frozen=True, slots=True)
class RetiredAnswer:
    """`who`: the endorser; "" for the learner."""

    key: str
    label: Wording
    who: str
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class RetiredStatement:
    """A statement that is not in the learner's version, with what they answered last and what
    stands reviewed; None where there is no such answer."""

    id: int
    version: str
    code: str
    title: Wording
    text: Wording
    own: RetiredAnswer | None
    endorsed: RetiredAnswer | None


def of_learner(learner: Learner, sheet: Sheet) -> list[RetiredStatement]:
    """Statements that the learner rated, noted, or showed, and that nothing takes the place of in
    their version, the newest version first: as they were called last before it, or else on a
    version that they were on. For the learner alone. One query, none where there is no such
    statement."""
    skills = retired_skills(sheet)
    if not skills:
        return []
    values = {"skills": list(skills), "slug": learner.framework_slug}
    was_on = {move.framework_id for move in sheet.record.moves}
    wordings = defaultdict[int, list[Row[Any]]](list)
    scales = defaultdict[int, dict[str, Wording]](dict)
    for row in ask_made(_WORDINGS, values):
        scales[row.id][row.answer] = row.label
        if row.framework_id <= learner.framework_id or row.framework_id in was_on:
            wordings[row.skill_id].append(row)
    newest = [
        max(rows, key=lambda row: (row.framework_id <= learner.framework_id, row.framework_id))
        for rows in wordings.values()
    ]
    newest.sort(key=lambda row: (-row.framework_id, row.position))

    def said(side: Side, row: Row[Any]) -> RetiredAnswer | None:
        words = sheet.record.words[side].get(row.skill_id, ())
        word = next((word for word in words if word.answer in scales[row.id]), None)
        if word is None or word.answer is None:
            return None
        label = scales[row.id][word.answer]
        return RetiredAnswer(word.answer, label, short_name(word.who), word.at)

    return [
        RetiredStatement(
            id=row.id,
            version=row.version,
            code=row.code,
            title=row.title,
            text=row.text,
            own=said(Side.OWN, row),
            endorsed=said(Side.REVIEWED, row),
        )
        for row in newest
    ]


_WORDINGS = (
    select(
        Statement.id,
        Statement.skill_id,
        Statement.framework_id,
        Statement.position,
        Framework.version,
        Statement.code,
        Statement.title,
        Statement.text,
        ScaleAnswer.key.label("answer"),
        ScaleAnswer.label,
    )
    .join(Framework, Framework.id == Statement.framework_id)
    .join(ScaleAnswer, ScaleAnswer.framework_id == Framework.id)
    .where(
        Statement.skill_id.in_(bindparam("skills", expanding=True)),
        Framework.slug == bindparam("slug"),
        Framework.status != VersionStatus.WITHDRAWN,
    )
)
"""Of skills in each version, with the answers of its scale."""


@dataclass(frozen=True, slots=True)
class ReplacedStatements:
    """`learner`: in the version of the first one's framework that they are on now. `statements`: by
    id."""

    learner: Learner
    statements: dict[int, EarlierStatement]


def replaced(
    person_id: int, statement_ids: Collection[int], today: dt.date
) -> ReplacedStatements | None:
    """Those of the statements that are of another version than the one that somebody learns on.
    None where there is none. Two queries, one more for each framework that some are of, and two for
    each of them."""
    on = [framework.id for framework in sheet_queries_learners.frameworks_of(person_id, today)]
    rows = session().execute(
        select(Statement.id, Framework.slug)
        .join(Framework, Framework.id == Statement.framework_id)
        .where(Statement.id.in_(statement_ids), Framework.id.not_in(on))
        .order_by(Framework.slug, Statement.position, Statement.id)
    )
    slugs = dict(rows.all())
    learner_of = {
        slug: learner
        for slug in dict.fromkeys(slugs.values())
        if (learner := sheet_queries_learners.learner(person_id, today, slug)) is not None
    }
    statements = {
        earlier.id: earlier
        for statement_id, slug in slugs.items()
        if slug in learner_of
        and (earlier := versions_queries_lines.earlier(statement_id, learner_of[slug])) is not None
    }
    return ReplacedStatements(next(iter(learner_of.values())), statements) if statements else None
