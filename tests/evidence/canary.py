"""Texts that name a patron, and a search of every place where one could be left."""

import hashlib
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.engine import Engine

from tracker.db import Base

CARD = "21234567890123"
ADDRESS = "41 Wren Hollow Lane"
FILE = f"Registration form: card {CARD}, {ADDRESS}.\n".encode()
CANARIES = (CARD, ADDRESS, hashlib.sha256(FILE).hexdigest())
"""The last one is the digest of the file: whoever guesses a text could try it out against one."""


def holds(content: bytes | str) -> bool:
    raw = content.encode() if isinstance(content, str) else content
    return any(each.encode() in raw for each in CANARIES)


def tables_with_it(engine: Engine) -> set[str]:
    """Every table with a canary in any column of a row."""
    found = set()
    with engine.connect() as connection:
        for name in Base.metadata.tables:
            rows = connection.execute(text(f"SELECT * FROM {name}"))
            if any(holds(repr(tuple(row))) for row in rows):
                found.add(name)
    return found


def files_with_it(*folders: Path) -> set[str]:
    """The names of the files with a canary in a name or anywhere in their bytes: the database with
    its log and free pages, and what was uploaded."""
    return {
        path.name
        for folder in folders
        for path in folder.rglob("*")
        if path.is_file() and (holds(path.name) or holds(path.read_bytes()))
    }
