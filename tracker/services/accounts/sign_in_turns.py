"""Who has the next turn at a place where many passwords were wrong, for all workers."""

import datetime as dt
import hashlib
from dataclasses import dataclass

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from tracker.db import apart_from_work, transaction
from tracker.models import SignInTurn
from tracker.rules.accounts.throttle import STAYS, TURNS, TURNS_WITHIN

LOCK = 4_702_111_839
"""The advisory lock on PostgreSQL: a turn is given to one at a time."""
WAITING_MAX = 300
"""So many wait in line at one place. More wait as well, without a place in line, and come into it
where somebody leaves it: rows cannot be made without end."""


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
        return True


def _in_line(tx: Session, ticket: Ticket, now: dt.datetime) -> tuple[int, SignInTurn | None]:
    if tx.get_bind().dialect.name == "postgresql":
        tx.execute(select(func.pg_advisory_xact_lock(LOCK)))
    tx.execute(delete(SignInTurn).where(SignInTurn.seen_at <= now - STAYS))
    here = tx.scalars(
        select(SignInTurn)
        .where(SignInTurn.place == ticket.place)
        .order_by(SignInTurn.round, SignInTurn.id)
    ).all()
    digest = hashlib.sha256(ticket.secret.encode()).hexdigest()
    waiting = [turn for turn in here if turn.tried_at is None]
    own = next((turn for turn in waiting if turn.ticket_sha256 == digest), None)
    if own is None:
        if len(waiting) >= WAITING_MAX or any(turn.ticket_sha256 == digest for turn in here):
            return len(waiting) + 1, None
        own = SignInTurn(
            ticket_sha256=digest,
            place=ticket.place,
            account=ticket.account,
            round=_next_round(waiting, ticket.account),
            seen_at=now,
        )
        tx.add(own)
        tx.flush()
        waiting = sorted([*waiting, own], key=lambda turn: (turn.round, turn.id))
    own.seen_at = now
    held = set(tx.scalars(select(SignInTurn.account).where(SignInTurn.frees_at > now)))
    had = sum(turn.tried_at is not None and turn.tried_at > now - TURNS_WITHIN for turn in here)
    if own.account in held:
        return waiting.index(own) + 1, own
    due = [turn for turn in waiting if turn.account not in held]
    return max(0, due.index(own) + 1 - (TURNS - had)), own


def _next_round(waiting: list[SignInTurn], account: int) -> int:
    """The one that goes on, or the one after the last in which the account has a try."""
    own = [turn.round + 1 for turn in waiting if turn.account == account]
    return max([*own, min((turn.round for turn in waiting), default=0)])
