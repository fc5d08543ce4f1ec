"""Statements that somebody's page still holds, though they were moved to another version since."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select

from tracker.db import session
from tracker.models import Framework, Statement
from tracker.queries.assessment import learners, statement_lines
from tracker.queries.assessment.learners import Learner
from tracker.queries.assessment.statement_lines import EarlierStatement


@dataclass(frozen=True, slots=True)
class ReplacedStatements:
    """`learner`: in the version of the first one's framework that they are on now. `statements`: by
    id."""

    learner: Learner
    statements: dict[int, EarlierStatement]


def replaced(
    person_id: int, statement_ids: Collection[int], today: dt.date
) -> ReplacedStatements | None:
    """Those of the statements that are of another version than the one that somebody learns on.
    None where there is none. Two queries, one more for each framework that some are of, and two for
    each of them."""
    on = [each.id for each in learners.frameworks_of(person_id, today)]
    rows = session().execute(
        select(Statement.id, Framework.slug)
        .join(Framework, Framework.id == Statement.framework_id)
        .where(Statement.id.in_(statement_ids), Framework.id.not_in(on))
        .order_by(Framework.slug, Statement.position, Statement.id)
    )
    slugs = dict(rows.all())
    theirs = {
        slug: learner
        for slug in dict.fromkeys(slugs.values())
        if (learner := learners.learner(person_id, today, slug)) is not None
    }
    found = {
        each.id: each
        for statement_id, slug in slugs.items()
        if slug in theirs
        and (each := statement_lines.earlier(statement_id, theirs[slug])) is not None
    }
    return ReplacedStatements(next(iter(theirs.values())), found) if found else None
