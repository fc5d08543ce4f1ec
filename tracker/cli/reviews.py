"""Commands for reviews, run daily by the system's timer."""

import datetime as dt

import click
from flask import current_app
from flask.cli import with_appcontext

from tracker.services import differences, submissions


@click.group("reviews")
def reviews() -> None:
    """Reviews."""


@reviews.command("due")
@with_appcontext
def due() -> None:
    """Keep apart every difference whose time is over, and forget the forms that no open page can hold; run it daily."""
    now = dt.datetime.now(dt.UTC)
    click.echo(f"Kept apart: {differences.keep_due_apart(now)}.")
    oldest = now - dt.timedelta(days=current_app.config["SESSION_MAX_DAYS"])
    click.echo(f"Forms forgotten: {submissions.forget(oldest)}.")
