"""The worker beside the server: begun again when it dies, one at a time, and gone with its
server."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import select, update

from tests.client import Client
from tests.factories.world import World
from tracker import locks
from tracker.cli.background import beside
from tracker.cli.background.daily import PARTS
from tracker.cli.serve import serve
from tracker.cli.server import gunicorn
from tracker.db import session, transaction
from tracker.models import Job
from tracker.rules.operations.jobs import CLAIM_LASTS, DAILY_WORK, JobState
from tracker.rules.operations.schema import REMEDIES, SchemaState
from tracker.services.administration.operators import set_operator

KEEPER = """
import sys
from tracker.cli.background import beside
beside.AGAIN_AFTER = 0.01
sys.executable = {python!r}
beside.keep(int(sys.argv[1]))
"""


def until(holds: Callable[[], bool]) -> None:
    for _look in range(6000):
        if holds():
            return
        time.sleep(0.05)
    raise AssertionError("it did not come to that in 5 minutes")


def is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_worker_that_dies_is_begun_again_and_ends_with_its_server(tmp_path: Path) -> None:
    """The worker here is a script that notes its number and sleeps."""
    worker, noted = tmp_path / "tracker", tmp_path / "noted"
    worker.write_text(f'#!/bin/sh\necho "$$ $@" >> {noted}\nexec sleep 600\n')
    worker.chmod(0o755)
    code = KEEPER.format(python=str(tmp_path / "python"))
    keeper = subprocess.Popen(
        [sys.executable, "-c", code, str(os.getpid())], stderr=subprocess.PIPE, text=True
    )

    def begun() -> list[list[str]]:
        return [line.split() for line in noted.read_text().splitlines()] if noted.exists() else []

    until(lambda: len(begun()) == 1)
    os.kill(int(begun()[0][0]), signal.SIGKILL)
    until(lambda: len(begun()) == 2)
    assert begun()[1][1:] == ["work", "--ends-with", str(keeper.pid)]
    keeper.terminate()
    _out, said = keeper.communicate(timeout=300)
    assert said == "tracker work ended with -9; again in 0.01 seconds.\n"
    until(lambda: not is_alive(int(begun()[1][0])))
    elsewhere = subprocess.run([sys.executable, "-c", code, "1"], timeout=300, check=True)
    assert elsewhere.returncode == 0
    assert len(begun()) == 2, "a server that is not its parent has gone"


def test_a_server_begins_it_unless_it_is_told_not_to(monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[list[str]] = []

    def become(_program: str, _arguments: list[str], environment: dict[str, str]) -> None:
        monkeypatch.setenv(beside.WANTED, environment[beside.WANTED])
        gunicorn.when_ready(SimpleNamespace(LISTENERS=[]))

    monkeypatch.setattr(beside.subprocess, "Popen", begun.append)
    monkeypatch.setattr(os, "execve", become)
    assert CliRunner().invoke(serve, ["--no-worker"]).exit_code == 0
    assert begun == []
    assert CliRunner().invoke(serve, []).exit_code == 0
    assert begun == [[sys.executable, beside.__file__, str(os.getpid())]]


def events(app: Flask, *arguments: str) -> list[dict[str, object]]:
    done = app.test_cli_runner().invoke(args=["work", *arguments], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return [json.loads(line) for line in done.output.splitlines()]


def test_the_daily_work_is_done_once_a_day_whoever_is_asked(app: Flask, world: World) -> None:
    first = events(app, "--once")
    assert [line["event"] for line in first] == ["daily_work"] * len(PARTS) + ["job"]
    assert first[-1]["came"] == "done"
    assert events(app, "--once") == []


def test_an_operator_sees_when_it_was_done(
    app: Flask, world: World, sign_in: Callable[[str], Client]
) -> None:
    with app.app_context():
        set_operator(world.email("adam"), True, world.now)
    adam = sign_in(world.email("adam"))
    assert "Not done in the last 7 days." in adam.get("/system").text
    events(app, "--once")
    assert "Last done Nov 24, 10:00 AM." in adam.get("/system").text.replace("\u202f", " ")


def test_the_daily_work_goes_on_where_a_worker_died(
    app: Flask, world: World, engine_name: str
) -> None:
    events(app, "--once")
    with app.app_context(), transaction() as tx:
        half = {
            "state": JobState.RUNNING,
            "done": len(PARTS) - 2,
            "claim_token": "of the dead",
            "seen_at": world.now - CLAIM_LASTS * 2,
            "ended_at": None,
        }
        tx.execute(update(Job).where(Job.kind == DAILY_WORK).values(**half))
    assert [line.get("did") for line in events(app, "--once")] == [
        "Statistics of the database: up to date."
        if engine_name == "sqlite"
        else "Statistics of the database: PostgreSQL makes them itself.",
        "Newest backup: none.",
        None,
    ]
    with app.app_context():
        assert session().scalars(select(Job.state)).one() is JobState.DONE


def test_a_second_one_waits_for_the_first(
    app: Flask, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And ends when the server does that it belongs to."""
    held = locks.lock(app.config["DATA_DIR"] / "work.lock")
    parents = iter([7, 7, 8, 8, 8])
    monkeypatch.setattr(os, "getppid", lambda: next(parents))
    monkeypatch.setattr("tracker.cli.background.work.LOOK_EVERY", 0)
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        said = [line["event"] for line in events(app, "--ends-with", "7")]
    finally:
        os.close(held)
        for number, handler in before.items():
            signal.signal(number, handler)
    assert said == ["work_is_done_by_another", "work_ends"]


def test_in_front_of_no_database_it_says_what_to_do(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tracker.cli.database.schema.state", lambda folder: SchemaState.OLDER)
    done = app.test_cli_runner().invoke(args=["work", "--once"])
    assert done.exit_code == 1
    assert REMEDIES[SchemaState.OLDER] in done.output
