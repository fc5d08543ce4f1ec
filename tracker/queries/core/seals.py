"""Rows beside what their seals say of them."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise
from typing import Any, TypeVarTuple

from sqlalchemy import ColumnElement, Connection, Select, bindparam, inspect, literal, select
from sqlalchemy.orm import InstrumentedAttribute

from tracker.db import Base, session
from tracker.models import SEALED_TABLES, Library, Membership, Person, ReviewItemText, Seal
from tracker.models.protections import SealedTable, table_with
from tracker.rules.core.seals import GONE, NOTES, SealHead, commitment, digest, rows_of

AT_ONCE = 1000
"""Seals or rows that are fetched at a time."""
ROWS_AT_ONCE = 50_000
"""So many sealed rows, and those of one chain more, are held in memory at a time."""
LOWEST, HIGHEST = -(2**31), 2**31 - 1
GROWING = frozenset(how.number for how in SEALED_TABLES.values() if how.grows)
RIGHTS: tuple[type[Base], ...] = (Person, Membership, Library)

Columns = TypeVarTuple("Columns")
Named = Sequence[Any]
"""The number of a row, and the chain of whom it belongs to."""


@dataclass(slots=True)
class SealedRows:
    """The commitments that count, in the chains from `first` to `last`, by the number of a table,
    then by chain and row. `count`: of all of it."""

    first: int
    last: int = HIGHEST
    count: int = 0
    commitments: defaultdict[int, dict[tuple[int, int], bytes]] = field(
        default_factory=lambda: defaultdict(dict)
    )


def sealed_rows(
    connection: Connection, broken: list[SealHead], chains: Collection[int] | None = None
) -> Iterator[SealedRows]:
    """Of these chains, or of all, some at a time. Adds the first seal of each chain that does not
    follow the one before it, or says something else than it said."""
    every = (
        select(Seal.chain, Seal.sequence, Seal.covered, Seal.digest)
        .order_by(Seal.chain, Seal.sequence)
        .execution_options(yield_per=AT_ONCE)
    )
    if chains is not None:
        every = every.where(Seal.chain.in_(chains))
    here, head, is_broken = SealedRows(LOWEST), SealHead(LOWEST, 0, b""), False
    with connection.execute(every) as seals:
        for seal in seals:
            if seal.chain != head.chain:
                if here.count >= ROWS_AT_ONCE:
                    here.last = seal.chain - 1
                    yield here
                    here = SealedRows(seal.chain)
                head, is_broken = SealHead(seal.chain, 0, b""), False
            follows = seal.sequence == head.sequence + 1
            fits = follows and seal.digest == digest(head, seal.covered)
            head = SealHead(seal.chain, seal.sequence, seal.digest)
            if not is_broken and not fits:
                is_broken = True
                broken.append(head)
            if seal.chain == NOTES:
                continue
            for row in rows_of(seal.covered):
                commitments = here.commitments[row.table]
                is_first = (seal.chain, row.row_id) not in commitments
                if is_first or row.table not in GROWING or row.commitment == GONE:
                    commitments[seal.chain, row.row_id] = row.commitment
                    here.count += 1
    yield here


def changed_rights(chains: Collection[int]) -> set[int]:
    """Those of the chains, of people and of libraries, whose rights, roles, and settings, or seals,
    are others than the program gave. Four queries, none for nobody."""
    if not chains:
        return set()
    connection, broken = session().connection(), list[SealHead]()
    wrong = {
        chain
        for sealed in sealed_rows(connection, broken, chains)
        for model in RIGHTS
        for _code, (_row_id, chain) in rows_unlike_seals(connection, model, sealed, chains)
    }
    return wrong | {seal.chain for seal in broken}


def rows_unlike_seals(
    connection: Connection,
    model: type[Base],
    sealed: SealedRows,
    chains: Collection[int] | None = None,
) -> Iterator[tuple[str, Named]]:
    """What is wrong, and with which row. A text that is missing may be accounted for by an
    erasure."""
    how, blank = SEALED_TABLES[model], list[Named]()
    commitments = sealed.commitments.pop(how.number, {})
    of_chains = {"first": sealed.first, "last": sealed.last}
    query = _of_chains(model)
    if chains is not None:
        query = query.where(chain_of(how).in_(chains))
    with connection.execute(query, of_chains) as rows:
        for key, chain, salt, *values in rows:
            committed = commitments.pop((chain, key), GONE)
            if model is ReviewItemText and not any((salt, *values)):
                blank.append((key, chain))
            elif committed == GONE:
                yield "row_not_sealed", (key, chain)
            elif not _fits(committed, salt, dict(zip(how.columns, values, strict=True)), how.ends):
                yield "row_changed", (key, chain)
    for row in blank:
        yield "text_missing", row
    for (chain, key), committed in sorted(commitments.items()):
        if committed != GONE:
            yield "row_gone", (key, chain)


def _fits(committed: bytes, salt: bytes | str, facts: dict[str, Any], ends: str) -> bool:
    if committed == commitment(salt, facts):
        return True
    return bool(ends) and committed == commitment(salt, facts | {ends: None})


@cache
def _of_chains(model: type[Base]) -> Select[*tuple[Any, ...]]:
    """The rows (key, chain, salt, columns) of the people and libraries whose chains are from
    `first` to `last`."""
    how, key = SEALED_TABLES[model], _key(model)
    chain = chain_of(how)
    columns = (getattr(model, column) for column in how.columns)
    query = on_its_way(select(key, chain, getattr(model, "salt", literal("")), *columns), how)
    within = chain.between(bindparam("first"), bindparam("last"))
    return query.where(within).order_by(key).execution_options(yield_per=AT_ONCE)


def _key(model: type[Base]) -> InstrumentedAttribute[int]:
    """What numbers the rows of a sealed table."""
    (key,) = inspect(model).primary_key
    column: InstrumentedAttribute[int] = getattr(model, str(key.key))
    return column


def on_its_way(query: Select[*Columns], how: SealedTable) -> Select[*Columns]:
    for column, above in pairwise(how.way):
        model = table_with(above)
        query = query.join(model, _key(model) == column)
    return query


def chain_of(how: SealedTable) -> ColumnElement[int]:
    return -how.way[-1] if how.of_library else how.way[-1].expression
