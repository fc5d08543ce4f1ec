"""A framework as a file: read with every problem named by its place, compared by its digest.

The format is described by seed_data/frameworks/framework.schema.json and in docs/frameworks.md.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from tracker.rules import strict_json
from tracker.rules.frameworks import file_checks
from tracker.rules.strict_json import NotStrict, Problem


class FrameworkFileError(Exception):
    """The file cannot be used. `problems` has each thing that is wrong, with its place."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class ScaleAnswerInFile:
    """`reviewer_description` is what the answer means when a reviewer chooses it; empty where it is
    the same."""

    key: str
    label: str
    description: str
    counts_as: str
    reviewer_description: str = ""


@dataclass(frozen=True, slots=True)
class SourceInFile:
    """`label` stands on a citation chip, `name` is what the chip opens."""

    key: str
    label: str
    name: str
    licence: str | None
    url: str | None


@dataclass(frozen=True, slots=True)
class StatementInFile:
    """`citations` are keys of sources, in the order of the chips."""

    code: str
    rank: int
    uuid: str
    title: str
    text: str
    citations: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DomainInFile:
    """`claimed_count` is what the source's heading says, which may differ from what it lists."""

    key: str
    title: str
    position: int
    claimed_count: int | None
    statements: tuple[StatementInFile, ...]


@dataclass(frozen=True, slots=True)
class LevelInFile:
    rank: int
    name: str
    role_label: str


@dataclass(frozen=True, slots=True)
class StrandInFile:
    """`join` and `end`: what the source has between a statement's title and text, and after its
    citations."""

    key: str
    title: str
    intro: str
    join: str
    end: str
    levels: tuple[LevelInFile, ...]
    domains: tuple[DomainInFile, ...]


@dataclass(frozen=True, slots=True)
class AnchorGroup:
    kind: str
    title: str
    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FrameworkFile:
    """`about` is what the page shows beside scale, sources, strands and anchors, as it stands in
    the file."""

    slug: str
    version: str
    lang: str
    title: str
    scale: tuple[ScaleAnswerInFile, ...]
    sources: tuple[SourceInFile, ...]
    strands: tuple[StrandInFile, ...]
    anchors: tuple[AnchorGroup, ...]
    about: dict[str, Any]

    @property
    def digest(self) -> str:
        """SHA-256 of the content: the same however the file is laid out, another when a word
        differs. An answer's `reviewer_description` came later: it enters only where there is one."""
        content = asdict(self)
        for answer in content["scale"]:
            if not answer["reviewer_description"]:
                del answer["reviewer_description"]
        text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
        return hashlib.sha256(text.encode("ascii")).hexdigest()


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


def decode(data: bytes) -> str:
    """The text of a file. Raises FrameworkFileError when it is not UTF-8; a byte order mark is
    passed over."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise FrameworkFileError(
            [Problem(f"line {line}", "is not UTF-8; save the file as UTF-8")]
        ) from error


def read_framework(text: str) -> FrameworkFile:
    """The framework that the text describes. Raises FrameworkFileError with everything that is
    wrong with it."""
    try:
        data = strict_json.read(text)
    except NotStrict as error:
        raise FrameworkFileError(error.problems) from error
    if problems := file_checks.problems(data):
        raise FrameworkFileError(problems)
    return _framework(data)


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
    claimed = file.about["anchors"]["claimed_count"]
    listed = sum(len(group.items) for group in file.anchors)
    if claimed is not None and claimed != listed:
        yield CountWarning(
            "anchors.claimed_count", file.about["anchors"]["heading"], claimed, listed
        )


def _framework(data: dict[str, Any]) -> FrameworkFile:
    beside = (
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
    about = {name: data[name] for name in beside}
    about["scale"] = {"question": data["scale"]["question"], "help": data["scale"]["help"]}
    about["anchors"] = {
        name: data["anchors"][name] for name in ("heading", "caption", "claimed_count")
    }
    about["anchors"]["kinds"] = {
        group["kind"]: group["title"] for group in data["anchors"]["groups"]
    }
    return FrameworkFile(
        slug=data["slug"],
        version=data["version"],
        lang=data["lang"],
        title=data["title"],
        scale=tuple(ScaleAnswerInFile(**answer) for answer in data["scale"]["answers"]),
        sources=tuple(SourceInFile(**source) for source in data["sources"]),
        strands=tuple(_strand(strand) for strand in data["strands"]),
        anchors=tuple(
            AnchorGroup(group["kind"], group["title"], tuple(group["items"]))
            for group in data["anchors"]["groups"]
        ),
        about=about,
    )


def _strand(data: dict[str, Any]) -> StrandInFile:
    return StrandInFile(
        key=data["key"],
        title=data["title"],
        intro=data["intro"],
        join=data["in_source"]["join"],
        end=data["in_source"]["end"],
        levels=tuple(
            LevelInFile(int(row["rank"]), row["name"], row.get("role_label", ""))
            for row in data["levels"]
        ),
        domains=tuple(_domain(domain) for domain in data["domains"]),
    )


def _domain(data: dict[str, Any]) -> DomainInFile:
    claimed = data["claimed_count"]
    statements = tuple(
        StatementInFile(
            row["code"],
            int(row["rank"]),
            row["uuid"],
            row["title"],
            row["text"],
            tuple(row["citations"]),
        )
        for row in data["statements"]
    )
    return DomainInFile(
        data["key"],
        data["title"],
        int(data["position"]),
        None if claimed is None else int(claimed),
        statements,
    )
