"""Whose reviewed level the changes of a next version alter, in the whole installation."""

from collections import defaultdict

from sqlalchemy import ColumnElement, func, or_, select, true
from sqlalchemy.orm import aliased

from tracker.db import session
from tracker.models import Framework, Person, Statement
from tracker.models.joins import scale_rows
from tracker.models.record.words import STATEMENTS, agreed_exceptions, left_out, standing
from tracker.queries.frameworks.drafts import DraftedVersion
from tracker.rules.frameworks.changes.level_effects import (
    LevelEffects,
    ReviewedPerson,
    level_effects,
    places,
)
from tracker.rules.frameworks.scale import Scale
from tracker.rules.frameworks.versions import VersionStatus


def changed_levels(drafted: DraftedVersion) -> LevelEffects:
    """By level whose number of statements changes, as the changes are decided now. Four queries;
    none where no number changes, or nobody has a level yet."""
    base_id = drafted.base_framework_id
    if base_id is None or not places(drafted.comparison):
        return LevelEffects()
    scale = Scale.of(session().execute(scale_rows(base_id)).all())
    here = _in_use_or_last(drafted, base_id)
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
    out = left_out(None, here)
    out_of = defaultdict[int, set[str]](set)
    for library_id, uuid in session().execute(
        select(out.c.person_id, Statement.uuid).join(Statement, Statement.id == out.c.statement_id)
    ):
        out_of[library_id].add(uuid)
    return level_effects(
        drafted.comparison,
        drafted.carries,
        scale,
        people.values(),
        {key: frozenset(uuids) for key, uuids in out_of.items()},
        drafted.past.gone,
    )


def _in_use_or_last(drafted: DraftedVersion, base_id: int) -> ColumnElement[bool]:
    """Over `STATEMENTS`: those of the version in use, and the last wordings of those that come
    back."""
    befores = {each.uuid for change in drafted.comparison.changes for each in change.before}
    earlier = aliased(Statement)
    last = (
        select(func.max(earlier.id))
        .join(Framework, Framework.id == earlier.framework_id)
        .where(
            Framework.slug == drafted.before.slug,
            Framework.id < base_id,
            Framework.status != VersionStatus.WITHDRAWN,
            earlier.uuid.in_(befores & drafted.past.gone.keys()),
        )
        .group_by(earlier.uuid)
    )
    return or_(STATEMENTS.c.framework_id == base_id, STATEMENTS.c.id.in_(last))
