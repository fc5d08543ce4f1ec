"""The only writer of which version of a framework people are on, and newcomers of a library begin
with."""

import datetime as dt
from collections.abc import Collection

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from tracker.models import Framework, LibraryVersion, Membership, PersonVersion, RoleProfile
from tracker.models.record.versions import is_current_of_library, newcomers_begin_on
from tracker.rules.roles import Role


def begin(tx: Session, person_ids: Collection[int], now: dt.datetime) -> None:
    """Whoever of them learns in a framework, and is on no version of it yet, begins on that of
    their library. Their rows are locked, or nobody knows them yet."""
    is_on_one = exists(
        select(PersonVersion.id).where(
            PersonVersion.person_id == Membership.person_id, PersonVersion.slug == RoleProfile.slug
        )
    )
    rows = tx.execute(
        select(Membership.person_id, LibraryVersion.slug, LibraryVersion.framework_id)
        .join(RoleProfile, RoleProfile.id == Membership.role_profile_id)
        .join(LibraryVersion, newcomers_begin_on())
        .where(Membership.person_id.in_(person_ids), Membership.role == Role.LEARNER, ~is_on_one)
        .distinct()
        .order_by(Membership.person_id, LibraryVersion.slug)
    ).all()
    tx.add_all(
        PersonVersion(person_id=person_id, slug=slug, framework_id=framework_id, moved_at=now)
        for person_id, slug, framework_id in rows
    )
    tx.flush()


def of_newcomers(tx: Session, library_id: int, slug: str, now: dt.datetime) -> int:
    """The version that newcomers of a library begin with; where it had none, from now on the one
    that was published last."""
    there = tx.scalar(
        select(LibraryVersion.framework_id).where(
            LibraryVersion.library_id == library_id,
            LibraryVersion.slug == slug,
            is_current_of_library(),
        )
    )
    if there is not None:
        return there
    newest = tx.scalars(
        select(Framework.id)
        .where(Framework.slug == slug)
        .order_by(Framework.published_at.desc(), Framework.id.desc())
        .limit(1)
    ).one()
    tx.add(LibraryVersion(library_id=library_id, slug=slug, framework_id=newest, set_at=now))
    tx.flush()
    return newest
