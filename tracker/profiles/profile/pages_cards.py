"""The three cards over a profile: where somebody is, what changed, what is next.

Where somebody stands in each domain, in words and as page and document draw it: for each section
a table, for each domain a bar for each voice.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

from flask_babel import gettext as _, ngettext

from tracker.frameworks.versions.rules import Voice
from tracker.frameworks.versions.rules_levels import (
    DomainLevels,
    LevelState,
    Segment,
    TargetState,
    checked_rank,
    counts_nowhere,
    in_the_way,
    known_rank,
)
from tracker.profiles.growth.queries import EarlierRound
from tracker.profiles.growth.rules import DomainFall, DomainFallReason
from tracker.profiles.profile.pages_words import (
    SMALL,
    OpenStatements,
    in_states,
    level_words,
    small_level,
)
from tracker.record.growth.rules import StatementChange, growth
from tracker.record.sheet.queries_learners import Learner
from tracker.record.sheet.rules import Sheet, Side
from tracker.record.sheet.rules_summaries import StatementVoices, endorsed_count, voices_shown
from tracker.record.versions.rules import DomainShape
from tracker.rules.core.wording import Wording
from tracker.rules.names import telling_length
from tracker.web.i18n.content_language import beginning, plain
from tracker.web.ui.templating.dates import as_of


@dataclass(frozen=True, slots=True)
class VoiceSummary:
    """One voice over all domains: the state in each, in their order; the headline, "" before
    anything is rated; and what this leaves out, in words. `is_known`: whether there is an
    answer to make a picture of."""

    voice: Voice
    states: tuple[TargetState | None, ...]
    headline: str
    rest: str
    is_known: bool


class ChangeList(NamedTuple):
    """A number and the statements behind it."""

    title: str
    changes: tuple[StatementChange, ...]


@dataclass(frozen=True, slots=True)
class ChangesSince:
    """What changed since the end of a round. `falls`: each domain that was at target then and isn't
    now, with the reason. `lists`: also those of nothing; none at all for a reader who gets nothing
    by statement."""

    round: EarlierRound
    offered: list[EarlierRound]
    headline: str
    note: str
    falls: tuple[str, ...]
    as_of: str
    lists: tuple[ChangeList, ...]


def summaries(of: Sheet) -> list[VoiceSummary]:
    """What is reviewed first, then the self side, where the reader gets one."""
    voices = [Voice.ENDORSED] if of.side is None else [Voice.ENDORSED, Voice.SELF]
    return [_summary(voice, of) for voice in voices]


def _summary(voice: Voice, of: Sheet) -> VoiceSummary:
    states = tuple(standing.target_state for standing in of.standings(voice).values())
    counts = Counter(states)
    reviewed = endorsed_count(of)
    answers = of.rated if voice is Voice.SELF else reviewed.standing
    headline, rest = "", beside_headline(voice, counts) if answers else ""
    if voice is Voice.ENDORSED:
        rest = ". ".join(filter(None, (rest, open_words(reviewed.open))))
        if answers or of.rated or of.side is not Side.OWN:
            headline = _reviewed(counts, answers)
    elif answers and counts[None] < len(states):
        headline = own_ratings(counts, of.side)
    return VoiceSummary(
        voice=voice, states=states, headline=headline, rest=rest, is_known=answers > 0
    )


def open_words(ratings: int) -> str:
    """Of how many of those counted the review hasn't ended."""
    if not ratings:
        return ""
    return ngettext(
        "%(num)d rating is from a review that is still open: only the two of you count it yet",
        "%(num)d ratings are from a review that is still open: only the two of you count them yet",
        ratings,
    )


def own_ratings(counts: Counter[TargetState | None], side: Side | None) -> str:
    at, targets = counts[TargetState.AT_TARGET], counts.total() - counts[None]
    is_any_known = at or counts[TargetState.GAP]
    if side is Side.OWN and not is_any_known:
        return _("Your ratings: no domain known yet")
    if not is_any_known:
        return _("Self-ratings: no domain known yet")
    if side is Side.OWN:
        return _("Your ratings: %(at)s of %(num)s", at=at, num=targets)
    return _("Self-ratings: %(at)s of %(num)s", at=at, num=targets)


def _reviewed(counts: Counter[TargetState | None], answers: int) -> str:
    if counts[None] == counts.total():
        return _("No targets are set")
    if not answers:
        return _("Nothing is reviewed yet")
    at, is_open = counts[TargetState.AT_TARGET], counts[TargetState.NOT_YET_KNOWN]
    known = at + counts[TargetState.GAP]
    if not known:
        return _("No domain is known yet")
    if not is_open:
        return ngettext(
            "%(at)s of %(num)d domain at target",
            "%(at)s of %(num)d domains at target",
            known,
            at=at,
        )
    return ngettext(
        "%(at)s of %(num)d known domain at target; %(open)s not reviewed yet",
        "%(at)s of %(num)d known domains at target; %(open)s not reviewed yet",
        known,
        at=at,
        open=is_open,
    )


def beside_headline(voice: Voice, counts: Counter[TargetState | None]) -> str:
    """ "4 below target, 1 not known yet": the domains that the headline doesn't count."""
    unknown = [] if voice is Voice.ENDORSED else [TargetState.NOT_YET_KNOWN]
    return in_states(counts, TargetState.GAP, *unknown, TargetState.NOT_ASSESSED, None)


def changes(
    learner: Learner,
    of: Sheet,
    then: Sheet,
    offered: list[EarlierRound],
    chosen: EarlierRound,
    fallen: Sequence[DomainFall],
) -> ChangesSince:
    """`then`: the sheet as it was when the chosen one of the rounds offered ended."""
    states = [standing.target_state for standing in of.standings(Voice.ENDORSED).values()]
    note = _(
        "Domains at target: %(then)s then, %(now)s now.",
        then=chosen.at_target,
        now=states.count(TargetState.AT_TARGET),
    )
    note = " ".join(filter(None, (note, _other_measure(learner, chosen))))
    day = as_of(chosen.ends_on, chosen.reconstructed)
    domains = {domain.id: domain for domain in of.domains}
    falls = tuple(
        _(
            "%(domain)s isn’t at target anymore: %(why)s.",
            domain=domains[fall.domain_id].title,
            why=_why(fall, domains[fall.domain_id], of.targets.get(fall.domain_id, 0)),
        )
        for fall in fallen
    )
    if of.side is None:
        return ChangesSince(
            round=chosen, offered=offered, headline=note, note="", falls=falls, as_of=day, lists=()
        )
    grown = growth(then, of)
    up, down, newly, no_longer = map(len, (grown.up, grown.down, grown.newly, grown.no_longer))
    rose = ngettext("%(num)d self-rating moved up", "%(num)d self-ratings moved up", up)
    sank = ngettext("%(num)d self-rating moved down", "%(num)d self-ratings moved down", down)
    met = ngettext(
        "%(num)d more counts as met in reviews", "%(num)d more count as met in reviews", newly
    )
    lost = ngettext(
        "%(num)d no longer counts as met in reviews",
        "%(num)d no longer count as met in reviews",
        no_longer,
    )
    lists = (
        ChangeList(rose, grown.up),
        ChangeList(sank, grown.down),
        ChangeList(met, grown.newly),
        *([ChangeList(lost, grown.no_longer)] if no_longer else []),
    )
    headline = _("Self-ratings: %(up)s moved up, %(down)s down", up=up, down=down)
    return ChangesSince(
        round=chosen,
        offered=offered,
        headline=headline,
        note=note,
        falls=falls,
        as_of=day,
        lists=lists,
    )


def _why(fall: DomainFall, domain: DomainShape, target: int) -> str:
    if DomainFallReason.TARGET in fall.reasons:
        before, now = domain.level_name(fall.before), domain.level_name(target)
        return _("the target was %(before)s and is %(now)s now", before=before, now=now)
    return ", ".join(_because(reason, count) for reason, count in fall.reasons.items())


def _because(reason: DomainFallReason, count: int) -> str:
    match reason:
        case DomainFallReason.EXPIRED:
            return ngettext(
                "%(num)d reviewed rating expired", "%(num)d reviewed ratings expired", count
            )
        case DomainFallReason.REVOKED:
            return ngettext(
                "%(num)d reviewed rating was revoked",
                "%(num)d reviewed ratings were revoked",
                count,
            )
        case DomainFallReason.SUSPENDED:
            return ngettext(
                "%(num)d review ended with no agreement",
                "%(num)d reviews ended with no agreement",
                count,
            )
        case DomainFallReason.REVIEWED_AGAIN:
            return ngettext(
                "%(num)d statement was reviewed again",
                "%(num)d statements were reviewed again",
                count,
            )
        case DomainFallReason.VERSION:
            return _("this version lists other statements")
        case _:
            return _("other statements count now")


def _other_measure(learner: Learner, then: EarlierRound) -> str:
    """What to say where they were measured by other job profiles, or in another version."""
    same_version = then.version == learner.framework_version
    before, now = ", ".join(then.role_profiles), learner.role_profile
    if set(then.role_profiles) == set(learner.role_profiles):
        if same_version:
            return ""
        words = _("The statements are not the same: then version %(old)s, now version %(new)s.")
    elif same_version:
        words = _("The targets are not the same: then those of %(then)s, now those of %(now)s.")
    else:
        words = _(
            "The targets are not the same: then those of %(then)s in version %(old)s, now those of "
            "%(now)s in version %(new)s."
        )
    return words % {
        "then": before,
        "now": now,
        "old": then.version,
        "new": learner.framework_version,
    }


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
    of: DomainLevels,
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


def reached(of: DomainLevels, domain: DomainShape) -> Wording:
    return level_words(known_rank(of), domain, is_judged=not counts_nowhere(of))


def working_on(of: DomainLevels, domain: DomainShape, voice: Voice, unknown: OpenStatements) -> str:
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
    of: DomainLevels, domain: DomainShape, voice: Voice, unknown: OpenStatements
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
            return TargetWords(
                state=state, sign="\u2713", words=_("at target"), kind="ok", notes=checked
            )
        case TargetState.GAP as state:
            words = ngettext(
                "below target: %(num)d not met", "below target: %(num)d not met", not_met
            )
            is_small = all(view.tally.applicable <= SMALL for view in missing)
            if not_met == 1 and is_small and not is_open:
                words = _("1 to go")
            notes = (*([is_open] if is_open else []), *checked, *_small(of))
            kind = "gap" if voice is Voice.ENDORSED else "soft"
            return TargetWords(state=state, sign="\u25bc", words=words, kind=kind, notes=notes)
        case TargetState.NOT_YET_KNOWN as state:
            if all(view.tally.open == view.tally.applicable for view in missing):
                is_open = unknown.in_short(domain.id, voice, ranks)
            few = _small(of) if checked_rank(of) in ranks else ()
            return TargetWords(
                state=state, sign="?", words=is_open, kind="soft", notes=(*checked, *few)
            )
        case TargetState.NOT_ASSESSED as state:
            return TargetWords(state, "\u2013", _("too few statements to judge"), "soft")


def _small(of: DomainLevels) -> tuple[str, ...]:
    """A note that few statements decide at the level that is checked, if so."""
    rank = checked_rank(of)
    words = "" if rank is None else small_level(of.level(rank))
    return (words,) if words else ()


def _checked(of: DomainLevels, domain: DomainShape) -> tuple[str, ...]:
    """A note on why a lower level was checked than the target itself."""
    rank, target = checked_rank(of), of.target_rank
    if rank is None or target is None or rank == target:
        return ()
    level = domain.level_name(target)
    return (_("%(level)s has too few statements to count", level=level),)
