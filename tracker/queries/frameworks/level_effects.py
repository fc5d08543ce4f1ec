"""Whose reviewed level the changes of a next version alter, in the whole installation."""

from collections import defaultdict

from sqlalchemy import ColumnElement, Select, func, or_, select, true
from sqlalchemy.orm import aliased

from tracker.db import session
from tracker.models import Framework, Person, PersonVersion, Statement
from tracker.models.joins import scale_rows
from tracker.models.record.words import STATEMENTS, agreed_exceptions, left_out, standing
from tracker.queries.frameworks.drafts import DraftedVersion
from tracker.rules.frameworks.changes import level_effects as rules
from tracker.rules.frameworks.changes.level_effects import LevelEffects, ReviewedPerson
from tracker.rules.frameworks.scale import Scale
from tracker.rules.frameworks.versions import VersionStatus


def changed_levels(drafted: DraftedVersion) -> LevelEffects:
    """By level for which other statements count, as the changes are decided or offered now. Four
    queries, one more where something comes back; none where no level changes, or nobody has one."""
    base_id, gone = drafted.base_framework_id, drafted.past.gone
    if base_id is None or not rules.changed_levels(drafted.comparison, drafted.would_carry, gone):
        return LevelEffects()
    scale = Scale.of(session().execute(scale_rows(base_id)).all())
    here = _in_use_or_last(drafted)
    reviewed = standing(lambda _person: true(), here)
    people: dict[int, ReviewedPerson] = {}
    for person_id, library_id, uuid, answer in session().execute(
        select(Person.id, Person.library_id, Statement.uuid, reviewed.c.answer)
        .join(reviewed, reviewed.c.person_id == Person.id)
        .join(Statement, Statement.id == reviewed.c.statement_id)
    ):
        people.setdefault(person_id, ReviewedPerson(library_id)).answers[uuid] = answer
    agreed = agreed_exceptions(lambda _person: true(), here)
    for person_id, library_id, uuid in session().execute(
        select(Person.id, Person.library_id, Statement.uuid)
        .join(agreed, agreed.c.person_id == Person.id)
        .join(Statement, Statement.id == agreed.c.statement_id)
    ):
        people.setdefault(person_id, ReviewedPerson(library_id)).excepted.add(uuid)
    back = _last_of(drafted) if gone else None
    for person_id, uuid in session().execute(_had(back)) if back is not None else ():
        if person_id in people:
            people[person_id].had.add(uuid)
    out = left_out(None, here)
    out_of = defaultdict[int, set[str]](set)
    for library_id, uuid in session().execute(
        select(out.c.person_id, Statement.uuid).join(Statement, Statement.id == out.c.statement_id)
    ):
        out_of[library_id].add(uuid)
    return rules.level_effects(
        drafted.comparison,
        drafted.would_carry,
        scale,
        people.values(),
        {key: frozenset(uuids) for key, uuids in out_of.items()},
        gone,
    )


def _in_use_or_last(drafted: DraftedVersion) -> ColumnElement[bool]:
    """Over `STATEMENTS`: those of the version in use, and the last wordings of those that come
    back."""
    last = _last_of(drafted)
    return or_(STATEMENTS.c.framework_id == drafted.base_framework_id, STATEMENTS.c.id.in_(last))


def _had(back: Select[int]) -> Select[int, str]:
    """Who was on a version that had the skills of those wordings, with the uuids of these."""
    there = aliased(Statement)
    return (
        select(PersonVersion.person_id, Statement.uuid)
        .join(there, there.framework_id == PersonVersion.framework_id)
        .join(Statement, Statement.skill_id == there.skill_id)
        .where(Statement.id.in_(back))
        .distinct()
    )


def _last_of(drafted: DraftedVersion) -> Select[int]:
    befores = {each.uuid for change in drafted.comparison.changes for each in change.before}
    earlier = aliased(Statement)
    return (
        select(func.max(earlier.id))
        .join(Framework, Framework.id == earlier.framework_id)
        .where(
            Framework.slug == drafted.before.slug,
            Framework.id < drafted.base_framework_id,
            Framework.status != VersionStatus.WITHDRAWN,
            earlier.uuid.in_(befores & drafted.past.gone.keys()),
        )
        .group_by(earlier.uuid)
    )
