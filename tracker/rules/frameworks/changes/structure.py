"""Sections, domains, and levels of a framework file, and what becomes of them from one version to
the next."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter

from tracker.rules.frameworks.changes.placed_statements import PlacedStatement
from tracker.rules.frameworks.file_content import FrameworkFile
from tracker.rules.frameworks.wording import Wording


@dataclass(frozen=True, slots=True)
class LevelCount:
    """How many statements a level has in a domain, in both versions. `place`: the keys of section
    and domain, and the rank."""

    section_title: Wording
    domain_title: Wording
    level_name: Wording
    lang: str
    before: int
    after: int
    place: tuple[str, str, int]


def section_counts(
    old: Mapping[str, PlacedStatement], new: Mapping[str, PlacedStatement]
) -> Iterable[LevelCount]:
    keys = dict.fromkeys(each.strand for each in (*new.values(), *old.values()))
    for key in keys:
        olds, news = ([each for each in side.values() if each.strand == key] for side in (old, new))
        one = (news or olds)[0]
        yield LevelCount(one.section_title, "", "", one.lang, len(olds), len(news), (key, "", 0))


def level_counts(
    old: Mapping[str, PlacedStatement], new: Mapping[str, PlacedStatement]
) -> Iterable[LevelCount]:
    by_place = attrgetter("place")
    olds, news = (
        {
            place: list(group)
            for place, group in groupby(sorted(side.values(), key=by_place), by_place)
        }
        for side in (old, new)
    )
    for place in dict.fromkeys(each.place for each in (*new.values(), *old.values())):
        before, after = olds.get(place, []), news.get(place, [])
        if len(before) != len(after):
            one = (after or before)[0]
            yield LevelCount(
                one.section_title,
                one.domain_title,
                one.level_name,
                one.lang,
                len(before),
                len(after),
                place,
            )


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
