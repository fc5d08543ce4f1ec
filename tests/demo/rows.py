"""What the story leaves, as the file that the demo is loaded from: `make demo-rows`.

It is told into a new database, with chance that is always the same, so that the file is too.
"""

import datetime as dt
import hashlib
import json
import random
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

from sqlalchemy import Table, select

from config import ROOT, Config
from tests.demo import story
from tests.demo.library import FIRST_ROUND, THIS_ROUND
from tests.demo.people import Cast, load_casts
from tracker.app import create_app
from tracker.cli.setup import set_up
from tracker.db import Base, db
from tracker.evidence.files.rules import FileStore
from tracker.models import AuditEvent, AuditEventDetail
from tracker.models.columns import table_of
from tracker.operations.system import actions as system_actions
from tracker.services.one_transaction import all_or_nothing
from tracker.storage import files as storage_files
from tracker.today.demo import actions as demo_actions
from tracker.today.demo.actions import EVENTS, SALTED, season

DAY = dt.date(2026, 11, 24)
"""The day at which the story is told."""
ROWS = ROOT / "seed_data" / "demo" / "rows.jsonl"
DATE = re.compile(r"20\d\d-\d\d-\d\d")
SOURCES = ("tests/demo/*.py", "seed_data/demo/*.json", "seed_data/frameworks/*.json")
Numbers = dict[str, list[int]]
HASH = re.compile(r"\$argon2id\$[^\"]+")
MADE_ANEW = {
    *((model.__tablename__, "salt") for model in SALTED),
    ("audit_events", "id"),
    *(("audit_events", name) for name in ("sequence", "commitment", "previous", "digest")),
}
LEFT_OUT = {"seals", "audit_event_details"}
"""What the loading makes."""


def made_from() -> str:
    """A digest of all that the story is told from, but for the program itself."""
    paths = sorted(path for pattern in SOURCES for path in ROOT.glob(pattern))
    content = b"".join(path.read_bytes() for path in paths)
    return hashlib.sha256(content).hexdigest()[:16]


def file_of(folder: Path) -> str:
    """Tell the story into a database in the folder, and write down what it left."""
    with patch.dict("os.environ", {"TRACKER_DATA_DIR": str(folder), "TRACKER_DEMO": "1"}):
        app = create_app(Config())
    chance = random.Random(0)
    same = {
        "token_hex": lambda size: chance.randbytes(size).hex(),
        "token_urlsafe": lambda size: chance.randbytes(size).hex(),
        "choice": chance.choice,
    }
    with app.app_context(), patch.multiple("secrets", **same):
        set_up()
        before, shipped = len(_rows(Base.metadata.tables[EVENTS])), demo_actions.numbers()
        casts = load_casts()
        with all_or_nothing():
            story.tell(casts, DAY, FileStore(app.config["FILES"], 10_000_000, 10_000_000))
        lines = [_line(_head(casts, app.config, shipped)), *_lines(shipped, before)]
        db.session.remove()
        db.engine.dispose()
    return "\n".join(lines) + "\n"


def _head(casts: tuple[Cast, ...], config: dict[str, Any], shipped: Numbers) -> dict[str, Any]:
    stored = Base.metadata.tables["stored_files"]
    digests = sorted(set(db.session.scalars(select(stored.c.sha256))))
    accounts = [account for cast in casts for account in cast.accounts()]
    return {
        "layout": system_actions.newest_layout(config["MIGRATIONS_DIR"]),
        "made_from": made_from(),
        "numbers": shipped,
        "libraries": [cast.library for cast in casts],
        "password": casts[0].password,
        "accounts": [
            {key: account[key] for key in ("role", "name", "email")} for account in accounts
        ],
        "files": {
            digest: storage_files.read(config["FILES"], digest).decode() for digest in digests
        },
    }


def _lines(shipped: Numbers, before: int) -> Iterator[str]:
    """Of all tables, but for what `tracker setup` puts into them, and the seals."""
    named = {
        season(DAY + dt.timedelta(days=first)): first for first, _last in (FIRST_ROUND, THIS_ROUND)
    }
    for table in Base.metadata.sorted_tables:
        if table.name in LEFT_OUT:
            continue
        rows = _events(before) if table.name == EVENTS else _rows(table)
        if table.name in shipped:
            _first, last = shipped[table.name]
            rows = [row for row in rows if row["id"] > last]
        if not rows:
            continue
        columns = [name for name in rows[0] if (table.name, name) not in MADE_ANEW]
        yield _line({"table": table.name, "columns": columns})
        for row in rows:
            line = _line([row[name] for name in columns])
            for name, first in named.items():
                line = line.replace(name, f"{{season{first:+}}}")
            yield DATE.sub(_from_the_day, HASH.sub("{password}", line))


def _rows(table: Table) -> list[dict[str, Any]]:
    found = db.session.execute(select(table).order_by(*table.primary_key))
    return [dict(row) for row in found.mappings()]


def _events(before: int) -> list[dict[str, Any]]:
    """With what each was about."""
    events, details = (table_of(model) for model in (AuditEvent, AuditEventDetail))
    query = select(events, details.c.facts).join(details).order_by(events.c.sequence)
    return [dict(row) for row in db.session.execute(query.offset(before)).mappings()]


def _from_the_day(date: re.Match[str]) -> str:
    return f"{{day{(dt.date.fromisoformat(date[0]) - DAY).days:+}}}"


def _line(said: object) -> str:
    return json.dumps(said, ensure_ascii=False, separators=(",", ":"), default=_plain)


def _plain(value: dt.date) -> str:
    return value.isoformat()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        ROWS.write_text(file_of(Path(folder)), encoding="utf-8")
