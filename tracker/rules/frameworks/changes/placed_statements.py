"""The statements of a framework file, and where each stands."""

from collections.abc import Iterable
from dataclasses import dataclass

from tracker.rules.frameworks.file_content import FrameworkFile, StatementInFile
from tracker.rules.frameworks.wording import Wording


@dataclass(frozen=True, slots=True)
class PlacedStatement:
    """A statement, and where it stands: keys of its section and domain, their titles, and the name
    of its level."""

    uuid: str
    code: str
    title: Wording
    text: Wording
    strand: str
    domain: str
    rank: int
    section_title: Wording
    domain_title: Wording
    level_name: Wording
    lang: str

    @property
    def place(self) -> tuple[str, str, int]:
        return self.strand, self.domain, self.rank


def placed(file: FrameworkFile) -> dict[str, PlacedStatement]:
    """Every statement by uuid, in order."""
    found = {}
    for strand in file.strands:
        names = {level.rank: level.name for level in strand.levels}
        for domain in strand.domains:
            for each in domain.statements:
                found[each.uuid] = PlacedStatement(
                    each.uuid,
                    each.code,
                    each.title,
                    each.text,
                    strand.key,
                    domain.key,
                    each.rank,
                    strand.title,
                    domain.title,
                    names[each.rank] if names[each.rank] != strand.title else "",
                    file.lang,
                )
    return found


def statements(file: FrameworkFile) -> Iterable[StatementInFile]:
    for strand in file.strands:
        for domain in strand.domains:
            yield from domain.statements
