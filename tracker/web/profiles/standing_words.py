"""Where one voice stands in a domain, in words: the page, the document and the explanation say the
same."""

from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import ngettext

from tracker.rules.frameworks.scale import Voice
from tracker.rules.profiles.levels import (
    DomainStanding,
    LevelState,
    TargetState,
    checked_rank,
    counts_nowhere,
    in_the_way,
    known_rank,
)
from tracker.rules.record.versions import DomainShape
from tracker.web.profiles.unknown_words import OpenStatements

SMALL = 3
"""Up to so many statements all of a level's are needed."""


@dataclass(frozen=True, slots=True)
class TargetWords:
    """Sign, words, what else is to know, and the kind: "ok", "gap" or "soft". Only a gap by
    endorsements is of the kind `gap`."""

    state: TargetState | None
    sign: str
    words: str
    kind: str
    notes: tuple[str, ...] = ()


def reached(of: DomainStanding, domain: DomainShape) -> str:
    """The level reached."""
    rank = known_rank(of)
    if rank is None:
        return str(_("too few statements to judge") if counts_nowhere(of) else _("not known yet"))
    return domain.level_name(rank) if rank else str(_("none reached"))


def working_on(
    of: DomainStanding, domain: DomainShape, voice: Voice, unknown: OpenStatements
) -> str:
    """How far the next level is: "Developing: 1 of 3, need 3"."""
    lacks = of.lacks
    if lacks is None:
        if counts_nowhere(of):
            return str(_("Too few statements to judge"))
        is_whole = all(view.state is not LevelState.LIMITED for view in of.levels)
        return str(_("Every level reached") if is_whole else _("Every level that counts reached"))
    view = next(each for each in of.levels if each.rank == lacks.rank)
    is_open = unknown.words(domain.id, voice, {lacks.rank})
    if is_open and view.tally.open == view.tally.applicable:
        return str(_("%(level)s: %(open)s", level=domain.level_name(lacks.rank), open=is_open))
    words = _(
        "%(level)s: %(met)s of %(applicable)s, need %(need)s",
        level=domain.level_name(lacks.rank),
        met=lacks.met,
        applicable=view.tally.applicable,
        need=lacks.need,
    )
    return "; ".join(filter(None, (words, is_open)))


def target_words(
    of: DomainStanding, domain: DomainShape, voice: Voice, unknown: OpenStatements
) -> TargetWords:
    """How that stands to the target: what is answered and not met makes a gap, what is open is
    named apart."""
    missing = in_the_way(of)
    not_met = sum(view.tally.not_met for view in missing)
    is_open = unknown.words(domain.id, voice, {view.rank for view in missing})
    checked = _checked(of, domain)
    match of.target_state:
        case None:
            return TargetWords(None, "", str(_("no target")), "soft")
        case TargetState.AT_TARGET as state:
            return TargetWords(state, "\u2713", str(_("at target")), "ok", checked)
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
            lacking = unknown.in_short(domain.id, voice, {view.rank for view in missing})
            return TargetWords(state, "?", lacking, "soft", (*checked, *_small(of)))
        case TargetState.NOT_ASSESSED as state:
            return TargetWords(state, "\u2013", str(_("too few statements")), "soft")


def _small(of: DomainStanding) -> tuple[str, ...]:
    """That few statements decide at the level that is checked, where it is so."""
    rank = checked_rank(of)
    found = [small_level(view.tally.applicable) for view in of.levels if view.rank == rank]
    return tuple(filter(None, found))


def small_level(applicable: int) -> str:
    """ "" for a level of more statements than SMALL."""
    if applicable > SMALL:
        return ""
    if applicable == 2:
        return str(_("2 statements here, both needed"))
    return str(_("%(num)s statements here, all needed", num=applicable))


def _checked(of: DomainStanding, domain: DomainShape) -> tuple[str, ...]:
    """Which level was checked, where that is not the target itself."""
    rank = checked_rank(of)
    if rank is None or rank == of.target_rank:
        return ()
    return (str(_("checked at %(level)s", level=domain.level_name(rank))),)
