"""Statements, domains, and levels of a framework file by where they stand, and what becomes of
sections, domains, and levels from one version to the next."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from operator import attrgetter

from tracker.frameworks.files.rules import DomainInFile, FrameworkFile, StrandInFile
from tracker.rules.core.wording import Wording

Place = tuple[str, str, int]
"""Keys of section and domain, and rank."""


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
    def place(self) -> Place:
        return self.strand, self.domain, self.rank

    @property
    def place_in_words(self) -> Wording:
        titles = self.section_title, self.domain_title, self.level_name
        return ", ".join(dict.fromkeys(title for title in titles if title))


def placed(file: FrameworkFile) -> dict[str, PlacedStatement]:
    """Every statement by uuid, in order."""
    return {
        statement.uuid: PlacedStatement(
            uuid=statement.uuid,
            code=statement.code,
            title=statement.title,
            text=statement.text,
            strand=strand.key,
            domain=domain.key,
            rank=statement.rank,
            section_title=strand.title,
            domain_title=domain.title,
            level_name=names[statement.rank] if names[statement.rank] != strand.title else "",
            lang=file.lang,
        )
        for strand in file.strands
        for names in [{level.rank: level.name for level in strand.levels}]
        for domain in strand.domains
        for statement in domain.statements
    }


@dataclass(frozen=True, slots=True)
class SectionCount:
    """How many statements a section has in both versions."""

    section_title: Wording
    lang: str
    before: int
    after: int


def section_counts(
    old: Mapping[str, PlacedStatement], new: Mapping[str, PlacedStatement]
) -> Iterator[SectionCount]:
    before, after = (Counter(one.strand for one in of.values()) for of in (old, new))
    for key in after | before:
        of = new if key in after else old
        one = next(statement for statement in of.values() if statement.strand == key)
        yield SectionCount(one.section_title, one.lang, before[key], after[key])


def renamed(before: FrameworkFile, after: FrameworkFile) -> Iterator[tuple[str, str]]:
    old, new = _titles(before), _titles(after)
    for key in dict.fromkeys((*new, *old)):
        if old.get(key) != new.get(key):
            yield old.get(key, ""), new.get(key, "")


def _titles(file: FrameworkFile) -> dict[tuple[object, ...], str]:
    titles: dict[tuple[object, ...], str] = {}
    for strand in file.strands:
        titles[strand.key,] = strand.title
        for level in strand.levels:
            if level.name != strand.title:
                titles[strand.key, level.rank] = f"{strand.title}: {level.name}"
        for domain in strand.domains:
            if domain.title != strand.title:
                titles[strand.key, domain.key] = domain.title
    return titles


Domains = dict[str, tuple[StrandInFile, DomainInFile]]
"""By "section/domain", both."""


def only_in(file: FrameworkFile, other: FrameworkFile) -> Domains:
    """The domains of a file whose keys the other doesn't have."""
    others = _domains(other)
    return {key: of for key, of in _domains(file).items() if key not in others}


def _domains(file: FrameworkFile) -> Domains:
    return {
        f"{strand.key}/{domain.key}": (strand, domain)
        for strand in file.strands
        for domain in strand.domains
    }


def same_scale(before: FrameworkFile, after: FrameworkFile) -> bool:
    """Whether both have the same answers in the same order, and each counts as the same; their
    words may differ."""
    one, other = (
        [(answer.key, answer.counts_as) for answer in file.scale] for file in (before, after)
    )
    return one == other


def empty_levels(file: FrameworkFile) -> tuple[Wording, ...]:
    """Levels of a section in which no domain has a statement."""
    filled = {(statement.strand, statement.rank) for statement in placed(file).values()}
    return tuple(
        f"{strand.title}: {level.name}"
        for strand in file.strands
        for level in strand.levels
        if (strand.key, level.rank) not in filled
    )


def titles_used_twice(file: FrameworkFile) -> tuple[Wording, ...]:
    """Titles that several statements of one domain have, each with their codes."""
    codes: dict[tuple[str, str, str], list[str]] = {}
    for statement in placed(file).values():
        titled = statement.strand, statement.domain, statement.title
        codes.setdefault(titled, []).append(statement.code)
    return tuple(
        f"“{title}” ({', '.join(alike)})"
        for (_strand, _domain, title), alike in codes.items()
        if len(alike) > 1
    )


def with_kept(before: FrameworkFile, after: FrameworkFile, uuids: Collection[str]) -> FrameworkFile:
    """The file with those statements of the version before, each at the end of its level."""
    sources = {source.key for source in after.sources}
    kept = {
        (strand.key, domain.key): [
            replace(
                statement,
                citations=tuple(key for key in statement.citations if key in sources),
                came_from=(),
            )
            for statement in domain.statements
            if statement.uuid in uuids
        ]
        for strand in before.strands
        for domain in strand.domains
    }
    strands = tuple(
        replace(
            strand,
            domains=tuple(
                replace(domain, statements=tuple(sorted(listed, key=attrgetter("rank"))))
                for domain in strand.domains
                for listed in [(*domain.statements, *kept.get((strand.key, domain.key), ()))]
            ),
        )
        for strand in after.strands
    )
    return replace(after, strands=strands) if uuids else after
