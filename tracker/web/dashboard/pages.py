"""Today: what waits for somebody in each of their roles, and one thing to go on with."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

from flask_babel import gettext as _

from tracker.policy.permissions import Actor
from tracker.queries.teams.teams import OpenRound
from tracker.rules.notifications.notices import LEADS_TO, NoticeKind, NoticePage, ReaderNotice
from tracker.web.dashboard.administering import administering, new_readers, operating
from tracker.web.dashboard.coming_back import Offer
from tracker.web.dashboard.duties import Duties, coordinating, supervising
from tracker.web.dashboard.learner import Learning, learning
from tracker.web.notifications.labels import href, sentence
from tracker.web.ui.panels import NextUp, PanelEntry, PanelLink, Section, due


@dataclass(frozen=True, slots=True)
class Today:
    """`without_me`: rounds that they are told of and are not in. `also`: what else waits for a
    learner. `due`: until when somebody waits for what is put first. `has_role` is False for
    somebody who is in no team and administers nothing."""

    rounds: tuple[OpenRound, ...]
    without_me: frozenset[int]
    next_up: NextUp | None
    due: str
    learning: Learning | None
    also: list[PanelEntry]
    offer: Offer | None
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
        _checking(actor, now),
        _looking_after(actor, now),
    ]
    supervised, coordinated, _checked, administered = (each.next_ups for each in duties)
    own_ups = [*own.waits, *own.next_ups] if own is not None else []
    next_up = first_of([*own_ups, *supervised, *administered, *coordinated])
    if next_up in administered:
        (section,) = duties[-1].sections
        duties[-1] = Duties([_without_first(section)])
    return Today(
        rounds=_of_interest(rounds, own, actor),
        without_me=_without(rounds, own),
        next_up=next_up,
        due=due(next_up.due_on, on) if next_up and next_up.due_on else "",
        learning=own,
        also=own.others(next_up) if own is not None else [],
        offer=own.back.offered(next_up) if own is not None else None,
        sections=[
            section
            for each in duties
            for section in each.sections
            if section.entries or section.links
        ],
        has_role=bool(
            own or actor.supervises or actor.coordinates or actor.administrator or actor.operator
        ),
    )


def _without_first(section: Section) -> Section:
    """What stands on top isn't said again below."""
    return replace(
        section, entries=section.entries[1:], nothing=_("Nothing else waits for you here.")
    )


def _checking(actor: Actor, now: dt.datetime) -> Duties:
    """New readers for a supervisor or coordinator; an administrator has them among the rest. One
    query."""
    if actor.administrator or not (actor.supervises or actor.coordinates):
        return Duties([])
    waiting = new_readers(actor, now)
    return Duties([Section(_("New readers"), waiting)] if waiting else [])


def _looking_after(actor: Actor, now: dt.datetime) -> Duties:
    """An administrator who is operator too has both in one section."""
    if actor.administrator:
        return administering(actor, now)
    return operating(actor) if actor.operator else Duties([])


def account_alerts(
    told: Sequence[tuple[NoticeKind, str, ReaderNotice | None]],
) -> list[tuple[str, PanelLink]]:
    """What befell their account, or one that they look after, and they have not seen yet: what, and
    where to go."""
    words = {
        NoticePage.ACCOUNT: _("Open your account"),
        NoticePage.AUDIT: _("Open the audit trail"),
        NoticePage.SYSTEM: _("Open the System page"),
        NoticePage.OWN_READERS: _("See who reads your record"),
        NoticePage.BACKGROUND: _("Open Background work"),
    }
    return [
        (sentence(kind, name, of_reader=reader), PanelLink(href(kind, None), words[LEADS_TO[kind]]))
        for kind, name, reader in told
    ]


def first_of(wanted: Sequence[NextUp]) -> NextUp | None:
    """The nearest date by which somebody else waits, else the first."""
    return min(wanted, key=lambda each: each.due_on or dt.date.max, default=None)


def _without(rounds: tuple[OpenRound, ...], own: Learning | None) -> frozenset[int]:
    """The rounds in which somebody who learns is not: they are for other versions."""
    if own is None:
        return frozenset()
    versions = {each.id for each in own.learner.frameworks}
    return frozenset(each.id for each in rounds if not each.framework_ids & versions)


def _of_interest(
    rounds: tuple[OpenRound, ...], own: Learning | None, actor: Actor
) -> tuple[OpenRound, ...]:
    """A learner with no other role needs the round of their own framework alone."""
    if own is None or actor.supervises or actor.coordinates or actor.administrator:
        return rounds
    return tuple(each for each in rounds if each.id == own.learner.round_id)
