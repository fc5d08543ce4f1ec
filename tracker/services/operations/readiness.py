"""Whether the server can do its work now. Only the names of what is not right leave it."""

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy.exc import SQLAlchemyError

from tracker.db import own_engine
from tracker.logs import said_of
from tracker.queries.operations import schema
from tracker.rules.errors import Unreachable
from tracker.rules.evidence.places import FilePlace
from tracker.rules.operations.schema import SchemaState
from tracker.storage import files, writable
from tracker.storage.layouts import layouts

LOG = structlog.get_logger("tracker.readiness")


@dataclass(frozen=True, slots=True)
class Places:
    """Where the installation lies. `min_free`: the bytes that must be free on its disks."""

    migrations: Path
    data: Path
    files: FilePlace
    min_free: int


def places(settings: Mapping[str, Any]) -> Places:
    return Places(
        migrations=settings["MIGRATIONS_DIR"],
        data=settings["DATA_DIR"],
        files=settings["FILES"],
        min_free=settings["MIN_FREE_BYTES"],
    )


def failing(places: Places) -> list[str]:
    """The names of what is not right; empty when all is well. Nothing is written, and a lock that
    somebody holds for a moment is nothing wrong."""
    return [name for name in CHECKS if not _holds(name, places)]


def _holds(name: str, places: Places) -> bool:
    try:
        return CHECKS[name](places)
    except (OSError, SQLAlchemyError, Unreachable) as error:
        LOG.error("not_ready", check=name, error=said_of(error))
        return False


def _has_room(places: Places) -> bool:
    return all(shutil.disk_usage(folder).free >= places.min_free for folder in _disks(places))


def _takes_writes() -> bool:
    database = _sqlite_file()
    return not schema.is_standby() if database is None else writable.takes_rows(database)


def _disks(places: Places) -> set[Path]:
    database = _sqlite_file()
    return {places.data} if database is None else {places.data, database.parent}


def _sqlite_file() -> Path | None:
    url = own_engine().url
    return Path(str(url.database)) if url.get_backend_name() == "sqlite" else None


CHECKS: dict[str, Callable[[Places], bool]] = {
    "schema": lambda places: (
        layouts(places.migrations).state(schema.revision()) is SchemaState.CURRENT
    ),
    "writable": lambda places: _takes_writes(),
    "disk": _has_room,
    "files": lambda places: files.are_ready(places.files),
}
