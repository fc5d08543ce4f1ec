"""A framework as the data of its file: what files.framework_of reads, the other way round."""

import hashlib
import json
from typing import Any

from tracker.rules.frameworks.file_content import (
    DomainInFile,
    FrameworkFile,
    SourceInFile,
    StatementInFile,
    StrandInFile,
)

SCHEMA = "framework.schema.json"


def data_of(file: FrameworkFile) -> dict[str, Any]:
    about = dict(file.about)
    asked = about.pop("scale", {})
    anchors = about.pop("anchors", None)
    answers = [
        _filled(
            key=answer.key,
            label=answer.label,
            description=answer.description,
            counts_as=answer.counts_as,
            reviewer_description=answer.reviewer_description,
        )
        for answer in file.scale
    ]
    data = {
        "$schema": SCHEMA,
        "slug": file.slug,
        "version": file.version,
        "lang": file.lang,
        "title": file.title,
        "scale": {"question": ""} | _filled(**asked) | {"answers": answers},
        "strands": [_strand(strand) for strand in file.strands],
    }
    if file.sources:
        data["sources"] = [_source(source) for source in file.sources]
    if anchors is not None:
        data["anchors"] = {
            name: anchors[name]
            for name in ("heading", "caption", "claimed_count")
            if anchors[name] not in ("", None)
        } | {
            "groups": [
                {"kind": group.kind, "title": group.title, "items": list(group.items)}
                for group in file.anchors
            ]
        }
    return data | about


def text_of(file: FrameworkFile) -> str:
    return json.dumps(data_of(file), ensure_ascii=False, indent=2) + "\n"


def _filled(**fields: Any) -> dict[str, Any]:
    """What a file leaves out is empty."""
    return {name: value for name, value in fields.items() if value not in ("", None, False, [])}


def _source(source: SourceInFile) -> dict[str, Any]:
    return _filled(
        key=source.key, label=source.label, name=source.name, licence=source.licence, url=source.url
    )


def _strand(strand: StrandInFile) -> dict[str, Any]:
    in_source = {"in_source": {"join": strand.join, "end": strand.end}}
    levels = [
        _filled(rank=level.rank, name=level.name, role_label=level.role_label)
        for level in strand.levels
    ]
    return (
        _filled(
            key=strand.key,
            title=strand.title,
            intro=strand.intro,
            targets_need_reason=strand.targets_need_reason,
            levels=levels if strand.has_levels else [],
        )
        | (in_source if strand.join or strand.end else {})
        | {"domains": [_domain(domain, strand.has_levels) for domain in strand.domains]}
    )


def _domain(domain: DomainInFile, has_levels: bool) -> dict[str, Any]:
    return (
        _filled(key=domain.key, title=domain.title, position=domain.position)
        | ({} if domain.claimed_count is None else {"claimed_count": domain.claimed_count})
        | {"statements": [_statement(each, has_levels) for each in domain.statements]}
    )


def _statement(statement: StatementInFile, has_levels: bool) -> dict[str, Any]:
    return _filled(
        code=statement.code,
        rank=statement.rank if has_levels else None,
        uuid=statement.uuid,
        title=statement.title,
        text=statement.text,
        citations=list(statement.citations),
        sensitive=statement.sensitive,
    ) | ({"from": list(statement.came_from)} if statement.came_from else {})


def digest_of(file: FrameworkFile) -> str:
    """SHA-256 of all that the file says, also of where statements came from."""
    text = json.dumps(data_of(file), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
