"""How people of a library come in: when invitations are mailed and how long they work, and when a
sign-in ends that is not used."""

import datetime as dt

from tracker.db import transaction
from tracker.policy.permissions import Actor
from tracker.records import administration, audit
from tracker.rules.accounts.idle import CHOICES
from tracker.rules.accounts.links import INVITATION_DAYS_MAX, LAST_HOUR
from tracker.rules.errors import Invalid


def edit(
    actor: Actor,
    *,
    invitation_days: int,
    invites_from: int,
    invites_until: int,
    idle_minutes: int | None,
    now: dt.datetime,
) -> None:
    """The audit keeps what each was before and is now.

    Raises Invalid: invitation_days_out_of_range, hours_not_in_order, idle_unknown.
    """
    if not 1 <= invitation_days <= INVITATION_DAYS_MAX:
        raise Invalid(
            "invitation_days_out_of_range", "invitation_days", longest=INVITATION_DAYS_MAX
        )
    if not 0 <= invites_from < invites_until <= LAST_HOUR:
        raise Invalid("hours_not_in_order", "invites_until")
    if idle_minutes is not None and idle_minutes not in CHOICES:
        raise Invalid("idle_unknown", "idle_minutes")
    wanted = {
        "invitation_days": invitation_days,
        "invites_from": invites_from,
        "invites_until": invites_until,
        "idle_minutes": idle_minutes,
    }
    with transaction() as tx:
        library = administration.of_library(tx, actor)
        before = {key: getattr(library, key) for key in wanted}
        changed = [
            f"{key}: {before[key]} -> {value}"
            for key, value in wanted.items()
            if before[key] != value
        ]
        for key, value in wanted.items():
            setattr(library, key, value)
        if changed:
            audit.note(
                tx,
                "library_edited",
                now,
                library_id=library.id,
                actor_id=actor.person_id,
                changed=", ".join(changed),
            )
