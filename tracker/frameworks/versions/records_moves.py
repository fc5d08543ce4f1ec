"""The only writer of which version of a framework people are on, and newcomers of a library begin
with."""

import datetime as dt
from collections.abc import Collection
from functools import cache

from sqlalchemy import Select, and_, bindparam, delete, exists, func, insert, literal, select
from sqlalchemy.orm import Session, aliased

from tracker.frameworks.versions.queries import OFFERED
from tracker.frameworks.versions.records import newest
from tracker.models import (
    Framework,
    Library,
    LibraryVersion,
    Membership,
    Person,
    PersonVersion,
    RoleProfile,
    Round,
    RoundFramework,
)
from tracker.models.columns import table_of
from tracker.models.record.versions import is_current_of_library, newcomers_begin_on
from tracker.policy.permissions import current_on, people_of
from tracker.records import seals as seals_records
from tracker.records.core import notices as notices_records
from tracker.rules.calendar import day_in
from tracker.rules.roles import Role

TABLE = table_of(PersonVersion)


def begin(tx: Session, person_ids: Collection[int], now: dt.datetime) -> None:
    """Put those of these people who learn in a framework, and are on no version of it yet, on that
    of their library. Their rows are locked, or nobody knows them yet."""
    rows = tx.execute(_beginning(), {"people": list(person_ids)}).all()
    tx.add_all(
        PersonVersion(
            person_id=person_id,
            slug=slug,
            framework_id=framework_id,
            moved_at=now,
            moved_on=day_in(time_zone, now),
        )
        for person_id, slug, framework_id, time_zone in rows
    )
    tx.flush()


@cache
def _beginning() -> Select[int, str, int, str]:
    """Of these people, who is to begin on which version."""
    is_on_one = exists(
        select(PersonVersion.id).where(
            PersonVersion.person_id == Membership.person_id, PersonVersion.slug == RoleProfile.slug
        )
    )
    return (
        select(
            Membership.person_id,
            LibraryVersion.slug,
            LibraryVersion.framework_id,
            Library.time_zone,
        )
        .join(RoleProfile, RoleProfile.id == Membership.role_profile_id)
        .join(LibraryVersion, newcomers_begin_on())
        .join(Library, Library.id == LibraryVersion.library_id)
        .where(
            Membership.person_id.in_(bindparam("people", expanding=True)),
            Membership.role == Role.LEARNER,
            ~is_on_one,
        )
        .distinct()
        .order_by(Membership.person_id, LibraryVersion.slug)
    )


def of_newcomers(tx: Session, library_id: int, slug: str, now: dt.datetime) -> int:
    """The version that newcomers of a library begin with; where it had none, from now on the newest
    that is offered."""
    framework_id = tx.scalar(
        select(LibraryVersion.framework_id).where(
            LibraryVersion.library_id == library_id,
            LibraryVersion.slug == slug,
            is_current_of_library(),
        )
    )
    if framework_id is not None:
        return framework_id
    offered = tx.scalars(newest(slug, OFFERED)).one()
    tx.add(LibraryVersion(library_id=library_id, slug=slug, framework_id=offered.id, set_at=now))
    tx.flush()
    return offered.id


def move(
    tx: Session, library_id: int, whom: Select[int], to: Framework, by: int | None, now: dt.datetime
) -> int:
    """Put these people of a library on that version, and tell them and who supervises them. The
    library and they are locked. Returns how many."""
    last = tx.scalar(select(func.coalesce(func.max(PersonVersion.id), 0)))
    today = day_in(tx.get_one(Library, library_id).time_zone, now)
    people = whom.subquery()
    values = {
        TABLE.c.person_id: people.c.id,
        TABLE.c.slug: literal(to.slug),
        TABLE.c.framework_id: literal(to.id),
        TABLE.c.moved_at: literal(now, TABLE.c.moved_at.type),
        TABLE.c.moved_on: literal(today, TABLE.c.moved_on.type),
        TABLE.c.moved_by_id: literal(by, TABLE.c.moved_by_id.type),
    }
    tx.execute(
        insert(TABLE).from_select(list(values), select(*values.values()).order_by(people.c.id))
    )
    moved = tx.scalars(
        select(PersonVersion)
        .join(Person, Person.id == PersonVersion.person_id)
        .where(
            PersonVersion.id > last,
            PersonVersion.framework_id == to.id,
            PersonVersion.moved_at == now,
            people_of(library_id),
        )
        .order_by(PersonVersion.id)
    ).all()
    for pointer in moved:
        seals_records.note(tx, pointer)
    if moved:
        own = [(pointer.person_id, pointer.id) for pointer in moved]
        notices_records.note_moved(tx, own, _supervised(tx, library_id, moved[0]), now)
    return len(moved)


def _supervised(tx: Session, library_id: int, first: PersonVersion) -> list[tuple[int, int, int]]:
    """Of the people who moved with `first`, by supervisor: a row of one of them, and how many they
    are."""
    today = day_in(tx.get_one(Library, library_id).time_zone, first.moved_at)
    learns, heads = aliased(Membership), aliased(Membership)
    rows = tx.execute(
        select(
            heads.person_id,
            func.min(PersonVersion.id),
            func.count(PersonVersion.person_id.distinct()),
        )
        .join(learns, learns.person_id == PersonVersion.person_id)
        .join(RoleProfile, RoleProfile.id == learns.role_profile_id)
        .join(heads, and_(heads.team_id == learns.team_id, heads.person_id != learns.person_id))
        .join(Person, Person.id == heads.person_id)
        .where(
            PersonVersion.id >= first.id,
            PersonVersion.framework_id == first.framework_id,
            PersonVersion.moved_at == first.moved_at,
            RoleProfile.slug == first.slug,
            learns.role == Role.LEARNER,
            current_on(learns, today),
            heads.role == Role.SUPERVISOR,
            current_on(heads, today),
            people_of(library_id),
            Person.disabled_at.is_(None),
        )
        .group_by(heads.person_id)
        .order_by(heads.person_id)
    )
    return [(person_id, version_id, people) for person_id, version_id, people in rows]


def let_newcomers_begin(
    tx: Session, library_id: int, to: Framework, by: int | None, today: dt.date, now: dt.datetime
) -> None:
    """Let newcomers begin on that version; rounds to come that are for another one of its framework
    are for it."""
    if of_newcomers(tx, library_id, to.slug, now) != to.id:
        tx.add(
            LibraryVersion(
                library_id=library_id, slug=to.slug, framework_id=to.id, set_at=now, set_by_id=by
            )
        )
    versions = select(Framework.id).where(Framework.slug == to.slug)
    coming = select(Round.id).where(Round.library_id == library_id, Round.starts_on > today)
    pins = RoundFramework.framework_id.in_(versions), RoundFramework.round_id.in_(coming)
    rounds = tx.scalars(select(RoundFramework.round_id).where(*pins).distinct()).all()
    tx.execute(delete(RoundFramework).where(*pins))
    tx.add_all(RoundFramework(round_id=key, framework_id=to.id) for key in rounds)
