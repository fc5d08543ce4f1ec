"""The statements that a learner can choose from: all of their frameworks, by domain."""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    Integer,
    RowMapping,
    Select,
    bindparam,
    func,
    literal,
    select,
    union_all,
)

from tracker.db import session
from tracker.models import (
    Domain,
    Evidence,
    EvidenceLink,
    Framework,
    Level,
    Person,
    Rating,
    Statement,
    Strand,
)
from tracker.models.joins import level_of_statement
from tracker.models.record.words import STATEMENTS, left_out
from tracker.queries.asking import Question, row_as
from tracker.record.sheet.queries_learners import frameworks_of
from tracker.rules.core.wording import Wording

RECENT = 6
PERSON = bindparam("person", type_=Integer)
FRAMEWORKS: BindParameter[Any] = bindparam("frameworks", expanding=True)


@dataclass(frozen=True, slots=True)
class StatementChoice:
    id: int
    level: Wording
    title: Wording
    text: Wording


@dataclass(frozen=True, slots=True)
class StatementGroup:
    """A domain and its statements in order. `framework` is named where the person has several."""

    framework_id: int
    key: str
    lang: str
    framework: Wording
    title: Wording
    choices: list[StatementChoice]


@dataclass(frozen=True, slots=True)
class RecentStatement:
    id: int
    lang: str
    title: Wording
    text: Wording
    domain: Wording
    level: Wording


def recent(
    person_id: int, framework_ids: Collection[int], most: int = RECENT
) -> Question[list[RecentStatement]]:
    """What the person's evidence was linked to last, then what they rated last."""
    return Question(
        _recent(), {"person": person_id, "frameworks": list(framework_ids), "most": most}, _recently
    )


def _recently(rows: Sequence[RowMapping]) -> list[RecentStatement]:
    latest = sorted(rows, key=lambda row: (row["place"], -row["at"].timestamp(), row["id"]))
    return [row_as(RecentStatement, row) for row in latest]


@cache
def _recent() -> Select[*tuple[Any, ...]]:
    # What evidence was linked to comes before what was only rated, each by its latest moment.
    linked = (
        select(EvidenceLink.skill_id, literal(0).label("place"), EvidenceLink.linked_at)
        .join(Evidence, Evidence.id == EvidenceLink.evidence_id)
        .where(Evidence.person_id == PERSON)
    )
    rated = select(Rating.skill_id, literal(1), Rating.rated_at).where(
        Rating.person_id == PERSON, Rating.answer.is_not(None)
    )
    columns = (
        Statement.id,
        Framework.lang,
        Statement.title,
        Statement.text,
        Domain.title.label("domain"),
        Level.name.label("level"),
    )
    used = union_all(linked, rated).subquery()
    place, at = func.min(used.c.place), func.max(used.c.linked_at)
    return (
        select(*columns, place.label("place"), at.label("at"))
        .join(used, used.c.skill_id == Statement.skill_id)
        .join(Framework, Framework.id == Statement.framework_id)
        .join(Domain, Domain.id == Statement.domain_id)
        .join(Strand, Strand.id == Domain.strand_id)
        .join(Level, level_of_statement())
        .where(Statement.framework_id.in_(FRAMEWORKS), IS_RATED_HERE)
        .group_by(*columns)
        .order_by(place, at.desc(), Statement.id)
        .limit(bindparam("most", type_=Integer))
    )


def statements(person_id: int, today: dt.date) -> list[StatementGroup]:
    """What the person is rated on, without what their library leaves out; nothing for who is no
    learner.

    Two queries.
    """
    own = frameworks_of(person_id, today)
    if not own:
        return []
    rows = session().execute(
        select(
            Domain.id,
            Strand.framework_id,
            Strand.key.label("strand"),
            Domain.key,
            Domain.title.label("domain"),
            Statement.id.label("statement_id"),
            Level.name,
            Statement.title,
            Statement.text,
        )
        .join(Domain, Domain.id == Statement.domain_id)
        .join(Strand, Strand.id == Domain.strand_id)
        .join(Level, level_of_statement())
        .where(Statement.framework_id.in_(framework.id for framework in own), IS_RATED_HERE)
        .order_by(Strand.position, Domain.position, Statement.rank, Statement.position),
        {"person": person_id, "frameworks": [framework.id for framework in own]},
    )
    groups = {framework.id: dict[int, StatementGroup]() for framework in own}
    named = {
        framework.id: (framework.lang, framework.label if len(own) > 1 else "") for framework in own
    }
    for row in rows:
        group = groups[row.framework_id].setdefault(
            row.id,
            StatementGroup(
                row.framework_id,
                f"{row.strand}-{row.key}",
                *named[row.framework_id],
                row.domain,
                [],
            ),
        )
        group.choices.append(StatementChoice(row.statement_id, row.name, row.title, row.text))
    return [group for framework in own for group in groups[framework.id].values()]


_LIBRARY = select(Person.library_id).where(Person.id == PERSON)
_OUT = left_out(_LIBRARY.scalar_subquery(), STATEMENTS.c.framework_id.in_(FRAMEWORKS))
IS_RATED_HERE = Statement.id.not_in(select(_OUT.c.statement_id))
"""Over `Statement`; made once: to put it together costs more than to run it."""
