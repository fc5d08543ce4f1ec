"""Statements that a library leaves out of rating, and what it decided about the sensitive ones."""

import datetime as dt
from collections.abc import Collection

from sqlalchemy import ColumnElement, delete, insert, literal, select, true
from sqlalchemy.orm import Session

from tracker.models import Library, NotRatedHere, SensitiveDecision, Statement
from tracker.policy.permissions import Actor
from tracker.rules.frameworks.sensitive import UNDECIDED, Decision


def leave_out_undecided(tx: Session, where: ColumnElement[bool], now: dt.datetime) -> None:
    """In a new library, or of a new framework (`where`): no sensitive statement is rated before
    somebody decides to."""
    undecided = (
        select(Library.id, Statement.id, literal(UNDECIDED), literal(now, NotRatedHere.set_at.type))
        .join(Statement, true())
        .where(Statement.sensitive, where)
    )
    columns = ("library_id", "statement_id", "reason", "set_at")
    tx.execute(insert(NotRatedHere).from_select(columns, undecided))


def decide(
    tx: Session, actor: Actor, statement_ids: Collection[int], decision: Decision, now: dt.datetime
) -> None:
    """Write down the decision about those of the statements that are sensitive."""
    tx.execute(
        delete(SensitiveDecision).where(
            SensitiveDecision.library_id == actor.library_id,
            SensitiveDecision.statement_id.in_(statement_ids),
        )
    )
    sensitive = select(Statement.id).where(Statement.id.in_(statement_ids), Statement.sensitive)
    tx.add_all(
        SensitiveDecision(
            library_id=actor.library_id,
            statement_id=statement_id,
            decision=decision,
            decided_at=now,
            decided_by_id=actor.person_id,
        )
        for statement_id in tx.scalars(sensitive)
    )
