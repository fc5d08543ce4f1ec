"""The worker beside the server: begun again when it dies, one at a time, and gone with its
server."""

import datetime as dt
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
import time_machine
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import select, update

from config import Config
from tests.client import Client
from tests.factories.world import World
from tracker import locks
from tracker.administration.library.actions import set_operator
from tracker.app import create_server
from tracker.cli.background import beside
from tracker.cli.background.daily import PARTS
from tracker.cli.serve import serve
from tracker.cli.server import gunicorn
from tracker.db import session, transaction
from tracker.models import AuditEvent, DailyWork
from tracker.operations.daily_work.rules import CLOCK_CONFIRMED, LEASE, DailyPart
from tracker.operations.system import actions as system_actions
from tracker.operations.system.rules import REMEDIES, SchemaState

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


@pytest.mark.in_ci
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


def test_a_server_begins_it_unless_it_is_told_not_to(
    app: Flask, monkeypatch: pytest.MonkeyPatch, engine_name: str
) -> None:
    """While it is there, whoever changes the layout is told."""
    begun: list[list[str]] = []
    served = SimpleNamespace(LISTENERS=[], app=SimpleNamespace(wsgi=lambda: app))

    def become(_program: str, _arguments: list[str], environment: dict[str, str]) -> None:
        monkeypatch.setenv(beside.WANTED, environment[beside.WANTED])
        gunicorn.when_ready(served)

    monkeypatch.setattr(beside.subprocess, "Popen", begun.append)
    monkeypatch.setattr(os, "execve", become)
    assert CliRunner().invoke(serve, ["--no-worker"]).exit_code == 0
    assert begun == []
    assert CliRunner().invoke(serve, []).exit_code == 0
    assert begun == [[sys.executable, beside.__file__, str(os.getpid())]]
    assert locks.is_held(app.config["DATA_DIR"] / "serve.lock")
    monkeypatch.undo()
    with app.app_context():
        assert engine_name == "postgresql" or system_actions.is_somebody_alive(app.config)


def events(app: Flask, *arguments: str, status: int = 0) -> list[dict[str, object]]:
    done = app.test_cli_runner().invoke(args=["work", *arguments], catch_exceptions=False)
    assert done.exit_code == status, done.output
    return [json.loads(line) for line in done.output.splitlines()]


@pytest.mark.in_ci
def test_the_daily_work_is_done_once_a_day_whoever_is_asked(app: Flask, world: World) -> None:
    """The seals first: what fails after them holds them up no more."""
    first = events(app, "--once")
    assert [line["event"] for line in first] == ["daily_work"] * len(PARTS)
    assert [line["part"] for line in first] == list(PARTS)
    assert first[0]["part"] == "seals"
    assert events(app, "--once") == []


@pytest.mark.in_ci
def test_by_hand_it_is_done_whenever_it_is_asked_for(
    app: Flask, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = app.test_cli_runner().invoke
    for _time in range(2):
        done = run(args=["work", "--daily"])
        assert (done.exit_code, len(done.output.splitlines())) == (0, len(PARTS)), done.output
    monkeypatch.setitem(PARTS, DailyPart.FORMS, lambda now: str(1 / 0))
    done = run(args=["work", "--daily"])
    assert done.exit_code == 1
    assert "Failed: forms." in done.stderr
    assert "Leftovers of uploads removed: 0." in done.stdout


@pytest.mark.in_ci
def test_an_operator_sees_when_it_was_done(
    app: Flask, world: World, sign_in: Callable[[str], Client]
) -> None:
    with app.app_context():
        set_operator(world.email("adam"), True, world.now)
    adam = sign_in(world.email("adam"))
    assert "Not all of it was done yet." in adam.get("/system").text
    events(app, "--once")
    assert "Last done Nov 24, 10:00 AM." in adam.get("/system").text.replace("\u202f", " ")


@pytest.mark.in_ci
def test_the_daily_work_goes_on_where_a_worker_died(
    app: Flask, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it had in hand is another's once its lease is over; until then the rest goes on."""

    class Killed(BaseException):
        pass

    def die(now: object) -> str:
        raise Killed

    with monkeypatch.context() as patch, app.app_context():
        patch.setitem(PARTS, DailyPart.ROUNDS, die)
        with pytest.raises(Killed):
            app.test_cli_runner().invoke(args=["work", "--once"], catch_exceptions=False)
    assert [line["part"] for line in events(app, "--once")] == list(PARTS)[2:]
    assert events(app, "--once") == []
    with app.app_context(), transaction() as tx:
        earlier = world.now - LEASE
        tx.execute(update(DailyWork).where(DailyWork.part == "rounds").values(next_try_at=earlier))
    assert [line["part"] for line in events(app, "--once")] == ["rounds"]


@pytest.mark.in_ci
def test_a_doubted_clock_lets_the_daily_work_wait_until_somebody_looks(
    app: Flask, world: World, sign_in: Callable[[str], Client]
) -> None:
    """And what people do meanwhile does not vouch for it."""
    with app.app_context():
        set_operator(world.email("adam"), True, world.now)
    events(app, "--once")
    with time_machine.travel(world.now + dt.timedelta(days=400), tick=False):
        adam = sign_in(world.email("adam"))
        with app.app_context():
            set_operator(world.email("cora"), True, dt.datetime.now(dt.UTC))
        said = events(app, "--once", status=1)
        assert [line["event"] for line in said] == ["clock_doubted"]
        by_hand = app.test_cli_runner().invoke(args=["work", "--daily"])
        assert by_hand.exit_code == 1
        assert "run: tracker work --clock-is-right" in by_hand.output
        page = adam.get("/system").text
        assert "The server’s clock says" in page
        assert "tracker work --clock-is-right" in page
        for answer in ("The daily work goes on.", "Nobody doubts the clock."):
            confirmed = app.test_cli_runner().invoke(args=["work", "--clock-is-right"])
            assert (confirmed.exit_code, confirmed.output) == (0, f"{answer}\n")
        assert "The server’s clock says" not in adam.get("/system").text
        assert [line["part"] for line in events(app, "--once")] == list(PARTS)
    with app.app_context():
        kept = select(AuditEvent).where(AuditEvent.kind == CLOCK_CONFIRMED)
        assert len(session().scalars(kept).all()) == 1


@pytest.mark.in_ci
def test_a_server_starts_though_its_clock_is_doubted_and_says_so(
    app: Flask,
    world: World,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    events(app, "--once")
    monkeypatch.setenv("TRACKER_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("TRACKER_DATABASE_URL", app.config["SQLALCHEMY_DATABASE_URI"])
    monkeypatch.setattr("tracker.web.application.compile_templates", lambda served: None)
    for days, said in ((0, False), (400, True)):
        with time_machine.travel(world.now + dt.timedelta(days=days), tick=False):
            assert create_server()
        assert ("run: tracker work --clock-is-right" in capsys.readouterr().err) is said


@pytest.mark.in_ci
def test_the_demo_goes_by_any_clock(
    app: Flask, world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("TRACKER_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("TRACKER_DEMO", "1")
    events(app, "--once")
    with time_machine.travel(world.now + dt.timedelta(days=400), tick=False):
        assert [line["event"] for line in events(app, "--once", status=1)] == ["clock_doubted"]
        monkeypatch.setitem(app.config, "CLOCK_AHEAD", Config().CLOCK_AHEAD)
        assert [line["part"] for line in events(app, "--once")] == list(PARTS)


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
    monkeypatch.setattr(
        "tracker.cli.database.system_actions.schema_state", lambda folder: SchemaState.OLDER
    )
    done = app.test_cli_runner().invoke(args=["work", "--once"])
    assert done.exit_code == 1
    assert REMEDIES[SchemaState.OLDER] in done.output
