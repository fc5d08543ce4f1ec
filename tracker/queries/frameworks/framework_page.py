"""All of one published framework, as its public page shows it."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import case, select

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
from tracker.queries.frameworks import published
from tracker.queries.frameworks.page_rows import (
    DomainRow,
    FactGroup,
    FrameworkPage,
    FrameworkSummary,
    LevelRow,
    ScaleRow,
    SourceRow,
    StatementRow,
    StrandRow,
)
from tracker.rules.frameworks.versions import VersionStatus


def framework_page(
    slug: str, version: str | None = None, *, also_hidden: bool = False
) -> FrameworkPage | None:
    """All of one framework: the version asked for, else the newest that is offered. None where
    there is none. `also_hidden`: for who may have something in one that is hidden, or is told of
    one that was withdrawn. Ten queries."""
    found = published.versions(slug, [*VersionStatus] if also_hidden else published.OFFERED)
    offered = [row for row in found if row.status == VersionStatus.OFFERED]
    shown = [*offered, *(row for row in found if row.status == VersionStatus.HIDDEN)]
    newest = next(iter(shown), None)
    asked = [row for row in found if row.version == version]
    wanted = newest if version is None else next(iter(asked), None)
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
        status=wanted.status,
        newest=newest,
        versions=tuple(row for row in found if row in offered or row == wanted),
        about=about,
        scale=_scale(wanted.id),
        sources=tuple(sources.values()),
        strands=strands,
        anchors=_anchors(wanted.id, about.get("anchors", {}).get("kinds", {})),
        statements=wanted.statements,
    )


def _scale(framework_id: int) -> tuple[ScaleRow, ...]:
    query = (
        select(ScaleAnswer.label, ScaleAnswer.description)
        .where(ScaleAnswer.framework_id == framework_id)
        .order_by(ScaleAnswer.position)
    )
    return tuple(ScaleRow(*row) for row in session().execute(query))


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
    domains = _domains(framework_id, sources)
    return tuple(
        StrandRow(
            row.key,
            row.title,
            row.intro,
            tuple(domains[row.id]),
            sum(domain.listed for domain in domains[row.id]),
            _facts(pack, sources) if pack.get("strand") == row.key else (),
        )
        for row in session().execute(
            select(Strand.id, Strand.key, Strand.title, Strand.intro)
            .where(Strand.framework_id == framework_id)
            .order_by(Strand.position)
        )
    )


def _domains(framework_id: int, sources: dict[str, SourceRow]) -> Mapping[int, list[DomainRow]]:
    """The domains of each strand, by its id, in order."""
    levels, statements = _levels(framework_id), _statements(framework_id, sources)
    found: dict[int, list[DomainRow]] = defaultdict(list)
    for row in session().execute(
        select(Domain.id, Domain.strand_id, Domain.key, Domain.title, Domain.claimed_count)
        .join(Strand, Strand.id == Domain.strand_id)
        .where(Strand.framework_id == framework_id)
        .order_by(Domain.position)
    ):
        listed = statements[row.id]
        claimed = row.claimed_count if row.claimed_count != len(listed) else None
        of_level = tuple(
            replace(level, statements=tuple(one for one in listed if one.rank == level.rank))
            for level in levels[row.strand_id]
        )
        found[row.strand_id].append(DomainRow(row.key, row.title, len(listed), claimed, of_level))
    return found


def _levels(framework_id: int) -> Mapping[int, list[LevelRow]]:
    """The levels of each strand, by its id, in order, without statements yet."""
    found: dict[int, list[LevelRow]] = defaultdict(list)
    for row in session().execute(
        select(
            Level.strand_id,
            Level.rank,
            case((Level.name != Strand.title, Level.name), else_="").label("name"),
            Level.role_label,
        )
        .join(Strand, Strand.id == Level.strand_id)
        .where(Strand.framework_id == framework_id)
        .order_by(Level.rank)
    ):
        found[row.strand_id].append(LevelRow(row.rank, row.name, row.role_label, ()))
    return found


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
