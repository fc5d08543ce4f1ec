"""What counts later for somebody: what a version has that the one before it didn't, and of which
nothing that was said before counts.

It is in no level of theirs, and nothing that they are asked to do, until the first round of their
framework begins in their library after the day on which they came to it, or a year is over. It can
be seen and answered at once.
"""

import datetime as dt
from typing import Any

from sqlalchemy import Date, Subquery, bindparam, exists, select
from sqlalchemy.orm import aliased

from tracker.models.frameworks.frameworks import Framework as Version, Statement
from tracker.models.people import Person
from tracker.models.record.skills import SkillOrigin
from tracker.models.record.versions import PersonVersion, row_before
from tracker.models.record.words import STATEMENTS, Framework, People, is_of
from tracker.models.rounds import Round, RoundFramework
from tracker.rules.calendar import year_before

TODAY, COUNTED_BY = bindparam("today", type_=Date), bindparam("counted_by", type_=Date)

ONCE = "MATERIALIZED"
"""Not anew for each row that is joined to it, as both engines may choose."""


def on(today: dt.date) -> dict[str, dt.date]:
    """The values by which `counting_later` is asked for that day, in the library of the people."""
    return {"today": today, "counted_by": year_before(today)}


def counting_later(people: People, framework: Framework) -> Subquery:
    """Columns (person_id, statement_id, id, is_changed): the statements of the framework that count
    later for these people, by the id of the `PersonVersion` by which they came to it. `is_changed`:
    the version before had what it was made of.

    From the few who were moved lately: of each pair of versions what is new is asked once.
    """
    # `new`: by pair of versions, what the later one has and the one before it hadn't, nor anything
    # of which what was said carries. `knew_it`: somebody was on an earlier version that had it.
    moved = _moved_lately(people)
    pairs = select(moved.c.before_id, moved.c.framework_id).distinct().cte()
    current, before, made_of = aliased(Statement), aliased(Statement), aliased(Statement)
    had = select(before.id).where(
        before.framework_id == pairs.c.before_id, before.skill_id == STATEMENTS.c.skill_id
    )
    had_origin = (
        select(made_of.id)
        .join(SkillOrigin, SkillOrigin.origin_id == made_of.skill_id)
        .where(
            made_of.framework_id == pairs.c.before_id, SkillOrigin.skill_id == STATEMENTS.c.skill_id
        )
    )
    new = (
        select(
            *pairs.c,
            STATEMENTS.c.id.label("statement_id"),
            STATEMENTS.c.skill_id,
            exists(had_origin).label("is_changed"),
        )
        .select_from(pairs)
        .join(current, current.framework_id == pairs.c.framework_id)
        .join(STATEMENTS, STATEMENTS.c.skill_id == current.skill_id)
        .where(is_of(framework), ~exists(had), ~exists(had_origin.where(SkillOrigin.carries)))
        .cte()
        .prefix_with(ONCE)
    )
    earlier, knew = aliased(PersonVersion), aliased(Statement)
    knew_it = (
        select(earlier.id)
        .join(knew, knew.framework_id == earlier.framework_id)
        .where(
            earlier.person_id == moved.c.person_id,
            earlier.slug == moved.c.slug,
            earlier.id < moved.c.row_before,
            knew.skill_id == new.c.skill_id,
        )
    )
    return (
        select(moved.c.person_id, new.c.statement_id, moved.c.id, new.c.is_changed)
        .select_from(moved)
        .join(
            new,
            (new.c.before_id == moved.c.before_id) & (new.c.framework_id == moved.c.framework_id),
        )
        .where(~exists(knew_it))
        .subquery()
    )


def _moved_lately(people: People) -> Any:
    """Rows of `person_versions` by which somebody came from another version less than a year ago,
    with no round since."""
    before, of_round = aliased(PersonVersion), aliased(Version)
    begun = (
        select(Round.id)
        .join(RoundFramework, RoundFramework.round_id == Round.id)
        .join(of_round, of_round.id == RoundFramework.framework_id)
        .where(
            Round.library_id == Person.library_id,
            Round.starts_on > PersonVersion.moved_on,
            Round.starts_on <= TODAY,
            of_round.slug == PersonVersion.slug,
        )
    )
    return (
        select(
            PersonVersion.person_id,
            PersonVersion.id,
            PersonVersion.slug,
            PersonVersion.framework_id,
            before.id.label("row_before"),
            before.framework_id.label("before_id"),
        )
        .join(before, before.id == row_before())
        .join(Person, Person.id == PersonVersion.person_id)
        .where(
            people(PersonVersion.person_id.expression),
            PersonVersion.moved_on > COUNTED_BY,
            ~exists(begun),
        )
        .cte()
        .prefix_with(ONCE)
    )
