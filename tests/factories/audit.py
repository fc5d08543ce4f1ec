"""Events of the audit, written as the program writes them."""

import datetime as dt

from tests.factories.world import World
from tracker.db import transaction
from tracker.records import audit as audit_records


def happened(
    world: World,
    kind: str,
    actor: str | None = None,
    about: str | None = None,
    *,
    library: str | None = "city",
    at: dt.datetime | None = None,
    **facts: str | int,
) -> None:
    """One event, in a transaction of its own. `actor`, `about` and `library` are names of the
    world."""
    with transaction() as tx:
        audit_records.note(
            tx,
            kind,
            at or world.now,
            library_id=world.libraries[library] if library else None,
            actor_id=world.people[actor] if actor else None,
            subject_id=world.people[about] if about else None,
            **facts,
        )
