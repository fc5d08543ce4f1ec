"""Saying of a published version what its file did not: what a statement came of."""

import datetime as dt

from sqlalchemy import select

from tracker.db import session, transaction
from tracker.frameworks.versions import records_lineage as lineage
from tracker.frameworks.versions.queries import skills_named
from tracker.frameworks.versions.records import newest
from tracker.frameworks.versions.rules import Change, VersionDecision
from tracker.models import Framework, Library, SkillOrigin, Statement
from tracker.records import audit
from tracker.rules.errors import Conflict, Missing
from tracker.teams.rounds import records as round_snapshots


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
            round_snapshots.keep_due(tx, library_id, now)
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
        lineage.add_origin(tx, statement.skill_id, origin_id, change, carries=carries)
        audit.note(
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
            lineage=lineage.digest(tx, slug),
        )
