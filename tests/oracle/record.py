"""Write down what is told: `python -m tests.oracle.record`, on commit 56af7b16 and no other.

The demo's parts are in one file and the worlds in another, since what they say is much the same.
"""

import json
import lzma
import os
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from time import process_time
from unittest.mock import patch

import time_machine
from flask import Flask

from tests.conftest import BLANK, MADE_ONCE, NOW, TestConfig, keep_pages
from tests.engines import fresh_database, hurry
from tests.oracle.cases import CASES
from tests.oracle.readings import Facts
from tracker.app import create_app
from tracker.cli.database import upgrade
from tracker.db import db

FOLDER = Path(__file__).parent / "recorded"


def file_of(case: str) -> Path:
    return FOLDER / f"{case.partition('-')[0]}.json.xz"


@lru_cache
def _read(file: Path) -> dict[str, Facts]:
    found: dict[str, Facts] = json.loads(lzma.decompress(file.read_bytes()))
    return found


def recorded(case: str) -> Facts:
    return _read(file_of(case))[case]


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


def write(told: Mapping[str, Facts]) -> None:
    by_file: dict[Path, dict[str, Facts]] = {}
    for case, facts in told.items():
        by_file.setdefault(file_of(case), {})[case] = facts
    for file, content in by_file.items():
        text = json.dumps(content, ensure_ascii=False, indent=0)
        file.write_bytes(lzma.compress(text.encode(), preset=9 | lzma.PRESET_EXTREME))
        print(f"{file.name}: {file.stat().st_size:,} bytes of {len(text):,}")


def main() -> None:
    told = {}
    with (
        tempfile.TemporaryDirectory() as folder,
        time_machine.travel(NOW, tick=False),
        _an_app(Path(folder)) as app,
    ):
        for case, tell in CASES.items():
            began = process_time()
            told[case] = tell(app)
            lines = sum(map(len, told[case].values()))
            seconds = process_time() - began
            print(f"{case}: {len(told[case])} facts, {lines:,} lines, {seconds:.1f} s")
    write(told)


if __name__ == "__main__":
    sys.exit(main())
