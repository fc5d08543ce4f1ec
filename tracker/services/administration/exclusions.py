"""Statements that a library leaves out of rating, openly and with a reason."""

import datetime as dt
from collections.abc import Collection, Mapping

from sqlalchemy import select

from tracker.db import transaction
from tracker.models import NotRatedHere, Statement
from tracker.models.record.words import STATEMENTS, decided, left_out
from tracker.policy.permissions import Actor
from tracker.queries.teams.rounds.facts import facts_at_end
from tracker.records import administration, audit, exclusions
from tracker.records.reviews import round_snapshots
from tracker.rules.errors import Invalid, Missing
from tracker.rules.frameworks.sensitive import Decision
from tracker.rules.texts import clean_prose

REASON_MAX = 500


def leave_out(
    actor: Actor, statement_ids: Collection[int], reason: str, now: dt.datetime
) -> list[int]:
    """Leave statements out for one reason; returns the ids of the new rows, of what was not left
    out before.

    No rating is deleted. Raises Invalid: nothing_chosen, left_out_unknown, line_empty, line_long.
    """
    reason = clean_prose(reason, "reason", REASON_MAX)
    wanted = set(statement_ids)
    if not wanted:
        raise Invalid("nothing_chosen", "statements")
    with transaction() as tx:
        library = administration.of_library(tx, actor)
        round_snapshots.keep_due(tx, library.id, now, facts_at_end)
        of_wanted = STATEMENTS.c.id.in_(wanted)
        chosen = tx.execute(
            select(Statement.id, Statement.skill_id, Statement.code)
            .where(Statement.id.in_(wanted))
            .order_by(Statement.id)
        ).all()
        if {row.id for row in chosen} != wanted:
            raise Invalid("left_out_unknown", "statements")
        out = left_out(library.id, of_wanted)
        already = set(tx.scalars(select(out.c.statement_id)))
        new = [row for row in chosen if row.id not in already]
        rows = [exclusions.add(tx, actor, row.skill_id, reason, now) for row in new]
        exclusions.decide(tx, actor, [row.skill_id for row in new], Decision.LEAVE_OUT, now)
        for row in new:
            audit.note(
                tx,
                "statement_left_out",
                now,
                library_id=library.id,
                actor_id=actor.person_id,
                statement_id=row.id,
                statement=row.code,
                after=reason,
            )
        tx.flush()
        return [each.id for each in rows]


def lift(actor: Actor, not_rated_id: int, now: dt.datetime) -> None:
    """The skill is rated again, and what was made of it; also where it was left out a second time,
    at what it was made of."""
    with transaction() as tx:
        library = administration.of_library(tx, actor)
        round_snapshots.keep_due(tx, library.id, now, facts_at_end)
        row = tx.scalar(
            select(NotRatedHere).where(
                NotRatedHere.id == not_rated_id, NotRatedHere.library_id == library.id
            )
        )
        if row is None:
            raise Missing
        wordings = select(Statement).where(Statement.skill_id == row.skill_id)
        statement = tx.scalars(wordings.order_by(Statement.framework_id.desc()).limit(1)).one()
        audit.note(
            tx,
            "statement_taken_in",
            now,
            library_id=library.id,
            actor_id=actor.person_id,
            statement_id=statement.id,
            statement=statement.code,
            before=row.reason,
        )
        exclusions.decide(tx, actor, [statement.skill_id], Decision.RATE, now)
        exclusions.take_in(tx, library.id, [statement.id])


def decide(
    actor: Actor,
    decisions: Mapping[int, Decision],
    reasons: Mapping[Decision, str],
    now: dt.datetime,
) -> int:
    """Decide about sensitive statements; those that are decided so already are passed over. Returns
    how many were not.

    `reasons`: what everybody reads of a statement that is not rated. Raises Invalid:
    left_out_unknown.
    """
    with transaction() as tx:
        library = administration.of_library(tx, actor)
        round_snapshots.keep_due(tx, library.id, now, facts_at_end)
        chosen = tx.execute(
            select(Statement.id, Statement.skill_id, Statement.code)
            .where(Statement.id.in_(decisions), Statement.sensitive)
            .order_by(Statement.id)
        ).all()
        if {row.id for row in chosen} != set(decisions):
            raise Invalid("left_out_unknown", "statements")
        so_far = decided(library.id, STATEMENTS.c.id.in_(decisions))
        before = dict(tx.execute(select(so_far.c.statement_id, so_far.c.answer)).all())
        new = [row for row in chosen if before.get(row.id) != decisions[row.id]]
        exclusions.take_in(tx, library.id, [row.id for row in new])
        for row in new:
            decision = decisions[row.id]
            exclusions.decide(tx, actor, [row.skill_id], decision, now)
            if decision is not Decision.RATE:
                exclusions.add(tx, actor, row.skill_id, reasons[decision], now)
            audit.note(
                tx,
                "sensitive_decided",
                now,
                library_id=library.id,
                actor_id=actor.person_id,
                statement_id=row.id,
                statement=row.code,
                decision_before=before.get(row.id),
                decision=decision,
            )
        return len(new)
