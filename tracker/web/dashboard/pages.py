"""Today: what waits for somebody in each of their roles, and one thing to go on with."""

import datetime as dt
from dataclasses import dataclass

from tracker.policy.permissions import Actor
from tracker.queries.teams.teams import OpenRound, open_rounds
from tracker.web.dashboard.duties import Duties, administering, coordinating, supervising
from tracker.web.dashboard.learner import Learning, learning
from tracker.web.ui.panels import NextUp, Section


@dataclass(frozen=True, slots=True)
class Today:
    """`has_role` is False for somebody who is in no team and administers nothing."""

    rounds: tuple[OpenRound, ...]
    next_up: NextUp | None
    learning: Learning | None
    sections: list[Section]
    has_role: bool


def today_of(actor: Actor, now: dt.datetime) -> Today:
    """One thing goes on top: a review that is overdue, then one's own rating, then what others wait
    for."""
    on = actor.today(now)
    rounds = open_rounds(actor.library_id, on)
    own = learning(actor, now) if actor.learns_in else None
    duties = [
        supervising(actor, on) if actor.supervises else Duties([]),
        coordinating(actor, rounds, on) if actor.coordinates else Duties([]),
        administering(actor, on) if actor.administrator else Duties([]),
    ]
    wanted = [each.next_up for each in duties if each.overdue]
    wanted.append(own.next_up if own is not None else None)
    supervised, coordinated, administered = (each.next_up for each in duties)
    wanted += [supervised, administered, coordinated]
    return Today(
        rounds=_of_interest(rounds, own, actor),
        next_up=next((each for each in wanted if each is not None), None),
        learning=own,
        sections=[section for each in duties for section in each.sections],
        has_role=bool(own or actor.supervises or actor.coordinates or actor.administrator),
    )


def _of_interest(
    rounds: tuple[OpenRound, ...], own: Learning | None, actor: Actor
) -> tuple[OpenRound, ...]:
    """A learner with no other role needs the round of their own framework alone."""
    if own is None or actor.supervises or actor.coordinates or actor.administrator:
        return rounds
    return tuple(each for each in rounds if each.id == own.learner.round_id)
