"""Where a learner stands, and the domains that are not at target by their own ratings, by name."""

from dataclasses import dataclass

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from tracker.queries.profiles.profiles import Profile
from tracker.rules.frameworks.scale import Voice
from tracker.rules.frameworks.wording import Wording
from tracker.rules.profiles.levels import DomainStanding, TargetState
from tracker.rules.record.words import Side
from tracker.web.profiles import cards
from tracker.web.profiles.cards import VoiceSummary
from tracker.web.profiles.standing_words import TargetWords, target_words
from tracker.web.profiles.unknown_words import OpenStatements


@dataclass(frozen=True, slots=True)
class DomainStatus:
    label: Wording
    href: str
    target: TargetWords


@dataclass(frozen=True, slots=True)
class WhereYouStand:
    """`summaries`: as on their profile. `listed`: by their own ratings, those that are begun;
    `rest`: what is said of the others."""

    summaries: list[VoiceSummary]
    listed: list[DomainStatus]
    rest: str

    @property
    def is_known(self) -> bool:
        """Whether anything is rated or reviewed."""
        return any(each.is_known for each in self.summaries)


def where_you_stand(of: Profile, reviewed: int, unknown: OpenStatements) -> WhereYouStand:
    own = of.own or {}
    states = tuple(own[domain.id].target_state for domain in of.domains)
    at_target = states.count(TargetState.AT_TARGET)
    not_begun = {domain.id for domain in of.domains if _is_not_begun(own[domain.id])}
    listed = [
        DomainStatus(
            domain.title,
            url_for("profiles.explain_own", domain=domain.key),
            target_words(own[domain.id], domain, Voice.SELF, unknown),
        )
        for domain in of.domains
        if own[domain.id].target_state not in (None, TargetState.AT_TARGET)
        and domain.id not in not_begun
    ]
    return WhereYouStand(
        summaries=cards.summaries(of, Side.OWN, reviewed),
        listed=listed,
        rest=_with_not_begun(at_target, len(not_begun), states.count(None), any_listed=bool(listed))
        if not_begun
        else _rest(at_target, states.count(None), any_listed=bool(listed)),
    )


def _is_not_begun(of: DomainStanding) -> bool:
    return of.target_state is TargetState.NOT_YET_KNOWN and not any(
        view.tally.met or view.tally.not_met for view in of.levels
    )


def _with_not_begun(at_target: int, not_begun: int, without: int, *, any_listed: bool) -> str:
    """ "The others: 1 at target, 2 not known yet": nothing where all are not begun."""
    counts = {
        _("%(num)s at target"): at_target,
        _("%(num)s not known yet"): not_begun,
        _("%(num)s without a target"): without,
    }
    if not any_listed and not at_target:
        return ""
    words = ", ".join(text % {"num": count} for text, count in counts.items() if count)
    return str(_("The others: %(counts)s.", counts=words)) if any_listed else f"{words}."


def _rest(at_target: int, without: int, *, any_listed: bool) -> str:
    """What is said of the domains at target and of those without one."""
    if any_listed and at_target and without:
        words = _(
            "The others: %(at)s at target, %(without)s without a target.",
            at=at_target,
            without=without,
        )
    elif without and (any_listed or at_target):
        words = ngettext(
            "The other %(num)d has no target.", "The other %(num)d have no target.", without
        )
    elif without:
        words = _("Your profile shows the level you reached in each domain.")
    elif any_listed and at_target:
        words = ngettext(
            "The other %(num)d is at target.", "The other %(num)d are at target.", at_target
        )
    else:
        words = _("Every domain is at target.") if at_target else ""
    return str(words)
