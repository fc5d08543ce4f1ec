"""Versions of frameworks, each read once by a process: none changes once it is published, but for
origins that an operator adds."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, and_, func, select

from tracker.db import ask_made, own_engine, session
from tracker.frameworks.versions.rules_scale import UNGRADED, Meaning, Scale
from tracker.models import (
    Citation,
    Domain,
    Framework,
    Level,
    ScaleAnswer,
    SkillOrigin,
    Source,
    Statement,
    Strand,
)
from tracker.models.record.versions import target_keys
from tracker.record.sheet.queries_learners import FRAMEWORK
from tracker.record.versions.rules import (
    CitationChip,
    DomainShape,
    LevelShape,
    Origin,
    ScaleLabel,
    Version,
    VersionStatement,
)

Edition = tuple[Any, ...]
"""A version in a database: its id, and what `EDITION` says of it."""
READ: WeakKeyDictionary[Engine, dict[Edition, Version]] = WeakKeyDictionary()
"""By database."""


def version(edition: Edition) -> Version:
    """Six queries, none where it was read before."""
    editions = READ.setdefault(own_engine(), {})
    kept = editions.get(edition)
    if kept is None:
        kept = editions[edition] = _version(edition[0])
    return kept


def _version(framework_id: int) -> Version:
    values = {"framework": framework_id}
    lines: defaultdict[int, defaultdict[int, list[Origin]]] = defaultdict(lambda: defaultdict(list))
    for row in session().execute(_ORIGINS, values):
        lines[row.skill_id][row.line].append(Origin(row.origin_id, row.carries))
    citations: defaultdict[int, list[CitationChip]] = defaultdict(list)
    for cited in session().execute(_CITATIONS, values):
        citations[cited.statement_id].append(CitationChip(cited.label, cited.name, cited.url))
    statements = tuple(
        VersionStatement(
            *row[:8],
            place=(row.strand_key, row.domain_key, row.rank),
            citations=tuple(citations[row.id]),
            lines=tuple(map(tuple, lines[row.skill_id].values())),
        )
        for row in session().execute(_STATEMENTS, values)
    )
    domains: dict[int, DomainShape] = {}
    for level_row in session().execute(_LEVELS, values):
        before = domains.get(level_row.id)
        levels = () if before is None else before.levels
        level = LevelShape(
            level_row.rank, level_row.name, level_row.role_label, level_row.listed, 0
        )
        domains[level_row.id] = DomainShape(*level_row[:6], levels=(*levels, level))
    answers = scale_labels(session().execute(_ANSWERS, values))
    wordings = dict(session().execute(_WORDINGS, values).all())
    return Version(
        id=framework_id,
        name=wordings[statements[0].id],
        statements=statements,
        domains=tuple(domains.values()),
        answers=answers,
        scale=Scale.of((answer.key, answer.means) for answer in answers),
        labels={answer.key: answer.label for answer in answers},
        wordings=wordings,
    )


SLUG = select(Framework.slug).where(Framework.id == FRAMEWORK).scalar_subquery()
_OF_VERSION = Statement.framework_id == FRAMEWORK
EDITION = {
    "answer": select(Framework.digest).where(Framework.id == FRAMEWORK).scalar_subquery(),
    "id": select(func.min(Statement.id)).where(_OF_VERSION).scalar_subquery(),
    "skill_id": select(func.min(Statement.skill_id)).where(_OF_VERSION).scalar_subquery(),
    "other": select(func.count())
    .select_from(SkillOrigin)
    .join(Statement, Statement.skill_id == SkillOrigin.skill_id)
    .where(_OF_VERSION)
    .scalar_subquery(),
    "who_id": select(func.count(Framework.id)).where(Framework.slug == SLUG).scalar_subquery(),
    "statement_id": select(func.count(Statement.id)).where(_OF_VERSION).scalar_subquery(),
    "reason": select(func.aggregate_strings(Source.key + " " + func.coalesce(Source.url, ""), " "))
    .where(Source.framework_id == FRAMEWORK)
    .scalar_subquery(),
}
"""Its digest, its first statement and skill, how many rows say what its statements were made of,
how many versions and statements there are, and where its sources are found; as columns of a row of
a sheet."""
_ORIGINS = (
    select(SkillOrigin.skill_id, SkillOrigin.line, SkillOrigin.origin_id, SkillOrigin.carries)
    .join(Statement, Statement.skill_id == SkillOrigin.skill_id)
    .where(_OF_VERSION)
    .order_by(SkillOrigin.skill_id, SkillOrigin.line, SkillOrigin.steps)
)
_STRAND_KEY, _DOMAIN_KEY = target_keys()
_STATEMENTS = (
    select(
        Statement.id,
        Statement.skill_id,
        Statement.domain_id,
        Statement.rank,
        Statement.position,
        Statement.code,
        Statement.title,
        Statement.text,
        _STRAND_KEY.label("strand_key"),
        _DOMAIN_KEY.label("domain_key"),
    )
    .join(Domain, Domain.id == Statement.domain_id)
    .join(Strand, Strand.id == Domain.strand_id)
    .where(_OF_VERSION)
    .order_by(Statement.position)
)
_CITATIONS = (
    select(Citation.statement_id, Source.label, Source.name, Source.url)
    .join(Source, Source.id == Citation.source_id)
    .join(Statement, Statement.id == Citation.statement_id)
    .where(_OF_VERSION)
    .order_by(Citation.statement_id, Citation.position)
)
_LEVELS = (
    select(
        Domain.id,
        Domain.key,
        Domain.title,
        Strand.key.label("strand_key"),
        Strand.title.label("strand"),
        Framework.rule,
        Level.rank,
        Level.name,
        Level.role_label,
        func.count(Statement.id).label("listed"),
    )
    .join(Strand, Strand.id == Domain.strand_id)
    .join(Framework, Framework.id == Strand.framework_id)
    .join(Level, Level.strand_id == Strand.id)
    .outerjoin(Statement, and_(Statement.domain_id == Domain.id, Statement.rank == Level.rank))
    .where(Strand.framework_id == FRAMEWORK)
    .group_by(Domain.id, Strand.id, Framework.id, Level.id)
    .order_by(Strand.position, Domain.position, Domain.id, Level.rank)
)
_ANSWERS = (
    select(
        ScaleAnswer.key,
        ScaleAnswer.label,
        ScaleAnswer.description.label("words"),
        ScaleAnswer.reviewer_description,
        ScaleAnswer.counts_as,
    )
    .where(ScaleAnswer.framework_id == FRAMEWORK)
    .order_by(ScaleAnswer.position)
)
_WORDINGS = (
    select(Statement.id, Framework.version)
    .join(Framework, Framework.id == Statement.framework_id)
    .where(Framework.slug == SLUG)
)


def scale(framework_id: int) -> tuple[ScaleLabel, ...]:
    """The framework's own words for the answers, in order. One query."""
    return scale_labels(ask_made(_ANSWERS, {"framework": framework_id}))


def scale_labels(rows: Iterable[Any]) -> tuple[ScaleLabel, ...]:
    """Of rows (key, label, words, reviewer_description, counts_as) in the order of the scale."""
    labels: list[ScaleLabel] = []
    for row in rows:
        step = 0 if row.key in UNGRADED else 1 + sum(label.step > 0 for label in labels)
        labels.append(
            ScaleLabel(
                row.key,
                row.label,
                row.words,
                row.reviewer_description,
                Meaning(row.counts_as),
                step,
            )
        )
    return tuple(labels)
