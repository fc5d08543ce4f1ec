"""Two accounts of one person: what waits to be confirmed, and what an account was before."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Integer,
    RowMapping,
    Select,
    bindparam,
    exists,
    or_,
    select,
)
from sqlalchemy.orm import aliased

from tracker.db import UTCDateTime, session
from tracker.models import AccountMerge, Evidence, Person, Rating, Review
from tracker.policy.permissions import Actor, people_of
from tracker.queries.asking import Question, row_as
from tracker.rules.administration.merges import MergeOutcome
from tracker.rules.reviews.workflow import LIVE


@dataclass(frozen=True, slots=True)
class DoubledAccount:
    id: int
    name: str
    email: str


@dataclass(frozen=True, slots=True)
class WaitingMerge:
    """`kept_at` and `earlier_at`: when it was confirmed in each sign-in."""

    id: int
    asked_by: str
    asked_at: dt.datetime
    ends_at: dt.datetime
    kept: DoubledAccount
    earlier: DoubledAccount
    kept_at: dt.datetime | None
    earlier_at: dt.datetime | None

    def other(self, person_id: int) -> DoubledAccount:
        return self.earlier if person_id == self.kept.id else self.kept

    def confirmed_at(self, person_id: int) -> dt.datetime | None:
        return self.kept_at if person_id == self.kept.id else self.earlier_at


@dataclass(frozen=True, slots=True)
class EarlierAccount:
    """An account that goes on in another one. `kept_id`: in which."""

    id: int
    name: str
    email: str
    kept_id: int
    kept: str
    since: dt.datetime | None


def waiting(person_id: int, now: dt.datetime) -> Question[WaitingMerge | None]:
    """What somebody is asked about their account; one at most."""
    return Question(_waiting(), {"person": person_id, "now": now}, _waiting_merge)


def _waiting_merge(rows: Sequence[RowMapping]) -> WaitingMerge | None:
    if not rows:
        return None
    (row,) = rows
    kept, earlier = (
        DoubledAccount(row[f"{which}_id"], row[which], row[f"{which}_email"])
        for which in ("kept", "earlier")
    )
    return row_as(WaitingMerge, row, kept=kept, earlier=earlier)


@cache
def _waiting() -> Select[*tuple[Any, ...]]:
    kept, earlier, asker = aliased(Person), aliased(Person), aliased(Person)
    return (
        select(
            AccountMerge.id,
            AccountMerge.asked_at,
            AccountMerge.ends_at,
            AccountMerge.kept_id,
            AccountMerge.earlier_id,
            AccountMerge.kept_confirmed_at.label("kept_at"),
            AccountMerge.earlier_confirmed_at.label("earlier_at"),
            asker.name.label("asked_by"),
            kept.name.label("kept"),
            kept.email.label("kept_email"),
            earlier.name.label("earlier"),
            earlier.email.label("earlier_email"),
        )
        .join(asker, asker.id == AccountMerge.asked_by_id)
        .join(kept, kept.id == AccountMerge.kept_id)
        .join(earlier, earlier.id == AccountMerge.earlier_id)
        .where(
            waits(bindparam("now", type_=UTCDateTime)),
            of_either(bindparam("person", type_=Integer)),
        )
    )


def waits(now: dt.datetime | BindParameter[dt.datetime]) -> ColumnElement[bool]:
    return AccountMerge.outcome.is_(None) & (AccountMerge.ends_at > now)


def of_either(person_id: int | BindParameter[int]) -> ColumnElement[bool]:
    return or_(AccountMerge.kept_id == person_id, AccountMerge.earlier_id == person_id)


def earlier_accounts(person_id: int) -> list[EarlierAccount]:
    """Those that go on in this one, and this one, where it goes on in another. One query."""
    kept = aliased(Person)
    rows = session().execute(
        select(Person.id, Person.name, Person.email, kept.id, kept.name, AccountMerge.decided_at)
        .join(AccountMerge, AccountMerge.earlier_id == Person.id)
        .join(kept, kept.id == AccountMerge.kept_id)
        .where(AccountMerge.outcome == MergeOutcome.MERGED, of_either(person_id))
        .order_by(AccountMerge.decided_at, Person.id)
    )
    return [EarlierAccount(*row) for row in rows]


def earlier() -> Select[int]:
    """The ids of accounts that go on in another one."""
    return select(AccountMerge.earlier_id).where(AccountMerge.outcome == MergeOutcome.MERGED)


def is_part_of_one(person_id: int) -> bool:
    """Whether it was merged with another account before, on either side."""
    return bool(earlier_accounts(person_id))


def has_open_reviews(person_id: int) -> bool:
    """Sent by them or to them."""
    live = select(Review.id).where(
        or_(Review.learner_id == person_id, Review.reviewer_id == person_id),
        Review.status.in_(LIVE),
    )
    return session().scalar(live.limit(1)) is not None


def has_record(person_id: int) -> bool:
    """Whether they rated, or added evidence; for their owner alone."""
    theirs = exists().where(Rating.person_id == person_id)
    added = exists().where(Evidence.person_id == person_id)
    return bool(session().scalar(select(or_(theirs, added))))


def found_by(actor: Actor, words: str) -> int | None:
    """Somebody of the library by their whole address or staff ID."""
    wanted = words.strip()
    return session().scalar(
        select(Person.id)
        .where(
            people_of(actor.library_id),
            or_(Person.email == wanted.casefold(), Person.staff_id == wanted.upper()),
        )
        .order_by(Person.email == wanted.casefold())
        .limit(1)
    )
