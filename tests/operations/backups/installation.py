"""An installation that people use, and a backup made of it or spoiled."""

import io
import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask

from tests.conftest import NOW, TestConfig
from tests.copies import laid_out_database
from tests.engines import fresh_database, hurry
from tests.storage.second_migration import FIRST
from tracker.app import create_app
from tracker.db import db
from tracker.operations.backups import actions as backups_actions

KNOWN = {FIRST}


@contextmanager
def installation(engine_name: str, folder: Path, *, laid_out: bool = True) -> Iterator[Flask]:
    """An installation of its own, with its context held."""
    folder.mkdir()
    with (laid_out_database if laid_out else fresh_database)(engine_name, folder) as url:
        app = create_app(TestConfig(url, folder))
        with app.app_context():
            hurry(db.engine)
            yield app
            db.session.remove()
            db.engine.dispose()


def made(folder: Path, name: str = "copy.tar") -> Path:
    return backups_actions.make(folder / name, folder / "live" / "files", NOW).path


def found(path: Path) -> set[str]:
    return {
        finding.code for finding in backups_actions.try_out(path, path.parent, KNOWN, NOW).findings
    }


def spoiled(path: Path, change: Callable[[str, bytes], bytes | None]) -> Path:
    """The same backup with each part as `change` gives it back; None leaves it out."""
    result = path.with_name("spoiled.tar")
    with tarfile.open(path) as before, tarfile.open(result, "w") as after:
        for part in before.getmembers():
            content = change(part.name, before.extractfile(part).read())  # type: ignore[union-attr]
            if content is not None:
                part.size = len(content)
                after.addfile(part, io.BytesIO(content))
    return result
