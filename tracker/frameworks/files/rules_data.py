"""The data of a framework file, both ways.

The format is described by seed_data/frameworks/framework.schema.json and in docs/frameworks.md.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

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

BESIDE = (
    "publisher",
    "occupation",
    "job_zone",
    "context",
    "evidence_pack",
    "related_titles",
    "apprenticeships",
    "education_codes",
    "coverage",
    "sources_line",
    "attributions",
)
"""What the page shows beside the statements, each as it stands in the file, where it stands."""


def framework_of(data: dict[str, Any]) -> FrameworkFile:
    """The framework in data that was read and checked already."""
    return FrameworkFile(
        slug=data["slug"],
        version=data["version"],
        lang=data["lang"],
        title=data["title"],
        scale=tuple(ScaleAnswerInFile(**answer) for answer in data["scale"]["answers"]),
        sources=tuple(
            SourceInFile(**{"licence": None, "url": None} | source)
            for source in data.get("sources", [])
        ),
        strands=tuple(_strand(strand) for strand in data["strands"]),
        anchors=tuple(
            AnchorGroup(group["kind"], group["title"], tuple(group["items"]))
            for group in data.get("anchors", {"groups": []})["groups"]
        ),
        about=_about(data),
    )


def _about(data: dict[str, Any]) -> dict[str, Any]:
    scale = data["scale"]
    about = {name: data[name] for name in BESIDE if name in data}
    about["scale"] = {"question": scale["question"], "help": scale.get("help", "")}
    if "reviewer_question" in scale:
        about["scale"]["reviewer_question"] = scale["reviewer_question"]
    if "anchors" in data:
        anchors = data["anchors"]
        about["anchors"] = {
            "heading": anchors["heading"],
            "caption": anchors.get("caption", ""),
            "claimed_count": anchors.get("claimed_count"),
            "kinds": {group["kind"]: group["title"] for group in anchors["groups"]},
        }
    return about


def _strand(data: dict[str, Any]) -> StrandInFile:
    in_source = data.get("in_source", {"join": "", "end": ""})
    levels = tuple(
        LevelInFile(int(row["rank"]), row["name"], row.get("role_label", ""))
        for row in data.get("levels", [])
    )
    return StrandInFile(
        key=data["key"],
        title=data["title"],
        intro=data.get("intro", ""),
        join=in_source["join"],
        end=in_source["end"],
        levels=levels or (LevelInFile(1, data["title"], ""),),
        domains=tuple(_domain(domain, at) for at, domain in enumerate(data["domains"], 1)),
        targets_need_reason=data.get("targets_need_reason", False),
    )


def _domain(data: dict[str, Any], position: int) -> DomainInFile:
    claimed = data.get("claimed_count")
    return DomainInFile(
        data["key"],
        data["title"],
        position,
        None if claimed is None else int(claimed),
        tuple(_statement(row) for row in data["statements"]),
    )


def _statement(data: dict[str, Any]) -> StatementInFile:
    rank = data.get("rank")
    return StatementInFile(
        data["code"],
        1 if rank is None else int(rank),
        data["uuid"],
        data["title"],
        data["text"],
        tuple(data.get("citations", [])),
        data.get("sensitive", False),
        tuple(data.get("from", [])),
    )


def data_of(file: FrameworkFile) -> dict[str, Any]:
    """A framework as the data of its file: what `framework_of` reads, the other way round."""
    about = dict(file.about)
    question, anchors = about.pop("scale", {}), about.pop("anchors", None)
    data = {
        "$schema": "framework.schema.json",
        "slug": file.slug,
        "version": file.version,
        "lang": file.lang,
        "title": file.title,
        "scale": {"question": ""}
        | _filled(question)
        | {"answers": [_filled(asdict(answer)) for answer in file.scale]},
        "strands": [_data_of_strand(strand) for strand in file.strands],
    }
    if file.sources:
        data["sources"] = [_filled(asdict(source)) for source in file.sources]
    if anchors is not None:
        data["anchors"] = {
            name: anchors[name]
            for name in ("heading", "caption", "claimed_count")
            if anchors[name] not in ("", None)
        } | {"groups": [asdict(group) | {"items": list(group.items)} for group in file.anchors]}
    return data | about


def text_of(file: FrameworkFile) -> str:
    return json.dumps(data_of(file), ensure_ascii=False, indent=2) + "\n"


def digest_of(file: FrameworkFile) -> str:
    """SHA-256 of all that the file says, also of where statements came from."""
    text = json.dumps(data_of(file), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _filled(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Without empty fields, which a file leaves out."""
    return {name: value for name, value in fields.items() if value not in ("", None, False, [])}


def _data_of_strand(strand: StrandInFile) -> dict[str, Any]:
    of_itself = {
        "key": strand.key,
        "title": strand.title,
        "intro": strand.intro,
        "targets_need_reason": strand.targets_need_reason,
        "levels": [_filled(asdict(level)) for level in strand.levels if strand.has_levels],
    }
    in_source = {"in_source": {"join": strand.join, "end": strand.end}}
    return (
        _filled(of_itself)
        | (in_source if strand.join or strand.end else {})
        | {"domains": [_data_of_domain(domain, strand.has_levels) for domain in strand.domains]}
    )


def _data_of_domain(domain: DomainInFile, has_levels: bool) -> dict[str, Any]:
    statements = [
        _filled(
            {
                "code": statement.code,
                "rank": statement.rank if has_levels else None,
                "uuid": statement.uuid,
                "title": statement.title,
                "text": statement.text,
                "citations": list(statement.citations),
                "sensitive": statement.sensitive,
                "from": list(statement.came_from),
            }
        )
        for statement in domain.statements
    ]
    of_itself = {"key": domain.key, "title": domain.title, "position": domain.position}
    claimed = {} if domain.claimed_count is None else {"claimed_count": domain.claimed_count}
    return of_itself | claimed | {"statements": statements}
