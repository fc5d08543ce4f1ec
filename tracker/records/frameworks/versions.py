"""The only writer of published versions and of their status. A version that is there is never
edited, but for where its sources are found."""

import datetime as dt
import itertools
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from tracker.db import Base
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
from tracker.policy.permissions import Actor
from tracker.records import audit, exclusions
from tracker.records.frameworks import lineage
from tracker.records.frameworks.lineage import NONE, Ancestry
from tracker.rules.frameworks.changes.placed_statements import statements
from tracker.rules.frameworks.file_content import (
    FrameworkFile,
    ScaleAnswerInFile,
    SourceInFile,
    StatementInFile,
    StrandInFile,
)
from tracker.rules.frameworks.scale import Meaning
from tracker.rules.frameworks.versions import VersionStatus

OWN_KEYS: Mapping[str, tuple[str, str]] = {}


def publish(
    tx: Session,
    file: FrameworkFile,
    now: dt.datetime,
    actor: Actor | None = None,
    ancestries: Mapping[str, Ancestry] = NONE,
    first_keys: Mapping[str, tuple[str, str]] = OWN_KEYS,
) -> int:
    """Returns the framework's id. `ancestries`: by uuid, what its statements are made of; of
    nothing where it is not there. `first_keys`: by "section/domain", the keys under which targets
    in it are kept, where they may be others than its own. `about` holds beside what the page shows
    what only the file has of its sections."""
    framework = Framework(
        slug=file.slug,
        version=file.version,
        title=file.title,
        lang=file.lang,
        digest=file.digest,
        about=file.about | _in_source(file),
        published_at=now,
    )
    tx.add(framework)
    tx.flush()
    of = {"framework_id": framework.id}
    _insert(tx, ScaleAnswer, [of | _answer(each, at) for at, each in enumerate(file.scale)])
    _insert(tx, Source, [of | _source(each, at) for at, each in enumerate(file.sources)])
    anchors = [
        of | {"kind": group.kind, "position": at, "text": text}
        for group in file.anchors
        for at, text in enumerate(group.items)
    ]
    _insert(tx, Anchor, anchors)
    uuids = [each.uuid for each in statements(file)]
    skills = lineage.skills_for(tx, file.slug, uuids, ancestries)
    positions = itertools.count(1)
    for at, strand in enumerate(file.strands):
        _write_strand(tx, framework.id, strand, at, positions, skills, first_keys)
    _cite(tx, framework.id, file)
    exclusions.leave_out_undecided(tx, Statement.framework_id == framework.id, now)
    decided = lineage.digest(tx, file.slug)
    _note(tx, "framework_imported", file, now, actor, lineage=decided)
    return framework.id


def move_sources(
    tx: Session, framework_id: int, file: FrameworkFile, now: dt.datetime, actor: Actor | None
) -> tuple[str, ...]:
    """Give the sources of a version the addresses of the file. Returns the keys of those that had
    another."""
    query = select(Source).where(Source.framework_id == framework_id)
    stored = {source.key: source for source in tx.scalars(query)}
    moved = [source for source in file.sources if stored[source.key].url != source.url]
    for source in moved:
        stored[source.key].url = source.url
    if moved:
        _note(tx, "framework_sources_moved", file, now, actor)
    return tuple(source.key for source in moved)


def set_status(
    tx: Session, framework: Framework, status: VersionStatus, actor: Actor | None, now: dt.datetime
) -> None:
    framework.status = status
    _note(tx, STATUS_SET[status], framework, now, actor)


STATUS_SET = {
    VersionStatus.OFFERED: "framework_version_shown",
    VersionStatus.HIDDEN: "framework_version_hidden",
    VersionStatus.WITHDRAWN: "framework_version_withdrawn",
}


def _note(
    tx: Session,
    kind: str,
    version: FrameworkFile | Framework,
    now: dt.datetime,
    actor: Actor | None,
    **facts: Any,
) -> None:
    audit.note(
        tx,
        kind,
        now,
        library_id=None if actor is None else actor.library_id,
        actor_id=None if actor is None else actor.person_id,
        slug=version.slug,
        version=version.version,
        **facts,
    )


def _in_source(file: FrameworkFile) -> dict[str, Any]:
    found = {
        strand.key: {"join": strand.join, "end": strand.end}
        for strand in file.strands
        if strand.join or strand.end
    }
    return {"in_source": found} if found else {}


def _insert(tx: Session, model: type[Base], rows: list[dict[str, Any]]) -> None:
    """An insert of no rows at all would be one row of defaults."""
    if rows:
        tx.execute(insert(model), rows)


def _answer(answer: ScaleAnswerInFile, position: int) -> dict[str, Any]:
    return {
        "key": answer.key,
        "position": position,
        "label": answer.label,
        "description": answer.description,
        "reviewer_description": answer.reviewer_description,
        "counts_as": Meaning(answer.counts_as),
    }


def _source(source: SourceInFile, position: int) -> dict[str, Any]:
    return {
        "key": source.key,
        "position": position,
        "label": source.label,
        "name": source.name,
        "url": source.url,
        "licence": source.licence or "",
    }


def _write_strand(
    tx: Session,
    framework_id: int,
    found: StrandInFile,
    position: int,
    positions: Iterator[int],
    skills: Mapping[str, int],
    first_keys: Mapping[str, tuple[str, str]],
) -> None:
    """The strand and all that is in it; `positions` number the statements of the whole
    framework."""
    strand = Strand(
        framework_id=framework_id,
        key=found.key,
        title=found.title,
        intro=found.intro,
        position=position,
        targets_need_reason=found.targets_need_reason,
    )
    tx.add(strand)
    tx.flush()
    _insert(tx, Level, [{"strand_id": strand.id} | asdict(level) for level in found.levels])
    for each in found.domains:
        own = found.key, each.key
        first = first_keys.get("/".join(own), own)
        strand_key, domain_key = first if first != own else (None, None)
        domain = Domain(
            first_strand_key=strand_key,
            first_domain_key=domain_key,
            strand_id=strand.id,
            key=each.key,
            title=each.title,
            position=each.position,
            claimed_count=each.claimed_count,
        )
        tx.add(domain)
        tx.flush()
        of = {"framework_id": framework_id, "domain_id": domain.id}
        rows = [
            of | _statement(row, next(positions)) | {"skill_id": skills[row.uuid]}
            for row in each.statements
        ]
        _insert(tx, Statement, rows)


def _statement(statement: StatementInFile, position: int) -> dict[str, Any]:
    return {
        "rank": statement.rank,
        "uuid": statement.uuid,
        "code": statement.code,
        "position": position,
        "title": statement.title,
        "text": statement.text,
        "sensitive": statement.sensitive,
    }


def _cite(tx: Session, framework_id: int, file: FrameworkFile) -> None:
    codes = tx.execute(
        select(Statement.code, Statement.id).where(Statement.framework_id == framework_id)
    )
    statements = dict(codes.all())
    keys = tx.execute(select(Source.key, Source.id).where(Source.framework_id == framework_id))
    sources = dict(keys.all())
    citations = [
        {"statement_id": statements[statement.code], "source_id": sources[key], "position": at}
        for strand in file.strands
        for domain in strand.domains
        for statement in domain.statements
        for at, key in enumerate(statement.citations)
    ]
    _insert(tx, Citation, citations)
