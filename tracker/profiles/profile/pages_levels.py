"""Where somebody stands in each domain, in words and as page and document draw it: for each section
a table, for each domain a bar for each voice."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from flask_babel import gettext as _, ngettext

from tracker.frameworks.versions.rules_levels import (
    DomainStanding,
    LevelState,
    Segment,
    TargetState,
    checked_rank,
    counts_nowhere,
    in_the_way,
    known_rank,
)
from tracker.frameworks.versions.rules_scale import Voice
from tracker.profiles.profile.pages_words import (
    SMALL,
    OpenStatements,
    in_states,
    level_words,
    small_level,
)
from tracker.record.sheet.rules import Sheet
from tracker.record.sheet.rules_summaries import voices_shown
from tracker.record.sheet.rules_voices import StatementVoices
from tracker.record.versions.rules import DomainShape
from tracker.rules.core.wording import Wording
from tracker.rules.names import telling_length
from tracker.web.i18n.content_language import beginning, plain

SHORT_FROM = 5
"""From so many levels on, a heading has room for their first letters alone."""


@dataclass(frozen=True, slots=True)
class TargetWords:
    """Sign, words, what else is to know, and the kind: "ok", "gap" or "soft". Only a gap by
    endorsements is of the kind `gap`."""

    state: TargetState | None
    sign: str
    words: str
    kind: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LevelBar:
    """One voice in one domain. `tick`: after how many segments the target stands, None without one.
    `excepted`: a statement does not count somewhere, by an agreed exception."""

    voice: Voice
    segments: tuple[Segment, ...]
    tick: int | None
    reached: Wording
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
        length = telling_length([plain(name) for name in self.levels])
        return tuple(beginning(name, length) for name in self.levels)

    @property
    def has_out_of_order(self) -> bool:
        """Whether somewhere a level is met, but a lower one isn't."""
        bars = (bar for row in self.rows for bar in row.bars)
        return any(Segment.OUT_OF_ORDER in bar.segments for bar in bars)

    @property
    def shown_folded(self) -> tuple[Voice | None, str]:
        """How its domains stand, in how many of them, and in which voice: what is reviewed, where
        something is. None where no domain has a target."""
        bars = [row.bars[-1] for row in self.rows if row.bars]
        counts = Counter(bar.target.state for bar in bars)
        del counts[None]
        return bars[0].voice if counts else None, in_states(counts, *TargetState)


def sections(
    of: Sheet, statements: Sequence[StatementVoices], address: Callable[[DomainShape], str]
) -> list[SectionBars]:
    """`address`: of a domain's explanation."""
    excepted = {one.domain_id for one in statements if one.exception is not None}
    unknown, voices = OpenStatements.of(statements, of.side), voices_shown(of)

    def row(domain: DomainShape) -> DomainBars:
        href = address(domain)
        bars = tuple(
            bar(
                voice,
                of.standings(voice)[domain.id],
                domain,
                href,
                unknown,
                excepted=voice is Voice.ENDORSED and domain.id in excepted,
            )
            for voice in voices
        )
        return DomainBars(domain.title, href, domain.level_name(of.targets.get(domain.id, 0)), bars)

    drawn = []
    for _key, of_section in groupby(of.domains, key=lambda domain: domain.strand_key):
        first, *others = of_section
        rows = tuple(row(domain) for domain in (first, *others))
        levels = tuple(level.name for level in first.levels)
        drawn.append(SectionBars(first.strand, levels, common(row.target for row in rows), rows))
    return drawn


def common(targets: Iterable[str]) -> str:
    """The name of the level that all have as their target; "" where they differ."""
    names = set(targets)
    return names.pop() if len(names) == 1 else ""


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
        reached=reached(of, domain),
        working_on=working_on(of, domain, voice, unknown),
        href=href if lacks is None else f"{href}#level-{lacks.rank}",
        target=target_words(of, domain, voice, unknown),
        excepted=excepted,
    )


def reached(of: DomainStanding, domain: DomainShape) -> Wording:
    return level_words(known_rank(of), domain, is_judged=not counts_nowhere(of))


def working_on(
    of: DomainStanding, domain: DomainShape, voice: Voice, unknown: OpenStatements
) -> str:
    """How far the next level is: "Developing: 1 of the 3 needed"."""
    lacks = of.lacks
    if lacks is None:
        if counts_nowhere(of):
            return _("Too few statements to judge")
        is_whole = all(view.state is not LevelState.LIMITED for view in of.levels)
        return _("Every level reached") if is_whole else _("Every level that counts reached")
    view = of.level(lacks.rank)
    is_open = unknown.words(domain.id, voice, {lacks.rank})
    if is_open and view.tally.open == view.tally.applicable:
        return _("%(level)s: %(open)s", level=domain.level_name(lacks.rank), open=is_open)
    words = _(
        "%(level)s: %(met)s of the %(need)s needed",
        level=domain.level_name(lacks.rank),
        met=lacks.met,
        need=lacks.need,
    )
    return "; ".join(filter(None, (words, is_open)))


def target_words(
    of: DomainStanding, domain: DomainShape, voice: Voice, unknown: OpenStatements
) -> TargetWords:
    """How that compares to the target: statements rated as not met make a gap, and open ones are
    named separately."""
    missing = in_the_way(of)
    ranks = {view.rank for view in missing}
    not_met = sum(view.tally.not_met for view in missing)
    is_open = unknown.words(domain.id, voice, ranks)
    checked = _checked(of, domain)
    match of.target_state:
        case None:
            return TargetWords(None, "", _("no target"), "soft")
        case TargetState.AT_TARGET as state:
            return TargetWords(state, "\u2713", _("at target"), "ok", checked)
        case TargetState.GAP as state:
            words = ngettext(
                "below target: %(num)d not met", "below target: %(num)d not met", not_met
            )
            is_small = all(view.tally.applicable <= SMALL for view in missing)
            if not_met == 1 and is_small and not is_open:
                words = _("1 to go")
            notes = (*([is_open] if is_open else []), *checked, *_small(of))
            kind = "gap" if voice is Voice.ENDORSED else "soft"
            return TargetWords(state, "\u25bc", words, kind, notes)
        case TargetState.NOT_YET_KNOWN as state:
            if all(view.tally.open == view.tally.applicable for view in missing):
                is_open = unknown.in_short(domain.id, voice, ranks)
            few = _small(of) if checked_rank(of) in ranks else ()
            return TargetWords(state, "?", is_open, "soft", (*checked, *few))
        case TargetState.NOT_ASSESSED as state:
            return TargetWords(state, "\u2013", _("too few statements to judge"), "soft")


def _small(of: DomainStanding) -> tuple[str, ...]:
    """A note that few statements decide at the level that is checked, if so."""
    rank = checked_rank(of)
    words = "" if rank is None else small_level(of.level(rank))
    return (words,) if words else ()


def _checked(of: DomainStanding, domain: DomainShape) -> tuple[str, ...]:
    """A note on why a lower level was checked than the target itself."""
    rank, target = checked_rank(of), of.target_rank
    if rank is None or target is None or rank == target:
        return ()
    level = domain.level_name(target)
    return (_("%(level)s has too few statements to count", level=level),)
