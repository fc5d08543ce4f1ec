"""Published frameworks, as their public pages show them."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from sqlalchemy import func, select

from tracker.db import session
from tracker.models import (
    Anchor,
    Citation,
    Domain,
    Framework,
    Level,
    ScaleAnswer,
    Source,
    Statement,
    Strand,
)
from tracker.rules.frameworks.wording import OF_A_FRAMEWORK, Wording


@dataclass(frozen=True, slots=True)
class Published:
    id: int
    slug: str
    version: str
    title: Wording
    lang: str
    published_at: dt.datetime
    statements: int
    occupation: Wording


@dataclass(frozen=True, slots=True)
class SourceRow:
    """`href` is empty where the data has no link."""

    key: str
    label: Wording
    name: Wording
    href: str
    licence: Wording


@dataclass(frozen=True, slots=True)
class StatementRow:
    code: str
    rank: int
    title: Wording
    text: Wording
    citations: tuple[SourceRow, ...]


@dataclass(frozen=True, slots=True)
class LevelRow:
    """`name` is empty in a strand without levels, whose statements all stand in one."""

    rank: int
    name: Wording
    role_label: Wording
    statements: tuple[StatementRow, ...]


@dataclass(frozen=True, slots=True)
class DomainRow:
    """`claimed` is the count of the source's heading; None where it has none or it is right."""

    key: str
    title: Wording
    listed: int
    claimed: int | None
    levels: tuple[LevelRow, ...]


@dataclass(frozen=True, slots=True)
class FactGroup:
    """A part of the evidence pack; `facts` are (label, value), the label empty where there is
    none."""

    title: Wording
    source: SourceRow | None
    facts: tuple[tuple[Wording, Wording], ...]


@dataclass(frozen=True, slots=True)
class StrandRow:
    key: str
    title: Wording
    intro: Wording
    domains: tuple[DomainRow, ...]
    listed: int
    evidence: tuple[FactGroup, ...]


@dataclass(frozen=True, slots=True)
class FrameworkSummary:
    heading: Wording
    items: tuple[Wording, ...]


@dataclass(frozen=True, slots=True)
class ScaleRow:
    label: Wording
    description: Wording


@dataclass(frozen=True, slots=True)
class FrameworkPage:
    """All of one published version. `versions` are its others and itself, newest first."""

    id: int
    slug: str
    version: str
    title: Wording
    lang: str
    published_at: dt.datetime
    versions: tuple[Published, ...]
    about: Annotated[Mapping[str, Any], OF_A_FRAMEWORK]
    scale: tuple[ScaleRow, ...]
    sources: tuple[SourceRow, ...]
    strands: tuple[StrandRow, ...]
    anchors: tuple[FrameworkSummary, ...]
    statements: int

    @property
    def is_newest(self) -> bool:
        return self.versions[0].id == self.id

    @property
    def has_sources(self) -> bool:
        of_the_whole = self.about.get("sources_line") or self.about.get("attributions")
        return bool(self.sources or of_the_whole)

    @property
    def has_citations(self) -> bool:
        return any(statement.citations for statement in self._statements())

    def statement(self, code: str) -> StatementRow | None:
        """The statement of that code; None where there is none."""
        return next((found for found in self._statements() if found.code == code), None)

    def _statements(self) -> Iterator[StatementRow]:
        for strand in self.strands:
            for domain in strand.domains:
                for level in domain.levels:
                    yield from level.statements


def published() -> tuple[Published, ...]:
    """Every published version, by title, the newest of each framework first."""
    return _published()


def framework_page(slug: str, version: str | None = None) -> FrameworkPage | None:
    """All of one framework: the version asked for, else the newest. None where there is none. Eight
    statements."""
    versions = _published(slug)
    wanted = next((row for row in versions if version is None or row.version == version), None)
    if wanted is None:
        return None
    sources = _sources(wanted.id)
    about = session().execute(select(Framework.about).where(Framework.id == wanted.id)).scalar_one()
    strands = _strands(wanted.id, sources, about.get("evidence_pack", {}))
    return FrameworkPage(
        id=wanted.id,
        slug=wanted.slug,
        version=wanted.version,
        title=wanted.title,
        lang=wanted.lang,
        published_at=wanted.published_at,
        versions=versions,
        about=about,
        scale=tuple(
            ScaleRow(*row)
            for row in session().execute(
                select(ScaleAnswer.label, ScaleAnswer.description)
                .where(ScaleAnswer.framework_id == wanted.id)
                .order_by(ScaleAnswer.position)
            )
        ),
        sources=tuple(sources.values()),
        strands=strands,
        anchors=_anchors(wanted.id, about.get("anchors", {}).get("kinds", {})),
        statements=wanted.statements,
    )


def _published(slug: str | None = None) -> tuple[Published, ...]:
    statements = (
        select(func.count(Statement.id))
        .where(Statement.framework_id == Framework.id)
        .scalar_subquery()
    )
    query = select(
        Framework.id,
        Framework.slug,
        Framework.version,
        Framework.title,
        Framework.lang,
        Framework.published_at,
        statements.label("statements"),
        Framework.about["occupation"].label("occupation"),
    ).order_by(Framework.title, Framework.slug, Framework.published_at.desc(), Framework.id.desc())
    if slug is not None:
        query = query.where(Framework.slug == slug)
    return tuple(
        Published(
            id=row.id,
            slug=row.slug,
            version=row.version,
            title=row.title,
            lang=row.lang,
            published_at=row.published_at,
            statements=row.statements,
            occupation=f"{row.occupation['system']} {row.occupation['code']}"
            if row.occupation
            else "",
        )
        for row in session().execute(query)
    )


def _sources(framework_id: int) -> dict[str, SourceRow]:
    rows = session().execute(
        select(Source.key, Source.label, Source.name, Source.url, Source.licence)
        .where(Source.framework_id == framework_id)
        .order_by(Source.position)
    )
    return {
        key: SourceRow(key, label, name, url or "", licence)
        for key, label, name, url, licence in rows
    }


def _strands(
    framework_id: int, sources: dict[str, SourceRow], pack: Mapping[str, Any]
) -> tuple[StrandRow, ...]:
    levels: dict[int, list[Any]] = defaultdict(list)
    titles: dict[int, Any] = {}
    for row in session().execute(
        select(
            Strand.id,
            Strand.key,
            Strand.title,
            Strand.intro,
            Level.rank,
            Level.name,
            Level.role_label,
        )
        .join(Level, Level.strand_id == Strand.id)
        .where(Strand.framework_id == framework_id)
        .order_by(Strand.position, Level.rank)
    ):
        titles[row.id] = row
        levels[row.id].append(row)
    statements = _statements(framework_id, sources)
    domains: dict[int, list[DomainRow]] = defaultdict(list)
    for each in session().execute(
        select(Domain.id, Domain.strand_id, Domain.key, Domain.title, Domain.claimed_count)
        .join(Strand, Strand.id == Domain.strand_id)
        .where(Strand.framework_id == framework_id)
        .order_by(Domain.position)
    ):
        listed = statements[each.id]
        claimed = each.claimed_count if each.claimed_count != len(listed) else None
        of_level = tuple(
            LevelRow(
                level.rank,
                level.name,
                level.role_label,
                tuple(one for one in listed if one.rank == level.rank),
            )
            for level in levels[each.strand_id]
        )
        domains[each.strand_id].append(
            DomainRow(each.key, each.title, len(listed), claimed, of_level)
        )
    return tuple(
        StrandRow(
            strand.key,
            strand.title,
            strand.intro,
            tuple(domains[strand_id]),
            sum(domain.listed for domain in domains[strand_id]),
            _facts(pack, sources) if pack.get("strand") == strand.key else (),
        )
        for strand_id, strand in titles.items()
    )


def _statements(
    framework_id: int, sources: dict[str, SourceRow]
) -> Mapping[int, list[StatementRow]]:
    """The statements of each domain, by its id, in order."""
    cited: dict[int, list[SourceRow]] = defaultdict(list)
    for statement_id, key in session().execute(
        select(Citation.statement_id, Source.key)
        .join(Source, Source.id == Citation.source_id)
        .where(Source.framework_id == framework_id)
        .order_by(Citation.statement_id, Citation.position)
    ):
        cited[statement_id].append(sources[key])
    found: dict[int, list[StatementRow]] = defaultdict(list)
    for row in session().execute(
        select(
            Statement.id,
            Statement.domain_id,
            Statement.code,
            Statement.rank,
            Statement.title,
            Statement.text,
        )
        .where(Statement.framework_id == framework_id)
        .order_by(Statement.position)
    ):
        found[row.domain_id].append(
            StatementRow(row.code, row.rank, row.title, row.text, tuple(cited[row.id]))
        )
    return found


def _facts(pack: Mapping[str, Any], sources: dict[str, SourceRow]) -> tuple[FactGroup, ...]:
    return tuple(
        FactGroup(
            group["title"],
            sources.get(group.get("source")),
            tuple((fact.get("label") or "", fact["value"]) for fact in group["facts"]),
        )
        for group in pack["groups"]
    )


def _anchors(framework_id: int, kinds: Mapping[str, str]) -> tuple[FrameworkSummary, ...]:
    items: dict[str, list[str]] = defaultdict(list)
    for kind, text in session().execute(
        select(Anchor.kind, Anchor.text)
        .where(Anchor.framework_id == framework_id)
        .order_by(Anchor.kind, Anchor.position)
    ):
        items[kind].append(text)
    return tuple(
        FrameworkSummary(kinds.get(kind, kind), tuple(items[kind]))
        for kind in dict.fromkeys([*kinds, *items])
        if kind in items
    )
