"""The only writer of seals: every row of a sealed table (models/protections) that a use case wrote,
as it stands before the commit. One seal for all that belongs to one person, or to one library.

Rows that the session flushes are noted by themselves, so that no writer can forget it. Two that
extend a chain at once need no lock for it: its place is unique, so the second waits for the first,
and follows on it then. Chains are extended in their order, before the audit's, and with the last
statement but the audit's, so whoever waits holds up nobody that it waits for.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TypeVar

from sqlalchemy import (
    ColumnElement,
    Select,
    Table,
    bindparam,
    delete,
    event,
    func,
    insert,
    inspect,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Session, SessionTransaction
from sqlalchemy.orm.unitofwork import UOWTransaction

from tracker.db import Base
from tracker.models import SEALED_TABLES, ReviewItemText, Seal
from tracker.models.columns import table_of
from tracker.models.protections import SealedTable, table_with
from tracker.rules.core.seals import GONE, CoveredRow, SealHead, commitment, covering, digest

Row = TypeVar("Row", bound=Base)

NOTED = "rows_to_seal"
HEADS = "seal_heads"
TABLE = table_of(Seal)
INSERT = insert(TABLE)
INSERT_IF_FREE = postgresql.insert(TABLE).on_conflict_do_nothing().returning(TABLE.c.chain)


@dataclass(frozen=True, slots=True)
class NotedRow:
    """A row to seal. `within`: the savepoint whose rollback takes it back, if any. `left`: whose it
    was before, where its owner changed."""

    within: SessionTransaction | None
    row: Base
    is_gone: bool = False
    left: int | None = None


def note(tx: Session, row: Base) -> None:
    """Seal a row that was written past the session's own objects; it holds what was written."""
    _note(tx, NotedRow(tx.get_nested_transaction(), row))


def _note(tx: Session, row: NotedRow) -> None:
    tx.info.setdefault(NOTED, []).append(row)


def add_many(tx: Session, model: type[Row], rows: Sequence[Mapping[str, object]]) -> list[Row]:
    """New rows of a sealed table, written at once."""
    added = list(tx.scalars(insert(model).returning(model), rows)) if rows else []
    for row in added:
        note(tx, row)
    return added


def change_many(
    tx: Session, model: type[Row], *which: ColumnElement[bool], **new: object
) -> list[int]:
    """Set these columns in the rows of a sealed table for which that holds, in one statement;
    returns their ids."""
    (key,) = inspect(model).primary_key
    changed = update(model).where(*which).values(**new).returning(key)
    ids = list(tx.scalars(changed.execution_options(synchronize_session=False)))
    note_all(tx, model, key.in_(ids))
    return ids


def note_all(tx: Session, model: type[Row], *which: ColumnElement[bool]) -> None:
    """Seal the rows for which that holds, as they stand now: they were written past the
    session."""
    rows = select(model).where(*which).execution_options(populate_existing=True)
    for row in tx.scalars(rows):
        note(tx, row)


def delete_many(tx: Session, model: type[Row], *which: ColumnElement[bool]) -> list[Row]:
    """Delete the rows of a sealed table for which that holds, in one statement, and return
    them."""
    gone = delete(model).where(*which).returning(model)
    rows = list(tx.scalars(gone.execution_options(synchronize_session=False)))
    for row in rows:
        _note(tx, NotedRow(tx.get_nested_transaction(), row, is_gone=True))
        tx.expunge(row)
    return rows


def delete_rows(tx: Session, table: Table, *which: ColumnElement[bool]) -> None:
    """Delete the rows of any table for which that holds, also of a sealed one."""
    sealed = [model for model in SEALED_TABLES if model.__table__ is table]
    if sealed:
        delete_many(tx, sealed[0], *which)
    else:
        tx.execute(delete(table).where(*which))


def follow(tx: Session, person_id: int, sequence: int | None, digest: bytes | None) -> None:
    """Tell the newest seal of a person, which was read with something else: it is not read
    again."""
    head = SealHead(person_id, sequence or 0, digest or b"")
    tx.info.setdefault(HEADS, {})[person_id] = head


def _after_flush(tx: Session, _flush: UOWTransaction) -> None:
    for row in (*tx.new, *tx.dirty, *tx.deleted):
        how = SEALED_TABLES.get(type(row))
        if how is None:
            continue
        attributes, is_gone = inspect(row).attrs, row in tx.deleted
        is_there, savepoint = row in tx.dirty and not is_gone, tx.get_nested_transaction()
        if not is_there or any(attributes[name].history.has_changes() for name in how.columns):
            _note(tx, NotedRow(savepoint, row, is_gone))
        for left in attributes[how.way[0].key].history.deleted if is_there else ():
            _note(tx, NotedRow(savepoint, row, is_gone=True, left=left))


def _before_commit(tx: Session) -> None:
    tx.flush()
    savepoint = tx.get_nested_transaction()
    noted: list[NotedRow] = tx.info.get(NOTED, [])
    here = [row for row in noted if savepoint is None or row.within is savepoint]
    if here:
        tx.info[NOTED] = [row for row in noted if savepoint and row.within is not savepoint]
        _append(tx, here)


def _after_soft_rollback(tx: Session, taken_back: SessionTransaction) -> None:
    is_all = taken_back.parent is None
    kept = [row for row in tx.info.get(NOTED, ()) if not is_all and row.within is not taken_back]
    tx.info[NOTED], tx.info[HEADS] = kept, {}


event.listen(Session, "after_flush", _after_flush)
event.listen(Session, "before_commit", _before_commit)
event.listen(Session, "after_soft_rollback", _after_soft_rollback)
"""Of all sessions, so before the audit, which listens to the one it notes in: whoever holds its
lock waits for nothing."""


def _append(tx: Session, noted: list[NotedRow]) -> None:
    """Of a row that was noted twice the last note counts."""
    last = {(type(note.row), _id(note.row), note.left): note for note in noted}
    known = {(model, row_id): note.row for (model, row_id, _left), note in last.items()}
    covered = defaultdict[int, list[CoveredRow]](list)
    with tx.no_autoflush:
        for (model, row_id, left), note in last.items():
            if not _is_blank(note.row):
                how = SEALED_TABLES[model]
                digest = GONE if note.is_gone else _commitment(note.row, how)
                chain = left or _chain(tx, note.row, how, known)
                covered[chain].append(CoveredRow(how.number, row_id, digest))
    write(tx, {chain: covering(of_chain) for chain, of_chain in covered.items()})
    tx.info[HEADS] = {}


def _id(row: Base) -> int:
    (key,) = inspect(type(row)).primary_key_from_instance(row)
    return int(key)


def _is_blank(row: Base) -> bool:
    """A text that was erased: whether it was shows in the erasure."""
    return isinstance(row, ReviewItemText) and not (
        row.salt or row.learner_note or row.reviewer_note
    )


def _commitment(row: Base, how: SealedTable) -> bytes:
    salt: bytes | str = getattr(row, "salt", b"")
    return commitment(salt, {name: getattr(row, name) for name in how.columns})


def _chain(
    tx: Session, row: Base, how: SealedTable, known: dict[tuple[type[Base], int], Base]
) -> int:
    owner = int(getattr(row, how.way[0].key))
    for column in how.way[1:]:
        model = table_with(column)
        above = known.get((model, owner)) or tx.get_one(model, owner)
        known[(model, owner)] = above
        owner = int(getattr(above, column.key))
    return -owner if how.of_library else owner


def write(tx: Session, covered: dict[int, bytes]) -> None:
    """A seal of each of these chains, by what it covers."""
    heads: dict[int, SealHead] = tx.info.get(HEADS, {})
    is_shared = tx.get_bind().dialect.name == "postgresql"
    while covered:
        if not covered.keys() <= heads.keys():
            heads = newest(tx, covered.keys())
        seals = [
            {
                "chain": chain,
                "sequence": heads[chain].sequence + 1,
                "covered": covered[chain],
                "digest": digest(heads[chain], covered[chain]),
            }
            for chain in sorted(covered)
        ]
        if not is_shared:
            tx.execute(INSERT, seals)
            return
        for chain in tx.scalars(INSERT_IF_FREE, seals):
            del covered[chain]
        heads = {}


def newest(tx: Session, chains: Collection[int]) -> dict[int, SealHead]:
    """The newest seal of each, or that there is none. One query."""
    heads = {chain: SealHead(chain, 0, b"") for chain in chains}
    for row in tx.execute(_heads(), {"chains": list(chains)}):
        heads[row.chain] = SealHead(*row)
    return heads


@cache
def _heads() -> Select[int, int, bytes]:
    of_each = (
        select(Seal.chain, func.max(Seal.sequence))
        .where(Seal.chain.in_(bindparam("chains", expanding=True)))
        .group_by(Seal.chain)
    )
    return select(Seal.chain, Seal.sequence, Seal.digest).where(
        tuple_(Seal.chain, Seal.sequence).in_(of_each)
    )
