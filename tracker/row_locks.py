"""Rows that a use case holds until its transaction ends: the one place that locks them.

Everybody locks in one order, so that no two wait for each other: ORDER by table, within a table by
id, then rows of other tables. Whoever locks has not written yet. The audit extends its chain last
(records/audit). tests/storage/lock_order.py holds every test to it.
"""

from typing import Any, TypeVarTuple

from sqlalchemy import Select, inspect

Columns = TypeVarTuple("Columns")

ORDER = ("libraries", "reviews", "people")
"""A review before people: whose it is stands in it."""


def held(
    query: Select[*Columns], of: type[Any] | None = None, *, skip_locked: bool = False
) -> Select[*Columns]:
    """The query, locking its rows by id; of joined tables only those of `of`.

    Nobody's foreign key waits for such a lock (FOR NO KEY UPDATE), only others that hold or change
    the row. SQLite has one writer at a time and locks no rows.
    """
    entity = of or query.column_descriptions[0]["entity"]
    return query.order_by(*inspect(entity).primary_key).with_for_update(
        of=of, key_share=True, skip_locked=skip_locked
    )
