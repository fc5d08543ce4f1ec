"""`tracker framework ...` is killed while it writes, and when it has written: all of it is there or
nothing, and the same command again ends well.

The real command in a process of its own, on each engine; SIGKILL, so nothing is tidied up.
"""

import datetime as dt
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from config import ROOT
from tests.conftest import NOW
from tests.engines import somebody_writes
from tests.factories.versions import next_version
from tests.factories.world import make_world
from tests.reviews.review_rules import faults
from tests.test_crash import laid_out
from tracker.db import db, session, transaction
from tracker.frameworks.versions.rules import VersionStatus
from tracker.models import (
    AuditEvent,
    Framework,
    FrameworkDraft,
    PersonVersion,
    Round,
    SkillOrigin,
    Statement,
)
from tracker.models.record.versions import is_current

SEED = ROOT / "seed_data" / "frameworks" / "library-technicians.json"


@dataclass(frozen=True)
class Installation:
    app: Flask
    engine_name: str
    environment: dict[str, str]
    folder: Path

    def start(self, *words: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [str(Path(sys.executable).parent / "tracker"), "framework", *words],
            cwd=ROOT,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def state(self) -> object:
        """What the commands leave, with an event in the audit for each act."""
        with self.app.app_context():
            of = [
                *((Framework.slug, Framework.version, Framework.status),),
                (FrameworkDraft.version, FrameworkDraft.published_framework_id),
            ]
            rows = [session().execute(select(*each).order_by(*each)).all() for each in of]
            on = select(PersonVersion.framework_id, func.count()).where(is_current())
            people = session().execute(on.group_by(PersonVersion.framework_id)).all()
            counted = [
                session().scalar(select(func.count()).select_from(table))
                for table in (Statement, SkillOrigin, PersonVersion, AuditEvent)
            ]
            db.session.remove()
        return rows, sorted(map(tuple, people)), counted

    def is_writing(self) -> bool:
        with self.app.app_context():
            return somebody_writes(db.engine)


@pytest.fixture
def installation(migrated_app: Flask, engine_name: str, tmp_path: Path) -> Iterator[Installation]:
    """With a small framework in two versions, and people on the first."""
    with laid_out(engine_name, tmp_path) as (app, environment):
        with app.app_context():
            next_version(make_world(NOW))
            with transaction() as tx:
                for round_ in tx.scalars(select(Round)):
                    round_.starts_on, round_.ends_on = dt.date(2020, 1, 1), dt.date(2020, 2, 1)
            db.session.remove()
        yield Installation(app, engine_name, environment, tmp_path)


def killed(there: Installation, words: tuple[str, ...], is_time: Callable[[], bool]) -> bool:
    """Whether it still lived when it was time."""
    with there.start(*words) as process:
        while process.poll() is None:
            if is_time():
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                return process.wait() == -signal.SIGKILL
            time.sleep(0.001)
    return False


def done(there: Installation, words: tuple[str, ...]) -> str:
    with there.start(*words) as process:
        said, _none = process.communicate()
    assert process.returncode == 0, said
    return said


def changed(path: Path, version: str) -> str:
    """The seed's file as a later version."""
    words = SEED.read_text("utf-8").replace('"26.05"', f'"{version}"')
    path.write_text(words.replace("perform check-out", "do check-out"), "utf-8")
    return str(path)


@pytest.mark.reads_at_length
@pytest.mark.in_ci
def test_killed_at_any_moment_the_command_is_given_again(
    installation: Installation, tmp_path: Path
) -> None:
    later = changed(tmp_path / "later.json", "26.11")
    commands = [
        ("import", str(SEED), "--publish"),
        ("import", later),
        ("publish", "library-technicians"),
        ("withdraw", "library-technicians", "26.11"),
        ("move", "small", "--library", "City Library", "--to", "2"),
    ]
    was_writing = had_written = 0
    for words in commands:
        before = installation.state()
        was_writing += killed(installation, words, installation.is_writing)
        between = installation.state()
        had_written += killed(
            installation,
            words,
            lambda: installation.state() != before,  # noqa: B023
        )
        said = done(installation, words)
        after = installation.state()
        assert between in (before, after), words
        assert after != before, words
        again = done(installation, words)
        assert "already" in again, (said, again)
        assert installation.state() == after, words
    assert was_writing > 0
    assert had_written > 0
    with installation.app.app_context(), db.engine.connect() as connection:
        assert faults(connection) == []
        statuses = dict(session().execute(select(Framework.version, Framework.status)).all())
        assert statuses["26.11"] == VersionStatus.WITHDRAWN
        db.session.remove()
