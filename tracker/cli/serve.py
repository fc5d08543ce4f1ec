"""Serve the application: gunicorn keeps the processes, waitress answers in each."""

import os
import sys

import click

from config import Config
from tracker.cli.background import beside
from tracker.cli.operations.metrics import emptied

MALLOC = {
    "MALLOC_ARENA_MAX": "2",
    "MALLOC_MMAP_THRESHOLD_": str(16 * 1024 * 1024),
    "MALLOC_TRIM_THRESHOLD_": str(8 * 1024 * 1024),
}
"""For glibc, which reads them when a process starts. Without them it has a heap for each thread,
and keeps in each as much memory as was once needed there."""
EVERY_ADDRESS = ("0.0.0.0", "::")  # noqa: S104  (nothing is bound here)


@click.command("serve")
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True)
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option(
    "--workers",
    type=click.IntRange(1, 64),
    show_default="TRACKER_WORKERS",
    help="How many processes answer.",
)
@click.option(
    "--demo",
    is_flag=True,
    help="Serve the demo data; its passwords are public, so on this machine only.",
)
@click.option(
    "--worker/--no-worker",
    default=True,
    help="Whether 'tracker work' runs beside it and ends with it.  [default: worker]",
)
def serve(port: int, host: str, workers: int | None, demo: bool, worker: bool) -> None:
    """Serve the application."""
    environment = dict(os.environ)
    if demo:
        if host not in ("127.0.0.1", "::1", "localhost"):
            sys.exit("The demo's passwords are public: it serves on 127.0.0.1 only.")
        environment["TRACKER_DEMO"] = "1"
    if host in EVERY_ADDRESS and not environment.get("TRACKER_BASE_URL"):
        sys.exit(
            f"With --host {host} set TRACKER_BASE_URL to how people reach it, such as "
            "https://skills.library.org: other addresses are not answered."
        )
    environment.pop("SCRIPT_NAME", None)  # gunicorn would look for the site below that path
    for name, value in MALLOC.items():
        environment.setdefault(name, value)
    environment.setdefault("TRACKER_BASE_URL", f"http://{host}:{port}")
    environment[beside.WANTED] = "yes" if worker else ""
    if folder := environment.get("TRACKER_METRICS_DIR"):
        environment["PROMETHEUS_MULTIPROC_DIR"] = folder
        emptied(folder)
    arguments = [
        sys.executable,
        "-m",
        "gunicorn",
        "tracker.app:create_server()",
        "--config",
        "python:tracker.cli.server.gunicorn",
        "--bind",
        f"{host}:{port}",
        "--workers",
        str(workers or Config().WORKERS),
    ]
    os.execve(sys.executable, arguments, environment)  # noqa: S606  (no shell; our own interpreter)
