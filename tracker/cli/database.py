"""Lay the database out, bring it up to date, or refuse to work with it."""

import sys

from flask import current_app
from flask_migrate import upgrade

from config import ROOT
from tracker.cli.frameworks.frameworks import take_in_shipped
from tracker.rules.operations.schema import REMEDIES, SchemaState
from tracker.services.operations import schema

FRAMEWORKS = ROOT / "seed_data" / "frameworks"


def lay_out() -> None:
    upgrade()
    for file in sorted(FRAMEWORKS.glob("*.json")):
        if not file.name.endswith(".schema.json"):
            take_in_shipped(file)


def must_fit() -> None:
    """Ends the program, with a sentence that says what to do, where the database is not laid out as
    this version needs it."""
    found = schema.state(current_app.config["MIGRATIONS_DIR"])
    if found is not SchemaState.CURRENT:
        sys.exit(REMEDIES[found])
