"""Where a learner stands, and the domains that are not at target by their own ratings, by name."""

from dataclasses import dataclass

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from tracker.queries.profiles.profiles import Profile
from tracker.rules.frameworks.scale import Voice
from tracker.rules.frameworks.wording import Wording
from tracker.rules.profiles.levels import TargetState
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
    """`summaries`: as on their profile. `listed`: by their own ratings; `rest`: what is said of the
    others."""

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
    listed = [
        DomainStatus(
            domain.title,
            url_for("profiles.explain_own", domain=domain.key),
            target_words(own[domain.id], domain, Voice.SELF, unknown),
        )
        for domain in of.domains
        if own[domain.id].target_state not in (None, TargetState.AT_TARGET)
    ]
    return WhereYouStand(
        summaries=cards.summaries(of, Side.OWN, reviewed),
        listed=listed,
        rest=_rest(at_target, states.count(None), any_listed=bool(listed)),
    )


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
