"""Taking a framework file in."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from tracker.db import transaction
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
from tracker.records import audit
from tracker.rules.errors import Conflict
from tracker.rules.frameworks.files import FrameworkFile


@dataclass(frozen=True, slots=True)
class ImportedFramework:
    """`added` is False when this very content was there already: importing twice is importing
    once."""

    framework_id: int
    added: bool


def import_framework(file: FrameworkFile, now: dt.datetime) -> ImportedFramework:
    """Publish a framework file as one version.

    A version that is there is never edited, used or not: other content needs another version
    number. Raises Conflict("framework_version_differs") for that.
    """
    with transaction() as tx:
        found = tx.execute(
            select(Framework.id, Framework.digest).where(
                Framework.slug == file.slug, Framework.version == file.version
            )
        ).one_or_none()
        if found is not None:
            if found.digest != file.digest:
                raise Conflict("framework_version_differs", slug=file.slug, version=file.version)
            return ImportedFramework(found.id, added=False)
        framework_id = _write(tx, file, now)
        audit.note(
            tx,
            "framework_imported",
            now,
            library_id=None,
            actor_id=None,
            slug=file.slug,
            version=file.version,
        )
        return ImportedFramework(framework_id, added=True)


def _write(tx: Session, file: FrameworkFile, now: dt.datetime) -> int:
    framework = Framework(
        slug=file.slug,
        version=file.version,
        title=file.title,
        lang=file.lang,
        digest=file.digest,
        about=file.about,
        published_at=now,
    )
    tx.add(framework)
    tx.flush()
    of: dict[str, Any] = {"framework_id": framework.id}
    tx.execute(
        insert(ScaleAnswer),
        [
            of
            | {
                "key": answer.key,
                "position": at,
                "label": answer.label,
                "description": answer.description,
                "counts_as": answer.counts_as,
            }
            for at, answer in enumerate(file.scale)
        ],
    )
    tx.execute(
        insert(Source),
        [
            of
            | {
                "key": source.key,
                "position": at,
                "label": source.label,
                "name": source.name,
                "url": source.url,
                "licence": source.licence or "",
            }
            for at, source in enumerate(file.sources)
        ],
    )
    anchors = [
        of | {"kind": group.kind, "position": at, "text": text}
        for group in file.anchors
        for at, text in enumerate(group.items)
    ]
    if anchors:
        tx.execute(insert(Anchor), anchors)
    position = 0
    for strand_at, each in enumerate(file.strands):
        strand = Strand(**of, key=each.key, title=each.title, intro=each.intro, position=strand_at)
        tx.add(strand)
        tx.flush()
        tx.add_all(
            Level(
                strand_id=strand.id, rank=level.rank, name=level.name, role_label=level.role_label
            )
            for level in each.levels
        )
        for row in each.domains:
            domain = Domain(
                strand_id=strand.id,
                key=row.key,
                title=row.title,
                position=row.position,
                claimed_count=row.claimed_count,
            )
            tx.add(domain)
            tx.flush()
            for statement in row.statements:
                position += 1
                tx.add(
                    Statement(
                        **of,
                        domain_id=domain.id,
                        rank=statement.rank,
                        uuid=statement.uuid,
                        code=statement.code,
                        position=position,
                        title=statement.title,
                        text=statement.text,
                    )
                )
    tx.flush()
    _cite(tx, framework.id, file)
    return framework.id


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
    if citations:
        tx.execute(insert(Citation), citations)
