"""Commands for reviews, run daily by the system's timer."""

import datetime as dt

import click
from flask.cli import AppGroup

from tracker.services import differences

reviews = AppGroup("reviews", help="Reviews that time moves on.")


@reviews.command("due")
def due() -> None:
    """Keep apart every difference whose time is over."""
    click.echo(f"Kept apart: {differences.keep_due_apart(dt.datetime.now(dt.UTC))}.")
