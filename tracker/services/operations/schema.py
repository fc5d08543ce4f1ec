"""Whether the database fits the program: asked before it serves or works unattended, and before it
is brought up to date."""

from pathlib import Path

from tracker.db import db
from tracker.queries.operations import schema
from tracker.rules.operations.schema import SchemaState
from tracker.storage.layouts import layouts


def known(migrations: Path) -> frozenset[str]:
    """The layouts that this version can work with or bring up to date."""
    return layouts(migrations).known


def newest(migrations: Path) -> str:
    return layouts(migrations).newest


def state(migrations: Path) -> SchemaState:
    """Leaves no transaction open. Raises OperationalError where the database does not answer."""
    try:
        return layouts(migrations).state(schema.revision())
    finally:
        db.session.remove()


def state_before_forking(migrations: Path) -> SchemaState:
    """The same, with no connection left open: workers that are made afterward must not share
    one."""
    try:
        return state(migrations)
    finally:
        db.engine.dispose()
