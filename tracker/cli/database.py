"""Lay the database out, or bring it up to date."""

import click
from flask.cli import with_appcontext
from flask_migrate import upgrade

from config import ROOT
from tracker.cli.frameworks import take_in_shipped

FRAMEWORKS = ROOT / "seed_data" / "frameworks"


@click.command("setup")
@with_appcontext
def setup() -> None:
    """Create the database or bring it up to date; load the frameworks that come with the
    program."""
    lay_out()


def lay_out() -> None:
    upgrade()
    for file in sorted(FRAMEWORKS.glob("*.json")):
        if not file.name.endswith(".schema.json"):
            take_in_shipped(file)


commands = [setup]
