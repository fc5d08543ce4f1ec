"""What statements of a version were in those before it: by uuid, and by skill."""

from collections import defaultdict
from itertools import groupby
from typing import Any

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import aliased

from tracker.db import session
from tracker.models import Framework, SkillOrigin, Statement
from tracker.rules.frameworks.changes.comparison import Origins
from tracker.rules.frameworks.versions import VersionStatus


def origins_of(framework_id: int, before_id: int | None = None) -> Origins:
    """Of each statement of a version the uuids of those whose place it took, as they were called
    last before it, or in `before_id` and before. Two queries."""
    last = last_before(before_id or framework_id, itself=before_id is not None)
    rows = session().execute(
        select(Statement.uuid, Statement.skill_id, SkillOrigin.line, SkillOrigin.origin_id)
        .outerjoin(SkillOrigin, SkillOrigin.skill_id == Statement.skill_id)
        .where(Statement.framework_id == framework_id)
        .order_by(Statement.position, SkillOrigin.line, SkillOrigin.steps)
    )
    found: dict[str, list[str]] = {}
    for (uuid, skill_id, _line), line in groupby(rows, lambda row: row[:3]):
        of = found.setdefault(uuid, [])
        skills = skill_id, *(row.origin_id for row in line)
        nearest = [last[each][1] for each in skills if each in last][:1]
        of += [each for each in nearest if each not in of]
    return found


def skills_named(framework_id: int) -> dict[str, int]:
    """By each uuid that the version or one before it had, the newest skill that it named. One
    query."""
    rows = session().execute(_before(framework_id, itself=True))
    return {row.uuid: row.skill_id for row in rows}


def ancestors_of(framework_id: int) -> dict[str, set[str]]:
    """By each uuid that the version or one before it had, those of all that its newest skill was
    made of. Two queries."""
    there = session().execute(_before(framework_id, itself=True)).all()
    names = defaultdict[int, set[str]](set)
    for row in there:
        names[row.skill_id].add(row.uuid)
    skills = _before(framework_id, itself=True).order_by(None).subquery()
    links = session().execute(
        select(SkillOrigin.skill_id, SkillOrigin.origin_id).where(
            SkillOrigin.skill_id.in_(select(skills.c.skill_id))
        )
    )
    made_of = defaultdict[int, set[str]](set)
    for skill_id, origin_id in links:
        made_of[skill_id] |= names[origin_id]
    return {row.uuid: made_of[row.skill_id] for row in there}


def last_before(framework_id: int, *, itself: bool = False) -> dict[int, tuple[int, str]]:
    """By skill, the newest version before that one which has it, and its uuid there."""
    rows = session().execute(_before(framework_id, itself=itself))
    return {row.skill_id: (row.framework_id, row.uuid) for row in rows}


def _before(framework_id: int, *, itself: bool) -> Select[*tuple[Any, ...]]:
    """The statements of earlier versions that were not withdrawn, the oldest first."""
    this = aliased(Framework)
    until = and_(Framework.id < this.id, Framework.status != VersionStatus.WITHDRAWN)
    if itself:
        until = or_(until, Framework.id == this.id)
    return (
        select(Statement.uuid, Statement.skill_id, Statement.framework_id)
        .join(Framework, Framework.id == Statement.framework_id)
        .join(this, this.slug == Framework.slug)
        .where(this.id == framework_id, until)
        .order_by(Statement.framework_id, Statement.position)
    )
