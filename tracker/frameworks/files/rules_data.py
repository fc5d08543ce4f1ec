"""The data of a framework file, both ways.

The format is described by seed_data/frameworks/framework.schema.json and in docs/frameworks.md.
"""

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import asdict
from fractions import Fraction
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
from tracker.frameworks.versions.rules_levels import RULE, LevelRule

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
        sources=tuple(SourceInFile(**_fields(source)) for source in data.get("sources", [])),
        strands=tuple(_strand(strand) for strand in data["strands"]),
        anchors=tuple(
            AnchorGroup(group["kind"], group["title"], tuple(group["items"]))
            for group in data.get("anchors", {"groups": []})["groups"]
        ),
        about=_about(data),
        rule=_rule(data),
    )


def _rule(data: dict[str, Any]) -> LevelRule:
    needs = Fraction(data.get("needs", RULE.needs))
    return LevelRule(needs.numerator, needs.denominator, int(data.get("least", RULE.least)))


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
    fields = _fields(data)
    levels = tuple(LevelInFile(**_fields(row)) for row in data.get("levels", []))
    fields |= fields.pop("in_source", {}) | {
        "levels": levels or (LevelInFile(1, data["title"]),),
        "domains": tuple(_domain(domain, at) for at, domain in enumerate(data["domains"], 1)),
    }
    return StrandInFile(**fields)


def _domain(data: dict[str, Any], position: int) -> DomainInFile:
    fields = {"claimed_count": None} | _fields(data)
    statements = tuple(_statement(row) for row in data["statements"])
    return DomainInFile(**fields | {"position": position, "statements": statements})


def _statement(data: dict[str, Any]) -> StatementInFile:
    fields = {"rank": 1} | _fields(data)
    return StatementInFile(came_from=fields.pop("from", ()), **fields)


def _fields(data: dict[str, Any]) -> dict[str, Any]:
    """What is there, as dataclasses have it: also a number that was written as 1.0."""
    as_they_are: dict[type, Callable[[Any], Any]] = {list: tuple, float: int}
    return {
        name: as_they_are.get(type(value), lambda value: value)(value)
        for name, value in data.items()
        if value is not None
    }


def data_of(file: FrameworkFile) -> dict[str, Any]:
    """A framework as the data of its file: what `framework_of` reads, the other way round."""
    about = dict(file.about)
    question, anchors = about.pop("scale", {}), about.pop("anchors", None)
    data: dict[str, Any] = {
        "$schema": "framework.schema.json",
        "slug": file.slug,
        "version": file.version,
        "lang": file.lang,
        "title": file.title,
        "scale": {"question": ""}
        | _filled(question.items())
        | {"answers": [asdict(answer, dict_factory=_filled) for answer in file.scale]},
        "strands": [_data_of_strand(strand) for strand in file.strands],
    }
    if file.rule != RULE:
        data |= {"needs": file.rule.needs, "least": file.rule.least}
    if file.sources:
        data["sources"] = [asdict(source, dict_factory=_filled) for source in file.sources]
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


def _filled(fields: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """As a file has them: without empty fields, and lists."""
    return {
        "from" if name == "came_from" else name: [*value] if isinstance(value, tuple) else value
        for name, value in fields
        if value is not False and value not in ("", None, ())
    }


def _data_of_strand(strand: StrandInFile) -> dict[str, Any]:
    data = asdict(strand, dict_factory=_filled)
    domains = data.pop("domains")
    in_source = {name: data.pop(name, "") for name in ("join", "end")}
    if any(in_source.values()):
        data["in_source"] = in_source
    if not strand.has_levels:
        del data["levels"]
        for domain in domains:
            for statement in domain["statements"]:
                del statement["rank"]
    return data | {"domains": domains}
