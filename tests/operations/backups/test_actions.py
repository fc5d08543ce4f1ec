"""Backups: of one moment though people go on working, tried out with a sharp eye, and brought
back."""

import datetime as dt
import json
import os
import sqlite3
import stat
import tarfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from threading import Event

import pytest
from flask import Flask
from sqlalchemy import select, text, update

from tests.conftest import NOW
from tests.factories.answers import Answer
from tests.factories.world import World
from tests.operations.backups.installation import KNOWN, found, installation, made, spoiled
from tracker.assessment.ratings.actions import rate as rate_now
from tracker.cli.database import upgrade
from tracker.db import db, session, transaction
from tracker.frameworks.versions.rules import Basis
from tracker.models import BackupTest, Person, Rating
from tracker.operations.backups import actions as backups_actions
from tracker.operations.backups.rules import FILES, MANIFEST, BackupState, NoBackup, read
from tracker.queries.access.actors import actor_for_person
from tracker.rules.errors import Conflict, Invalid
from tracker.storage import sqlite_copies

TOLD_ON_BOTH = pytest.mark.reads_at_length
"""Of a fault in the files, or in a history: tests/operations/checks/test_queries_attacks.py has those
queries on both engines, and each copy of PostgreSQL takes a database and two programs."""


def test_sqlite_is_copied_in_steps_and_of_one_moment(
    context: World, engine_name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What others write between two steps would otherwise start the copy anew, or be in it."""
    if engine_name != "sqlite":
        pytest.skip("pg_dump reads within one transaction")
    steps, size = [0], 4096

    def somebody_writes(_descriptor: int) -> None:
        steps[0] += 1
        with transaction() as tx:
            tx.execute(update(Person).values(name=f"step {steps[0]}"))

    monkeypatch.setattr(sqlite_copies, "STEP", 64 * size)
    monkeypatch.setattr(sqlite_copies, "settle", somebody_writes)
    before = session().scalars(select(Person.name)).all()
    copied = sqlite_copies.take(
        db.engine, tmp_path / "copy", lambda copy: copy.scalars(select(Person.name)).all()
    )
    assert copied == before
    assert 4 < steps[0] <= (tmp_path / "copy").stat().st_size / (64 * size) + 1


def test_a_whole_backup_passes_and_that_is_kept(live: World, tmp_path: Path) -> None:
    path = made(tmp_path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert found(path) == set()
    kept = session().scalars(select(BackupTest)).one()
    assert (kept.file, kept.size, kept.made_at, kept.findings) == (
        "copy.tar",
        path.stat().st_size,
        NOW,
        "",
    )
    assert [each.name for each in tmp_path.glob(".*")] == [], "nothing is left lying about"


def test_it_holds_no_secret_key(live: World, tmp_path: Path) -> None:
    with tarfile.open(made(tmp_path)) as archive:
        names = {part.name.partition("/")[0] for part in archive.getmembers()}
    assert names <= {MANIFEST, "database.sqlite3", "database.dump", "files"}


def test_nothing_is_written_over(live: World, tmp_path: Path) -> None:
    made(tmp_path)
    with pytest.raises(Conflict, match="backup_exists"):
        made(tmp_path)


@pytest.mark.in_ci
def test_a_backup_during_a_burst_of_saves_is_of_one_moment(
    app: Flask, live: World, tmp_path: Path
) -> None:
    """Each save writes a rating and its history: a copy of two moments has one without the
    other."""
    enough = Event()

    def work(name: str) -> int:
        saved = 0
        with app.app_context():
            actor = actor_for_person(live.people[name], NOW)
            assert actor is not None
            versions: dict[int, int] = {}
            while not enough.is_set() or saved < 40:
                statement_id = live.statements["technical"][saved % 15]
                answer = list(Answer)[saved % 5]
                versions[statement_id] = rate_now(
                    actor, statement_id, answer, versions.get(statement_id, 0), NOW
                ).version
                saved += 1
        return saved

    with ThreadPoolExecutor(2) as pool:
        busy = [pool.submit(work, name) for name in ("ben", "sue")]
        paths = [made(tmp_path, f"copy{number}.tar") for number in range(4)]
        enough.set()
        assert all(each.result() >= 40 for each in busy)
    assert [found(path) for path in paths] == [set()] * 4


def test_a_damaged_database_is_found(live: World, tmp_path: Path, engine_name: str) -> None:
    def change(name: str, content: bytes) -> bytes:
        middle = len(content) // 2
        return (
            content[:middle] + b"\0" * 4096 + content[middle + 4096 :]
            if name.startswith("database")
            else content
        )

    codes = found(spoiled(made(tmp_path), change))
    assert "database_changed" in codes
    assert engine_name != "sqlite" or len(codes) > 1, codes


def test_a_database_that_is_none_is_found(live: World, tmp_path: Path) -> None:
    def change(name: str, content: bytes) -> bytes:
        return b"not a database" * 100 if name.startswith("database") else content

    assert found(spoiled(made(tmp_path), change)) >= {"database_changed", "database_damaged"}


def spoil_database(engine_name: str) -> None:
    """1,500 bytes of a page written over, which no query of a page notices; on PostgreSQL rows
    whose parent is gone."""
    if engine_name == "postgresql":
        with transaction() as tx:
            tx.execute(text("SET LOCAL session_replication_role = replica"))
            tx.execute(text("DELETE FROM libraries"))
        return
    path = Path(str(db.engine.url.database))
    db.session.remove()
    db.engine.dispose()
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (size,) = database.execute("PRAGMA page_size").fetchone()
        (page,) = database.execute(
            "SELECT rootpage FROM sqlite_master WHERE name = 'ix_audit_events_actor'"
        ).fetchone()
    with path.open("r+b") as file:
        file.seek((page - 1) * size + size - 1500)
        file.write(b"\xa5" * 1500)


def test_a_damaged_database_gives_no_backup_that_counts(
    own: World, tmp_path: Path, engine_name: str
) -> None:
    spoil_database(engine_name)
    for name in ("tracker-20261124-100000.tar", "tracker-20261125-100000.tar"):
        done = backups_actions.make(tmp_path / name, tmp_path / "live" / "files", NOW)
        damage = {"sqlite": "database_damaged", "postgresql": "rows_without_parent"}[engine_name]
        assert damage in {finding.code for finding in done.findings}
    assert [each.name for each in tmp_path.glob("tracker-*")] == ["tracker-20261125-100000.faulty"]
    assert backups_actions.newest(tmp_path).state is BackupState.FAULTY  # type: ignore[union-attr]


def test_what_is_known_of_the_newest_is_of_that_very_file(live: World, tmp_path: Path) -> None:
    def state() -> BackupState:
        newest = backups_actions.newest(tmp_path)
        assert newest is not None
        return newest.state

    assert backups_actions.newest(tmp_path) is None
    path = made(tmp_path)
    assert state() is BackupState.UNTESTED
    assert found(path) == set()
    assert state() is BackupState.PASSED
    os.utime(path, (NOW.timestamp() + 60,) * 2)
    assert state() is BackupState.UNTESTED, "somebody wrote to it since"
    (tmp_path / "x.tar").touch()
    os.utime(tmp_path / "x.tar", (NOW.timestamp() + 90,) * 2)
    assert state() is BackupState.UNTESTED, "an empty file of that name is none"


@pytest.mark.in_ci
def test_old_ones_go_only_behind_one_that_passed(live: World, tmp_path: Path) -> None:
    old, path = made(tmp_path, "old.tar"), made(tmp_path)
    os.utime(old, (NOW.timestamp() - 40 * 86400,) * 2)
    before = NOW - dt.timedelta(days=30)
    with pytest.raises(Conflict, match="newest_not_tested"):
        backups_actions.prune(tmp_path, before)
    assert found(path) == set()
    faulty = tmp_path / "tracker-20261124-110000.faulty"
    faulty.touch()
    with pytest.raises(Conflict, match="newest_not_tested"):
        backups_actions.prune(tmp_path, before)
    faulty.unlink()
    assert backups_actions.prune(tmp_path, before) == [old]
    assert backups_actions.prune(tmp_path, NOW + dt.timedelta(days=1)) == [], "the newest stays"


@pytest.mark.in_ci
@TOLD_ON_BOTH
def test_a_missing_and_a_damaged_evidence_file_are_found(live: World, tmp_path: Path) -> None:
    path = made(tmp_path)
    with tarfile.open(path) as archive:
        first, second = sorted(name for name in archive.getnames() if name.startswith(FILES))
    assert found(spoiled(path, lambda name, content: None if name == first else content)) == {
        "file_missing"
    }
    assert found(
        spoiled(path, lambda name, content: content + b"x" if name == second else content)
    ) == {"file_damaged"}


@TOLD_ON_BOTH
def test_a_file_that_was_gone_before_is_said_at_once(live: World, tmp_path: Path) -> None:
    next(path for path in (tmp_path / "live" / "files").rglob("*") if path.is_file()).unlink()
    done = backups_actions.make(tmp_path / "copy.tar", tmp_path / "live" / "files", NOW)
    assert len(done.manifest.missing) == 1
    assert found(done.path) == {"file_was_missing"}


@pytest.mark.in_ci
def test_a_trigger_that_was_dropped_is_found(own: World, tmp_path: Path, engine_name: str) -> None:
    on = "" if engine_name == "sqlite" else " ON rating_entries"
    with transaction() as tx:
        tx.execute(text(f"DROP TRIGGER rating_entries_no_update{on}"))
    tried = backups_actions.try_out(made(tmp_path), tmp_path, KNOWN, NOW)
    assert [str(finding) for finding in tried.findings] == [
        "guard_missing rating_entries_no_update"
    ]
    assert "guard_missing" in session().scalars(select(BackupTest.findings)).one()


@TOLD_ON_BOTH
def test_a_rating_that_its_history_does_not_tell_is_found(live: World, tmp_path: Path) -> None:
    with transaction() as tx:
        wrong = update(Rating).where(Rating.statement_id == live.statements["communication"][1])
        tx.execute(wrong.values(answer=Answer.NOT_SURE.value))
    assert found(made(tmp_path)) == {"rating_not_as_history"}


@TOLD_ON_BOTH
@pytest.mark.parametrize(
    "changed",
    [{"basis": Basis.IMPORTED}, {"rated_at": NOW - dt.timedelta(days=1)}, {"given_on": NOW.date()}],
)
def test_how_and_when_a_rating_came_about_is_looked_at_too(
    live: World, tmp_path: Path, changed: dict[str, object]
) -> None:
    with transaction() as tx:
        wrong = update(Rating).where(Rating.statement_id == live.statements["communication"][1])
        tx.execute(wrong.values(**changed))
    assert found(made(tmp_path)) == {"rating_not_as_history"}


def test_an_answer_that_no_scale_has_is_found(live: World, tmp_path: Path) -> None:
    with transaction() as tx:
        tx.execute(update(Rating).values(answer="often"))
    assert found(made(tmp_path)) == {"answer_not_of_scale", "rating_not_as_history"}


def test_an_endorsed_item_without_its_endorsement_is_found(live: World, tmp_path: Path) -> None:
    with transaction() as tx:
        tx.execute(text("UPDATE review_items SET status = 'kept_apart'"))
    assert found(made(tmp_path)) == {"endorsement_not_whole", "row_changed", "status_not_as_moves"}


@TOLD_ON_BOTH
def test_other_counts_than_the_manifest_has_are_found(live: World, tmp_path: Path) -> None:
    def change(name: str, content: bytes) -> bytes:
        if name != MANIFEST:
            return content
        facts = json.loads(content)
        facts["contents"]["counts"]["people"] += 1
        return json.dumps(facts).encode()

    tried = backups_actions.try_out(spoiled(made(tmp_path), change), tmp_path, KNOWN, NOW)
    assert [str(finding) for finding in tried.findings] == ["rows_differ people: 11 / 12"]


def test_a_layout_that_this_program_does_not_know_is_refused(live: World, tmp_path: Path) -> None:
    """It is not looked through: this program's queries would take it for damaged."""
    path = made(tmp_path)
    with pytest.raises(Invalid, match="backup_unknown"):
        backups_actions.try_out(path, tmp_path, set(), NOW)
    with pytest.raises(Invalid, match="backup_unknown"):
        backups_actions.bring_back(
            path,
            tmp_path / "live" / "files",
            tmp_path,
            set(),
            NOW,
            aside=tmp_path / "aside.tar",
            lay_out=upgrade,
            despite=True,
        )
    assert not (tmp_path / "aside.tar").exists()


@pytest.mark.parametrize("share", [0, 0.1, 0.9, 0.99, 1])
def test_a_backup_that_was_cut_short_is_none(live: World, tmp_path: Path, share: float) -> None:
    """Up to the end of the manifest, which is written last; behind it there is nothing but
    padding."""
    path = made(tmp_path)
    with tarfile.open(path) as archive:
        last = archive.getmembers()[-1]
    assert last.name == MANIFEST
    end = last.offset_data + last.size
    path.write_bytes(path.read_bytes()[: int(end * share) - 1 if share else 0])
    with pytest.raises(Invalid, match="backup_unreadable"):
        found(path)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"{}",
        b'{"format": 2}',
        b'{"format": 1}',
        b'{"format": 1, "contents": 3}',
        b"\xff",
        b"[" * 5000,
    ],
)
def test_a_manifest_that_says_nothing(content: bytes) -> None:
    with pytest.raises(NoBackup):
        read(content)


def test_nothing_laid_out_is_nothing_to_back_up(
    engine_name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRACKER_DATA_DIR", str(tmp_path / "data"))
    with (
        installation(engine_name, tmp_path / "live", laid_out=False),
        pytest.raises(Conflict, match="backup_empty"),
    ):
        made(tmp_path)
