"""What the public page of a framework shows, as rows."""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from tracker.queries.frameworks.published import Published
from tracker.rules.frameworks.versions import VersionStatus
from tracker.rules.frameworks.wording import OF_A_FRAMEWORK, Wording


@dataclass(frozen=True, slots=True)
class SourceRow:
    """`href` is empty where the data has no link."""

    key: str
    label: Wording
    name: Wording
    href: str
    licence: Wording


@dataclass(frozen=True, slots=True)
class StatementRow:
    code: str
    rank: int
    title: Wording
    text: Wording
    citations: tuple[SourceRow, ...]


@dataclass(frozen=True, slots=True)
class LevelRow:
    """`name` is empty in a strand without levels, whose statements all stand in one."""

    rank: int
    name: Wording
    role_label: Wording
    statements: tuple[StatementRow, ...]


@dataclass(frozen=True, slots=True)
class DomainRow:
    """`claimed` is the count of the source's heading; None where it has none or it is right."""

    key: str
    title: Wording
    listed: int
    claimed: int | None
    levels: tuple[LevelRow, ...]


@dataclass(frozen=True, slots=True)
class FactGroup:
    """A part of the evidence pack; `facts` are (label, value), the label empty where there is
    none."""

    title: Wording
    source: SourceRow | None
    facts: tuple[tuple[Wording, Wording], ...]


@dataclass(frozen=True, slots=True)
class StrandRow:
    key: str
    title: Wording
    intro: Wording
    domains: tuple[DomainRow, ...]
    listed: int
    evidence: tuple[FactGroup, ...]


@dataclass(frozen=True, slots=True)
class FrameworkSummary:
    heading: Wording
    items: tuple[Wording, ...]


@dataclass(frozen=True, slots=True)
class ScaleRow:
    label: Wording
    description: Wording


@dataclass(frozen=True, slots=True)
class FrameworkPage:
    """All of one published version. `versions` are those that are offered and itself, newest first;
    `newest` is what the address shows that names none."""

    id: int
    slug: str
    version: str
    title: Wording
    lang: str
    published_at: dt.datetime
    status: VersionStatus
    newest: Published | None
    versions: tuple[Published, ...]
    about: Annotated[Mapping[str, Any], OF_A_FRAMEWORK]
    scale: tuple[ScaleRow, ...]
    sources: tuple[SourceRow, ...]
    strands: tuple[StrandRow, ...]
    anchors: tuple[FrameworkSummary, ...]
    statements: int

    @property
    def is_newest(self) -> bool:
        return self.newest is not None and self.newest.id == self.id

    @property
    def before(self) -> Published | None:
        """The version that this one followed."""
        at = [each.id for each in self.versions].index(self.id)
        return next(iter(self.versions[at + 1 :]), None)

    @property
    def has_sources(self) -> bool:
        of_the_whole = self.about.get("sources_line") or self.about.get("attributions")
        return bool(self.sources or of_the_whole)

    @property
    def has_citations(self) -> bool:
        return any(statement.citations for statement in self._statements())

    def statement(self, code: str) -> StatementRow | None:
        """The statement of that code; None where there is none."""
        return next((found for found in self._statements() if found.code == code), None)

    def _statements(self) -> Iterator[StatementRow]:
        for strand in self.strands:
            for domain in strand.domains:
                for level in domain.levels:
                    yield from level.statements
