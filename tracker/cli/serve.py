"""Serve the application with gunicorn."""

import os
import sys

import click


@click.command("serve")
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True)
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--workers", type=click.IntRange(1, 64), default=2, show_default=True)
@click.option(
    "--demo",
    is_flag=True,
    help="Serve the demo data; its passwords are public, so on this machine only.",
)
def serve(port: int, host: str, workers: int, demo: bool) -> None:
    """Serve the application."""
    environment = dict(os.environ)
    if demo:
        if host not in ("127.0.0.1", "::1", "localhost"):
            sys.exit("The demo's passwords are public: it serves on 127.0.0.1 only.")
        environment["TRACKER_DEMO"] = "1"
    environment.setdefault("TRACKER_BASE_URL", f"http://{host}:{port}")
    click.echo(f"Serving on http://{host}:{port} (Ctrl-C stops it)")
    sys.stdout.flush()
    arguments = [
        sys.executable,
        "-m",
        "gunicorn",
        "tracker:create_app()",
        "--config",
        "python:tracker.cli.gunicorn",
        "--bind",
        f"{host}:{port}",
        "--workers",
        str(workers),
    ]
    os.execve(sys.executable, arguments, environment)  # noqa: S606  (no shell; our own interpreter)
