"""Somebody's own notices.

What a notice tells of a move to another version of the framework: what it asks to be rated
again, and which levels fell by it.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    Integer,
    RowMapping,
    Select,
    and_,
    bindparam,
    exists,
    func,
    or_,
    select,
)
from sqlalchemy.orm import aliased

from tracker.assessment.ratings import queries as ratings_queries
from tracker.db import session
from tracker.models import (
    Framework,
    Notice,
    Person,
    PersonVersion,
    RecordOpening,
    Review,
    ReviewItem,
    Round,
    Team,
)
from tracker.models.record.versions import is_current, row_before, was_published_before
from tracker.policy.permissions import Actor
from tracker.policy.reviewers import reviewer_may_go_on
from tracker.profiles.growth import queries as growth_queries
from tracker.profiles.growth.queries import NamedFall
from tracker.queries.asking import Question, row_as
from tracker.record.sheet import (
    queries as sheet_queries,
    queries_learners as sheet_queries_learners,
    rules_summaries as sheet_rules_summaries,
)
from tracker.record.sheet.rules import Side
from tracker.record.versions.queries_lines import between, moves, newest_move
from tracker.record.workflow.rules import ItemStatus, is_done
from tracker.rules.core.notices import (
    ON_TODAY,
    MailLine,
    NoticeKind,
    ReaderNotice,
    RoundNotice,
    VersionNotice,
)
from tracker.rules.core.wording import Wording
from tracker.rules.pace import minutes_for
from tracker.rules.pagination import PAGE, nearest_page, pages_of

BEFORE = aliased(Framework)


def moved_to(person_id: int, told: Mapping[int | None, int | None]) -> dict[int, VersionNotice]:
    """What is told of each time that they were moved, or so many of those whom they supervise: by
    row of `person_versions`. Two queries, and four for each move of their own; none where there is
    none."""
    version_ids = told.keys() - {None}
    if not version_ids:
        return {}
    seconds = ratings_queries.seconds_of(person_id)
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
    (sheet,) = sheet_queries.of_people(
        [row.person_id], *at, Side.OWN, None, private=False, revealed=False
    )
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
        learner = sheet_queries_learners.learner(person_id, today, slug)
        if learner is None:
            continue
        sheet = sheet_queries.of_learner(learner, Side.OWN, None)
        now = sheet_rules_summaries.voices(sheet, learner.name)
        came_by = newest_move(sheet)
        falls[version_id] = growth_queries.falls_of_move(learner, came_by, sheet, None, now)
    return falls


ABOUT, GIVER = aliased(Person), aliased(Person)


@dataclass(frozen=True, slots=True)
class ListedNotice:
    """`name`: whom it is about, if anybody; `framework`: which one, where it is about a review;
    `falls`: their levels that fell with the version that they were moved to and are on."""

    kind: NoticeKind
    name: str
    review_id: int | None
    framework: Wording
    lang: str
    happened_at: dt.datetime
    read: bool
    is_done: bool
    version: VersionNotice | None
    round: RoundNotice | None
    reader: ReaderNotice | None
    falls: list[NamedFall]


@dataclass(frozen=True, slots=True)
class NoticeList:
    """`newest`: the id of the newest of all, 0 where there is none."""

    notices: list[ListedNotice]
    newest: int
    count: int
    unread: int
    page: int
    pages: int


def listed(actor: Actor, today: dt.date, page: int = 1) -> NoticeList:
    """The actor's, newest first. Two queries, five more where they were moved to another
    version, one for each time and at most sixteen more where they are on it, and one where they are
    reminded of a round."""
    reader = actor.person_id
    unread_count = func.count().filter(Notice.read_at.is_(None))
    query = _of_reader(reader, today, func.count(), unread_count, func.max(Notice.id))
    count, unread, newest = session().execute(query).one()
    page = nearest_page(page, count)
    rows = session().execute(
        _of_reader(
            reader,
            today,
            Notice.kind,
            func.coalesce(ABOUT.name, "").label("name"),
            Notice.review_id,
            Review.status,
            exists()
            .where(ReviewItem.review_id == Review.id, ReviewItem.status == ItemStatus.RETURNED)
            .label("has_questions"),
            func.coalesce(Framework.title + " " + Framework.version, "").label("framework"),
            func.coalesce(Framework.lang, "").label("lang"),
            Notice.happened_at,
            Notice.read_at.is_not(None).label("read"),
            Notice.version_id,
            Notice.people,
            Notice.round_id,
            Notice.about_id,
        )
        .outerjoin(Framework, Framework.id == Review.framework_id)
        .outerjoin(ABOUT, ABOUT.id == Notice.about_id)
        .order_by(Notice.happened_at.desc(), Notice.id.desc())
        .limit(PAGE)
        .offset((page - 1) * PAGE)
    )
    shown = [dict(row) for row in rows.mappings()]
    told = {row["version_id"]: row.pop("people") for row in shown}
    moved = moved_to(reader, told)
    rounds = rounds_of({row["round_id"] for row in shown} - {None})
    readers = readers_of(reader, (row["kind"] for row in shown))
    fallen = falls_of(reader, moved, today)
    listed = [
        ListedNotice(
            is_done=is_done(row["kind"], row.pop("status"), has_questions=row.pop("has_questions")),
            falls=fallen.get(row["version_id"], []),
            version=moved.get(row.pop("version_id")),
            round=rounds.get(row.pop("round_id")),
            reader=readers.get((row["kind"], row.pop("about_id"))),
            **row,
        )
        for row in shown
    ]
    return NoticeList(
        notices=listed,
        newest=newest or 0,
        count=count,
        unread=unread,
        page=page,
        pages=pages_of(count),
    )


def readers_of(
    person_id: int, kinds: Iterable[NoticeKind]
) -> dict[tuple[NoticeKind, int | None], ReaderNotice]:
    """What is told of each new reader of a record, by the notice that tells it. One query, none
    where none does."""
    if NoticeKind.READER_ADDED not in kinds:
        return {}
    rows = session().execute(_openings().where(RecordOpening.person_id == person_id)).mappings()
    return {(NoticeKind.READER_ADDED, row["reader_id"]): row_as(ReaderNotice, row) for row in rows}


def _openings() -> Select[*tuple[Any, ...]]:
    reader = aliased(Person)
    return (
        select(
            RecordOpening.person_id,
            RecordOpening.reader_id,
            reader.email,
            reader.created_at.label("since"),
            RecordOpening.role,
            Team.name.label("team"),
            func.coalesce(GIVER.name, "").label("given_by"),
            RecordOpening.opens_at,
        )
        .join(reader, reader.id == RecordOpening.reader_id)
        .join(Team, Team.id == RecordOpening.team_id)
        .outerjoin(GIVER, GIVER.id == RecordOpening.given_by_id)
    )


def unread(actor: Actor, today: dt.date) -> Question[int]:
    return Question(
        _unread_on(today), {"reader": actor.person_id}, lambda rows: rows[0]["new_notices"]
    )


@lru_cache(maxsize=8)
def _unread_on(today: dt.date) -> Select[int]:
    """Built once a day."""
    reader = bindparam("reader", type_=Integer)
    count = func.count().label("new_notices")
    return _of_reader(reader, today, count).where(Notice.read_at.is_(None))


def unread_alerts(actor: Actor) -> Question[list[MailLine]]:
    """What befell their account or their record, newest first, and by whom or for whom."""
    return Question(_unread_alerts(), {"reader": actor.person_id}, _alerts)


def _alerts(rows: Sequence[RowMapping]) -> list[MailLine]:
    """Of several times that somebody came to read, the last."""
    told = {row["id"]: row for row in sorted(rows, key=lambda row: (row["happened_at"], row["id"]))}
    lines = []
    for row in reversed(told.values()):
        is_of_reader = row["kind"] == NoticeKind.READER_ADDED and row["role"] is not None
        reader = row_as(ReaderNotice, row) if is_of_reader else None
        lines.append(MailLine(row["kind"], row["name"], None, reader=reader))
    return lines


@cache
def _unread_alerts() -> Select[*tuple[Any, ...]]:
    reader = bindparam("reader", type_=Integer)
    opening = _openings().where(RecordOpening.person_id == reader).subquery()
    return (
        select(
            Notice.id,
            Notice.kind,
            Notice.happened_at,
            func.coalesce(ABOUT.name, "").label("name"),
            *(column for column in opening.c if column.key not in ("person_id", "reader_id")),
        )
        .outerjoin(ABOUT, ABOUT.id == Notice.about_id)
        .outerjoin(
            opening,
            and_(opening.c.person_id == Notice.person_id, opening.c.reader_id == Notice.about_id),
        )
        .where(Notice.person_id == reader, Notice.kind.in_(ON_TODAY), Notice.read_at.is_(None))
    )


def rounds_of(round_ids: set[int]) -> dict[int, RoundNotice]:
    """What is told of them. One query, none where there is none."""
    if not round_ids:
        return {}
    rows = session().execute(
        select(Round.id, Round.name, Round.ends_on).where(Round.id.in_(round_ids))
    )
    return {round_id: RoundNotice(name, ends_on) for round_id, name, ends_on in rows}


def _of_reader(
    reader: int | BindParameter[int], today: dt.date, *columns: Any
) -> Select[*tuple[Any, ...]]:
    """These columns of the notices of a reader that they may see. REVIEW_READ as SQL: one's own
    reviews, and those one still reviews."""
    may_see = or_(
        Notice.review_id.is_(None),
        Review.learner_id == reader,
        and_(Review.reviewer_id == reader, reviewer_may_go_on(today)),
    )
    return (
        select(*columns)
        .select_from(Notice)
        .outerjoin(Review, Review.id == Notice.review_id)
        .where(Notice.person_id == reader, may_see)
    )
