"""Moving people from one version of a framework to another, and back: a pointer, in one
transaction. What they said stays with its skills, so nothing is copied, and nothing lost."""

import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.db import session, transaction
from tracker.models import Framework, Library, Person, Team
from tracker.policy.permissions import Actor
from tracker.queries.frameworks import version_steps
from tracker.queries.frameworks.version_steps import MoveScope
from tracker.queries.teams.rounds.facts import facts_at_end
from tracker.records import administration, audit
from tracker.records.frameworks import moves
from tracker.records.reviews import round_snapshots
from tracker.row_locks import held
from tracker.rules.calendar import day_in
from tracker.rules.errors import Conflict, Invalid, Missing
from tracker.rules.frameworks.versions import VersionStatus


def move(
    actor: Actor | None,
    scope: MoveScope,
    now: dt.datetime,
    *,
    seen: str = "",
    newcomers: bool = True,
) -> int:
    """At once. No actor: by command. `seen`: the digest of what the page showed, "" for any;
    `newcomers`: where a whole library moves, they begin with that version from now on, and rounds
    to come are for it. Returns how many people moved.

    Raises Missing; Conflict("move_changed"); Invalid as `check` does.
    """
    with transaction() as tx:
        library = _library(tx, actor, scope.library_id)
        today = day_in(library.time_zone, now)
        people = check(scope, today)
        if seen not in ("", version_steps.digest(scope, people)):
            raise Conflict("move_changed")
        whom = version_steps.whom(scope, today)
        tx.execute(held(select(Person.id).where(Person.id.in_(whom.order_by(None)))))
        round_snapshots.keep_due(tx, library.id, now, facts_at_end)
        before, after = tx.get_one(Framework, scope.from_id), _offered(tx, scope.to_id)
        by = actor.person_id if actor is not None else None
        count = moves.move(tx, library.id, whom, after, by, now)
        if newcomers and scope.is_whole:
            moves.let_newcomers_begin(tx, library.id, before, after, by, today, now)
        audit.note(
            tx,
            "people_moved",
            now,
            library_id=library.id,
            actor_id=by,
            subject_id=scope.person_id,
            **_place(tx, scope),
            framework=after.slug,
            before=before.version,
            after=after.version,
            people=count,
        )
        return count


def check(scope: MoveScope, today: dt.date) -> list[int]:
    """Whom it would be for today.

    Raises Invalid: move_unknown (no other version of the framework; or another library's team or
    person), move_nobody (nobody there is on the version before), move_in_round (theirs is open).
    """
    for found, key in ((Team, scope.team_id), (Person, scope.person_id)):
        if (
            key is not None
            and session().scalar(select(found.library_id).where(found.id == key))
            != scope.library_id
        ):
            raise Invalid("move_unknown", "team_id")
    steps = version_steps.steps(scope.library_id, today)
    way = scope.from_id, scope.to_id
    step = next((each for each in steps if (each.from_id, each.to_id) == way), None)
    if step is None:
        raise Invalid("move_unknown", "to_id")
    if step.round is not None and step.round_ends_on is not None:
        raise Invalid("move_in_round", "to_id", round=step.round, day=step.round_ends_on)
    people = version_steps.people(scope, today)
    if not people and not (scope.is_whole and step.of_newcomers):
        raise Invalid("move_nobody", "team_id")
    return people


def _offered(tx: Session, framework_id: int) -> Framework:
    """Held, so that nobody withdraws it meanwhile."""
    found = tx.scalar(held(select(Framework).where(Framework.id == framework_id)))
    if found is None or found.status != VersionStatus.OFFERED:
        raise Invalid("move_unknown", "to_id")
    return found


def _place(tx: Session, scope: MoveScope) -> dict[str, str | int]:
    if scope.team_id is None:
        return {}
    return {"team_id": scope.team_id, "team": tx.get_one(Team, scope.team_id).name}


def _library(tx: Session, actor: Actor | None, library_id: int) -> Library:
    """Raises Missing."""
    if actor is not None:
        library = administration.of_library(tx, actor)
        if library.id != library_id:
            raise Missing
        return library
    found = tx.scalar(held(select(Library).where(Library.id == library_id)))
    if found is None:
        raise Missing
    return found
