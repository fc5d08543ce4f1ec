"""Sentences about levels: what would change one, and what state it is in."""

from collections.abc import Sequence

from flask_babel import gettext as _
from flask_babel import ngettext

from tracker.queries.frameworks.level_moves import MovedStatement
from tracker.rules.frameworks.scale import Voice
from tracker.rules.frameworks.wording import Wording
from tracker.rules.profiles.levels import DomainStanding, LevelState, LevelView, counts_nowhere
from tracker.rules.profiles.statement_status import StatementVoices
from tracker.rules.profiles.unknowns import LearnerReviewState
from tracker.rules.record.versions import DomainShape, ScaleLabel
from tracker.rules.record.words import CountsFrom, Side
from tracker.web.profiles.standing_words import small_level
from tracker.web.profiles.unknown_words import WORDS, OpenStatements, lacking_in
from tracker.web.ui.templating.dates import counts_when


def counts_as_met(answers: Sequence[ScaleLabel]) -> str:
    """Which answers of the framework's scale count."""
    labels = ", ".join(f"“{each.label}”" for each in answers)
    return str(
        ngettext(
            "Only %(answers)s counts as met.",
            "Only these count as met: %(answers)s.",
            len(answers),
            answers=labels,
        )
    )


def change(of: DomainStanding, domain: DomainShape, voice: Voice, unknown: OpenStatements) -> str:
    """What would let the next level be held: "2 statements from Proficient"."""
    lacks = of.lacks
    if lacks is None:
        if counts_nowhere(of):
            return str(_("Too few statements at every level to judge one."))
        return str(_("Every level that counts is reached."))
    level = domain.level_name(lacks.rank)
    words = ngettext(
        "%(num)d more statement to reach %(level)s",
        "%(num)d more statements to reach %(level)s",
        lacks.more,
        level=level,
    )
    facts = _("%(met)s met, %(need)s needed", met=lacks.met, need=lacks.need)
    if lacks.from_not_met:
        open_or_not = ngettext(
            "at least %(num)d of them from those now rated as not met",
            "at least %(num)d of them from those now rated as not met",
            lacks.from_not_met,
        )
    else:
        open_or_not = unknown.words(domain.id, voice, {lacks.rank})
    view = next(each for each in of.levels if each.rank == lacks.rank)
    is_begun = view.tally.open < view.tally.applicable
    sentence = f"{words}: {facts}; {open_or_not}." if is_begun else f"{words}: {open_or_not}."
    if lacks.then_held > lacks.rank:
        held = domain.level_name(lacks.then_held)
        sentence += " " + _("Then %(level)s is reached too: it is met already.", level=held)
    return sentence


def state(view: LevelView) -> str:
    """The state of one level in words, with the counts that make it."""
    counts = _(
        "%(met)s of %(applicable)s met, %(need)s needed",
        met=view.tally.met,
        applicable=view.tally.applicable,
        need=view.need,
    )
    match view.state:
        case LevelState.LIMITED if not view.tally.listed:
            return str(_("No statement of this level counts yet."))
        case LevelState.LIMITED:
            return str(
                ngettext(
                    "Too few statements to judge: only %(num)d of %(listed)d listed applies, so "
                    "this level is not counted.",
                    "Too few statements to judge: only %(num)d of %(listed)d listed apply, so "
                    "this level is not counted.",
                    view.tally.applicable,
                    listed=view.tally.listed,
                )
            )
        case LevelState.MET if view.held:
            return str(_("Reached: %(counts)s.", counts=counts))
        case LevelState.MET:
            return str(_("Met, but a lower level isn’t. %(counts)s.", counts=counts))
        case LevelState.NOT_MET:
            return str(_("Not met: %(counts)s.", counts=counts))
        case LevelState.NOT_YET_KNOWN:
            return _not_known(view, counts)


def _not_known(view: LevelView, counts: str) -> str:
    """Without counts where no statement of it is known."""
    if view.tally.open < view.tally.applicable:
        return str(
            _("Not known yet: %(counts)s; %(open)s open.", counts=counts, open=view.tally.open)
        )
    small = small_level(view.tally.applicable)
    return str(_("Not known yet: %(small)s.", small=small) if small else _("Not known yet."))


def unanswered(of: StatementVoices, voice: Voice, side: Side | None) -> str:
    """What is said of a statement without an answer in that voice, to a reader of that side."""
    lacking = lacking_in(voice, of, side)
    words = "" if lacking is None else str(WORDS[lacking])
    if voice is Voice.SELF:
        return words
    match of.review:
        case LearnerReviewState.WITH_REVIEWER:
            return str(_("%(unknown)s: with your reviewer", unknown=words))
        case LearnerReviewState.RETURNED:
            return str(_("%(unknown)s: your reviewer has a question", unknown=words))
        case _:
            return words


def moved(of: MovedStatement, later: CountsFrom | None, *, is_back: bool) -> str:
    """What came into a level, or left it; `later`: from when it counts, where it doesn't yet."""
    if is_back:
        words = (
            _("%(code)s “%(title)s” doesn’t count here in %(version)s.")
            if not of.came
            else _("%(code)s “%(title)s” is in %(version)s.")
            if later
            else _("%(code)s “%(title)s” counts here again.")
        )
    elif of.came:
        if not of.other:
            words = _("%(code)s “%(title)s” is new in %(version)s.")
        elif of.is_part:
            words = _("%(code)s “%(title)s” was split from “%(other)s” in %(version)s.")
        else:
            words = _("%(code)s “%(title)s” moved here from %(other)s in %(version)s.")
    elif not of.other:
        words = _("%(code)s “%(title)s” was retired in %(version)s.")
    elif of.is_part:
        words = _("%(code)s “%(title)s” became part of “%(other)s” in %(version)s.")
    else:
        words = _("%(code)s “%(title)s” moved to %(other)s in %(version)s.")
    facts = {"code": of.code, "title": of.title, "other": of.other, "version": of.version}
    said = str(words) % facts
    return f"{said} {counts_when(later)}" if later else said


def changed(code: str, title: Wording, version: str, later: CountsFrom) -> str:
    """What was asked again at its level."""
    words = _("%(code)s “%(title)s” changed in %(version)s.")
    said = str(words) % {"code": code, "title": title, "version": version}
    return f"{said} {counts_when(later)}"
