"""Who reads whose ratings for a role in a team, and what an administrator may not change about it
alone."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session, aliased

from tracker.models import AuditEvent, Membership, Person, Team
from tracker.policy.permissions import GRACE, Actor, people_of
from tracker.records.notifications import notices
from tracker.rules.administration.requests import INDEPENDENT_AFTER
from tracker.rules.errors import Conflict
from tracker.rules.notifications.notices import NoticeKind, happening
from tracker.rules.roles import Role

Pair = tuple[int, int]
"""A reader and a learner."""
Reach = dict[Pair, list[tuple[dt.date, dt.date]]]
"""From which day to which, now or to come, by each membership that gives it."""

MADE_BY = ("person_added", "administrator_made")
HELD_BY = ("link_made", "person_edited")


@contextmanager
def watched(
    tx: Session,
    actor: Actor,
    now: dt.datetime,
    person_id: int | None = None,
    *,
    signed_in: bool = False,
) -> Iterator[None]:
    """Around a change of memberships or teams: whose ratings somebody reads by it who did not, is
    told so. `person_id`: whose membership alone it is about; `signed_in`: of those who can have
    ratings alone.

    Raises Conflict("needs_another") where it is the actor who would read them, and there is another
    administrator.
    """
    today = actor.today(now)
    before = _reach(tx, actor.library_id, today, person_id, signed_in=signed_in)
    yield
    tx.flush()
    after = _reach(tx, actor.library_id, today, person_id, signed_in=signed_in)
    more = sorted(pair for pair, periods in after.items() if _is_more(periods, before.get(pair)))
    if any(reader == actor.person_id for reader, _learner in more):
        refuse_alone(tx, actor, now)
    for reader, learner in more:
        _tell(tx, [learner], NoticeKind.READER_ADDED, reader, now)


def refuse_alone(tx: Session, actor: Actor, now: dt.datetime) -> None:
    """Raises Conflict("needs_another") where there is another administrator."""
    if others(tx, actor, now):
        raise Conflict("needs_another")


def others(tx: Session, actor: Actor, now: dt.datetime) -> list[int]:
    """The other administrators who can sign in, without those whom the actor made lately: they
    could be the actor."""
    return list(
        tx.scalars(
            select(Person.id)
            .where(
                people_of(actor.library_id),
                Person.administrator.is_(True),
                Person.disabled_at.is_(None),
                Person.password_hash.is_not(None),
                Person.id != actor.person_id,
                Person.id.not_in(_lately(tx, actor.person_id, MADE_BY, now)),
            )
            .order_by(Person.id)
        )
    )


def is_free_of(tx: Session, confirmer: Actor, asker_id: int, now: dt.datetime) -> bool:
    """Whether the asker neither made their account lately nor got at it."""
    return confirmer.person_id not in _lately(tx, asker_id, (*MADE_BY, *HELD_BY), now)


def tell_names_shown(tx: Session, actor: Actor, now: dt.datetime) -> None:
    """Everybody of the library who learns: coordinators see their levels by name."""
    learners = (
        select(Membership.person_id)
        .join(Team, Team.id == Membership.team_id)
        .where(
            Team.library_id == actor.library_id,
            Membership.role == Role.LEARNER,
            or_(Membership.ends_on.is_(None), Membership.ends_on >= actor.today(now)),
        )
        .distinct()
    )
    _tell(tx, tx.scalars(learners).all(), NoticeKind.NAMES_SHOWN, actor.person_id, now)


def _tell(
    tx: Session, learners: Iterable[int], kind: NoticeKind, about: int, now: dt.datetime
) -> None:
    """Who has no password yet has no rating either."""
    signed_in = select(Person.id).where(
        Person.id.in_(list(learners)), Person.password_hash.is_not(None)
    )
    for person_id in tx.scalars(signed_in).all():
        notices.note(tx, person_id, kind, happening("reader", about, now), now, about_id=about)


def _lately(
    tx: Session, actor_id: int, kinds: tuple[str, ...], now: dt.datetime
) -> list[int | None]:
    return list(
        tx.scalars(
            select(AuditEvent.subject_id).where(
                AuditEvent.actor_id == actor_id,
                AuditEvent.kind.in_(kinds),
                AuditEvent.happened_at > now - INDEPENDENT_AFTER,
                AuditEvent.subject_id.is_not(None),
            )
        )
    )


def _is_more(
    periods: list[tuple[dt.date, dt.date]], before: list[tuple[dt.date, dt.date]] | None
) -> bool:
    """Whether a day is among them that none of those before took in."""
    return any(
        not any(first <= begins and ends <= last for first, last in before or ())
        for begins, ends in periods
    )


def _reach(
    tx: Session, library_id: int, today: dt.date, person_id: int | None, *, signed_in: bool = False
) -> Reach:
    """One query. A supervisor reads in the very team, a coordinator below it too, and of who moved
    away for GRACE."""
    reader, learner = aliased(Membership), aliased(Membership)
    above, team = aliased(Team), aliased(Team)
    below = and_(reader.role == Role.COORDINATOR, team.path.startswith(above.path))
    query = (
        select(
            reader.person_id.label("reader"),
            learner.person_id.label("learner"),
            reader.starts_on.label("begins"),
            reader.ends_on.label("ends"),
            learner.starts_on.label("learns_from"),
            learner.ends_on.label("learns_until"),
        )
        .join(above, above.id == reader.team_id)
        .join(team, or_(and_(reader.role == Role.SUPERVISOR, team.id == above.id), below))
        .join(learner, and_(learner.team_id == team.id, learner.role == Role.LEARNER))
        .where(
            above.library_id == library_id,
            above.closed_on.is_(None),
            reader.person_id != learner.person_id,
            or_(reader.ends_on.is_(None), reader.ends_on >= today),
            or_(learner.ends_on.is_(None), learner.ends_on >= today - GRACE),
        )
    )
    if person_id is not None:
        query = query.where(or_(reader.person_id == person_id, learner.person_id == person_id))
    if signed_in:
        can_have = select(Person.id).where(Person.password_hash.is_not(None))
        query = query.where(learner.person_id.in_(can_have))
    found: Reach = defaultdict(list)
    for row in tx.execute(query):
        begins = max(today, row.begins, row.learns_from)
        until = dt.date.max if row.learns_until is None else row.learns_until + GRACE
        ends = min(dt.date.max if row.ends is None else row.ends, until)
        if begins <= ends:
            found[row.reader, row.learner].append((begins, ends))
    return found
