"""A published version as its file."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute

from tracker.db import Base, session
from tracker.frameworks.changes.rules import KnownBefore, Origins, VersionComparison, compare
from tracker.frameworks.changes.rules_places import PlacedStatement, placed
from tracker.frameworks.files.rules import (
    AnchorGroup,
    DomainInFile,
    FrameworkFile,
    LevelInFile,
    ScaleAnswerInFile,
    SourceInFile,
    StatementInFile,
    StrandInFile,
)
from tracker.frameworks.versions.queries import known_until, origins_of
from tracker.frameworks.versions.rules import VersionStatus
from tracker.models import (
    Anchor,
    Citation,
    Domain,
    Framework,
    Level,
    ScaleAnswer,
    Skill,
    SkillOrigin,
    Source,
    Statement,
    Strand,
)
from tracker.models.record.versions import target_keys
from tracker.rules.core.wording import Wording

InFile = TypeVar(
    "InFile",
    ScaleAnswerInFile,
    SourceInFile,
    StrandInFile,
    LevelInFile,
    DomainInFile,
    StatementInFile,
)
InOrder = TypeVar("InOrder", ScaleAnswer, Source, Strand, Statement)
InStrands = TypeVar("InStrands", Level, Domain)


def file_of(framework_id: int, *, with_origins: bool = True) -> FrameworkFile:
    """Eleven queries, nine without what its statements came from."""
    framework = session().get_one(Framework, framework_id)
    about = dict(framework.about)
    in_source = about.pop("in_source", {})
    origins = origins_of(framework_id) if with_origins else {}
    return FrameworkFile(
        slug=framework.slug,
        version=framework.version,
        lang=framework.lang,
        title=framework.title,
        scale=tuple(
            _made_of(ScaleAnswerInFile, row, counts_as=row.counts_as.value)
            for row in _in_order(ScaleAnswer, framework_id)
        ),
        sources=tuple(
            _made_of(SourceInFile, row, licence=row.licence or None)
            for row in _in_order(Source, framework_id)
        ),
        strands=_strands(framework_id, in_source, origins),
        anchors=_anchors(framework_id, about.get("anchors", {}).get("kinds", {})),
        about=about,
        rule=framework.rule,
    )


def _made_of(kind: type[InFile], row: Base, **others: Any) -> InFile:
    """A part of a file: what the row has under the same names, and the others."""
    own = {part.name for part in fields(kind)} - others.keys()
    return kind(**{name: getattr(row, name) for name in own}, **others)


def _in_order(model: type[InOrder], framework_id: int) -> Iterable[InOrder]:
    """All parts of one kind that the version has, in order."""
    of_it = select(model).where(model.framework_id == framework_id)
    return session().scalars(of_it.order_by(model.position))


def past_of(framework_id: int) -> KnownBefore:
    """What that version and all before it know. Two queries, and eleven for each earlier version
    with statements that are there no more."""
    known = known_until(framework_id)
    last = {row.skill_id: row for row in known}
    key_of = {row.skill_id: row.uuid for row in last.values() if row.framework_id == framework_id}
    gone: dict[str, PlacedStatement] = {}
    for framework in sorted({row.framework_id for row in known} - {framework_id}, reverse=True):
        lost = [row for row in last.values() if row.framework_id == framework]
        in_version = placed(file_of(framework)) if lost else {}
        for row in lost:
            if row.uuid not in key_of.values():
                key_of[row.skill_id], gone[row.uuid] = row.uuid, in_version[row.uuid]
    names = defaultdict[int, set[str]](set)
    for row in known:
        names[row.skill_id].add(row.uuid)
    made_of = defaultdict[int, set[str]](set)
    origins = (
        select(SkillOrigin.skill_id, SkillOrigin.origin_id)
        .join(Skill, Skill.id == SkillOrigin.skill_id)
        .join(Framework, Framework.slug == Skill.slug)
        .where(Framework.id == framework_id)
    )
    for skill, origin in session().execute(origins):
        made_of[skill] |= names[origin]
    named = {row.uuid: row.skill_id for row in known}
    return KnownBefore(
        {uuid: key_of[skill] for uuid, skill in named.items() if skill in key_of},
        gone,
        {uuid: made_of[skill] for uuid, skill in named.items()},
    )


@dataclass(frozen=True, slots=True)
class IdsElsewhere:
    """The uuids of a file that another framework has, which is called so in its newest version."""

    slug: str
    title: Wording
    lang: str
    uuids: set[str]


def ids_elsewhere(file: FrameworkFile) -> list[IdsElsewhere]:
    """A uuid names skills of one framework: by other frameworks, those that they have and no
    earlier version of this one. Two queries."""
    listed = (
        select(Framework.slug, Framework.title, Framework.lang, Statement.uuid)
        .join(Statement, Statement.framework_id == Framework.id)
        .where(Framework.status != VersionStatus.WITHDRAWN)
        .order_by(Framework.id)
    )
    own = {row.uuid for row in session().execute(listed.where(Framework.slug == file.slug))}
    uuids = placed(file).keys() - own
    others = listed.where(Framework.slug != file.slug, Statement.uuid.in_(uuids))
    rows = session().execute(others).all() if uuids else []
    newest = {row.slug: row for row in rows}
    return [
        IdsElsewhere(slug, row.title, row.lang, {one.uuid for one in rows if one.slug == slug})
        for slug, row in newest.items()
    ]


def known_uuids(slug: str, version: str) -> Collection[str]:
    """The uuids that the framework had in any version; none where this version is published. One
    query."""
    query = (
        select(Framework.version, Statement.uuid)
        .join(Statement, Statement.framework_id == Framework.id)
        .where(Framework.slug == slug)
    )
    rows = session().execute(query).all()
    is_there = any(row.version == version for row in rows)
    return () if is_there else {row.uuid for row in rows}


def between(before_id: int, after_id: int) -> VersionComparison:
    """What changed from a published version to a later one, as it was published."""
    origins, past = origins_of(after_id, before_id), past_of(before_id)
    before = {first: key for key, first in first_keys(before_id).items()}
    after = first_keys(after_id).items()
    went_on = {key: before[first] for key, first in after if before.get(first, key) != key}
    return compare(file_of(before_id), file_of(after_id), origins, past, went_on)


def first_keys(framework_id: int) -> dict[str, tuple[str, str]]:
    """By domain, as "section/domain", the keys under which targets in it are kept."""
    rows = session().execute(
        select(Strand.key + "/" + Domain.key, *target_keys())
        .join(Domain, Domain.strand_id == Strand.id)
        .where(Strand.framework_id == framework_id)
    )
    return {key: (strand, domain) for key, strand, domain in rows}


def _strands(
    framework_id: int, in_source: Mapping[str, Mapping[str, str]], origins: Origins
) -> tuple[StrandInFile, ...]:
    levels = _in_strands(Level, Level.rank, framework_id)
    domains = _in_strands(Domain, Domain.position, framework_id)
    statements = _statements(framework_id, origins)
    return tuple(
        _made_of(
            StrandInFile,
            strand,
            **{"join": "", "end": "", **in_source.get(strand.key, {})},
            levels=tuple(_made_of(LevelInFile, row) for row in levels[strand.id]),
            domains=tuple(
                _made_of(DomainInFile, row, statements=tuple(statements[row.id]))
                for row in domains[strand.id]
            ),
        )
        for strand in _in_order(Strand, framework_id)
    )


def _in_strands(
    model: type[InStrands], order: InstrumentedAttribute[int], framework_id: int
) -> Mapping[int, list[InStrands]]:
    """All levels or domains of the version by section, in order."""
    rows = session().scalars(
        select(model)
        .join(Strand, Strand.id == model.strand_id)
        .where(Strand.framework_id == framework_id)
        .order_by(order)
    )
    by_strand: dict[int, list[InStrands]] = defaultdict(list)
    for row in rows:
        by_strand[row.strand_id].append(row)
    return by_strand


def _statements(framework_id: int, origins: Origins) -> Mapping[int, list[StatementInFile]]:
    """By domain, in order."""
    cited: dict[int, list[str]] = defaultdict(list)
    for statement_id, key in session().execute(
        select(Citation.statement_id, Source.key)
        .join(Source, Source.id == Citation.source_id)
        .where(Source.framework_id == framework_id)
        .order_by(Citation.statement_id, Citation.position)
    ):
        cited[statement_id].append(key)
    by_domain: dict[int, list[StatementInFile]] = defaultdict(list)
    for row in _in_order(Statement, framework_id):
        came_from = tuple(origins.get(row.uuid, ()))
        by_domain[row.domain_id].append(
            _made_of(
                StatementInFile,
                row,
                citations=tuple(cited[row.id]),
                came_from=() if came_from == (row.uuid,) else came_from,
            )
        )
    return by_domain


def _anchors(framework_id: int, kinds: Mapping[str, str]) -> tuple[AnchorGroup, ...]:
    items: dict[str, list[str]] = {kind: [] for kind in kinds}
    for anchor in session().scalars(
        select(Anchor)
        .where(Anchor.framework_id == framework_id)
        .order_by(Anchor.kind, Anchor.position)
    ):
        items.setdefault(anchor.kind, []).append(anchor.text)
    return tuple(
        AnchorGroup(kind, kinds.get(kind, kind), tuple(texts)) for kind, texts in items.items()
    )
