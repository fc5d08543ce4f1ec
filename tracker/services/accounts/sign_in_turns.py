"""Who has the next turn at a place where many passwords were wrong, for all workers."""

import datetime as dt
import hashlib
from dataclasses import dataclass

from sqlalchemy import delete, exists, func, select, tuple_
from sqlalchemy.orm import Session

from tracker.db import apart_from_work, transaction
from tracker.models import SignInTurn
from tracker.rules.accounts.throttle import STAYS, TURNS, TURNS_WITHIN

LOCK = 4_702_111_839
"""The advisory lock on PostgreSQL: a turn is given to one at a time."""
WAITING_MAX = 300
"""So many wait in line at one place: rows cannot be made without end. Of more, a try at an account
with fewer in line takes the place of the last one at the account with most. Others wait as well,
without a place in line, and come into it where somebody leaves it."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """A try at `account` from `place`, both as counts; `secret` tells it from others."""

    place: int
    account: int
    secret: str


def ahead(ticket: Ticket, now: dt.datetime) -> int:
    """Wait in line, from now on if not before. Returns how many come first; 0: it has its turn."""
    with apart_from_work(), transaction() as tx:
        return _in_line(tx, ticket, now)[0]


def take(ticket: Ticket, apart: dt.timedelta, now: dt.datetime) -> bool:
    """Take the turn if it has come, else wait in line. `apart`: how long no other try at this
    account has its turn from now on, wherever it comes from."""
    with apart_from_work(), transaction() as tx:
        first, own = _in_line(tx, ticket, now)
        if first or own is None:
            return False
        own.tried_at, own.frees_at = now, now + apart
        own.ticket_sha256 = _digest(f"{own.id} had its turn")
        return True


def _in_line(tx: Session, ticket: Ticket, now: dt.datetime) -> tuple[int, SignInTurn | None]:
    if tx.get_bind().dialect.name == "postgresql":
        tx.execute(select(func.pg_advisory_xact_lock(LOCK)))
    tx.execute(delete(SignInTurn).where(SignInTurn.seen_at <= now - STAYS))
    here, is_waiting = SignInTurn.place == ticket.place, SignInTurn.tried_at.is_(None)
    waiting, first, last_own, had = tx.execute(
        select(
            func.count().filter(is_waiting),
            func.min(SignInTurn.round).filter(is_waiting),
            func.max(SignInTurn.round).filter(is_waiting, SignInTurn.account == ticket.account),
            func.count().filter(SignInTurn.tried_at > now - TURNS_WITHIN),
        ).where(here)
    ).one()
    digest = _digest(ticket.secret)
    own = tx.scalar(select(SignInTurn).where(here, SignInTurn.ticket_sha256 == digest))
    if own is None:
        if waiting >= WAITING_MAX and not _room_made(tx, ticket):
            return waiting + 1, None
        own = SignInTurn(
            ticket_sha256=digest,
            place=ticket.place,
            account=ticket.account,
            # the one that goes on, or the one after the last in which the account has a try
            round=max(first or 0, 0 if last_own is None else last_own + 1),
        )
        tx.add(own)
    own.seen_at = now
    tx.flush()
    held = select(SignInTurn.account).where(SignInTurn.frees_at > now)
    before = tx.execute(
        select(
            func.count(),
            func.count().filter(SignInTurn.account.not_in(held)),
            exists().where(SignInTurn.account == own.account, SignInTurn.frees_at > now),
        ).where(here, is_waiting, tuple_(SignInTurn.round, SignInTurn.id) < (own.round, own.id))
    ).one()
    everybody, due, is_held = before
    return (everybody + 1 if is_held else max(0, due + 1 - (TURNS - had))), own


def _room_made(tx: Session, ticket: Ticket) -> bool:
    """Whether the account with most tries in line left a place to one that has fewer."""
    in_line = SignInTurn.place == ticket.place, SignInTurn.tried_at.is_(None)
    own = select(func.count()).where(*in_line, SignInTurn.account == ticket.account)
    many = func.count(SignInTurn.id)
    fullest = tx.execute(
        select(many, func.max(SignInTurn.id))
        .where(*in_line)
        .group_by(SignInTurn.account)
        .order_by(many.desc())
        .limit(1)
    ).one()
    if fullest[0] <= tx.scalars(own).one() + 1:
        return False
    tx.execute(delete(SignInTurn).where(SignInTurn.id == fullest[1]))
    return True


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
