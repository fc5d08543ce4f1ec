"""What Prometheus is told: of the installation on each engine, and of requests over all workers."""

import datetime as dt
import re
import shutil
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy.exc import OperationalError

from config import ROOT
from tests.benches.pages import free_port
from tests.conftest import NOW
from tests.engines import REQUIRED
from tests.factories.actors import acting
from tests.factories.audit import happened
from tests.factories.tried import kept_backup
from tests.factories.world import World
from tests.test_crash import laid_out, served
from tracker.cli.background.daily import PARTS
from tracker.operations.daily_work.rules import DailyPart
from tracker.operations.system import actions as system_actions
from tracker.services.core import jobs as jobs_services

ALERTS = ROOT / "docs" / "samples" / "alerts.yml"
OF_REQUESTS = {"tracker_requests_total", "tracker_request_seconds_bucket"}


def samples(said: str) -> dict[tuple[str, ...], float]:
    """(name, values of its labels in the order of their names) -> value."""
    return {
        (sample.name, *(sample.labels[name] for name in sorted(sample.labels))): sample.value
        for family in text_string_to_metric_families(said)
        for sample in family.samples
    }


def printed(app: Flask) -> dict[tuple[str, ...], float]:
    done = app.test_cli_runner().invoke(args=["metrics"])
    assert done.exit_code == 0, done.output
    return samples(done.output)


@pytest.mark.in_ci
def test_the_installation(
    app: Flask, world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(app.config, "BACKUP_DIR", tmp_path)
    assert ("tracker_backup_newest_timestamp_seconds",) not in printed(app)
    with app.app_context():
        kept_backup(tmp_path, "a.tar", NOW - dt.timedelta(days=2))
        kept_backup(tmp_path, "b.tar", NOW - dt.timedelta(days=1), findings="guard_missing x")
    found = printed(app)
    assert found["tracker_backup_newest_timestamp_seconds",] == NOW.timestamp() - 2 * 86400
    assert found["tracker_backup_test_timestamp_seconds",] == NOW.timestamp() - 86400 + 3600
    assert (found["tracker_backup", "faulty"], found["tracker_backup", "passed"]) == (1, 0)
    (tmp_path / "x.tar").touch()
    assert printed(app)["tracker_backup", "untested"] == 1, "an empty file proves nothing"
    assert found["tracker_database_up",] == 1
    assert found["tracker_audit_head",] == 0
    with app.app_context():
        happened(world, "team_added", "adam", team="New")
    assert printed(app)["tracker_audit_head",] == 1
    assert printed(app)["tracker_audit_head_timestamp_seconds",] == NOW.timestamp()
    assert found["tracker_database_bytes",] > 100_000
    assert found["tracker_disk_free_bytes",] > 0
    assert found["tracker_mails", "waiting"] == 0
    assert ("tracker_daily_work_timestamp_seconds",) not in found
    with app.app_context():
        jobs_services.ask(acting(world, "ana"), "none", {}, NOW)
    waiting = printed(app)
    assert waiting["tracker_jobs", "waiting"] == 1
    assert waiting["tracker_job_oldest_timestamp_seconds",] == NOW.timestamp()
    with monkeypatch.context() as patch:
        patch.setitem(PARTS, DailyPart.FORMS, lambda now: str(1 / 0))
        assert app.test_cli_runner().invoke(args=["work", "--once"]).exit_code == 1
    failed = printed(app)
    assert failed["tracker_daily_part_failed", "forms"] == 1
    assert failed["tracker_daily_part_failed", "drafts"] == 0
    assert failed["tracker_daily_part_failed", "clock"] == 0
    assert ("tracker_daily_work_timestamp_seconds",) not in failed
    assert app.test_cli_runner().invoke(args=["work", "--daily"]).exit_code == 0
    mended = printed(app)
    assert mended["tracker_daily_part_failed", "forms"] == 0
    assert mended["tracker_daily_work_timestamp_seconds",] == NOW.timestamp()
    assert {found["tracker_ready", check] for check in ("schema", "writable", "files")} == {1}


def test_without_a_database_the_rest_is_told(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def away() -> None:
        raise OperationalError("SELECT", {}, OSError("away"))

    monkeypatch.setattr(system_actions, "totals", away)
    found = printed(app)
    assert found["tracker_database_up",] == 0
    assert ("tracker_audit_head",) not in found
    assert found["tracker_disk_free_bytes",] > 0


@pytest.mark.in_ci
@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_requests_over_all_workers_on_a_port_of_its_own(
    migrated_app: Flask, engine_name: str, tmp_path: Path
) -> None:
    folder = tmp_path / "metrics"
    folder.mkdir()
    (folder / "counter_1.db").write_bytes(b"of an earlier server")
    with laid_out(engine_name, tmp_path) as (_app, environment):
        environment |= {"TRACKER_METRICS_DIR": str(folder)}
        with served(environment) as (port, _kill), telling(environment) as address:
            for path, count in (("/login", 20), ("/no/such/page", 3)):
                for _each in range(count):
                    fetched(f"http://localhost:{port}{path}")
            said = fetched(address)
            found = samples(said)
            assert found["tracker_requests_total", "GET", "accounts.sign_in", "200"] == 20
            assert found["tracker_requests_total", "GET", "none", "404"] == 3
            assert found["tracker_request_seconds_count", "accounts.sign_in"] == 20
            assert found["tracker_database_up",] == 1
            assert "/no/such/page" not in said
            assert "tracker_requests" not in fetched(f"http://localhost:{port}/metrics")


@contextmanager
def telling(environment: dict[str, str]) -> Iterator[str]:
    """`tracker metrics` on a port, and its address."""
    port = free_port()
    tracker = str(Path(sys.executable).parent / "tracker")
    command = [tracker, "metrics", "--port", str(port)]
    told = subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    assert told.stdout is not None
    try:
        assert told.stdout.readline() == (
            f"Metrics on http://127.0.0.1:{port}/metrics (Ctrl-C stops it)\n".encode()
        )
        yield f"http://127.0.0.1:{port}/metrics"
    finally:
        told.terminate()
        assert told.wait() == 0
        told.stdout.close()


def fetched(url: str) -> str:
    try:
        with urllib.request.urlopen(url) as answer:
            return str(answer.read().decode())
    except urllib.error.HTTPError as refused:
        with refused:
            return str(refused.read().decode())


@pytest.mark.skipif(
    shutil.which("promtool") is None and "promtool" not in REQUIRED,
    reason="promtool is not installed (Debian: apt-get install prometheus)",
)
def test_prometheus_takes_the_alerts() -> None:
    done = subprocess.run(
        ["promtool", "check", "rules", ALERTS], check=False, capture_output=True, text=True
    )
    assert (done.returncode, "17 rules found" in done.stdout) == (0, True), (
        done.stdout + done.stderr
    )


def test_every_alert_is_over_something_that_is_told(app: Flask, world: World) -> None:
    told = (
        {name for name, *_labels in printed(app)}
        | OF_REQUESTS
        | {
            f"tracker_{each}_timestamp_seconds"
            for each in ("backup_newest", "daily_work", "job_oldest", "mail_oldest")
        }
        | {"tracker_backup"}
    )
    used = set(re.findall(r"\btracker_\w+", ALERTS.read_text(encoding="utf-8")))
    assert used - told == set()
    assert {"tracker_ready", *OF_REQUESTS} <= used
