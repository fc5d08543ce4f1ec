"""Lay the database out, or bring it up to date."""

import click
from flask.cli import with_appcontext
from flask_migrate import upgrade


@click.command("setup")
@with_appcontext
def setup() -> None:
    """Create the database or bring it up to date; load the frameworks that come with the program."""
    upgrade()


commands = [setup]
