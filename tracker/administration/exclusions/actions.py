"""Statements that a library leaves out of rating, openly and with a reason.

Saying of a published version what its file did not: what a statement came of.
"""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import SQLColumnExpression, select
from sqlalchemy.orm import Session

from tracker.db import session, transaction
from tracker.frameworks.exclusions import records as frameworks_exclusions_records
from tracker.frameworks.versions import records as frameworks_versions_records
from tracker.frameworks.versions.queries import skills_named
from tracker.frameworks.versions.records import newest
from tracker.frameworks.versions.rules import Change, Decision, VersionDecision
from tracker.models import Framework, Library, NotRatedHere, SkillOrigin, Statement
from tracker.models.record.words import STATEMENTS, decided, left_out
from tracker.policy.permissions import Actor
from tracker.records import audit as audit_records
from tracker.records.core import administration as administration_records
from tracker.rules.errors import Conflict, Invalid, Missing
from tracker.rules.texts import clean_prose
from tracker.teams.rounds import records as teams_rounds_records

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
        library = administration_records.of_library(tx, actor)
        teams_rounds_records.keep_due(tx, library.id, now)
        chosen = _chosen(tx, wanted)
        out = left_out(library.id, STATEMENTS.c.id.in_(wanted))
        already = set(tx.scalars(select(out.c.statement_id)))
        new = [statement for statement in chosen if statement.id not in already]
        skill_ids = [statement.skill_id for statement in new]
        rows = [
            frameworks_exclusions_records.add(tx, actor, skill_id, reason, now)
            for skill_id in skill_ids
        ]
        frameworks_exclusions_records.decide(tx, actor, skill_ids, Decision.LEAVE_OUT, now)
        for statement in new:
            _note(tx, "statement_left_out", actor, statement, now, after=reason)
        tx.flush()
        return [row.id for row in rows]


def lift(actor: Actor, not_rated_id: int, now: dt.datetime) -> None:
    """The skill is rated again, and what was made of it; also where it was left out a second time,
    at what it was made of."""
    with transaction() as tx:
        library = administration_records.of_library(tx, actor)
        teams_rounds_records.keep_due(tx, library.id, now)
        row = tx.get(NotRatedHere, not_rated_id)
        if row is None or row.library_id != library.id:
            raise Missing
        wordings = select(Statement).where(Statement.skill_id == row.skill_id)
        statement = tx.scalars(wordings.order_by(Statement.framework_id.desc()).limit(1)).one()
        _note(tx, "statement_taken_in", actor, statement, now, before=row.reason)
        frameworks_exclusions_records.decide(tx, actor, [statement.skill_id], Decision.RATE, now)
        frameworks_exclusions_records.take_in(tx, library.id, [statement.id])


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
        library = administration_records.of_library(tx, actor)
        teams_rounds_records.keep_due(tx, library.id, now)
        chosen = _chosen(tx, decisions, Statement.sensitive)
        rows = decided(library.id, STATEMENTS.c.id.in_(decisions))
        before = dict(tx.execute(select(rows.c.statement_id, rows.c.answer)).all())
        new = [one for one in chosen if before.get(one.id) != decisions[one.id]]
        frameworks_exclusions_records.take_in(tx, library.id, [statement.id for statement in new])
        for statement in new:
            decision = decisions[statement.id]
            frameworks_exclusions_records.decide(tx, actor, [statement.skill_id], decision, now)
            if decision is not Decision.RATE:
                frameworks_exclusions_records.add(
                    tx, actor, statement.skill_id, reasons[decision], now
                )
            so_far = {"decision_before": before.get(statement.id), "decision": decision}
            _note(tx, "sensitive_decided", actor, statement, now, **so_far)
        return len(new)


def _chosen(
    tx: Session, ids: Collection[int], *which: SQLColumnExpression[bool]
) -> Sequence[Statement]:
    """Raises Invalid("left_out_unknown") unless all are there."""
    query = select(Statement).where(Statement.id.in_(ids), *which).order_by(Statement.id)
    chosen = tx.scalars(query).all()
    if {statement.id for statement in chosen} != set(ids):
        raise Invalid("left_out_unknown", "statements")
    return chosen


def _note(
    tx: Session,
    kind: str,
    actor: Actor,
    statement: Statement,
    now: dt.datetime,
    **facts: str | None,
) -> None:
    key, code = statement.id, statement.code
    audit_records.note_by(tx, kind, actor, now, statement_id=key, statement=code, **facts)


def add(
    slug: str, version: str, uuid: str, origin: str, now: dt.datetime, *, carries: bool
) -> None:
    """By command: a statement came of an earlier one which its file did not name; both by their
    uuids. All that was said of it counts from then on where it
    carries; nothing that was there changes.

    Raises Missing (no such version or statement); Conflict: "origin_unknown", "origin_circle";
    "origin_there", and whether it `carries`.
    """
    for library_id in session().scalars(select(Library.id).order_by(Library.id)).all():
        with transaction() as tx:
            teams_rounds_records.keep_due(tx, library_id, now)
    with transaction() as tx:
        tx.scalar(newest(slug))
        statement = tx.execute(
            select(Statement.framework_id, Statement.skill_id, Statement.code)
            .join(Framework, Framework.id == Statement.framework_id)
            .where(Framework.slug == slug, Framework.version == version, Statement.uuid == uuid)
        ).one_or_none()
        if statement is None:
            raise Missing
        origin_id = skills_named(statement.framework_id).get(origin)
        if origin_id is None:
            raise Conflict("origin_unknown")
        made_of = select(SkillOrigin.skill_id).where(
            SkillOrigin.skill_id == statement.skill_id, SkillOrigin.steps == 1
        )
        change = Change.SPLIT if tx.scalar(made_of.limit(1)) is None else Change.MERGED
        frameworks_versions_records.add_origin(
            tx, statement.skill_id, origin_id, change, carries=carries
        )
        audit_records.note(
            tx,
            "origin_added",
            now,
            library_id=None,
            actor_id=None,
            slug=slug,
            version=version,
            statement=statement.code,
            origin=origin,
            decision=(VersionDecision.CARRY if carries else VersionDecision.ASK_AGAIN).value,
            lineage=frameworks_versions_records.digest(tx, slug),
        )
