"""All of one published framework, as its public page shows it."""

from collections.abc import Mapping
from dataclasses import dataclass

from tracker.frameworks.files.rules import (
    AnchorGroup,
    DomainInFile,
    FrameworkFile,
    LevelInFile,
    SourceInFile,
    StatementInFile,
    StrandInFile,
)
from tracker.frameworks.versions.queries import OFFERED, Published, file_of, published
from tracker.frameworks.versions.rules import VersionStatus


@dataclass(frozen=True, slots=True)
class FrameworkPage:
    """`row`: the version that it is of. `versions` are those that are offered and itself, newest
    first; `newest` is what the address shows that names none."""

    row: Published
    newest: Published | None
    versions: tuple[Published, ...]
    file: FrameworkFile
    sources: Mapping[str, SourceInFile]

    @property
    def is_newest(self) -> bool:
        return self.newest is not None and self.newest.id == self.row.id

    @property
    def before(self) -> Published | None:
        """The version that this one followed."""
        at = [version.id for version in self.versions].index(self.row.id)
        return next(iter(self.versions[at + 1 :]), None)

    def in_address(self, row: Published) -> str | None:
        """The version to name in the address that shows this one."""
        return None if row == self.newest else row.version

    @property
    def anchors(self) -> list[AnchorGroup]:
        return [group for group in self.file.anchors if group.items]

    @property
    def has_sources(self) -> bool:
        about = self.file.about
        return bool(self.sources or about.get("sources_line") or about.get("attributions"))

    @property
    def has_citations(self) -> bool:
        return any(statement.citations for statement in self.file.statements)

    def levels(
        self, strand: StrandInFile, domain: DomainInFile
    ) -> list[tuple[LevelInFile, list[StatementInFile]]]:
        """The levels of the section at which the domain has statements."""
        by_level = ((level, domain.at(level.rank)) for level in strand.levels)
        return [(level, statements) for level, statements in by_level if statements]

    def statement(self, code: str) -> StatementInFile | None:
        """The statement of that code; None where there is none."""
        return next(
            (statement for statement in self.file.statements if statement.code == code), None
        )


def framework_page(
    slug: str, version: str | None = None, *, also_hidden: bool = False
) -> FrameworkPage | None:
    """All of one framework: the version asked for, else the newest that is offered. None where
    there is none. `also_hidden`: for who may have something in one that is hidden, or is told of
    one that was withdrawn. Ten queries."""
    rows = published([*VersionStatus] if also_hidden else OFFERED, slug)
    offered = [row for row in rows if row.status == VersionStatus.OFFERED]
    hidden = [row for row in rows if row.status == VersionStatus.HIDDEN]
    newest = next(iter([*offered, *hidden]), None)
    asked = next((row for row in rows if row.version == version), None)
    row = newest if version is None else asked
    if row is None:
        return None
    file = file_of(row.id, with_origins=False)
    return FrameworkPage(
        row=row,
        newest=newest,
        versions=tuple(version for version in rows if version in offered or version == row),
        file=file,
        sources={source.key: source for source in file.sources},
    )
