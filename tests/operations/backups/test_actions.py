"""Backups: of one moment though people go on working, tried out with a sharp eye, and brought
back."""

import datetime as dt
import io
import json
import os
import re
import sqlite3
import stat
import tarfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Event

import pytest
from flask import Flask
from sqlalchemy import func, select, text, update

from tests.conftest import NOW, TestConfig
from tests.copies import laid_out_database
from tests.engines import fresh_database, hurry
from tests.factories.answers import Answer, EndorsedAnswer
from tests.factories.audit import happened
from tests.factories.evidence import PDF, piece
from tests.factories.ratings import rate
from tests.factories.reviews import endorse
from tests.factories.world import World, make_world
from tests.storage.second_migration import FIRST, SECOND, of_version, with_second
from tracker.accounts.sign_in import actions as sign_ins
from tracker.accounts.sign_in import records as sign_in_rows
from tracker.accounts.sign_in.rules import Passwords, Visit
from tracker.app import create_app
from tracker.assessment.ratings.actions import rate as rate_now
from tracker.cli.database import upgrade
from tracker.db import db, session, transaction
from tracker.engines import without_transactions
from tracker.evidence.files.rules import Upload
from tracker.frameworks.versions.rules_scale import Basis
from tracker.models import AuditEvent, BackupTest, Invitation, Person, Rating, SignIn
from tracker.operations.backups import actions as backups
from tracker.operations.backups.rules import FILES, MANIFEST, BackupState, NoBackup, read
from tracker.operations.checks import queries_chains as audit_chain
from tracker.queries.access.actors import actor_for_person
from tracker.rules.errors import Conflict, Invalid
from tracker.storage import postgresql_copies, sqlite_copies

KNOWN = {FIRST}

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


def lived_in(world: World, folder: Path) -> World:
    for number, statement_id in enumerate(world.statements["communication"]):
        rate(world, "ana", statement_id, list(Answer)[number % 5])
    endorse(world, "ana", "sue", world.statements["communication"][0], EndorsedAnswer.PARTLY)
    piece(world, folder=folder, upload=Upload("proof.pdf", PDF))
    piece(world, folder=folder, upload=Upload("more.txt", b"Shelf check, aisle 4."))
    return world


@pytest.fixture
def live(context: World, tmp_path: Path) -> World:
    """A library that has been worked in; its evidence files are in tmp_path/live."""
    return lived_in(context, tmp_path / "live")


@pytest.fixture
def own(
    migrated_app: Flask, engine_name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[World]:
    """The same in a database of its own, for tests that spoil or replace it."""
    monkeypatch.setenv("TRACKER_DATA_DIR", str(tmp_path / "data"))
    with installation(engine_name, tmp_path / "live"):
        yield lived_in(make_world(NOW), tmp_path / "live")


def made(folder: Path, name: str = "copy.tar") -> Path:
    return backups.make(folder / name, folder / "live" / "files", NOW).path


def found(path: Path) -> set[str]:
    return {finding.code for finding in backups.try_out(path, path.parent, KNOWN, NOW).findings}


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
        done = backups.make(tmp_path / name, tmp_path / "live" / "files", NOW)
        damage = {"sqlite": "database_damaged", "postgresql": "rows_without_parent"}[engine_name]
        assert damage in {finding.code for finding in done.findings}
    assert [each.name for each in tmp_path.glob("tracker-*")] == ["tracker-20261125-100000.faulty"]
    assert backups.newest(tmp_path).state is BackupState.FAULTY  # type: ignore[union-attr]


def test_what_is_known_of_the_newest_is_of_that_very_file(live: World, tmp_path: Path) -> None:
    def state() -> BackupState:
        newest = backups.newest(tmp_path)
        assert newest is not None
        return newest.state

    assert backups.newest(tmp_path) is None
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
        backups.prune(tmp_path, before)
    assert found(path) == set()
    faulty = tmp_path / "tracker-20261124-110000.faulty"
    faulty.touch()
    with pytest.raises(Conflict, match="newest_not_tested"):
        backups.prune(tmp_path, before)
    faulty.unlink()
    assert backups.prune(tmp_path, before) == [old]
    assert backups.prune(tmp_path, NOW + dt.timedelta(days=1)) == [], "the newest stays"


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
    done = backups.make(tmp_path / "copy.tar", tmp_path / "live" / "files", NOW)
    assert len(done.manifest.missing) == 1
    assert found(done.path) == {"file_was_missing"}


@pytest.mark.in_ci
def test_a_trigger_that_was_dropped_is_found(own: World, tmp_path: Path, engine_name: str) -> None:
    on = "" if engine_name == "sqlite" else " ON rating_entries"
    with transaction() as tx:
        tx.execute(text(f"DROP TRIGGER rating_entries_no_update{on}"))
    tried = backups.try_out(made(tmp_path), tmp_path, KNOWN, NOW)
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

    tried = backups.try_out(spoiled(made(tmp_path), change), tmp_path, KNOWN, NOW)
    assert [str(finding) for finding in tried.findings] == ["rows_differ people: 11 / 12"]


def test_a_layout_that_this_program_does_not_know_is_refused(live: World, tmp_path: Path) -> None:
    """It is not looked through: this program's queries would take it for damaged."""
    path = made(tmp_path)
    with pytest.raises(Invalid, match="backup_unknown"):
        backups.try_out(path, tmp_path, set(), NOW)
    with pytest.raises(Invalid, match="backup_unknown"):
        backups.bring_back(
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


@pytest.mark.in_ci
def test_it_is_brought_back_elsewhere(engine_name: str, own: World, tmp_path: Path) -> None:
    token = sign_ins.sign_in(
        Passwords(time_cost=1, memory_cost=64, parallelism=1),
        "ana@example.org",
        "correct horse battery",
        Visit("", NOW - NOW.replace(year=2025)),
        NOW,
    )
    assert token
    path = made(tmp_path)
    names = session().scalars(select(Person.name).order_by(Person.id)).all()
    with installation(engine_name, tmp_path / "elsewhere", laid_out=False):
        backups.bring_back(
            path,
            tmp_path / "elsewhere" / "files",
            tmp_path,
            KNOWN,
            NOW,
            aside=None,
            lay_out=upgrade,
        )
        assert session().scalars(select(Person.name).order_by(Person.id)).all() == names
        assert (
            session().scalar(
                select(func.count()).select_from(SignIn).where(SignIn.ended_at.is_(None))
            )
            == 0
        )
        again = backups.make(tmp_path / "again.tar", tmp_path / "elsewhere" / "files", NOW)
        assert again.manifest.missing == ()
        assert found(again.path) == set()


@pytest.mark.in_ci
def test_a_restore_that_is_cut_short_opens_no_old_sign_in(
    engine_name: str, own: World, tmp_path: Path
) -> None:
    """It dies as soon as the copy has taken the place of the database."""
    with transaction() as tx:
        sign_in_rows.begin(tx, own.people["ana"], Visit("", NOW - NOW.replace(year=2025)), NOW)
        tx.add(
            Invitation(
                person_id=own.people["ben"],
                token_hash="a" * 64,
                made_at=NOW,
                ends_at=NOW.replace(year=2027),
            )
        )
    path = made(tmp_path)

    def killed() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        backups.bring_back(
            path,
            tmp_path / "live" / "files",
            tmp_path,
            KNOWN,
            NOW,
            aside=tmp_path / "aside.tar",
            lay_out=killed,
        )
    db.session.remove()
    assert session().scalars(select(SignIn.ended_at)).all() == [NOW]
    assert session().scalars(select(Invitation.closed_at)).all() == [NOW]


def test_a_copy_that_a_killed_test_left_on_the_server_is_dropped_unless_it_is_in_use(
    engine_name: str, live: World, tmp_path: Path
) -> None:
    if engine_name != "postgresql":
        pytest.skip("SQLite's copies are files: tests/storage/test_workplaces.py")

    def drills() -> dict[str, str]:
        rows = server.execute(
            text(
                "SELECT datname, coalesce(datacl::text, '') FROM pg_database "
                "WHERE starts_with(datname, :prefix)"
            ),
            {"prefix": prefix},
        )
        return dict(rows.all())

    copy = tmp_path / "copy"
    postgresql_copies.take(db.engine, copy, lambda _connection: None)
    with without_transactions(db.engine.url) as engine, engine.connect() as server:
        prefix = postgresql_copies._prefix(server)
        for name in ("left", "in_use"):
            server.execute(text(f"CREATE DATABASE {prefix}{name}"))
        assert postgresql_copies._lock(server, f"{prefix}in_use")
        with postgresql_copies.opened(copy, db.engine) as other:
            name = str(other.url.database)
            there = drills()
            assert there.keys() == {f"{prefix}in_use", name}
            assert not re.search(r"[{,]=", there[name]), "nothing is granted to everybody"
        assert drills().keys() == {f"{prefix}in_use"}
        server.execute(text(f"DROP DATABASE {prefix}in_use"))


@pytest.mark.in_ci
def test_one_of_an_older_layout_is_brought_up_to_date(
    engine_name: str, own: World, tmp_path: Path
) -> None:
    """It passes, and what is noted after that follows what was noted then."""
    happened(own, "signed_in", "ana", "ana")
    path = made(tmp_path)
    later = with_second(tmp_path)
    with installation(engine_name, tmp_path / "elsewhere", laid_out=False) as app:
        of_version(app, later)
        done = backups.bring_back(
            path, tmp_path / "files", tmp_path, {FIRST, SECOND}, NOW, aside=None, lay_out=upgrade
        )
        assert done.findings == ()
        assert session().scalars(text("SELECT version_num FROM alembic_version")).all() == [SECOND]
        assert not session().scalars(text("SELECT id FROM people WHERE nickname <> name")).all()
        kinds = session().scalars(select(AuditEvent.kind).order_by(AuditEvent.sequence)).all()
        assert kinds == ["endorsement_given", "signed_in", "backup_restored", "backup_restored"]
        assert audit_chain.verify().wrong is None


@pytest.mark.in_ci
def test_people_are_replaced_only_with_a_backup_of_them(own: World, tmp_path: Path) -> None:
    path = made(tmp_path)
    with transaction() as tx:
        tx.execute(update(Person).where(Person.id == own.people["ana"]).values(name="Ana Later"))
    evidence, aside = tmp_path / "live" / "files", tmp_path / "aside.tar"
    with pytest.raises(Conflict, match="database_not_empty"):
        backups.bring_back(path, evidence, tmp_path, KNOWN, NOW, aside=None, lay_out=upgrade)
    assert (
        session().scalar(select(Person.name).where(Person.id == own.people["ana"])) == "Ana Later"
    )
    backups.bring_back(path, evidence, tmp_path, KNOWN, NOW, aside=aside, lay_out=upgrade)
    db.session.remove()
    assert session().scalar(select(Person.name).where(Person.id == own.people["ana"])) == "Ana"
    backups.bring_back(
        aside, evidence, tmp_path, KNOWN, NOW, aside=tmp_path / "aside2.tar", lay_out=upgrade
    )
    db.session.remove()
    assert (
        session().scalar(select(Person.name).where(Person.id == own.people["ana"])) == "Ana Later"
    )


@pytest.mark.in_ci
def test_a_faulty_backup_is_brought_back_only_when_asked_for(own: World, tmp_path: Path) -> None:
    next(path for path in (tmp_path / "live" / "files").rglob("*") if path.is_file()).unlink()
    path = made(tmp_path)
    evidence, aside = tmp_path / "live" / "files", tmp_path / "aside.tar"
    with pytest.raises(Conflict, match="backup_faulty"):
        backups.bring_back(path, evidence, tmp_path, KNOWN, NOW, aside=aside, lay_out=upgrade)
    assert not aside.exists()
    done = backups.bring_back(
        path, evidence, tmp_path, KNOWN, NOW, aside=aside, lay_out=upgrade, despite=True
    )
    assert [finding.code for finding in done.findings] == ["file_was_missing"]


def test_a_backup_of_another_kind_of_database(
    live: World, tmp_path: Path, engine_name: str
) -> None:
    other = {"sqlite": "postgresql", "postgresql": "sqlite"}[engine_name]

    def change(name: str, content: bytes) -> bytes:
        return (
            content.replace(f'"{engine_name}"'.encode(), f'"{other}"'.encode())
            if name == MANIFEST
            else content
        )

    with pytest.raises(Invalid, match="backup_other_engine"):
        found(spoiled(made(tmp_path), change))


def test_without_the_client_programs_it_says_so(
    live: World, tmp_path: Path, engine_name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if engine_name != "postgresql":
        pytest.skip("SQLite needs no other program")
    monkeypatch.setattr(postgresql_copies.shutil, "which", lambda _tool: None)
    with pytest.raises(Conflict, match="pg_tool_missing"):
        made(tmp_path)


def test_nothing_laid_out_is_nothing_to_back_up(
    engine_name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRACKER_DATA_DIR", str(tmp_path / "data"))
    with (
        installation(engine_name, tmp_path / "live", laid_out=False),
        pytest.raises(Conflict, match="backup_empty"),
    ):
        made(tmp_path)
