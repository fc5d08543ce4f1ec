"""Whose reviewed level the changes of a next version alter, in the whole installation."""

from collections import defaultdict

from sqlalchemy import select, true

from tracker.db import session
from tracker.models import Person, Statement
from tracker.models.joins import scale_rows
from tracker.models.record.words import agreed_exceptions, left_out, standing
from tracker.queries.frameworks.drafts import DraftedVersion
from tracker.rules.frameworks.changes.level_effects import (
    LevelEffects,
    ReviewedPerson,
    level_effects,
    places,
)
from tracker.rules.frameworks.scale import Scale


def changed_levels(drafted: DraftedVersion) -> LevelEffects:
    """By level whose number of statements changes, as the changes are decided now. Four queries;
    none where no number changes."""
    if not places(drafted.comparison):
        return LevelEffects()
    framework_id = drafted.base_framework_id
    scale = Scale.of(session().execute(scale_rows(framework_id)).all())
    reviewed = standing(lambda _person: true(), framework_id)
    people: dict[int, ReviewedPerson] = {}
    for person_id, library_id, uuid, answer in session().execute(
        select(Person.id, Person.library_id, Statement.uuid, reviewed.c.answer)
        .join(reviewed, reviewed.c.person_id == Person.id)
        .join(Statement, Statement.id == reviewed.c.statement_id)
        .where(Statement.framework_id == framework_id)
    ):
        people.setdefault(person_id, ReviewedPerson(library_id)).answers[uuid] = answer
    agreed = agreed_exceptions(lambda _person: true(), framework_id)
    for person_id, library_id, uuid in session().execute(
        select(Person.id, Person.library_id, Statement.uuid)
        .join(agreed, agreed.c.person_id == Person.id)
        .join(Statement, Statement.id == agreed.c.statement_id)
    ):
        people.setdefault(person_id, ReviewedPerson(library_id)).excepted.add(uuid)
    out = left_out(None, framework_id)
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
    )
