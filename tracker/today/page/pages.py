"""Today: what waits for somebody in each of their roles, and one thing to go on with."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

from flask_babel import gettext as _

from tracker.notifications.notices.pages import href, sentence
from tracker.policy.permissions import Actor
from tracker.rules.core.notices import LEADS_TO, MailLine, NoticePage
from tracker.teams.team.queries import OpenRound
from tracker.today.page.pages_duties import administering, coordinating, operating
from tracker.today.page.pages_learner import Learning, learning
from tracker.today.page.pages_supervising import supervising
from tracker.web.ui.panels import Duties, NextUp, PanelEntry, PanelLink, Section, due
from tracker.web.ui.templating.dates import day


@dataclass(frozen=True, slots=True)
class Today:
    """`rounds`: until when each is open. `also`: what else waits for a learner. `due`: until when
    somebody waits for what is put first. `has_role` is False for somebody who is in no team and
    administers nothing."""

    rounds: list[str]
    next_up: NextUp | None
    due: str
    learning: Learning | None
    also: list[PanelEntry]
    offer: PanelLink | None
    sections: list[Section]
    has_role: bool

    @property
    def is_clear(self) -> bool:
        """Whether nothing waits for somebody who has a role."""
        return self.has_role and not (self.next_up or self.also or self.sections)


def today_of(actor: Actor, rounds: tuple[OpenRound, ...], now: dt.datetime) -> Today:
    """One thing goes on top: that for which somebody else waits, the nearest date first; where
    nobody waits for anything, one's own rating, then what others have to do."""
    on = actor.today(now)
    own = learning(actor, now) if actor.learns_in else None
    duties = [
        supervising(actor, on),
        coordinating(actor, rounds, on) if actor.coordinates else Duties([]),
        _looking_after(actor, now),
    ]
    supervised, coordinated, administered = (duty.next_ups for duty in duties)
    own_ups = [*own.waits, *own.next_ups] if own is not None else []
    next_ups = [*own_ups, *supervised, *administered, *coordinated]
    next_up = min(next_ups, key=lambda next_up: next_up.due_on or dt.date.max, default=None)
    if next_up in administered:
        # What stands on top isn't said again below.
        (section,) = duties[-1].sections
        rest, nothing = section.entries[1:], _("Nothing else waits for you here.")
        duties[-1] = Duties([replace(section, entries=rest, nothing=nothing)])
    return Today(
        rounds=_rounds_open(rounds, own, actor),
        next_up=next_up,
        due=due(next_up.due_on, on) if next_up and next_up.due_on else "",
        learning=own,
        also=own.others(next_up) if own is not None else [],
        offer=own.back.offered(next_up) if own is not None else None,
        sections=[
            section
            for duty in duties
            for section in duty.sections
            if section.entries or section.links
        ],
        has_role=bool(
            own or actor.supervises or actor.coordinates or actor.administrator or actor.operator
        ),
    )


def _looking_after(actor: Actor, now: dt.datetime) -> Duties:
    """An administrator who is operator too has both in one section."""
    if actor.administrator:
        return administering(actor, now)
    return operating(actor) if actor.operator else Duties([])


def account_alerts(alerts: Sequence[MailLine]) -> list[tuple[str, PanelLink]]:
    """What happened to their account, or to one that they look after, that they have not seen yet;
    and where to go."""
    words = {
        NoticePage.ACCOUNT: _("Open your account"),
        NoticePage.AUDIT: _("Open the audit trail"),
        NoticePage.SYSTEM: _("Open the System page"),
        NoticePage.OWN_READERS: _("See who reads your record"),
        NoticePage.BACKGROUND: _("Open Background work"),
    }
    return [(sentence(one), PanelLink(href(one), words[LEADS_TO[one.kind]])) for one in alerts]


def _rounds_open(rounds: tuple[OpenRound, ...], own: Learning | None, actor: Actor) -> list[str]:
    """A learner with no other role needs the round of their own framework alone; others are told
    in which they are not themselves, as it is for other versions."""
    if own is None:
        return [_closes(round_) for round_ in rounds]
    if not (actor.supervises or actor.coordinates or actor.administrator):
        rounds = tuple(round_ for round_ in rounds if round_.id == own.learner.round_id)
    versions = {framework.id for framework in own.learner.frameworks}
    return [
        _closes(round_)
        if round_.framework_ids & versions
        else _(
            "%(round)s closes on %(day)s (you’re not in it)",
            round=round_.name,
            day=day(round_.ends_on),
        )
        for round_ in rounds
    ]


def _closes(of: OpenRound) -> str:
    return _("%(round)s closes on %(day)s", round=of.name, day=day(of.ends_on))
