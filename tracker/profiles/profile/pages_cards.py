"""The three cards over a profile: where somebody is, what changed, what is next."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from flask_babel import gettext as _
from flask_babel import ngettext

from tracker.frameworks.versions.rules_levels import DomainStanding, TargetState
from tracker.frameworks.versions.rules_scale import Voice
from tracker.profiles.growth.queries import EarlierRound
from tracker.profiles.growth.rules import DomainFall, DomainFallReason
from tracker.profiles.profile.pages_words import in_states
from tracker.profiles.profile.queries import Profile
from tracker.record.growth.rules import Growth, StatementChange
from tracker.record.sheet.queries_learners import Learner
from tracker.record.sheet.rules_words import Side
from tracker.record.versions.rules import DomainShape
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

    @property
    def at_target(self) -> int:
        return self.states.count(TargetState.AT_TARGET)


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


def summaries(of: Profile, side: Side | None, reviewed: int) -> list[VoiceSummary]:
    """What is reviewed first, then the self side, where the reader gets one. `reviewed`: how many
    reviewed ratings stand."""
    voices = [_summary(Voice.ENDORSED, of, of.endorsed, side, reviewed)]
    if of.own is not None:
        voices.append(_summary(Voice.SELF, of, of.own, side, of.rated))
    return voices


def _summary(
    voice: Voice,
    of: Profile,
    standings: Mapping[int, DomainStanding],
    side: Side | None,
    answers: int,
) -> VoiceSummary:
    states = tuple(standings[domain.id].target_state for domain in of.domains)
    counts = Counter(states)
    headline = ""
    if voice is Voice.ENDORSED:
        if answers or of.rated or side is not Side.OWN:
            headline = _reviewed(counts, answers)
    elif answers and counts[None] < len(states):
        headline = own_ratings(counts, side)
    return VoiceSummary(
        voice, states, headline, beside_headline(voice, counts) if answers else "", answers > 0
    )


def own_ratings(counts: Counter[TargetState | None], side: Side | None) -> str:
    at, targets = counts[TargetState.AT_TARGET], counts.total() - counts[None]
    is_any_known = at or counts[TargetState.GAP]
    if side is Side.OWN and not is_any_known:
        return str(_("Your ratings: no domain known yet"))
    if not is_any_known:
        return str(_("Self-ratings: no domain known yet"))
    if side is Side.OWN:
        return str(_("Your ratings: %(at)s of %(num)s", at=at, num=targets))
    return str(_("Self-ratings: %(at)s of %(num)s", at=at, num=targets))


def _reviewed(counts: Counter[TargetState | None], answers: int) -> str:
    if counts[None] == counts.total():
        return str(_("No targets are set"))
    if not answers:
        return str(_("Nothing is reviewed yet"))
    at, is_open = counts[TargetState.AT_TARGET], counts[TargetState.NOT_YET_KNOWN]
    known = at + counts[TargetState.GAP]
    if not known:
        return str(_("No domain is known yet"))
    if not is_open:
        return str(
            ngettext(
                "%(at)s of %(num)d domain at target",
                "%(at)s of %(num)d domains at target",
                known,
                at=at,
            )
        )
    return str(
        ngettext(
            "%(at)s of %(num)d known domain at target; %(open)s not reviewed yet",
            "%(at)s of %(num)d known domains at target; %(open)s not reviewed yet",
            known,
            at=at,
            open=is_open,
        )
    )


def beside_headline(voice: Voice, counts: Counter[TargetState | None]) -> str:
    """ "4 below target, 1 not known yet": the domains that the headline doesn't count."""
    unknown = [] if voice is Voice.ENDORSED else [TargetState.NOT_YET_KNOWN]
    return in_states(counts, TargetState.GAP, *unknown, TargetState.NOT_ASSESSED, None)


def changes(
    of: Profile,
    offered: list[EarlierRound],
    chosen: EarlierRound,
    growth: Growth,
    now: Sequence[VoiceSummary],
    fallen: Sequence[DomainFall],
) -> ChangesSince:
    endorsed = next(summary for summary in now if summary.voice is Voice.ENDORSED)
    note = _(
        "Domains at target: %(then)s then, %(now)s now.",
        then=chosen.at_target,
        now=endorsed.at_target,
    )
    note = " ".join(filter(None, (note, _other_measure(of.learner, chosen))))
    then = as_of(chosen.ends_on, chosen.reconstructed)
    domains = {domain.id: domain for domain in of.domains}
    falls = tuple(
        _(
            "%(domain)s isn’t at target anymore: %(why)s.",
            domain=domains[fall.domain_id].title,
            why=_why(fall, domains[fall.domain_id], of.targets.get(fall.domain_id, 0)),
        )
        for fall in fallen
    )
    if of.own is None:
        return ChangesSince(chosen, offered, note, "", falls, then, ())
    lists = [
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
    headline = _(
        "Self-ratings: %(up)s moved up, %(down)s down", up=len(growth.up), down=len(growth.down)
    )
    return ChangesSince(chosen, offered, headline, note, falls, then, tuple(lists))


def _why(fall: DomainFall, domain: DomainShape, target: int) -> str:
    if DomainFallReason.TARGET in fall.reasons:
        before, now = domain.level_name(fall.before), domain.level_name(target)
        return str(_("the target was %(before)s and is %(now)s now", before=before, now=now))
    return ", ".join(_because(reason, count) for reason, count in fall.reasons.items())


def _because(reason: DomainFallReason, count: int) -> str:
    match reason:
        case DomainFallReason.EXPIRED:
            words = ngettext(
                "%(num)d reviewed rating expired", "%(num)d reviewed ratings expired", count
            )
        case DomainFallReason.REVOKED:
            words = ngettext(
                "%(num)d reviewed rating was revoked",
                "%(num)d reviewed ratings were revoked",
                count,
            )
        case DomainFallReason.SUSPENDED:
            words = ngettext(
                "%(num)d review ended with no agreement",
                "%(num)d reviews ended with no agreement",
                count,
            )
        case DomainFallReason.REVIEWED_AGAIN:
            words = ngettext(
                "%(num)d statement was reviewed again",
                "%(num)d statements were reviewed again",
                count,
            )
        case DomainFallReason.VERSION:
            words = _("this version lists other statements")
        case _:
            words = _("other statements count now")
    return str(words)


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
    return str(words) % {
        "then": before,
        "now": now,
        "old": then.version,
        "new": learner.framework_version,
    }
