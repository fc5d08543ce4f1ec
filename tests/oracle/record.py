"""Write down what is told: `python -m tests.oracle.record`, on commit 56af7b16 and no other.

First the scripts of the worlds are drawn, then everything is told from them. The demo's parts are in
one file and the worlds in another, since what they say is much the same.
"""

import json
import lzma
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import process_time
from unittest.mock import patch

import time_machine
from flask import Flask

from tests.conftest import MADE_ONCE, NOW, TestConfig
from tests.copies import BLANK, keep_pages
from tests.engines import fresh_database, hurry
from tests.oracle.cases import CASES, WORLDS, file_of
from tests.oracle.drawing import Drawing
from tests.oracle.readings import Facts
from tracker.app import create_app
from tracker.cli.database import upgrade
from tracker.db import db


@contextmanager
def _an_app(folder: Path) -> Iterator[Flask]:
    """As `migrated_app` of tests/conftest.py, outside pytest."""
    for name in MADE_ONCE:
        (folder / name).mkdir()
    with (
        patch.dict(os.environ, {"TRACKER_DATA_DIR": str(folder)}),
        patch.object(TestConfig, "made", folder),
        fresh_database("sqlite", folder) as url,
    ):
        app = create_app(TestConfig(url, folder))
        with app.app_context():
            hurry(db.engine)
            upgrade()
            keep_pages(BLANK, db.engine)
        yield app


def write(name: str, content: object) -> None:
    text = json.dumps(content, ensure_ascii=False, indent=0)
    file = file_of(name)
    file.write_bytes(lzma.compress(text.encode(), preset=9 | lzma.PRESET_EXTREME))
    print(f"{file.name}: {file.stat().st_size:,} bytes of {len(text):,}")


def main() -> None:
    told: dict[str, dict[str, Facts]] = {}
    with (
        tempfile.TemporaryDirectory() as folder,
        time_machine.travel(NOW, tick=False),
        _an_app(Path(folder)) as app,
    ):
        scripts = {
            f"world-{number}": Drawing(app, number, is_short=is_short).draw()
            for number, is_short in WORLDS.items()
        }
        write("scripts", scripts)
        for case, tell in CASES.items():
            began = process_time()
            facts = told.setdefault(case.partition("-")[0], {})[case] = tell(app)
            lines = sum(map(len, facts.values()))
            print(f"{case}: {len(facts)} facts, {lines:,} lines, {process_time() - began:.1f} s")
    for name, content in told.items():
        write(name, content)


if __name__ == "__main__":
    sys.exit(main())
