"""The levels of a profile as page and document draw them: for each section a table, for each
domain a bar for each voice."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

from flask_babel import gettext as _

from tracker.queries.profiles.profiles import Profile
from tracker.rules.frameworks.scale import Voice
from tracker.rules.frameworks.wording import Wording
from tracker.rules.names import telling_length
from tracker.rules.profiles.levels import (
    DomainStanding,
    Segment,
    TargetState,
    checked_rank,
    known_rank,
)
from tracker.rules.record.versions import DomainShape
from tracker.rules.reviews.exceptions import AgreedException
from tracker.web.i18n.content_language import beginning, unmarked
from tracker.web.profiles.standing_words import TargetWords, reached, target_words, working_on
from tracker.web.profiles.unknown_words import OpenStatements

Address = Callable[[DomainShape], str]
"""Where the explanation of a domain is."""

SHORT_FROM = 5
"""From so many levels on, a heading has room for their first letters alone."""


@dataclass(frozen=True, slots=True)
class LevelBar:
    """One voice in one domain. `tick`: after how many segments the target stands, None without one.
    `excepted`: a statement does not count somewhere, by an agreed exception."""

    voice: Voice
    segments: tuple[Segment, ...]
    tick: int | None
    reached: str
    working_on: str
    href: str
    target: TargetWords
    excepted: bool


@dataclass(frozen=True, slots=True)
class DomainBars:
    label: Wording
    href: str
    target: str
    bars: tuple[LevelBar, ...]


@dataclass(frozen=True, slots=True)
class SectionBars:
    """A section of the framework. `target`: the name of the level, where all its domains have the
    same."""

    title: Wording
    levels: tuple[Wording, ...]
    target: str
    rows: tuple[DomainBars, ...]

    @property
    def headings(self) -> tuple[str, ...]:
        """As much of each level's name as there is room for."""
        if len(self.levels) < SHORT_FROM:
            return self.levels
        length = telling_length([unmarked(name) for name in self.levels])
        return tuple(beginning(name, length) for name in self.levels)


def sections(
    of: Profile,
    exceptions: Iterable[AgreedException],
    unknown: OpenStatements,
    address: Address,
    *,
    has_reviewed: bool,
) -> list[SectionBars]:
    """`has_reviewed`: with a bar for what is reviewed."""
    excepted = frozenset(each.domain_id for each in exceptions)
    by_strand: dict[str, list[DomainShape]] = {}
    for domain in of.domains:
        by_strand.setdefault(domain.strand_key, []).append(domain)
    found = []
    for domains in by_strand.values():
        names = {domain.level_name(of.targets.get(domain.id, 0)) for domain in domains}
        found.append(
            SectionBars(
                domains[0].strand,
                tuple(level.name for level in domains[0].levels),
                names.pop() if len(names) == 1 else "",
                tuple(
                    _row(of, domain, excepted, unknown, address(domain), has_reviewed)
                    for domain in domains
                ),
            )
        )
    return found


def common_target(found: Iterable[SectionBars]) -> str:
    """The name of the level that every domain has as its target; "" where they differ."""
    names = {each.target for each in found}
    return names.pop() if len(names) == 1 else ""


def _row(
    of: Profile,
    domain: DomainShape,
    excepted: Collection[int],
    unknown: OpenStatements,
    href: str,
    has_reviewed: bool,
) -> DomainBars:
    bars = []
    if of.own is not None:
        bars.append(bar(Voice.SELF, of.own[domain.id], domain, href, unknown, excepted=False))
    if has_reviewed:
        endorsed = of.endorsed[domain.id]
        is_excepted = domain.id in excepted
        bars.append(bar(Voice.ENDORSED, endorsed, domain, href, unknown, excepted=is_excepted))
    target = domain.level_name(of.targets.get(domain.id, 0))
    return DomainBars(domain.title, href, target, tuple(bars))


def bar(
    voice: Voice,
    of: DomainStanding,
    domain: DomainShape,
    href: str,
    unknown: OpenStatements,
    *,
    excepted: bool,
) -> LevelBar:
    ranks = [view.rank for view in of.levels]
    tick, lacks = checked_rank(of), of.lacks
    return LevelBar(
        voice=voice,
        segments=tuple(view.segment for view in of.levels),
        tick=None if tick is None else ranks.index(tick) + 1,
        reached=_reached(of, domain),
        working_on=working_on(of, domain, voice, unknown),
        href=href if lacks is None else f"{href}#level-{lacks.rank}",
        target=target_words(of, domain, voice, unknown),
        excepted=excepted,
    )


def _reached(of: DomainStanding, domain: DomainShape) -> str:
    """A gap can be certain where the level itself isn't known."""
    if of.target_state is TargetState.GAP and known_rank(of) is None:
        return str(_("level not known yet"))
    return reached(of, domain)
