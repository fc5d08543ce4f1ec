"""A framework as a file: read with every problem named by its place.

The format is described by seed_data/frameworks/framework.schema.json and in docs/frameworks.md.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tracker.rules import strict_json
from tracker.rules.frameworks.file_checks.kinds import is_case, other_kind
from tracker.rules.frameworks.file_checks.messages import messages
from tracker.rules.frameworks.file_checks.problems import (
    Known,
    nothing_known,
    problems,
    unfit,
    unknown_origins,
)
from tracker.rules.frameworks.file_content import (
    AnchorGroup,
    DomainInFile,
    FrameworkFile,
    LevelInFile,
    ScaleAnswerInFile,
    SourceInFile,
    StatementInFile,
    StrandInFile,
)
from tracker.rules.strict_json import NotStrict, Problem


class FrameworkFileError(Exception):
    """The file cannot be used. `problems` has each thing that is wrong, with its place."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class CountWarning:
    """A heading of the source claims another number than is listed. Nothing is invented to make up
    for it."""

    place: str
    title: str
    claimed: int
    listed: int

    def __str__(self) -> str:
        return (
            f"{self.place}: the heading of “{self.title}” claims {self.claimed}, {self.listed} "
            "are listed"
        )


OTHER = (
    "This is {kind}. Save the framework as JSON, in the format that docs/frameworks.md describes: "
    "see “From a spreadsheet or a CASE file” there"
)


def decode(data: bytes) -> str:
    """The text of a file. Raises FrameworkFileError when it is a file of another kind, or not
    UTF-8; a byte order mark is passed over."""
    if kind := other_kind(data):
        raise FrameworkFileError([Problem("", OTHER.format(kind=kind))])
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise FrameworkFileError(
            [Problem(f"line {line}", "is not UTF-8; save the file as UTF-8")]
        ) from error


def read_framework(text: str, known: Known = nothing_known) -> FrameworkFile:
    """The framework that the text describes. Raises FrameworkFileError with everything that is
    wrong with it, and all that would be in the way of publishing it."""
    try:
        data = strict_json.parsed(text)
    except NotStrict as error:
        raise FrameworkFileError(error.problems) from error
    if is_case(data):
        raise FrameworkFileError([Problem("", OTHER.format(kind="a CASE file of 1EdTech"))])
    if found := [*problems(data), *unknown_origins(data, known)]:
        places = tuple(each.place for each in found)
        found += [each for each in unfit(data) if not each.place.startswith(places)]
        raise FrameworkFileError(messages(found, data))
    return framework_of(data)


def warnings(file: FrameworkFile) -> tuple[CountWarning, ...]:
    """The headings whose count differs from what is listed under them."""
    return tuple(_miscounted(file))


def _miscounted(file: FrameworkFile) -> Iterator[CountWarning]:
    for strand_at, strand in enumerate(file.strands):
        for domain_at, domain in enumerate(strand.domains):
            claimed, listed = domain.claimed_count, len(domain.statements)
            if claimed is not None and claimed != listed:
                place = f"strands[{strand_at}].domains[{domain_at}].claimed_count"
                yield CountWarning(place, domain.title, claimed, listed)
    anchors = file.about.get("anchors", {"claimed_count": None})
    claimed, listed = anchors["claimed_count"], sum(len(group.items) for group in file.anchors)
    if claimed is not None and claimed != listed:
        yield CountWarning("anchors.claimed_count", anchors["heading"], claimed, listed)


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
    """What was read and checked already."""
    anchors = data.get("anchors", {"groups": []})
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
            for group in anchors["groups"]
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
