"""All that is kept about one person, as far as they see it on the pages: each table of
models/record/personal, walked in one way.

What a reviewer said is read only where it was revealed, as on the learner's pages, so two records
that differ in a hidden answer are equal.
"""

import datetime as dt
import re
from collections.abc import Collection, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    ColumnElement,
    RowMapping,
    Select,
    Table,
    and_,
    bindparam,
    case,
    exists,
    or_,
    select,
)

from tracker.db import Base, session, session_afresh
from tracker.models import (
    Domain,
    EvidenceText,
    Framework,
    Level,
    Library,
    Membership,
    Person,
    Review,
    ReviewItem,
    RoleProfile,
    Round,
    RoundSnapshot,
    ScaleAnswer,
    Statement,
    StoredFile,
    Strand,
    Team,
    UseStatement,
)
from tracker.models.joins import level_of_statement
from tracker.models.record.personal import PERSONAL, name_of, owned, parent_of
from tracker.policy.permissions import Actor
from tracker.queries.asking import Question
from tracker.record.workflow.rules import SEALED, ItemStatus, ReviewStatus

NO_NAME_ANYWHERE = re.compile(r'[<>:"/\\|?*]')
"""Signs that some system takes in no name of a file."""
LEAVES_WITHIN = dt.timedelta(days=30)
FORMAT = "skills-tracker-record"
VERSION = 1
TAKEN = [
    table
    for table in Base.metadata.sorted_tables
    if table.name in PERSONAL and PERSONAL[table.name].taken
]
NAMES: dict[str, Select[int, str]] = {
    "people": select(Person.id, Person.name),
    "libraries": select(Library.id, Library.name),
    "teams": select(Team.id, Team.name),
    "rounds": select(Round.id, Round.name),
    "role_profiles": select(RoleProfile.id, RoleProfile.name),
    "round_snapshots": select(RoundSnapshot.id, Round.name).join(
        Round, Round.id == RoundSnapshot.round_id
    ),
}
"""What is said of a row of these by its name alone."""
LISTS: dict[str, Select[*tuple[Any, ...]]] = {
    "frameworks": select(
        Framework.id,
        Framework.slug,
        Framework.version,
        Framework.title,
        Framework.lang,
        Framework.digest,
    ),
    "statements": select(
        Statement.id,
        Statement.uuid,
        Statement.code,
        Statement.title,
        Statement.text,
        Level.name.label("level"),
        Domain.title.label("domain"),
        Strand.title.label("section"),
        Statement.framework_id,
    )
    .join(Domain, Domain.id == Statement.domain_id)
    .join(Strand, Strand.id == Domain.strand_id)
    .join(Level, level_of_statement())
    .order_by(Statement.framework_id, Statement.position),
    "use_statements": select(
        UseStatement.id, UseStatement.version, UseStatement.text, UseStatement.published_at
    ),
}
"""What belongs to nobody, and is listed once for all that name it."""

_REVEALED = ReviewItem.revealed_at.is_not(None)
_HIDDEN = [status for status in SEALED if status is not ItemStatus.RETURNED]
_TEXTS = Base.metadata.tables["review_item_texts"]
MASKED: dict[str, ColumnElement[Any]] = {
    "review_items.status": case(
        (or_(_REVEALED, ReviewItem.status.not_in(_HIDDEN)), ReviewItem.status), else_=None
    ),
    "review_items.reviewer_answer": case((_REVEALED, ReviewItem.reviewer_answer)),
    "review_items.ground": case((_REVEALED, ReviewItem.ground)),
    "review_item_texts.reviewer_note": case(
        (exists().where(ReviewItem.id == _TEXTS.c.item_id, _REVEALED), _TEXTS.c.reviewer_note)
    ),
    "reviews.status": case(
        (Review.status == ReviewStatus.IN_REVIEW, ReviewStatus.SENT), else_=Review.status
    ),
}
"""What stands in a column's place while it is the reviewer's alone; also that they began."""


def _of_mine(name: str, person_id: int) -> list[ColumnElement[bool]]:
    """Beside whose a row is: of a difference both sides have rows, and each sees their own; a
    file that nothing names anymore is kept for a legal hold, out of sight."""
    table = Base.metadata.tables[name]
    match name:
        case "confirmations" | "difference_choices":
            return [table.c.person_id == person_id]
        case "stored_files":
            return [exists().where(EvidenceText.file_id == StoredFile.id)]
        case _:
            return []


def last_day(actor: Actor, now: dt.datetime) -> Question[dt.date | None]:
    """The day on which they leave the last of their teams, from LEAVES_WITHIN before it on; None
    where no end of one is known."""
    soon = actor.today(now) + LEAVES_WITHIN

    def read(rows: Sequence[RowMapping]) -> dt.date | None:
        days = [row["ends_on"] for row in rows]
        return max(days) if days and None not in days and max(days) <= soon else None

    return Question(_ENDS, {"leaves": actor.person_id}, read)


_ENDS = select(Membership.ends_on).where(Membership.person_id == bindparam("leaves"))


def record_of(person_id: int) -> dict[str, Any]:
    """By table a list of its rows, each a dict of what is downloaded of it, with its place in the
    list, from 1, as `id`. What a foreign key leads to is its place in its own list, or its name;
    None where it isn't in this record. Moments are UTC."""
    _read_as_one()
    rows = {table.name: _rows(table, person_id) for table in TAKEN}
    numbers = {
        name: {row["key"]: number for number, row in enumerate(of, 1)} for name, of in rows.items()
    }
    leads_to: dict[str, set[int]] = {name: set() for name in (*NAMES, *LISTS)}
    for table in TAKEN:
        for column in map(table.c.__getitem__, PERSONAL[table.name].taken):
            parent = parent_of(column)
            if parent is not None and parent.name in leads_to:
                leads_to[parent.name] |= {row[column.name] for row in rows[table.name]}
    for name, ids in leads_to.items():
        ids.discard(None)
        if name in NAMES:
            numbers[name] = dict(_of(NAMES[name], ids))
    lists: dict[str, list[dict[str, Any]]] = {}
    for name in reversed(LISTS):
        if name == "frameworks":
            leads_to[name] |= {row["framework_id"] for row in lists["statements"]}
        lists[name] = [dict(row) for row in _of(LISTS[name], leads_to[name])]
        numbers[name] = {row["id"]: number for number, row in enumerate(lists[name], 1)}
    for statement in lists["statements"]:
        statement["framework"] = numbers["frameworks"][statement.pop("framework_id")]
    answers = select(ScaleAnswer).where(ScaleAnswer.framework_id.in_(numbers["frameworks"]))
    for number, file in enumerate(rows["stored_files"], 1):  # two of one name stay apart
        file["path"] = f"files/{number}-{NO_NAME_ANYWHERE.sub('_', file['name'])}"
    return {
        "format": FORMAT,
        "version": VERSION,
        **{
            name: [
                {"id": number} | {key: _said(of) for key, of in row.items() if key != "id"}
                for number, row in enumerate(of, 1)
            ]
            for name, of in lists.items()
        },
        "answers": [
            {
                "framework": numbers["frameworks"][answer.framework_id],
                "key": answer.key,
                "label": answer.label,
                "description": answer.description,
            }
            for answer in session().scalars(answers.order_by(ScaleAnswer.id))
        ],
        **{
            table.name: [
                {"id": number} | _told(table, row, numbers)
                for number, row in enumerate(rows[table.name], 1)
            ]
            for table in TAKEN
        },
    }


def _read_as_one() -> None:
    """What is written meanwhile is in all of it, or in nothing. On SQLite every reading is so."""
    reading = session_afresh()
    if reading.get_bind().dialect.name == "postgresql":
        reading.connection(execution_options={"isolation_level": "REPEATABLE READ"})


def _rows(table: Table, person_id: int) -> list[dict[str, Any]]:
    keys = list(table.primary_key)
    columns = [
        MASKED.get(f"{table.name}.{name}", table.c[name]).label(name)
        for name in PERSONAL[table.name].taken
    ]
    mine = and_(owned(table, person_id), *_of_mine(table.name, person_id))
    query = select(keys[0].label("key"), *columns).where(mine).order_by(*keys)
    return [dict(row) for row in session().execute(query).mappings()]


def _told(table: Table, row: dict[str, Any], numbers: dict[str, dict[int, Any]]) -> dict[str, Any]:
    told = {}
    for name in PERSONAL[table.name].taken:
        parent, value = parent_of(table.c[name]), row[name]
        if parent is not None:
            value = numbers[parent.name].get(value)
        told[name_of(name)] = _said(value)
    if "path" in row:
        told["path"] = row["path"]
    return told


def _of(query: Select[*tuple[Any, ...]], ids: Collection[int]) -> Any:
    key = query.selected_columns[0]
    rows = session().execute(query.where(key.in_(ids)).order_by(key))
    return rows.all() if len(query.selected_columns) == 2 else rows.mappings()


def _said(value: Any) -> Any:
    """As JSON has it."""
    if isinstance(value, dt.date):  # a moment too
        return value.isoformat()
    return float(value) if isinstance(value, Decimal) else value
