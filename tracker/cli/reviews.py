"""Commands for reviews, run daily by the system's timer."""

import datetime as dt

import click
from flask.cli import with_appcontext

from tracker.services import differences, reminders


@click.group("reviews")
def reviews() -> None:
    """Reviews."""


@reviews.command("due")
@with_appcontext
def due() -> None:
    """Keep apart every difference whose time is over, and remind of what is due; run it once a day."""
    now = dt.datetime.now(dt.UTC)
    click.echo(f"Kept apart: {differences.keep_due_apart(now)}. Reminders: {reminders.remind(now)}.")
