"""Who took records out as a file."""

import datetime as dt

from tracker.db import transaction
from tracker.models import Team
from tracker.policy.permissions import Actor, Subject
from tracker.records import audit


def downloaded(
    actor: Actor, what: str, form: str, subject: Subject | None, record: str, now: dt.datetime
) -> None:
    """`what`: the part of the application that made the file; `form`: its kind, as "csv".
    `subject`: the record of the door, None where it is the actor's own; `record`: its kind."""
    owner_id = actor.person_id if subject is None else subject.owner_id
    facts: dict[str, str | int] = (
        {} if subject is None else {"record": record, "record_id": subject.id}
    )
    with transaction() as tx:
        team = tx.get(Team, subject.id) if subject is not None and record == "team" else None
        if team is not None:
            facts["team"] = team.name
        audit.note(
            tx,
            "downloaded",
            now,
            library_id=actor.library_id,
            actor_id=actor.person_id,
            subject_id=owner_id,
            what=what,
            form=form,
            **facts,
        )
