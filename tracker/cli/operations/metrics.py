"""What whoever watches the server is told, in the words of Prometheus."""

import datetime as dt
import signal
import threading
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import click
from flask import Flask, current_app
from flask.cli import with_appcontext
from prometheus_client import CollectorRegistry, generate_latest, start_http_server
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector
from sqlalchemy.exc import SQLAlchemyError

from tracker.operations.backups.rules import BackupState
from tracker.operations.system import actions as system_actions


class InstallationCollector(Collector):
    """Looks at the installation each time that it is asked. Where the database is away, what
    stands in it is left out."""

    def __init__(self, app: Flask) -> None:
        self._app = app

    def collect(self) -> Iterable[Metric]:
        with self._app.app_context():
            yield from _readiness()
            yield from _state()


def _readiness() -> Iterable[Metric]:
    failing = system_actions.failing(current_app.config)
    ready = {name: name not in failing for name in system_actions.CHECKS}
    yield _gauges("ready", "1 where that is as it must be, as /readyz says it.", "check", ready)
    free = system_actions.free_bytes(current_app.config["DATA_DIR"])
    yield _gauge("disk_free_bytes", "Free on the disk with the data.", free)


def _state() -> Iterable[Metric]:
    config = current_app.config
    try:
        state = system_actions.state(config["DATA_DIR"], config["BACKUP_DIR"])
    except SQLAlchemyError:
        yield _gauge("database_up", "1 where the database answers.", 0)
        return
    yield _gauge("database_up", "1 where the database answers.", 1)
    yield _gauge("database_bytes", "Size of the database.", state.totals.database_bytes)
    yield _gauges("mails", "Mails of notices.", "status", state.totals.mails)
    yield from _moment("mail_oldest", "The oldest mail that waits.", state.totals.oldest_mail_at)
    yield _gauges("jobs", "Work in the background.", "state", state.totals.jobs)
    yield from _moment("job_oldest", "The oldest job that is not done.", state.totals.oldest_job_at)
    yield from _moment(
        "daily_work", "All of the daily work, when last done.", state.totals.daily_work_at
    )
    yield _gauges(
        "daily_part_failed",
        "1 where that part of the daily work was tried and is not done; clock: it is doubted.",
        "part",
        {row.part: row.failing_since is not None for row in state.totals.daily_parts},
    )
    yield from _moment(
        "backup_newest", "The newest backup that passed its test.", state.good_backup_at
    )
    if state.backup is not None:
        states = {of_it: of_it is state.backup.state for of_it in BackupState}
        yield _gauges("backup", "1 where that is so of the newest copy.", "state", states)
        if state.backup.tested is not None:
            yield from _moment(
                "backup_test", "The last test of the newest backup.", state.backup.tested.tested_at
            )
    head = state.totals.audit_head
    number = 0 if head is None else head.sequence
    yield _gauge("audit_head", "Number of the newest event of the audit.", number)
    yield from _moment("audit_head", "The newest event of the audit.", head.at if head else None)


def _gauge(name: str, says: str, value: float) -> Metric:
    return GaugeMetricFamily(f"tracker_{name}", says, value)


def _gauges(name: str, says: str, label: str, values: Mapping[Any, float]) -> Metric:
    """One for each value of the label."""
    family = GaugeMetricFamily(f"tracker_{name}", says, labels=[label])
    for of, value in values.items():
        family.add_metric([str(of)], value)
    return family


def _moment(name: str, says: str, at: dt.datetime | None) -> Iterable[Metric]:
    """Nothing where there is none."""
    if at is not None:
        yield _gauge(f"{name}_timestamp_seconds", says, at.timestamp())


def _registry(app: Flask) -> CollectorRegistry:
    registry = CollectorRegistry(auto_describe=False)
    registry.register(InstallationCollector(app))
    if app.config["METRICS_DIR"]:
        MultiProcessCollector(registry, app.config["METRICS_DIR"])  # type: ignore[no-untyped-call]
    return registry


@click.command("metrics")
@click.option("--port", type=click.IntRange(1, 65535), help="Serve them on a port of their own.")
@click.option("--host", default="127.0.0.1", show_default=True, help="With --port.")
@with_appcontext
def metrics(port: int | None, host: str) -> None:
    """Print the metrics for Prometheus, or serve them until SIGTERM or Ctrl-C.

    They name no person. Keep the port off the public address nevertheless. Requests are counted
    where TRACKER_METRICS_DIR is set.
    """
    registry = _registry(current_app._get_current_object())  # type: ignore[attr-defined]
    if port is None:
        click.echo(generate_latest(registry).decode("utf-8"), nl=False)
        return
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_which: stop.set())
    server, thread = start_http_server(port, host, registry)
    click.echo(f"Metrics on http://{host}:{port}/metrics (Ctrl-C stops it)")
    stop.wait()
    server.shutdown()
    thread.join()


def emptied(folder: str) -> None:
    """Forget the numbers of an earlier server: the processes that counted them are gone."""
    for path in Path(folder).glob("*.db"):
        path.unlink(missing_ok=True)
