"""Statements that a library leaves out of rating, openly and with a reason."""

import datetime as dt
from collections.abc import Collection, Mapping

from sqlalchemy import delete, select

from tracker.db import transaction
from tracker.models import NotRatedHere, SensitiveDecision, Statement
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
        codes = dict(
            tx.execute(select(Statement.id, Statement.code).where(Statement.id.in_(wanted))).all()
        )
        if set(codes) != wanted:
            raise Invalid("left_out_unknown", "statements")
        already = set(
            tx.scalars(
                select(NotRatedHere.statement_id).where(NotRatedHere.library_id == library.id)
            )
        )
        new = sorted(wanted - already)
        rows = [
            NotRatedHere(
                library_id=library.id,
                statement_id=statement_id,
                reason=reason,
                set_at=now,
                set_by_id=actor.person_id,
            )
            for statement_id in new
        ]
        tx.add_all(rows)
        exclusions.decide(tx, actor, new, Decision.LEAVE_OUT, now)
        for statement_id in new:
            audit.note(
                tx,
                "statement_left_out",
                now,
                library_id=library.id,
                actor_id=actor.person_id,
                statement_id=statement_id,
                statement=codes[statement_id],
                after=reason,
            )
        tx.flush()
        return [row.id for row in rows]


def lift(actor: Actor, not_rated_id: int, now: dt.datetime) -> None:
    """The statement is rated again."""
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
        code = tx.scalar(select(Statement.code).where(Statement.id == row.statement_id))
        audit.note(
            tx,
            "statement_taken_in",
            now,
            library_id=library.id,
            actor_id=actor.person_id,
            statement_id=row.statement_id,
            statement=code,
            before=row.reason,
        )
        exclusions.decide(tx, actor, [row.statement_id], Decision.RATE, now)
        tx.delete(row)


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
        codes = dict(
            tx.execute(
                select(Statement.id, Statement.code)
                .where(Statement.id.in_(decisions), Statement.sensitive)
                .order_by(Statement.id)
            ).all()
        )
        if set(codes) != set(decisions):
            raise Invalid("left_out_unknown", "statements")
        before = dict(
            tx.execute(
                select(SensitiveDecision.statement_id, SensitiveDecision.decision).where(
                    SensitiveDecision.library_id == library.id
                )
            ).all()
        )
        new = [each for each in codes if before.get(each) is not decisions[each]]
        tx.execute(
            delete(NotRatedHere).where(
                NotRatedHere.library_id == library.id, NotRatedHere.statement_id.in_(new)
            )
        )
        for statement_id in new:
            decision = decisions[statement_id]
            exclusions.decide(tx, actor, [statement_id], decision, now)
            if decision is not Decision.RATE:
                tx.add(
                    NotRatedHere(
                        library_id=library.id,
                        statement_id=statement_id,
                        reason=reasons[decision],
                        set_at=now,
                        set_by_id=actor.person_id,
                    )
                )
            audit.note(
                tx,
                "sensitive_decided",
                now,
                library_id=library.id,
                actor_id=actor.person_id,
                statement_id=statement_id,
                statement=codes[statement_id],
                decision_before=before.get(statement_id),
                decision=decision,
            )
        return len(new)
