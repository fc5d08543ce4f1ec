"""What is said of levels and of what is not known, the same on Today, on a profile, in its document
and where a level is explained."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from flask_babel import gettext as _, lazy_gettext as _l, ngettext

from tracker.frameworks.versions.pages import rule_words, share_words
from tracker.frameworks.versions.rules import Meaning, Voice
from tracker.frameworks.versions.rules_levels import (
    RULE_VERSION,
    DomainLevels,
    LevelRule,
    LevelState,
    LevelView,
    TargetState,
    counts_nowhere,
)
from tracker.record.sheet.rules import Side
from tracker.record.sheet.rules_summaries import LearnerReviewState, StatementVoices
from tracker.record.versions.rules import DomainShape, ScaleLabel
from tracker.rules.core.wording import Wording

SMALL = 3
"""A level of so many statements or fewer says how many it has."""


class Unknown(StrEnum):
    """Why a statement counts as open, in the order in which it is named. What others have not been
    shown is *not revealed*; what was not sent is the learner's own business, so to them it is *not
    reviewed* as well."""

    NOT_RATED = "not_rated"
    NOT_SURE = "not_sure"
    NOT_REVEALED = "not_revealed"
    NOT_SENT = "not_sent"
    NOT_REVIEWED = "not_reviewed"
    DIFFERS = "differs"
    KEPT_APART = "kept_apart"


WORDS: dict[Unknown, Any] = {
    Unknown.NOT_RATED: _l("not rated yet"),
    Unknown.NOT_SURE: _l("not sure"),
    Unknown.NOT_REVEALED: _l("not revealed"),
    Unknown.NOT_SENT: _l("not sent yet"),
    Unknown.NOT_REVIEWED: _l("not reviewed yet"),
    Unknown.DIFFERS: _l("difference open"),
    Unknown.KEPT_APART: _l("no agreement"),
}
COUNTED: dict[Unknown, Callable[[int], str]] = {
    Unknown.NOT_RATED: lambda num: ngettext("%(num)d not rated yet", "%(num)d not rated yet", num),
    Unknown.NOT_SURE: lambda num: ngettext("%(num)d not sure", "%(num)d not sure", num),
    Unknown.NOT_REVEALED: lambda num: ngettext("%(num)d not revealed", "%(num)d not revealed", num),
    Unknown.NOT_SENT: lambda num: ngettext("%(num)d not sent yet", "%(num)d not sent yet", num),
    Unknown.NOT_REVIEWED: lambda num: ngettext(
        "%(num)d not reviewed yet", "%(num)d not reviewed yet", num
    ),
    Unknown.DIFFERS: lambda num: ngettext(
        "%(num)d difference open", "%(num)d differences open", num
    ),
    Unknown.KEPT_APART: lambda num: ngettext(
        "%(num)d with no agreement", "%(num)d with no agreement", num
    ),
}
STATES: dict[TargetState | None, Any] = {
    TargetState.AT_TARGET: _l("%(num)s at target"),
    TargetState.GAP: _l("%(num)s below target"),
    TargetState.NOT_YET_KNOWN: _l("%(num)s not known yet"),
    TargetState.NOT_ASSESSED: _l("%(num)s not assessed"),
    None: _l("%(num)s without a target"),
}
IN_REVIEW = {
    LearnerReviewState.DIFFERS: Unknown.DIFFERS,
    LearnerReviewState.KEPT_APART: Unknown.KEPT_APART,
}


@dataclass(frozen=True, slots=True)
class OpenStatements:
    """The open statements of a profile as one reader may know them."""

    counted: Counter[tuple[int, Voice, int, Unknown]]
    """By domain, voice, level and what is lacking."""

    @classmethod
    def of(cls, statements: Iterable[StatementVoices], side: Side | None) -> "OpenStatements":
        return cls(
            Counter(
                (statement.domain_id, voice, statement.rank, lacking)
                for statement in statements
                for voice in Voice
                if (lacking := lacking_in(voice, statement, side)) is not None
            )
        )

    def words(self, domain_id: int, voice: Voice, ranks: Collection[int]) -> str:
        """ "2 not rated yet, 1 not sure", at these levels; "" where nothing is open."""
        counts = self._open(domain_id, voice, ranks)
        return ", ".join(COUNTED[kind](count) for kind, count in counts.items())

    def in_short(self, domain_id: int, voice: Voice, ranks: Collection[int]) -> str:
        """ "not rated yet", where it is the same of all that is open there."""
        kinds = [*self._open(domain_id, voice, ranks)]
        return str(WORDS[kinds[0]] if len(kinds) == 1 else _("not known yet"))

    def _open(self, domain_id: int, voice: Voice, ranks: Collection[int]) -> dict[Unknown, int]:
        counts = {
            kind: sum(self.counted[domain_id, voice, rank, kind] for rank in ranks)
            for kind in WORDS
        }
        return {kind: count for kind, count in counts.items() if count}


def in_states(counts: Counter[TargetState | None], *which: TargetState | None) -> str:
    """ "4 below target, 1 not known yet": how many domains are in each of these states, in any."""
    return ", ".join(
        str(STATES[state]) % {"num": counts[state]} for state in which if counts[state]
    )


def lacking_in(voice: Voice, of: StatementVoices, side: Side | None) -> Unknown | None:
    """What a reader of that side may know of why it is open; None where it is not, or does not
    count in this voice."""
    meaning = of.meaning(voice)
    if of.not_rated_here is not None or of.later is not None or meaning not in (None, Meaning.OPEN):
        return None
    if voice is Voice.SELF:
        unanswered = Unknown.NOT_RATED if side is Side.OWN else Unknown.NOT_REVEALED
        return unanswered if meaning is None else Unknown.NOT_SURE
    never_sent = of.review is LearnerReviewState.NOT_SENT and side is Side.OWN
    return IN_REVIEW.get(of.review, Unknown.NOT_SENT if never_sent else Unknown.NOT_REVIEWED)


def level_words(rank: int | None, domain: DomainShape, *, is_judged: bool) -> Wording:
    """The level reached, on every page and in every file."""
    if rank is None:
        return _("Level not known yet") if is_judged else _("Too few statements to judge")
    return domain.level_name(rank) or _("No level yet")


def small_level(of: LevelView) -> str:
    """How many statements a level has, if few; "" for more than SMALL."""
    few = of.tally.applicable
    if few > SMALL:
        return ""
    if few == of.need == 2:
        return _("both statements must be met")
    if 1 < few == of.need:
        return _("all %(num)s statements must be met", num=few)
    return ngettext("%(num)d statement here", "%(num)d statements here", few)


def counts_as_met(answers: Sequence[ScaleLabel]) -> str:
    """Which answers of the framework's scale count."""
    labels = ", ".join(f"“{answer.label}”" for answer in answers)
    return ngettext(
        "Only %(answers)s counts as met.",
        "Only these count as met: %(answers)s.",
        len(answers),
        answers=labels,
    )


def level_rule(rule: LevelRule) -> dict[str, str]:
    """When a level is met and when it is reached, in sentences; and what the rule is called."""
    numbers = (rule.least, rule.least + 1, rule.least + 8)
    examples = [_("%(need)s of %(num)s", need=rule.need(num), num=num) for num in numbers]
    met = _(
        "A level is met when %(share)s statements that apply are met, rounded up: %(examples)s.",
        share=share_words(rule),
        examples=", ".join(examples),
    )
    reached = _("A level is reached when it is met and every lower one is too.")
    counts = ngettext(
        "It counts if at least %(num)d statement applies, and at least half of those listed. "
        "Otherwise it has too few statements to judge: it is shown but not counted.",
        "It counts if at least %(num)d statements apply, and at least half of those listed. "
        "Otherwise it has too few statements to judge: it is shown but not counted.",
        rule.least,
    )
    named = _("The rule is %(rule)s, version %(num)s.", rule=rule_words(rule), num=RULE_VERSION)
    return {"met": met, "reached": f"{reached} {counts}", "named": named}


def change(of: DomainLevels, domain: DomainShape, voice: Voice, unknown: OpenStatements) -> str:
    """What would let the next level be held: "2 statements from Proficient"."""
    lacks = of.lacks
    if lacks is None:
        if counts_nowhere(of):
            return _("Too few statements at every level to judge one.")
        return _("Every level that counts is reached.")
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
    view = of.level(lacks.rank)
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
            return _("No statement of this level counts yet.")
        case LevelState.LIMITED:
            return ngettext(
                "Too few statements to judge: only %(num)d of %(listed)d listed applies, so "
                "this level is not counted.",
                "Too few statements to judge: only %(num)d of %(listed)d listed apply, so "
                "this level is not counted.",
                view.tally.applicable,
                listed=view.tally.listed,
            )
        case LevelState.MET if view.held:
            return _("Reached: %(counts)s.", counts=counts)
        case LevelState.MET:
            return _("Met, but a lower level isn’t. %(counts)s.", counts=counts)
        case LevelState.NOT_MET:
            return _("Not met: %(counts)s.", counts=counts)
        case LevelState.NOT_YET_KNOWN:
            return _not_known(view, counts)


def _not_known(view: LevelView, counts: str) -> str:
    """Not known yet, without counts where nothing at this level is known."""
    if view.tally.open < view.tally.applicable:
        return _("Not known yet: %(counts)s; %(open)s open.", counts=counts, open=view.tally.open)
    small = small_level(view)
    return _("Not known yet: %(small)s.", small=small) if small else _("Not known yet.")


def unanswered(of: StatementVoices, voice: Voice, side: Side | None) -> str:
    """What to say of a statement without an answer in that voice, to a reader of that side."""
    lacking = lacking_in(voice, of, side)
    words = "" if lacking is None else str(WORDS[lacking])
    if voice is Voice.SELF:
        return words
    match of.review:
        case LearnerReviewState.WITH_REVIEWER:
            return _("%(unknown)s: with your reviewer", unknown=words)
        case LearnerReviewState.RETURNED:
            return _("%(unknown)s: your reviewer has a question", unknown=words)
        case _:
            return words
