"""What a notice tells of a move to another version of the framework: what it asks to be rated
again, and which levels fell by it."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import aliased

from tracker.assessment.ratings import queries_history as pace
from tracker.db import session
from tracker.models import Framework, Person, PersonVersion
from tracker.models.record.versions import is_current, row_before, was_published_before
from tracker.profiles.growth import queries as growth
from tracker.profiles.growth.queries import NamedFall
from tracker.record.sheet import (
    queries as sheets,
    queries_learners as learners,
    rules_voices as statement_voices,
)
from tracker.record.sheet.rules_words import Side
from tracker.record.versions.queries_level_moves import between, moves, newest_move
from tracker.rules.core.notices import VersionNotice
from tracker.rules.pace import minutes_for

BEFORE = aliased(Framework)


def moved_to(person_id: int, told: Mapping[int | None, int | None]) -> dict[int, VersionNotice]:
    """What is told of each time that they were moved, or so many of those whom they supervise: by
    row of `person_versions`. Two queries, and four for each move of their own; none where there is
    none."""
    version_ids = told.keys() - {None}
    if not version_ids:
        return {}
    seconds = pace.seconds_of(person_id)
    previous = aliased(PersonVersion)
    rows = session().execute(
        select(
            PersonVersion.id,
            PersonVersion.person_id,
            Person.library_id,
            PersonVersion.moved_on,
            Framework.slug,
            Framework.title,
            Framework.version,
            BEFORE.version.label("left"),
            was_published_before(Framework, BEFORE).label("is_back"),
            is_current().label("is_current"),
            BEFORE.id.label("from_id"),
            Framework.id.label("to_id"),
        )
        .select_from(PersonVersion)
        .join(Person, Person.id == PersonVersion.person_id)
        .join(previous, previous.id == row_before())
        .join(Framework, Framework.id == PersonVersion.framework_id)
        .join(BEFORE, BEFORE.id == previous.framework_id)
        .where(PersonVersion.id.in_(version_ids))
    )
    notices = {}
    for row in rows.all():
        notice = VersionNotice(
            framework=f"{row.title} {row.version}",
            slug=row.slug,
            left=row.left,
            version=row.version,
            is_back=row.is_back,
            people=told[row.id],
        )
        notices[row.id] = _own(notice, row, seconds) if row.person_id == person_id else notice
    return notices


def _own(notice: VersionNotice, row: Any, seconds: int) -> VersionNotice:
    """With what the move asks of them. Four queries."""
    at = row.to_id, row.library_id, row.moved_on
    (sheet,) = sheets.of_people([row.person_id], *at, Side.OWN, None, private=False, revealed=False)
    rated_here = [line for line in sheet.lines if line.left_out is None]
    later = [line.later for line in rated_here if line.later is not None]
    again = sum(line.again and line.later is None for line in rated_here)
    counts_now = (
        move.other or not move.came or row.is_back
        for move in moves(between(row.from_id, row.to_id))
    )
    return replace(
        notice,
        statements=again,
        minutes=minutes_for(again, seconds),
        later=len(later),
        levels_changed=any(counts_now) or any(move.answer for move in later),
        is_current=row.is_current,
    )


def falls_of(
    person_id: int, moved: Mapping[int, VersionNotice], today: dt.date
) -> dict[int, list[NamedFall]]:
    """By row of `person_versions`, of those that they are on."""
    if not moved:
        return {}
    rows = session().execute(
        select(PersonVersion.id, PersonVersion.slug).where(
            PersonVersion.id.in_(key for key, notice in moved.items() if notice.is_current)
        )
    )
    falls = {}
    for version_id, slug in rows.all():
        learner = learners.learner(person_id, today, slug)
        if learner is None:
            continue
        sheet = sheets.of_learner(learner, Side.OWN, None)
        now = statement_voices.voices(sheet, learner.name)
        came_by = newest_move(sheet)
        falls[version_id] = growth.falls_of_move(learner, came_by, sheet, None, now)
    return falls
