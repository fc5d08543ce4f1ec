"""The place of a team in the tree, in queries."""

from typing import Any

from sqlalchemy import Integer, SQLColumnExpression, TableValuedAlias, column
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement


def ids_on(path: SQLColumnExpression[str]) -> TableValuedAlias:
    """A table of the ids (`.c.value`) of the team at that path and those above it, to join.

    So these few teams are found by their ids: to compare the paths of two teams asks every team.
    """
    return _ids(path).table_valued(column("value", Integer), joins_implicitly=True)


class _ids(FunctionElement[Any]):  # noqa: N801, as functions of SQLAlchemy are written
    inherit_cache = True


@compiles(_ids, "sqlite")
def _in_sqlite(element: _ids, compiler: SQLCompiler, **kw: Any) -> str:
    path = compiler.process(element.clauses, **kw)
    return f"json_each('[' || replace(trim({path}, '/'), '/', ',') || ']')"


@compiles(_ids, "postgresql")
def _in_postgresql(element: _ids, compiler: SQLCompiler, **kw: Any) -> str:
    path = compiler.process(element.clauses, **kw)
    ids = f"string_to_array(trim(BOTH '/' FROM {path}), '/')::integer[]"
    return f"LATERAL (SELECT unnest({ids}) AS value)"
