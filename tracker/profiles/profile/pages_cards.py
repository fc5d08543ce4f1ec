"""The three cards over a profile: where somebody is, what changed, what is next."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from flask_babel import gettext as _, ngettext

from tracker.frameworks.versions.rules_levels import TargetState
from tracker.frameworks.versions.rules_scale import Voice
from tracker.profiles.growth.queries import EarlierRound
from tracker.profiles.growth.rules import DomainFall, DomainFallReason
from tracker.profiles.profile.pages_words import in_states
from tracker.record.growth.rules import StatementChange, growth
from tracker.record.sheet.queries_learners import Learner
from tracker.record.sheet.rules import Sheet
from tracker.record.sheet.rules_summaries import endorsed_count
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
    return VoiceSummary(voice, states, headline, rest, answers > 0)


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
        return ChangesSince(chosen, offered, note, "", falls, day, ())
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
    return ChangesSince(chosen, offered, headline, note, falls, day, lists)


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
