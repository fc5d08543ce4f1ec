"""With a role of its own on PostgreSQL the program does its work, and cannot reach the history."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import URL, make_url, text
from sqlalchemy.exc import DBAPIError

from config import ROOT
from tests.benches.pages import free_port
from tests.cli.operations.test_proxies import changed, running
from tests.conftest import NOW, TestConfig
from tests.copies import laid_out_database
from tests.engines import LONG
from tests.factories.answers import Answer, ReviewerAnswer
from tests.factories.evidence import PDF, piece
from tests.factories.sides import actor, answer_all, send
from tests.factories.world import World, make_world
from tests.reviews.review_rules import faults
from tracker.app import create_app
from tracker.db import Base, db
from tracker.engines import without_transactions
from tracker.evidence.erasures import actions as erasures_actions
from tracker.evidence.files.rules import Upload
from tracker.models.triggers import ERASABLE, FROZEN, GOING, GUARDED, MOVING
from tracker.operations.system.queries import ExcessRight, excess_rights
from tracker.operations.system.rules import REMEDIES, SchemaState
from tracker.rules.core.erasures import ErasureReason

pytestmark = pytest.mark.parametrize("engine_name", ["postgresql"], indirect=True)
ROLE = "tracker_test_program"
SAMPLE = ROOT / "docs" / "samples" / "pgbouncer.ini"
ATTACKS = {
    "switch off a trigger": "ALTER TABLE rating_entries DISABLE TRIGGER ALL",
    "switch off all triggers": "SET LOCAL session_replication_role = replica",
    "drop a trigger": "DROP TRIGGER seals_no_delete ON seals",
    "change what a trigger does": "CREATE OR REPLACE FUNCTION refuse_history_change() RETURNS trigger "
    "LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$",
    "go before a trigger": "CREATE TRIGGER a BEFORE UPDATE ON ratings FOR EACH ROW "
    "EXECUTE FUNCTION refuse_history_change()",
    "empty a table": "TRUNCATE looks",
    "drop a table": "DROP TABLE looks",
    "make a table": "CREATE TABLE public.mine (id integer)",
    "pretend another layout": "UPDATE alembic_version SET version_num = 'x'",
    **{f"delete {table}": f"DELETE FROM {table}" for table in GUARDED if table not in GOING},
    **{
        f"change {table}": f"UPDATE {table} SET {key} = {key}"
        for table in GUARDED
        for key in Base.metadata.tables[table].primary_key.columns.keys()  # noqa: SIM118
    },
}


@pytest.fixture
def restricted(
    migrated_app: Flask, engine_name: str, tmp_path: Path
) -> Iterator[tuple[Flask, Flask]]:
    """The program as the owner of a database, and as a role that was given its rights."""
    assert migrated_app
    with pytest.MonkeyPatch.context() as patch, laid_out_database(engine_name, tmp_path) as url:
        patch.setenv("TRACKER_DATA_DIR", str(tmp_path))
        owner = create_app(TestConfig(url, tmp_path))
        with owner.app_context():
            make_role()
        given = owner.test_cli_runner().invoke(args=["database", "grants", ROLE, "--apply"])
        assert given.exit_code == 0, given.output
        own = make_url(url).set(username=ROLE).render_as_string(hide_password=False)
        program = create_app(TestConfig(own, tmp_path))
        yield owner, program
        for app in (owner, program):
            with app.app_context():
                db.session.remove()
                db.engine.dispose()


def make_role() -> None:
    """Roles belong to the whole server, so several runs share it. It can do nothing anywhere else."""
    with db.engine.execution_options(tracker_write=True).begin() as connection:
        connection.execute(
            text(
                f"DO $$ BEGIN CREATE ROLE {ROLE} LOGIN; "
                "EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$"
            )
        )


def test_the_work_is_done_and_history_is_out_of_reach(
    restricted: tuple[Flask, Flask], tmp_path: Path
) -> None:
    owner, program = restricted
    with program.app_context():
        assert excess_rights() == ()
        world = make_world(NOW)
        work(world, tmp_path)
        with db.engine.connect() as connection:
            assert faults(connection) == []
    done = program.test_cli_runner().invoke(args=["work", "--daily"])
    assert done.exit_code == 0, done.output
    assert "Seals noted in the audit trail: yes" in done.output
    assert tried(program) == dict.fromkeys(ATTACKS, "permission denied")
    assert "permission denied" not in tried(owner).values()
    with owner.app_context():
        assert excess_rights() == (ExcessRight.SUPERUSER,)


def test_a_role_whose_rights_a_restore_took_says_so(restricted: tuple[Flask, Flask]) -> None:
    owner, program = restricted
    with owner.app_context():
        url = db.engine.url
    with without_transactions(url) as engine, engine.connect() as connection:
        for statement in (
            f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {ROLE}",
            f"REVOKE ALL ON SCHEMA public FROM {ROLE}, PUBLIC",
        ):
            connection.execute(text(statement))
            for command in (["check"], ["work", "--once"], ["setup"]):
                done = program.test_cli_runner().invoke(args=command)
                said = REMEDIES[SchemaState.FORBIDDEN]
                assert (done.exit_code, said in done.output) == (1, True), done.output
    assert owner.test_cli_runner().invoke(args=["check"]).exit_code == 0


def test_it_may_make_no_database_to_try_a_backup_in(restricted: tuple[Flask, Flask]) -> None:
    run = restricted[1].test_cli_runner().invoke
    with restricted[1].app_context():
        make_world(NOW)
        db.session.remove()
    backup = run(args=["backup"]).output.partition(": ")[0]
    assert run(args=["backup", "test", backup]).output.startswith("This role may not make a data")


@pytest.mark.skipif(not LONG, reason="PgBouncer is started: make test-long")
@pytest.mark.skipif(shutil.which("pgbouncer") is None, reason="pgbouncer is not installed (Debian)")
def test_behind_pgbouncer(restricted: tuple[Flask, Flask], tmp_path: Path) -> None:
    """The sample, between the program's role and the server."""
    with restricted[1].app_context():
        server = db.engine.url
    port = free_port()
    with pooler(server, port):
        program = create_app(TestConfig(at(server, port), tmp_path))
        with program.app_context():
            world = make_world(NOW)
            work(world, tmp_path)
            assert excess_rights() == ()
        run = program.test_cli_runner().invoke
        assert "Seals noted in the audit trail: yes" in run(args=["work", "--daily"]).output
        refused = run(args=["backup"])
        assert refused.exit_code == 1
        assert refused.output.startswith("TRACKER_DATABASE_URL leads to a pooler such as PgB")
        with program.app_context():
            db.session.remove()
            db.engine.dispose()


def at(server: URL, port: int) -> str:
    return server.set(host="127.0.0.1", port=port).render_as_string(hide_password=False)


@contextmanager
def pooler(server: URL, port: int) -> Iterator[None]:
    """It runs as nobody: so what it reads lies where everybody can look."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        where = f"host={server.host} port={server.port}"
        sample = changed(
            SAMPLE.read_text(encoding="utf-8"),
            {
                "tracker = host=db.library.org port=5432": f"{server.database} = {where}",
                "6432": str(port),
                "scram-sha-256": "trust",
                "/etc/pgbouncer": name,
            },
        )
        (folder / "pgbouncer.ini").write_text(f"{sample}\nunix_socket_dir =\n")
        (folder / "userlist.txt").write_text(f'"{server.username}" ""\n')
        with running(["pgbouncer", "-u", "nobody", str(folder / "pgbouncer.ini")], port):
            yield


def work(world: World, folder: Path) -> None:
    """Ratings, a review with evidence, reviewed ratings, and an erasure of what was sent."""
    reasons = dict.fromkeys(world.statements["communication"][:2], "It shows both.")
    made = piece(world, reasons=reasons, folder=folder, upload=Upload("plan.pdf", PDF))
    review_id = send(world, Answer.CONSISTENTLY, Answer.PARTLY)
    answer_all(world, review_id, ReviewerAnswer.CONSISTENTLY, ReviewerAnswer.NOT_YET)
    erasures_actions.erase(
        actor(world, "ana"), made, ErasureReason.PRIVATE, folder / "files", now=NOW
    )


def tried(app: Flask) -> dict[str, str]:
    """What came of each attack; nothing of it is kept."""
    with app.app_context():
        return {name: outcome(attack) for name, attack in ATTACKS.items()}


def outcome(attack: str) -> str:
    with db.engine.execution_options(tracker_write=True).connect() as connection:
        try:
            connection.execute(text(attack))
        except DBAPIError as error:
            said = str(error.orig)
            is_denied = "permission denied" in said or "must be owner" in said
            return "permission denied" if is_denied else said
        finally:
            connection.rollback()
    return "done"


def test_what_is_declared_fits_the_tables(migrated_app: Flask) -> None:
    assert migrated_app
    assert set(MOVING) <= FROZEN | ERASABLE
    assert len(ERASABLE - GOING) == 3, "each of the three is a table"
    assert set(MOVING) > ERASABLE - GOING
    assert set(MOVING) >= FROZEN
    for table, columns in MOVING.items():
        assert set(columns) <= set(Base.metadata.tables[table].columns.keys()), table


def test_only_a_role_that_rights_bind(app: Flask) -> None:
    run = app.test_cli_runner().invoke
    with app.app_context():
        owner = str(db.engine.url.username)
    assert "so rights do not bind it" in run(args=["database", "grants", owner, "--apply"]).output
    said = run(args=["database", "grants", "nobody_of_that_name", "--apply"]).output
    assert said.startswith("There is no role nobody_of_that_name.")
    printed = run(args=["database", "grants", 'a"b']).output
    assert 'GRANT USAGE ON SCHEMA public TO "a""b";' in printed
