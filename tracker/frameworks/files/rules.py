"""What a framework file holds, once it is read. What the file leaves out is empty here."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from typing import Annotated, Any

from tracker.frameworks.versions.rules_levels import RULE, LevelRule
from tracker.rules.core.wording import OF_A_FRAMEWORK, Wording

LATER = ("reviewer_description", "sensitive", "targets_need_reason")
"""Fields that older files do not have."""


def _without_later(fields: list[tuple[str, Any]]) -> dict[str, Any]:
    """Without fields that older files don't have, where they are empty. `came_from` is about
    another version, so it is no content of this one."""
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
    label: Wording
    description: Wording
    counts_as: str
    reviewer_description: str = ""


@dataclass(frozen=True, slots=True)
class SourceInFile:
    """`label` stands on a citation chip, `name` is what the chip opens."""

    key: str
    label: Wording
    name: Wording
    licence: Wording | None = None
    url: str | None = None

    @property
    def href(self) -> str:
        return self.url or ""


@dataclass(frozen=True, slots=True)
class StatementInFile:
    """`citations` are keys of sources, in the order of the chips. `sensitive`: it names physical,
    health-like or personal matters. `came_from`: uuids of statements of the version before, whose
    place it takes."""

    code: str
    rank: int
    uuid: str
    title: Wording
    text: Wording
    citations: tuple[str, ...] = ()
    sensitive: bool = False
    came_from: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DomainInFile:
    """`claimed_count` is what the source's heading says, which may differ from what it lists."""

    key: str
    title: Wording
    position: int
    claimed_count: int | None
    statements: tuple[StatementInFile, ...]

    def at(self, rank: int) -> list[StatementInFile]:
        """Its statements at that level."""
        return [statement for statement in self.statements if statement.rank == rank]

    @property
    def miscounted(self) -> int | None:
        """What the heading claims, where that is another number than is listed."""
        return None if self.claimed_count == len(self.statements) else self.claimed_count


@dataclass(frozen=True, slots=True)
class LevelInFile:
    """A strand without levels has one, of rank 1, with the strand's own title as its name."""

    rank: int
    name: Wording
    role_label: Wording = ""


@dataclass(frozen=True, slots=True)
class StrandInFile:
    """`join` and `end`: what the source has between a statement's title and text, and after its
    citations. `targets_need_reason`: its statements are traits, and no job has targets in it
    without a reason."""

    key: str
    title: Wording
    intro: Wording = ""
    targets_need_reason: bool = False
    levels: tuple[LevelInFile, ...] = ()
    join: str = ""
    end: str = ""
    domains: tuple[DomainInFile, ...] = ()

    @property
    def statements(self) -> list[StatementInFile]:
        return [statement for domain in self.domains for statement in domain.statements]

    @property
    def has_levels(self) -> bool:
        return [level.name for level in self.levels] != [self.title]


@dataclass(frozen=True, slots=True)
class AnchorGroup:
    kind: str
    title: Wording
    items: tuple[Wording, ...]


@dataclass(frozen=True, slots=True)
class FrameworkFile:
    """`about` is what the page shows beside scale, sources, strands and anchors, as it stands in
    the file."""

    slug: str
    version: str
    lang: str
    title: Wording
    scale: tuple[ScaleAnswerInFile, ...]
    sources: tuple[SourceInFile, ...]
    strands: tuple[StrandInFile, ...]
    anchors: tuple[AnchorGroup, ...]
    about: Annotated[dict[str, Any], OF_A_FRAMEWORK]
    rule: LevelRule = RULE

    @property
    def statements(self) -> Iterator[StatementInFile]:
        for strand in self.strands:
            yield from strand.statements

    @property
    def digest(self) -> str:
        """SHA-256 of the content: the same however the file is laid out, another when a word
        differs, but for where sources are found: their addresses may change under one version.
        What came LATER enters only where there is some."""
        sources = tuple(replace(source, url=None) for source in self.sources)
        content = asdict(replace(self, sources=sources), dict_factory=_without_later)
        if self.rule == RULE:
            del content["rule"]
        text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
        return hashlib.sha256(text.encode("ascii")).hexdigest()
