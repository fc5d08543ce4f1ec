"""Backups brought back: elsewhere, over people, from an older layout, and cut short."""

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import func, select, text, update

from tests.conftest import NOW
from tests.factories.audit import happened
from tests.factories.world import World
from tests.operations.backups.installation import KNOWN, found, installation, made, spoiled
from tests.storage.second_migration import FIRST, SECOND, of_version, with_second
from tracker.accounts.sign_in import actions as sign_in_actions, records as sign_in_records
from tracker.accounts.sign_in.rules import Passwords, Visit
from tracker.cli.database import upgrade
from tracker.db import Base, db, session, transaction
from tracker.engines import without_transactions
from tracker.models import AuditEvent, Invitation, Person, SignIn
from tracker.operations.backups import actions as backups_actions
from tracker.operations.backups.rules import MANIFEST
from tracker.operations.checks import queries_chains as checks_queries_chains
from tracker.rules.errors import Conflict, Invalid
from tracker.storage import postgresql_copies


@pytest.mark.in_ci
def test_it_is_brought_back_elsewhere(engine_name: str, own: World, tmp_path: Path) -> None:
    token = sign_in_actions.sign_in(
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
        backups_actions.bring_back(
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
        again = backups_actions.make(tmp_path / "again.tar", tmp_path / "elsewhere" / "files", NOW)
        assert again.manifest.missing == ()
        assert found(again.path) == set()


@pytest.mark.in_ci
def test_a_restore_that_is_cut_short_opens_no_old_sign_in(
    engine_name: str, own: World, tmp_path: Path
) -> None:
    """It dies as soon as the copy has taken the place of the database."""
    with transaction() as tx:
        sign_in_records.begin(tx, own.people["ana"], Visit("", NOW - NOW.replace(year=2025)), NOW)
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
        backups_actions.bring_back(
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
        done = backups_actions.bring_back(
            path, tmp_path / "files", tmp_path, {FIRST, SECOND}, NOW, aside=None, lay_out=upgrade
        )
        assert done.findings == ()
        assert session().scalars(text("SELECT version_num FROM alembic_version")).all() == [SECOND]
        assert not session().scalars(text("SELECT id FROM people WHERE nickname <> name")).all()
        kinds = session().scalars(select(AuditEvent.kind).order_by(AuditEvent.sequence)).all()
        assert kinds == ["endorsement_given", "signed_in", "backup_restored", "backup_restored"]
        assert checks_queries_chains.verify().wrong is None


@pytest.mark.in_ci
def test_people_are_replaced_only_with_a_backup_of_them(own: World, tmp_path: Path) -> None:
    path = made(tmp_path)
    with transaction() as tx:
        tx.execute(update(Person).where(Person.id == own.people["ana"]).values(name="Ana Later"))
    evidence, aside = tmp_path / "live" / "files", tmp_path / "aside.tar"
    with pytest.raises(Conflict, match="database_not_empty"):
        backups_actions.bring_back(
            path, evidence, tmp_path, KNOWN, NOW, aside=None, lay_out=upgrade
        )
    assert (
        session().scalar(select(Person.name).where(Person.id == own.people["ana"])) == "Ana Later"
    )
    backups_actions.bring_back(path, evidence, tmp_path, KNOWN, NOW, aside=aside, lay_out=upgrade)
    db.session.remove()
    assert session().scalar(select(Person.name).where(Person.id == own.people["ana"])) == "Ana"
    backups_actions.bring_back(
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
        backups_actions.bring_back(
            path, evidence, tmp_path, KNOWN, NOW, aside=aside, lay_out=upgrade
        )
    assert not aside.exists()
    done = backups_actions.bring_back(
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


@pytest.mark.in_ci
def test_what_else_is_in_the_database_stays(own: World, tmp_path: Path, engine_name: str) -> None:
    if engine_name == "sqlite":
        pytest.skip("SQLite has one schema")
    with db.engine.execution_options(tracker_write=True).begin() as connection:
        connection.exec_driver_sql("CREATE SCHEMA others; CREATE TABLE others.things AS SELECT 7")
    path, evidence = made(tmp_path), tmp_path / "live" / "files"
    aside = tmp_path / "aside.tar"
    backups_actions.bring_back(path, evidence, tmp_path, KNOWN, NOW, aside=aside, lay_out=upgrade)
    db.session.remove()
    assert session().scalar(text("SELECT * FROM others.things")) == 7
    assert session().scalar(select(Person.name).where(Person.id == own.people["ana"])) == "Ana"


WHO = "Quillfeather"


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("rating_entries.answer", f"CAST('{WHO}' || x'ff' AS TEXT)"),
        ("rating_entries.rated_at", f"'{WHO}'"),
        ("memberships.role", f"'{WHO}'"),
        ("audit_event_details.facts", f"'{{{WHO}'"),
    ],
)
def test_a_damaged_value_is_told_by_its_place_alone(
    own: World, tmp_path: Path, engine_name: str, column: str, value: str
) -> None:
    """By which it is found, and nobody reads who it was."""
    assert engine_name == "sqlite"
    table, name = column.split(".")
    path = Path(str(db.engine.url.database))
    db.session.remove()
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA ignore_check_constraints = ON")
        guards = database.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = ?", [table]
        ).fetchall()
        for guard, _sql in guards:
            database.execute(f"DROP TRIGGER {guard}")
        (key,) = Base.metadata.tables[table].primary_key
        last = f"(SELECT max({key.name}) FROM {table})"
        database.execute(f"UPDATE {table} SET {name} = {value} WHERE {key.name} = {last}")
        for _guard, sql in guards:
            database.execute(sql)
        database.commit()
    done = backups_actions.make(tmp_path / "copy.tar", tmp_path / "live" / "files", NOW)
    tried = backups_actions.try_out(done.path, tmp_path, KNOWN, NOW)
    for findings in (done.findings, tried.findings):
        said = [str(finding) for finding in findings]
        assert any(
            one == f"database_damaged {column}" or one.startswith(f"misspelled {table} ")
            for one in said
        )
        assert WHO not in str(said)


@pytest.mark.parametrize("engine_name", ["postgresql"], indirect=True)
def test_what_a_program_of_postgresql_says_is_told_without_values(
    own: World, engine_name: str
) -> None:
    assert engine_name == "postgresql"
    ended = "--no-psqlrc", "--set=ON_ERROR_STOP=1"
    for command, place in (
        (f"SELECT '{WHO}'::int", "invalid input syntax for type integer"),
        (f"CREATE TABLE x (a text UNIQUE); INSERT INTO x VALUES ('{WHO}'), ('{WHO}')", '"x_a_key"'),
        (f"CREATE TABLE y (a text CHECK (false)); INSERT INTO y VALUES ('{WHO}')", '"y_check"'),
        (f"CREATE TABLE z (a int); COPY z FROM PROGRAM 'echo {WHO}'", "COPY z, line 1, column a"),
    ):
        with pytest.raises(Conflict, match="pg_tool_failed") as refused:
            postgresql_copies._run("psql", db.engine.url, *ended, f"--command={command}")
        said = str(refused.value.facts["said"])
        assert place in said
        assert WHO not in said
