"""What a framework file holds, once it is read. What the file leaves out is empty here."""

import hashlib
import json
from dataclasses import asdict, dataclass, replace
from typing import Any

LATER = ("reviewer_description", "sensitive", "targets_need_reason")
"""Fields that older files do not have."""


def _without_later(fields: list[tuple[str, Any]]) -> dict[str, Any]:
    """`came_from` is about another version, so it is no content of this one."""
    return {
        name: value
        for name, value in fields
        if name != "came_from" and (value or name not in LATER)
    }


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
    """`citations` are keys of sources, in the order of the chips. `sensitive`: it names physical,
    health-like or personal matters. `came_from`: uuids of statements of the version before, whose
    place it takes."""

    code: str
    rank: int
    uuid: str
    title: str
    text: str
    citations: tuple[str, ...]
    sensitive: bool = False
    came_from: tuple[str, ...] = ()


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
    """A strand without levels has one, of rank 1, with the strand's own title as its name."""

    rank: int
    name: str
    role_label: str


@dataclass(frozen=True, slots=True)
class StrandInFile:
    """`join` and `end`: what the source has between a statement's title and text, and after its
    citations. `targets_need_reason`: its statements are traits, and no job has targets in it
    without a reason."""

    key: str
    title: str
    intro: str
    join: str
    end: str
    levels: tuple[LevelInFile, ...]
    domains: tuple[DomainInFile, ...]
    targets_need_reason: bool = False

    @property
    def has_levels(self) -> bool:
        return [level.name for level in self.levels] != [self.title]


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

    def all_text(self) -> str:
        """For looking at its characters."""
        return json.dumps(asdict(self), ensure_ascii=False)

    def as_next(self, version: str) -> "FrameworkFile":
        """The same content under another version, in which every statement is itself."""
        strands = tuple(
            replace(
                strand,
                domains=tuple(
                    replace(
                        domain,
                        statements=tuple(replace(each, came_from=()) for each in domain.statements),
                    )
                    for domain in strand.domains
                ),
            )
            for strand in self.strands
        )
        return replace(self, version=version, strands=strands)

    @property
    def digest(self) -> str:
        """SHA-256 of the content: the same however the file is laid out, another when a word
        differs, but for where sources are found: their addresses may change under one version.
        What came LATER enters only where there is some."""
        sources = tuple(replace(source, url=None) for source in self.sources)
        content = asdict(replace(self, sources=sources), dict_factory=_without_later)
        text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
        return hashlib.sha256(text.encode("ascii")).hexdigest()
