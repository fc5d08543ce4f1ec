"""The three cards over a profile: where somebody is, what changed, what is next."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import ngettext

from tracker.queries.assessment.learners import Learner
from tracker.queries.profiles.growth import EarlierRound, Growth, StatementChange
from tracker.queries.profiles.profiles import Profile
from tracker.rules.frameworks.scale import Voice
from tracker.rules.profiles.levels import TargetState
from tracker.web.profiles.level_bars import SectionBars
from tracker.web.ui.templating.dates import as_of


@dataclass(frozen=True, slots=True)
class VoiceSummary:
    """One voice over all domains: the state in each, in their order, and their counts in words."""

    voice: Voice
    states: tuple[TargetState | None, ...]
    at_target: int
    words: str


@dataclass(frozen=True, slots=True)
class ChangeList:
    """A number and the statements behind it."""

    title: str
    changes: tuple[StatementChange, ...]


@dataclass(frozen=True, slots=True)
class ChangesSince:
    """What changed since the end of a round. `by_statement` is False for a reader who gets nothing
    by statement; `lists` are all there then, also those of nothing."""

    round: EarlierRound
    offered: list[EarlierRound]
    headline: str
    note: str
    as_of: str
    lists: tuple[ChangeList, ...]
    by_statement: bool


def summaries(of: Sequence[SectionBars]) -> list[VoiceSummary]:
    """The self side first, where there is one."""
    by_voice: dict[Voice, list[TargetState | None]] = {}
    for bar in (bar for section in of for row in section.rows for bar in row.bars):
        by_voice.setdefault(bar.voice, []).append(bar.target.state)
    return [
        VoiceSummary(voice, tuple(states), states.count(TargetState.AT_TARGET), _counts(states))
        for voice, states in by_voice.items()
    ]


def headline(at_target: int, with_target: int) -> str:
    """In one voice: its place says in which."""
    if not with_target:
        return str(_("No targets are set"))
    return str(
        ngettext(
            "At target in %(at)s of %(num)d domain",
            "At target in %(at)s of %(num)d domains",
            with_target,
            at=at_target,
        )
    )


def changes(
    of: Profile,
    offered: list[EarlierRound],
    chosen: EarlierRound,
    growth: Growth,
    now: Sequence[VoiceSummary],
) -> ChangesSince:
    endorsed = next(each for each in now if each.voice is Voice.ENDORSED)
    note = _(
        "Domains at target: %(then)s then, %(now)s now.",
        then=chosen.at_target,
        now=endorsed.at_target,
    )
    note = " ".join(filter(None, (note, _other_measure(of.learner, chosen))))
    then = as_of(chosen.ends_on, chosen.reconstructed)
    if of.own is None:
        return ChangesSince(chosen, offered, str(note), "", then, (), False)
    lists = [
        ChangeList(_moved(len(growth.up), len(growth.down)), ()),
        ChangeList(
            ngettext(
                "%(num)d self-rating moved up", "%(num)d self-ratings moved up", len(growth.up)
            ),
            growth.up,
        ),
        ChangeList(
            ngettext(
                "%(num)d self-rating moved down",
                "%(num)d self-ratings moved down",
                len(growth.down),
            ),
            growth.down,
        ),
        ChangeList(_("%(num)s newly met in reviews", num=len(growth.newly)), growth.newly),
    ]
    if growth.no_longer:
        lists.append(
            ChangeList(
                _("%(num)s no longer met in reviews", num=len(growth.no_longer)), growth.no_longer
            )
        )
    return ChangesSince(chosen, offered, lists[0].title, str(note), then, tuple(lists[1:]), True)


def _other_measure(learner: Learner, then: EarlierRound) -> str:
    """Where they are measured by other job profiles, or in another version, than they were."""
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
    return str(words) % {
        "then": before,
        "now": now,
        "old": then.version,
        "new": learner.framework_version,
    }


def _moved(up: int, down: int) -> str:
    """Of the self side alone: reviewed ratings have lists of their own."""
    return str(_("Self-ratings: %(up)s moved up, %(down)s down", up=up, down=down))


def _counts(states: Sequence[TargetState | None]) -> str:
    """ "7 at target, 4 below target, 1 not known yet"; what there is none of is not named."""
    words = [
        (TargetState.AT_TARGET, _("%(num)s at target")),
        (TargetState.GAP, _("%(num)s below target")),
        (TargetState.NOT_YET_KNOWN, _("%(num)s not known yet")),
        (TargetState.NOT_ASSESSED, _("%(num)s not assessed")),
        (None, _("%(num)s without a target")),
    ]
    return ", ".join(text % {"num": states.count(key)} for key, text in words if key in states)
