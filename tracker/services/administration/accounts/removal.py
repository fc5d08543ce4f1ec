"""An account that was made by mistake is deleted."""

import datetime as dt

from tracker.db import transaction
from tracker.policy.permissions import Actor
from tracker.queries.administration.accounts.unused import is_unused
from tracker.queries.teams.rounds.facts import facts_at_end
from tracker.records import administration
from tracker.records.accounts import removal
from tracker.records.reviews import round_snapshots
from tracker.rules.errors import Conflict


def remove(actor: Actor, person_id: int, now: dt.datetime) -> None:
    """Its memberships and invitations go, and its address is free. Raises Conflict("account_used")
    for who has signed in or has a record."""
    with transaction() as tx:
        person = administration.person_of(tx, actor, person_id)
        round_snapshots.keep_due(tx, actor.library_id, now, facts_at_end)
        if not is_unused(person.id):
            raise Conflict("account_used")
        removal.remove(tx, actor, person, now)
