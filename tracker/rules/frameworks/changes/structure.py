"""Sections, domains, and levels of a framework file, and what becomes of them from one version to
the next."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from operator import attrgetter

from tracker.rules.frameworks.changes.placed_statements import PlacedStatement
from tracker.rules.frameworks.file_content import DomainInFile, FrameworkFile
from tracker.rules.frameworks.wording import Wording


@dataclass(frozen=True, slots=True)
class SectionCount:
    """How many statements a section has in both versions."""

    section_title: Wording
    lang: str
    before: int
    after: int


def section_counts(
    old: Mapping[str, PlacedStatement], new: Mapping[str, PlacedStatement]
) -> Iterable[SectionCount]:
    keys = dict.fromkeys(each.strand for each in (*new.values(), *old.values()))
    for key in keys:
        olds, news = ([each for each in side.values() if each.strand == key] for side in (old, new))
        one = (news or olds)[0]
        yield SectionCount(one.section_title, one.lang, len(olds), len(news))


def renamed(before: FrameworkFile, after: FrameworkFile) -> Iterable[tuple[str, str]]:
    old, new = _titles(before), _titles(after)
    for key in dict.fromkeys((*new, *old)):
        if old.get(key) != new.get(key):
            yield old.get(key, ""), new.get(key, "")


def _titles(file: FrameworkFile) -> dict[tuple[object, ...], str]:
    found: dict[tuple[object, ...], str] = {}
    for strand in file.strands:
        found[strand.key,] = strand.title
        for level in strand.levels:
            if level.name != strand.title:
                found[strand.key, level.rank] = f"{strand.title}: {level.name}"
        for domain in strand.domains:
            if domain.title != strand.title:
                found[strand.key, domain.key] = domain.title
    return found


@dataclass(frozen=True, slots=True)
class ListedDomain:
    """`key`: those of its section and its own, as "section/domain"."""

    key: str
    section_title: Wording
    title: Wording


def only_in(file: FrameworkFile, other: FrameworkFile) -> tuple[ListedDomain, ...]:
    """The domains of a file whose keys the other doesn't have."""
    theirs = {each.key for each in _domains(other)}
    return tuple(each for each in _domains(file) if each.key not in theirs)


def _domains(file: FrameworkFile) -> Iterable[ListedDomain]:
    for strand in file.strands:
        for domain in strand.domains:
            yield ListedDomain(f"{strand.key}/{domain.key}", strand.title, domain.title)


def same_scale(before: FrameworkFile, after: FrameworkFile) -> bool:
    """Which answers there are, in which order, and what each counts as; their words may change."""
    one, other = (
        [(answer.key, answer.counts_as) for answer in file.scale] for file in (before, after)
    )
    return one == other


def empty_levels(file: FrameworkFile) -> tuple[Wording, ...]:
    """Levels of a section in which no domain has a statement."""
    return tuple(
        f"{strand.title}: {level.name}"
        for strand in file.strands
        for level in strand.levels
        if not any(
            each.rank == level.rank for domain in strand.domains for each in domain.statements
        )
    )


def titles_used_twice(file: FrameworkFile) -> tuple[Wording, ...]:
    """Of statements of one domain, each with their codes."""
    return tuple(
        f"“{title}” ({', '.join(codes)})"
        for strand in file.strands
        for domain in strand.domains
        for title in dict.fromkeys(each.title for each in domain.statements)
        for codes in [[each.code for each in domain.statements if each.title == title]]
        if len(codes) > 1
    )


def with_kept(before: FrameworkFile, after: FrameworkFile, uuids: Collection[str]) -> FrameworkFile:
    """The file with those statements of the version before, each at the end of its level."""
    if not uuids:
        return after
    sources = {source.key for source in after.sources}
    kept = {
        (strand.key, domain.key): [
            replace(
                each, citations=tuple(key for key in each.citations if key in sources), came_from=()
            )
            for each in domain.statements
            if each.uuid in uuids
        ]
        for strand in before.strands
        for domain in strand.domains
    }

    def filled(strand: str, domain: DomainInFile) -> DomainInFile:
        listed = (*domain.statements, *kept.get((strand, domain.key), ()))
        return replace(domain, statements=tuple(sorted(listed, key=attrgetter("rank"))))

    return replace(
        after,
        strands=tuple(
            replace(strand, domains=tuple(filled(strand.key, each) for each in strand.domains))
            for strand in after.strands
        ),
    )
