"""The only writer of published versions and of their status. A version that is there is never
edited, but for where its sources are found."""

import datetime as dt
import itertools
from collections.abc import Collection, Mapping
from dataclasses import asdict
from typing import Any

from sqlalchemy import Select, insert, select
from sqlalchemy.orm import Session

from tracker.db import Base
from tracker.frameworks.exclusions import records as exclusions
from tracker.frameworks.files.rules import FrameworkFile
from tracker.frameworks.versions import records_lineage as lineage
from tracker.frameworks.versions.queries import SHOWN
from tracker.frameworks.versions.records_lineage import NONE, Ancestry
from tracker.frameworks.versions.rules import VersionStatus
from tracker.frameworks.versions.rules_scale import Meaning
from tracker.models import (
    Anchor,
    Citation,
    Domain,
    Framework,
    FrameworkDraft,
    Level,
    ScaleAnswer,
    Source,
    Statement,
    Strand,
)
from tracker.models.columns import table_of
from tracker.policy.permissions import Actor
from tracker.records import audit
from tracker.row_locks import held

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
        rule=file.rule,
        published_at=now,
    )
    tx.add(framework)
    tx.flush()
    of = {"framework_id": framework.id}
    answers = [
        of | asdict(answer) | {"position": at, "counts_as": Meaning(answer.counts_as)}
        for at, answer in enumerate(file.scale)
    ]
    sources = [
        of | asdict(source) | {"position": at, "licence": source.licence or ""}
        for at, source in enumerate(file.sources)
    ]
    anchors = [
        of | {"kind": group.kind, "position": at, "text": text}
        for group in file.anchors
        for at, text in enumerate(group.items)
    ]
    for model, rows in ((ScaleAnswer, answers), (Source, sources), (Anchor, anchors)):
        _insert(tx, model, rows)
    uuids = [statement.uuid for statement in file.statements]
    skills = lineage.skills_for(tx, file.slug, uuids, ancestries)
    _write_strands(tx, framework.id, file, skills, first_keys)
    _cite(tx, framework.id, file)
    exclusions.leave_out_undecided(tx, Statement.framework_id == framework.id, now)
    decided = lineage.digest(tx, file.slug)
    note(tx, "framework_imported", file, now, actor, lineage=decided)
    return framework.id


def newest(slug: str, statuses: Collection[VersionStatus] = SHOWN) -> Select[Framework]:
    """The version that the next one follows, or the newest of these statuses, locked so that no
    other is published and it isn't withdrawn meanwhile."""
    return held(
        select(Framework)
        .where(Framework.slug == slug, Framework.status.in_(statuses))
        .order_by(Framework.published_at.desc(), Framework.id.desc())
        .limit(1)
    )


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
        note(tx, "framework_sources_moved", file, now, actor)
    return tuple(source.key for source in moved)


def set_status(
    tx: Session, framework: Framework, status: VersionStatus, actor: Actor | None, now: dt.datetime
) -> None:
    framework.status = status
    note(tx, STATUS_SET[status], framework, now, actor)


STATUS_SET = {
    VersionStatus.OFFERED: "framework_version_shown",
    VersionStatus.HIDDEN: "framework_version_hidden",
    VersionStatus.WITHDRAWN: "framework_version_withdrawn",
}


def note(
    tx: Session,
    kind: str,
    version: FrameworkFile | Framework | FrameworkDraft,
    now: dt.datetime,
    actor: Actor | None,
    **facts: Any,
) -> None:
    """In the audit, of a version or of its draft."""
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
    marks = {
        strand.key: {"join": strand.join, "end": strand.end}
        for strand in file.strands
        if strand.join or strand.end
    }
    return {"in_source": marks} if marks else {}


def _own(model: type[Base], part: object) -> dict[str, Any]:
    """What a part of the file has under the names of the columns."""
    names = table_of(model).c.keys()
    return {name: getattr(part, name) for name in names if hasattr(part, name)}


def _insert(tx: Session, model: type[Base], rows: list[dict[str, Any]]) -> None:
    """An insert of no rows at all would be one row of defaults."""
    if rows:
        tx.execute(insert(model), rows)


def _write_strands(
    tx: Session,
    framework_id: int,
    file: FrameworkFile,
    skills: Mapping[str, int],
    first_keys: Mapping[str, tuple[str, str]],
) -> None:
    """The strands and all that is in them. Statements are numbered through the whole framework."""
    positions = itertools.count(1)
    for at, part in enumerate(file.strands):
        strand = Strand(framework_id=framework_id, position=at, **_own(Strand, part))
        tx.add(strand)
        tx.flush()
        _insert(tx, Level, [{"strand_id": strand.id} | asdict(level) for level in part.levels])
        for listed in part.domains:
            own = part.key, listed.key
            first = first_keys.get("/".join(own), own)
            strand_key, domain_key = first if first != own else (None, None)
            domain = Domain(
                strand_id=strand.id,
                first_strand_key=strand_key,
                first_domain_key=domain_key,
                **_own(Domain, listed),
            )
            tx.add(domain)
            tx.flush()
            statements = [
                {
                    "framework_id": framework_id,
                    "domain_id": domain.id,
                    "skill_id": skills[statement.uuid],
                    "position": next(positions),
                }
                | _own(Statement, statement)
                for statement in listed.statements
            ]
            _insert(tx, Statement, statements)


def _cite(tx: Session, framework_id: int, file: FrameworkFile) -> None:
    of_statements = select(Statement.code, Statement.id).where(
        Statement.framework_id == framework_id
    )
    of_sources = select(Source.key, Source.id).where(Source.framework_id == framework_id)
    statements, sources = (dict(tx.execute(ids).all()) for ids in (of_statements, of_sources))
    citations = [
        {"statement_id": statements[statement.code], "source_id": sources[key], "position": at}
        for statement in file.statements
        for at, key in enumerate(statement.citations)
    ]
    _insert(tx, Citation, citations)
