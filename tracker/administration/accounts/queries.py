"""Accounts that can end: two of one person, and one that was never used."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, Select, exists, or_, select
from sqlalchemy.orm import aliased

from tracker.accounts.account.rules import MergeOutcome
from tracker.db import Base, session
from tracker.models import AccountMerge, Person, Review
from tracker.models.columns import written
from tracker.models.record import personal
from tracker.models.reviews.reviews import IS_LIVE
from tracker.policy.permissions import Actor, people_of


def is_unused(person_id: int) -> bool:
    """Whether they never set a password, own nothing, and did nothing that is on record. Any row
    that points at a person counts as use, also in tables to come, but for those that
    models/record/personal names. One query."""
    no_use = {column for which in ("goes", "stays") for _, column in personal.naming(which)}
    own = [
        exists().where(column == person_id)
        for table in Base.metadata.tables.values()
        for column in table.columns
        if personal.parent_of(column) is Person.__table__ and column not in no_use
    ]
    never = select(Person.id).where(
        Person.id == person_id,
        Person.password_hash.is_(None),
        Person.removed_at.is_(None),
        ~or_(*own),
    )
    return session().scalar(never) is not None


def merged(person_id: int) -> Sequence[Row[*tuple[Any, ...]]]:
    """Accounts that go on in this one; or this one, where it goes on in another (`kept`). One
    query."""
    kept = aliased(Person)
    query = (
        select(
            Person.id,
            Person.email,
            kept.id.label("kept_id"),
            kept.name.label("kept"),
            AccountMerge.decided_at.label("since"),
        )
        .join(AccountMerge, AccountMerge.earlier_id == Person.id)
        .join(kept, kept.id == AccountMerge.kept_id)
        .where(
            AccountMerge.outcome == written(MergeOutcome.MERGED),
            or_(AccountMerge.kept_id == person_id, AccountMerge.earlier_id == person_id),
        )
        .order_by(AccountMerge.decided_at, Person.id)
    )
    return session().execute(query).all()


def earlier() -> Select[int]:
    """The ids of accounts that go on in another one."""
    return select(AccountMerge.earlier_id).where(
        AccountMerge.outcome == written(MergeOutcome.MERGED)
    )


def has_open_reviews(person_id: int) -> bool:
    """Sent by them or to them."""
    live = select(Review.id).where(
        or_(Review.learner_id == person_id, Review.reviewer_id == person_id), IS_LIVE
    )
    return session().scalar(live.limit(1)) is not None


def called(actor: Actor, words: str) -> int | None:
    """Somebody of the library by their whole address or staff ID, for commands."""
    is_address = Person.email == words.strip().casefold()
    is_number = Person.staff_id == words.strip().upper()
    query = select(Person.id).where(people_of(actor.library_id), or_(is_address, is_number))
    return session().scalar(query.order_by(is_address).limit(1))
