"""The sheets of people: all that was said of their skills, in one query for one person or many."""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any, TypeVar

from sqlalchemy import CompoundSelect, Row, Select, and_, bindparam, false, select, true, union_all
from sqlalchemy.orm import aliased

from tracker.db import ask_made
from tracker.models import Framework, Person, PersonVersion, Review, Round, RoundFramework
from tracker.models.record import later
from tracker.record.sheet.queries_learners import Learner
from tracker.record.sheet.rules import (
    AgreedStep,
    CountsFrom,
    LinkedEvidence,
    PointerMove,
    Record,
    Said,
    SentItem,
    Sheet,
    SheetAnswer,
    Side,
)
from tracker.record.versions import queries as versions_queries
from tracker.record.versions.rules import Place
from tracker.record.visible import queries_rows as visible_queries_rows
from tracker.record.visible.queries import Reader
from tracker.record.visible.queries_rows import (
    ANSWER_COLUMNS,
    COUNTS_LATER,
    EDITION,
    EXCEPTION,
    ITEM,
    KIND,
    LEFT_OUT,
    LINKED,
    MOVED,
    NOTED,
    PERSON,
    REVIEWED_WITH,
    SENT,
    SKILL,
    STEP,
    TARGET,
    USE_STATEMENT,
    own_rows,
    use_statement,
)
from tracker.record.workflow.rules import ItemStatus
from tracker.rules.calendar import year_after
from tracker.rules.names import short_name

T = TypeVar("T")
STATUSES = {str(status): status for status in ItemStatus}
NOBODY = 0
"""Whose rows of the library are."""


def of_learner(
    learner: Learner,
    side: Side | None,
    reader: Reader | None,
    at: dt.datetime | None = None,
    *,
    private: bool = True,
    revealed: bool = True,
) -> Sheet:
    """As a reader of that side sees it, now or as it was at that moment. One query, and one where
    something counts later; six more by a process that never read the version. Of their
    own sheet a page can leave out what the learner alone reads (`Record`), or what was revealed.
    To a reviewer their reviews that haven't ended count too, as to the learner. Without a `reader`
    nothing is hidden: it is the learner's own, or the program keeps what it counts."""
    (sheet,) = of_people(
        [learner.person_id],
        learner.framework_id,
        learner.library_id,
        learner.today,
        side,
        reader,
        at,
        learner.role_profile_ids,
        private=private,
        revealed=revealed,
    )
    return sheet


def of_people(
    person_ids: Collection[int],
    framework_id: int,
    library_id: int,
    today: dt.date,
    side: Side | None,
    reader: Reader | None,
    at: dt.datetime | None = None,
    jobs: Sequence[int] = (),
    *,
    private: bool = True,
    revealed: bool = True,
) -> list[Sheet]:
    """In the order of the people, all on that version. `jobs`: the job profiles that they have, all
    of them, in order."""
    values = {
        "people": list(person_ids),
        "framework": framework_id,
        "library": library_id,
        "jobs": list(jobs),
        **later.on(today),
        "at": at,
        "reader": reader.actor.person_id if reader is not None else 0,
    }
    rows: defaultdict[Any, defaultdict[str, list[Row[Any]]]] = defaultdict(
        lambda: defaultdict(list)
    )
    is_own = side is Side.OWN and at is None
    asked = rows_of_people(
        side,
        today if is_own and private else None,
        is_past=at is not None,
        revealed=side is Side.REVEALED or (is_own and revealed),
        reads_open=at is None and (is_own or reader is not None),
    )
    for row in ask_made(asked, values).all():
        rows[row[PERSON]][row[KIND]].append(row)
    (edition,) = rows[NOBODY][EDITION]
    version = versions_queries.version((framework_id, *edition[2:]))
    targets: dict[int, dict[int, int]] = {job: {} for job in jobs}
    for row in rows[NOBODY][TARGET]:
        targets[row.skill_id][row.id] = row.other
    left_out = words_of(rows[NOBODY][LEFT_OUT])
    counts_from = _counts_from(
        {row.id for person_id_ in person_ids for row in rows[person_id_][COUNTS_LATER]}, today
    )
    return [
        replace(
            _record(rows[person_id_], person_id_, left_out),
            targets=targets,
            counts_from=counts_from,
        )
        .as_seen(side, () if reader is None else reader.hidden_skills(person_id_))
        .on(version, side, today)
        for person_id_ in person_ids
    ]


@lru_cache(maxsize=16)
def rows_of_people(
    side: Side | None, own_on: dt.date | None, *, is_past: bool, revealed: bool, reads_open: bool
) -> CompoundSelect[*tuple[Any, ...]]:
    """One row for each word, of those that a reader of that side may see. `own_on`: with what the
    learner alone reads, on that day. Of the past nobody asks what was sent."""
    at = visible_queries_rows.AT if is_past else None
    mine = true() if side is Side.OWN else Review.reviewer_id == bindparam("reader")
    of_two = mine if reads_open else false()
    return union_all(
        *([visible_queries_rows.own(at)] if side is Side.OWN else []),
        *([visible_queries_rows.revealed(at)] if revealed else []),
        *([visible_queries_rows.revealed_in_open(of_two)] if reads_open and revealed else []),
        visible_queries_rows.reviewed(at),
        *([visible_queries_rows.reviewed_in_open(of_two)] if reads_open else []),
        visible_queries_rows.exceptions(at, of_two),
        *([] if is_past else [visible_queries_rows.sent(own_on, of_two)]),
        visible_queries_rows.left_out(),
        visible_queries_rows.later(),
        visible_queries_rows.targets(),
        visible_queries_rows.moved(),
        visible_queries_rows.row(EDITION, **versions_queries.EDITION),
        *([use_statement()] if side is Side.OWN and not is_past else []),
        *([] if own_on is None else own_rows()),
    )


def _record(rows: Mapping[str, Sequence[Row[Any]]], person_id: int, left_out: Said) -> Record:
    return Record(
        person_id=person_id,
        words={of: words_of(rows[of]) for of in Side},
        exceptions=_by_skill(rows[EXCEPTION], lambda row: _word(row)._replace(place=_place(row))),
        sent=_by_skill(rows[SENT], _item),
        left_out=left_out,
        later=words_of(rows[COUNTS_LATER]),
        moves=sorted(
            PointerMove(
                id=row.id, framework_id=row.other, at=row.at, published_at=row.on, version=row.text
            )
            for row in rows[MOVED]
        ),
        evidence=_by_skill(
            rows[LINKED], lambda row: LinkedEvidence(row.id, max(row.at, row.on), bool(row.is_so))
        ),
        reviewed_with={(row.id, row.other) for row in rows[REVIEWED_WITH]},
        noted={row.skill_id for row in rows[NOTED]},
        steps=sorted(map(_step, rows[STEP]), key=_by_day),
        use_statement=next((bool(row.answer) for row in rows[USE_STATEMENT]), None),
    )


def words_of(rows: Iterable[Row[Any]]) -> Said:
    return _by_skill(rows, _word)


def _word(row: Row[Any]) -> SheetAnswer:
    return SheetAnswer(*ANSWER_COLUMNS(row))


def _item(row: Row[Any]) -> SentItem:
    status, *of_item, is_out = ITEM(row)
    return SentItem._make((STATUSES[status], *of_item, bool(is_out)))


def _place(row: Row[Any]) -> Place:
    return row.text, row.domain_key, row.other


def _by_skill(rows: Iterable[Row[Any]], made: Callable[[Row[Any]], T]) -> dict[int, list[T]]:
    by_skill: defaultdict[int, list[T]] = defaultdict(list)
    for row in rows:
        by_skill[row[SKILL]].append(made(row))
    return dict(by_skill)


def _step(row: Row[Any]) -> AgreedStep:
    is_mine = row.who_id == row.person_id
    return AgreedStep(
        id=row.id,
        item_id=row.statement_id,
        review_id=row.other,
        text=row.reason,
        due_on=row.day,
        title=row.text,
        reviewer=short_name(row.who),
        is_mine=is_mine,
    )


def _by_day(step: AgreedStep) -> tuple[dt.date, int]:
    return step.due_on or dt.date.max, step.id


def _counts_from(moves: Collection[int], today: dt.date) -> dict[int, CountsFrom]:
    """From when statements count that count later, by the move that brought them to somebody. One
    query; none where there is no such move."""
    counts_from = {}
    for move, moved_on, version, name, starts_on in (
        ask_made(_moves(today), {"moves": [*moves]}) if moves else ()
    ):
        last_day = year_after(moved_on)
        in_round = starts_on is not None and starts_on <= last_day
        counts_from[move] = (
            CountsFrom(version, name, starts_on)
            if in_round
            else CountsFrom(version, None, last_day)
        )
    return counts_from


@lru_cache(maxsize=8)
def _moves(today: dt.date) -> Select[*tuple[Any, ...]]:
    """Built once a day."""
    of_round = aliased(Framework)
    is_for_it = (
        select(RoundFramework.round_id)
        .join(of_round, of_round.id == RoundFramework.framework_id)
        .where(of_round.slug == PersonVersion.slug)
        .correlate(PersonVersion)
    )
    return (
        select(
            PersonVersion.id, PersonVersion.moved_on, Framework.version, Round.name, Round.starts_on
        )
        .join(Framework, Framework.id == PersonVersion.framework_id)
        .join(Person, Person.id == PersonVersion.person_id)
        .outerjoin(
            Round,
            and_(
                Round.library_id == Person.library_id,
                Round.starts_on > today,
                Round.id.in_(is_for_it),
            ),
        )
        .where(PersonVersion.id.in_(bindparam("moves", expanding=True)))
        .order_by(Round.starts_on.desc(), Round.id)
    )
