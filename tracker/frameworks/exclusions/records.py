"""Statements that a library leaves out of rating, and what it decided about the sensitive ones."""

import datetime as dt
from collections.abc import Collection

from sqlalchemy import ColumnElement, Select, exists, false, literal, or_, select, true
from sqlalchemy.orm import Session

from tracker.frameworks.versions.rules import UNDECIDED, Decision, VersionStatus
from tracker.models import (
    Framework,
    Library,
    NotRatedHere,
    SensitiveDecision,
    SkillOrigin,
    Statement,
)
from tracker.models.record.words import STATEMENTS, decided, is_said_of, left_out, skill_of
from tracker.policy.permissions import Actor
from tracker.records import seals as seals_records


def leave_out_undecided(tx: Session, where: ColumnElement[bool], now: dt.datetime) -> None:
    """Leave sensitive statements out of rating until somebody decides: in a new library, or those
    of a new framework (`where`). What was decided about one, or about what it was made of,
    stands."""
    known, out = (
        exists(select(of.c.id).where(of.c[0] == Library.id, of.c[1] == Statement.id))
        for of in (decided(None, STATEMENTS.c.sensitive), left_out(None, STATEMENTS.c.sensitive))
    )
    undecided = (
        select(
            Library.id,
            Statement.skill_id,
            literal(UNDECIDED),
            literal(now, NotRatedHere.set_at.type),
        )
        .join(Statement, true())
        .join(Framework, Framework.id == Statement.framework_id)
        .where(
            Statement.sensitive, Framework.status != VersionStatus.WITHDRAWN, where, ~known, ~out
        )
        .distinct()
    )
    columns = ("library_id", "skill_id", "reason", "set_at")
    rows = [dict(zip(columns, row, strict=True)) for row in tx.execute(undecided)]
    seals_records.add_many(tx, NotRatedHere, rows)


def forget_undecided(tx: Session, of: Select[int]) -> None:
    """Forget that these skills are undecided: nobody will decide about them."""
    is_undecided = NotRatedHere.set_by_id.is_(None)
    seals_records.delete_many(tx, NotRatedHere, NotRatedHere.skill_id.in_(of), is_undecided)


def add(tx: Session, actor: Actor, skill_id: int, reason: str, now: dt.datetime) -> NotRatedHere:
    row = NotRatedHere(
        library_id=actor.library_id,
        skill_id=skill_id,
        reason=reason,
        set_at=now,
        set_by_id=actor.person_id,
    )
    tx.add(row)
    return row


def take_in(tx: Session, library_id: int, statement_ids: Collection[int]) -> None:
    """Rate these statements again: what left them out is deleted, also at what they were made of.
    Other statements that it left out in the same versions stay left out, by a row of their own."""
    of_these = or_(
        *(
            is_said_of(NotRatedHere.skill_id, skill_of(statement_id_))
            for statement_id_ in statement_ids
        ),
        false(),
    )
    rows = tx.scalars(select(NotRatedHere).where(NotRatedHere.library_id == library_id, of_these))
    gone = {row.skill_id: row for row in rows}
    versions = select(STATEMENTS.c.framework_id).where(STATEMENTS.c.id.in_(statement_ids))
    origins = tx.execute(
        select(Statement.skill_id, SkillOrigin.origin_id)
        .join(SkillOrigin, SkillOrigin.skill_id == Statement.skill_id)
        .where(
            SkillOrigin.origin_id.in_(gone),
            Statement.framework_id.in_(versions),
            Statement.id.not_in(statement_ids),
        )
        .order_by(Statement.skill_id)
    ).all()
    in_all = NotRatedHere.id.in_([row.id for row in gone.values()])
    seals_records.delete_many(tx, NotRatedHere, in_all)
    has_own = (
        NotRatedHere.library_id == library_id,
        NotRatedHere.skill_id.in_([one for one, _ in origins]),
    )
    own = set(tx.scalars(select(NotRatedHere.skill_id).where(*has_own)))
    for skill_id, origin_id in dict(origins).items():
        if skill_id not in own:
            row = gone[origin_id]
            tx.add(
                NotRatedHere(
                    library_id=library_id,
                    skill_id=skill_id,
                    reason=row.reason,
                    set_at=row.set_at,
                    set_by_id=row.set_by_id,
                )
            )


def decide(
    tx: Session, actor: Actor, skill_ids: Collection[int], decision: Decision, now: dt.datetime
) -> None:
    """Write down the decision about those of the skills that are sensitive."""
    here = SensitiveDecision.library_id == actor.library_id
    of_these = SensitiveDecision.skill_id.in_(skill_ids)
    seals_records.delete_many(tx, SensitiveDecision, here, of_these)
    sensitive = select(Statement.skill_id).where(
        Statement.skill_id.in_(skill_ids), Statement.sensitive
    )
    tx.add_all(
        SensitiveDecision(
            library_id=actor.library_id,
            skill_id=skill_id,
            decision=decision,
            decided_at=now,
            decided_by_id=actor.person_id,
        )
        for skill_id in tx.scalars(sensitive.distinct())
    )
