"""What every transaction of every test locks, and whether in the one order
(tracker/row_locks).

It listens on both engines: the order is that of the statements, though SQLite locks no rows.
"""

import re
import sys
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import FrameType
from typing import Any

from sqlalchemy import (
    Connection,
    Delete,
    Engine,
    Insert,
    Select,
    Table,
    Update,
    event,
    func,
    select,
)

from tracker.db import _whole, db
from tracker.models import RoleProfile, RosterImport, Team
from tracker.models.columns import table_of
from tracker.row_locks import ORDER

RANKS = {db.metadata.tables[name]: rank for rank, name in enumerate(ORDER)}
WITH_THE_LIBRARY = {table_of(model) for model in (RoleProfile, RosterImport, Team)}
"""Locked and changed only by who has locked the library."""
WALK = "lock_order"
PROGRAM = re.compile(r"/tracker/(?:services/|\w+/\w+/actions)")
"""Where the transactions of use cases are."""

Key = tuple[int, int]
"""Rank of the table in ORDER, and the row's id."""


@dataclass
class Walk:
    """One transaction so far. `own`: the highest id of a table before it had rows added."""

    held: set[Key] = field(default_factory=set)
    wrote: str = ""
    own: dict[Table, int] = field(default_factory=dict)
    is_looking: bool = False

    def write(self, what: str, table: Any) -> None:
        if table not in WITH_THE_LIBRARY or not any(rank == 0 for rank, _id in self.held):
            self.wrote = self.wrote or what


breaches: list[str] = []
"""Of the test that runs, in words."""
_named: dict[Any, list[Table]] = {}
"""What statements of one shape select from: to ask SQLAlchemy takes as long as to compile."""


def _begin(connection: Connection) -> None:
    """A test's own transaction may do as it likes: only one that the program began is watched."""
    is_writing = connection.get_execution_options().get("tracker_write", False)
    connection.info[WALK] = Walk() if is_writing and _in_program() else None


def _in_program() -> bool:
    frame: FrameType | None = sys._getframe()
    while frame is not None and not PROGRAM.search(frame.f_code.co_filename):
        frame = frame.f_back
    return frame is not None


def _before_execute(
    connection: Connection, statement: Any, several: Any, one: Any, _options: Any
) -> None:
    walk: Walk | None = connection.info.get(WALK)
    if walk is None or walk.is_looking or _whole.get() is not None:
        return
    sent = several or [one]
    if isinstance(statement, Select):
        found = statement._for_update_arg
        if found is not None and not found.read:
            _locked(connection, walk, statement, _tables(statement), sent)
    elif isinstance(statement, Insert):
        if isinstance(statement.table, Table) and statement.table in RANKS:
            highest = select(func.max(statement.table.c.id))
            with _looking(walk):
                walk.own.setdefault(statement.table, connection.scalar(highest) or 0)
        walk.write(f"a row of {statement.table}", statement.table)
    elif isinstance(statement, Update | Delete) and isinstance(statement.table, Table):
        _changed(connection, walk, statement, statement.table, sent)


def _tables(statement: Select[Any]) -> list[Table]:
    found, shape = statement._for_update_arg, statement._generate_cache_key()
    named = None if found is None else found.of
    if named is None and shape is not None and shape.key in _named:
        return _named[shape.key]
    tables = [
        table
        for from_ in (named or statement.get_final_froms())
        for table in ([from_] if isinstance(from_, Table) else from_._from_objects)
    ]
    if named is None and shape is not None:
        _named[shape.key] = tables
    return tables


def _locked(
    connection: Connection,
    walk: Walk,
    statement: Select[Any],
    tables: Sequence[Table],
    sent: Sequence[Any],
) -> None:
    for table in tables:
        if table not in RANKS:
            walk.write(f"a lock on {table}", table)
            continue
        ids = statement.with_only_columns(table.c.id).order_by(None)
        ids._for_update_arg = None
        new = _new(connection, walk, table, ids, sent)
        if statement._for_update_arg.skip_locked:  # it waits for nobody
            walk.held.update(new)
        else:
            _judge(walk, table, new)


def _changed(
    connection: Connection, walk: Walk, statement: Any, table: Table, sent: Sequence[Any]
) -> None:
    if table in RANKS:
        ids = select(table.c.id).where(*statement._where_criteria)
        new = _new(connection, walk, table, ids, sent)
        if len(new) > 1:
            _breach(f"rows of {table} are changed that are not locked: {new}")
        _judge(walk, table, new)
    walk.write(f"a change of {table}", table)


def _new(
    connection: Connection, walk: Walk, table: Table, ids: Select[int], sent: Sequence[Any]
) -> list[Key]:
    with _looking(walk):
        found = {key for values in sent for key in connection.scalars(ids, values or {})}
    highest = walk.own.get(table)
    keys = {(RANKS[table], key) for key in found if highest is None or key <= highest}
    return sorted(keys - walk.held)


def _breach(said: str) -> None:
    """With where in the program it is."""
    frames = [f"{each.filename}:{each.lineno}" for each in traceback.extract_stack()]
    ours = [frame for frame in frames if PROGRAM.search(frame)]
    if ours:
        breaches.append(f"{said} in {' > '.join(ours)}")


def _judge(walk: Walk, table: Table, new: list[Key]) -> None:
    if new and walk.wrote:
        _breach(f"a lock on {table} after {walk.wrote}")
    if new and walk.held and new[0] < max(walk.held):
        _breach(f"a lock on {table} {new[0]} after one on {max(walk.held)}")
    walk.held.update(new)


@contextmanager
def _looking(walk: Walk) -> Iterator[None]:
    walk.is_looking = True
    try:
        yield
    finally:
        walk.is_looking = False


def is_looking(connection: Connection) -> bool:
    """Whether a statement is this module's own."""
    walk: Walk | None = connection.info.get(WALK)
    return walk is not None and walk.is_looking


def listen() -> None:
    event.listen(Engine, "begin", _begin)
    event.listen(Engine, "before_execute", _before_execute)
