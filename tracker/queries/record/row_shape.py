"""The columns that all rows of a sheet have, whatever they say (queries/record/rows)."""

from collections.abc import Callable, Mapping
from operator import itemgetter
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    Integer,
    Row,
    Select,
    String,
    cast,
    literal_column,
    null,
    select,
    type_coerce,
)
from sqlalchemy.types import TypeEngine

from tracker.db import UTCDateTime

EXCEPTION, SENT, LEFT_OUT, COUNTS_LATER = "exception", "sent", "left_out", "counts_later"
TARGET, USE_STATEMENT, EDITION, MOVED = "target", "use_statement", "edition", "moved"
LINKED, REVIEWED_WITH, NOTED, STEP = "linked", "reviewed_with", "noted", "step"
"""Kinds of rows, beside the sides."""
Selected = Select[*tuple[Any, ...]]

COLUMNS: Mapping[str, TypeEngine[Any]] = {
    # `other` and `text` hold what one kind alone has: each column costs in every row.
    "person_id": Integer(),
    "skill_id": Integer(),
    "answer": String(),
    "at": UTCDateTime(),
    "id": Integer(),
    "statement_id": Integer(),
    "who_id": Integer(),
    "who": String(),
    "reason": String(),
    "on": UTCDateTime(),
    "day": Date(),
    "of_answer": String(),
    "other": Integer(),
    "text": String(),
    "domain_key": String(),
    "is_so": Integer(),
}
KIND, PERSON, SKILL = 0, 1, 2
"""Where these stand in a row: of a sheet's hundreds that is quicker than by name."""


def _of_row(*names: str) -> Callable[[Row[Any]], tuple[Any, ...]]:
    return itemgetter(*(1 + [*COLUMNS].index(name) for name in names))


WORD = _of_row(
    "answer", "at", "id", "statement_id", "who_id", "who", "reason", "on", "day", "of_answer"
)
ITEM = _of_row("answer", "at", "id", "statement_id", "on", "other", "text", "is_so")
"""What a `Word`, but for its place, and a `SentItem` are made of."""


def row(kind: str, **columns: Any) -> Selected:
    """With nothing in the columns that its kind doesn't have."""
    return select(
        literal_column(f"'{kind}'").label("kind"),
        *(
            (type_coerce(columns[name], type_) if name in columns else _nothing(type_)).label(name)
            for name, type_ in COLUMNS.items()
        ),
    )


def _nothing(of: TypeEngine[Any]) -> ColumnElement[Any]:
    if isinstance(of, String):
        return literal_column("''", of)
    return literal_column("0", of) if isinstance(of, Integer) else cast(null(), of)
