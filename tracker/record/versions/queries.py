"""Versions of frameworks, each read once by a process: none changes once it is published, but for
origins that an operator adds.

Which statement of the version that somebody learns in takes the place of one of another.

The statements that a learner can choose from: all of their frameworks, by domain.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Engine,
    Integer,
    RowMapping,
    Select,
    SQLColumnExpression,
    and_,
    bindparam,
    exists,
    false,
    func,
    literal,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import aliased

from tracker.db import ask_made, own_engine, session
from tracker.frameworks.versions.rules import UNGRADED, Meaning, Scale
from tracker.models import (
    Citation,
    Domain,
    Endorsement,
    Evidence,
    EvidenceLink,
    Framework,
    Level,
    Membership,
    Person,
    PersonVersion,
    Rating,
    RoleProfile,
    ScaleAnswer,
    SkillOrigin,
    Source,
    Statement,
    Strand,
)
from tracker.models.joins import level_of_statement
from tracker.models.record.versions import learns_on, target_keys
from tracker.models.record.words import STATEMENTS, is_said_of, left_out
from tracker.policy.permissions import current_on
from tracker.queries.asking import Question, row_as
from tracker.record.sheet.queries_learners import FRAMEWORK, frameworks_of
from tracker.record.versions.rules import (
    CitationChip,
    DomainShape,
    LevelShape,
    Origin,
    ScaleLabel,
    Version,
    VersionStatement,
)
from tracker.rules.core.wording import Wording
from tracker.rules.roles import Role

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
            rank=level_row.rank,
            name=level_row.name,
            role_label=level_row.role_label,
            listed=level_row.listed,
            not_rated_here=0,
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
                key=row.key,
                label=row.label,
                description=row.words,
                reviewer_description=row.reviewer_description,
                means=Meaning(row.counts_as),
                step=step,
            )
        )
    return tuple(labels)


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


def read_as(today: dt.date) -> ColumnElement[int]:
    """Over `Endorsement`: the statement for which its learner reads it now, that of the version
    that they learn in, if it counts there; else the one that was reviewed."""
    now = aliased(Statement)
    current = (
        select(now.id)
        .where(
            is_said_of(Endorsement.skill_id, now.skill_id, carrying=True),
            _learns(Endorsement.person_id, today, now.framework_id),
        )
        .order_by(now.position)
        .limit(1)
        .correlate_except(now)
        .scalar_subquery()
    )
    return func.coalesce(current, Endorsement.statement_id)


def left_behind(today: dt.date) -> ColumnElement[bool]:
    """Over `Endorsement` and `Framework`: its learner is on another version of that framework."""
    other = aliased(Framework)
    return exists(
        select(other.id)
        .where(
            other.slug == Framework.slug,
            other.id != Framework.id,
            _learns(Endorsement.person_id, today, other.id),
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
                framework_id=row.framework_id,
                key=f"{row.strand}-{row.key}",
                lang=named[row.framework_id][0],
                framework=named[row.framework_id][1],
                title=row.domain,
                choices=[],
            ),
        )
        group.choices.append(StatementChoice(row.statement_id, row.name, row.title, row.text))
    return [group for framework in own for group in groups[framework.id].values()]


_LIBRARY = select(Person.library_id).where(Person.id == PERSON)
_OUT = left_out(_LIBRARY.scalar_subquery(), STATEMENTS.c.framework_id.in_(FRAMEWORKS))
IS_RATED_HERE = Statement.id.not_in(select(_OUT.c.statement_id))
"""Over `Statement`; made once: to put it together costs more than to run it."""
