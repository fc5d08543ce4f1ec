"""The only writer of seals: every row of a sealed table (models/seals) that a use case wrote, as it
stands before the commit.

Rows that the session flushes are noted by themselves, so that no writer can forget it. A chain is
extended by one at a time because whoever writes into it holds the row of its person or review; if
anybody did not, `previous` is unique.
"""

from dataclasses import dataclass
from functools import cache

from sqlalchemy import Select, bindparam, event, func, insert, select
from sqlalchemy.orm import Session, SessionTransaction
from sqlalchemy.orm.unitofwork import UOWTransaction

from tracker.db import Base
from tracker.models import SEALED_TABLES, RatingEntry, ReviewItemText, Seal
from tracker.models.columns import table_of
from tracker.models.seals import key_of
from tracker.rules.operations.seals import SealLink, commitment, start

NOTED = "rows_to_seal"
HEADS = "seal_heads"
INSERT = insert(table_of(Seal))

Chain = tuple[int | None, int | None]
"""A person, or a review."""


@dataclass(frozen=True, slots=True)
class NotedRow:
    """A row to seal. `within`: the savepoint that takes it back, if any."""

    within: SessionTransaction | None
    row: Base


def note(tx: Session, row: Base) -> None:
    """Seal a row that was written past the session's own objects; it holds what was written."""
    noted: list[NotedRow] = tx.info.setdefault(NOTED, [])
    noted.append(NotedRow(tx.get_nested_transaction(), row))


def follow(tx: Session, person_id: int, head: str | None) -> None:
    """Tell the newest seal of a person, read while their row is locked: it is not read again."""
    chain = (person_id, None)
    tx.info.setdefault(HEADS, {})[chain] = head or start(*chain)


def _after_flush(tx: Session, _flush: UOWTransaction) -> None:
    for row in (*tx.new, *tx.dirty):
        if type(row) in SEALED_TABLES and tx.is_modified(row):
            note(tx, row)


def _before_commit(tx: Session) -> None:
    tx.flush()
    savepoint = tx.get_nested_transaction()
    noted: list[NotedRow] = tx.info.get(NOTED, [])
    here = [each.row for each in noted if savepoint is None or each.within is savepoint]
    if here:
        tx.info[NOTED] = [each for each in noted if savepoint and each.within is not savepoint]
        _append(tx, here)


def _after_soft_rollback(tx: Session, taken_back: SessionTransaction) -> None:
    is_all = taken_back.parent is None
    kept = [each for each in tx.info.get(NOTED, ()) if not is_all and each.within is not taken_back]
    tx.info[NOTED], tx.info[HEADS] = kept, {}


event.listen(Session, "after_flush", _after_flush)
event.listen(Session, "before_commit", _before_commit, insert=True)
event.listen(Session, "after_soft_rollback", _after_soft_rollback)
"""Before the audit's own: whoever holds its lock waits for nothing."""


def _append(tx: Session, noted: list[Base]) -> None:
    rows = {
        (type(row), int(getattr(row, key_of(type(row))))): row
        for row in noted
        if not _is_blank(row)
    }
    with tx.no_autoflush:
        chains = {key: _chain(tx, row, rows) for key, row in rows.items()}
    heads = _heads(tx, set(chains.values()))
    links = []
    for key, row in rows.items():
        chain, facts = chains[key], SEALED_TABLES[key[0]].columns
        salt = row.salt if isinstance(row, RatingEntry | ReviewItemText) else ""
        said = commitment(salt, {name: getattr(row, name) for name in facts})
        link = SealLink(*chain, row.__tablename__, key[1], said, heads[chain])
        heads[chain] = link.made()
        links.append(
            {name: getattr(link, name) for name in SealLink.__slots__} | {"digest": heads[chain]}
        )
    if links:
        tx.execute(INSERT, links)
    tx.info[HEADS] = {}


def _is_blank(row: Base) -> bool:
    """A text that was erased: whether it was shows in the erasure."""
    return isinstance(row, ReviewItemText) and not (
        row.salt or row.learner_note or row.reviewer_note
    )


def _chain(tx: Session, row: Base, noted: dict[tuple[type[Base], int], Base]) -> Chain:
    how = SEALED_TABLES[type(row)]
    leads_to = int(getattr(row, how.by))
    if how.through is not None:
        above = noted.get((how.through, leads_to)) or tx.get_one(how.through, leads_to)
        return _chain(tx, above, noted)
    return (None, leads_to) if how.of_review else (leads_to, None)


def _heads(tx: Session, chains: set[Chain]) -> dict[Chain, str]:
    """The newest seal of each chain, or its start. One query, unless all were told."""
    told: dict[Chain, str] = tx.info.get(HEADS, {})
    if chains <= told.keys():
        return {chain: told[chain] for chain in chains}
    found: dict[Chain, str] = {chain: start(*chain) for chain in chains}
    ids = {
        "person_id": [person_id for person_id, _review in chains if person_id],
        "review_id": [review_id for _person, review_id in chains if review_id],
    }
    for row in tx.execute(_newest(*(name for name in ids if ids[name])), ids):
        found[(row.person_id, row.review_id)] = row.digest
    return found


@cache
def _newest(*names: str) -> Select[int | None, int | None, str]:
    """Of the chains of those columns, whose values are given by the same names."""
    newest = [
        select(func.max(Seal.id))
        .where(column.in_(bindparam(column.key, expanding=True)))
        .group_by(column)
        for column in (Seal.person_id, Seal.review_id)
        if column.key in names
    ]
    ids = newest[0].union_all(*newest[1:]) if newest[1:] else newest[0]
    return select(Seal.person_id, Seal.review_id, Seal.digest).where(Seal.id.in_(ids))
