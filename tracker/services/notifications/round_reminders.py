"""Reminding people that a round closes: by a coordinator, or by the daily work when its end is
near."""

import datetime as dt
from collections.abc import Collection

from sqlalchemy import select

from tracker.db import transaction
from tracker.models import Library, Round
from tracker.policy.permissions import Actor, Subject
from tracker.queries.access.blind_spots import BlindSpots
from tracker.queries.notifications import reminders
from tracker.queries.notifications import round_reminders as queries
from tracker.queries.teams import gap_scope
from tracker.queries.teams.rounds import page as round_page
from tracker.records import audit
from tracker.records.notifications import round_reminders as records
from tracker.row_locks import held
from tracker.rules.calendar import day_in
from tracker.rules.errors import Conflict, Missing


def remind(
    actor: Actor,
    team: Subject,
    round_id: int,
    people: Collection[int],
    blind: BlindSpots,
    now: dt.datetime,
    *,
    by_mail: bool,
) -> int:
    """Remind those of the team who can be reminded now: who sent meanwhile, is away, or was
    reminded lately is left out. Returns how many.

    Raises Missing for a round that is not offered; Conflict("nobody_to_remind") where nobody is
    left.
    """
    with transaction() as tx:
        library = tx.scalars(held(select(Library).where(Library.id == actor.library_id))).one()
        scope = gap_scope.gap_scope(actor, team.id, team.places[0].path, blind, now)
        offered = {each.id: each for each in round_page.offered(scope)}
        if round_id not in offered:
            raise Missing
        page = round_page.page(actor, scope, offered[round_id], now)
        wanted = [
            each.person_id
            for each in page.learners
            if each.person_id in people and each.can_be_reminded
        ]
        if not wanted:
            raise Conflict("nobody_to_remind")
        period = tx.get_one(Round, round_id)
        count = records.remind(tx, library, period, wanted, actor.person_id, now, by_mail=by_mail)
        audit.note(
            tx,
            "round_reminded",
            now,
            library_id=library.id,
            actor_id=actor.person_id,
            subject_id=None,
            round_id=period.id,
            round=period.name,
            team=page.team.name,
            reminded=str(count),
        )
        return count


def remind_closing(now: dt.datetime, *, by_mail: bool) -> int:
    """Of all libraries, once for each last day. Returns how many are new."""
    count = 0
    for library_id, time_zone in reminders.libraries():
        with transaction() as tx:
            library = tx.scalars(held(select(Library).where(Library.id == library_id))).one()
            today = day_in(time_zone, now)
            for round_id, people in queries.closing(library_id, today, now).items():
                count += records.remind(
                    tx, library, tx.get_one(Round, round_id), people, None, now, by_mail=by_mail
                )
    return count
