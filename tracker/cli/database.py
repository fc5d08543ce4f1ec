"""Lay the database out, bring it up to date, or refuse to work with it."""

import sys
from types import ModuleType

from flask import current_app

from config import ROOT
from tracker.cli.frameworks.frameworks import take_in_shipped
from tracker.rules.operations.schema import REMEDIES, SchemaState
from tracker.services.operations import schema

FRAMEWORKS = ROOT / "seed_data" / "frameworks"


def upgrade(directory: str | None = None, revision: str = "head") -> None:
    """Bring the database to a layout, by the migrations of a folder (MIGRATIONS_DIR). Ends the
    program where that fails."""
    _migrations().upgrade(directory, revision)


def downgrade(directory: str | None = None, revision: str = "-1") -> None:
    _migrations().downgrade(directory, revision)


def _migrations() -> ModuleType:
    import flask_migrate

    if "migrate" not in current_app.extensions:
        folder = str(current_app.config["MIGRATIONS_DIR"])
        flask_migrate.Migrate(current_app, current_app.extensions["sqlalchemy"], directory=folder)
    return flask_migrate


def lay_out() -> None:
    upgrade()
    for file in sorted(FRAMEWORKS.glob("*.json")):
        if not file.name.endswith(".schema.json"):
            take_in_shipped(file)
    schema.refresh_statistics()


def must_fit() -> None:
    """Ends the program, with a sentence that says what to do, where the database is not laid out as
    this version needs it."""
    found = schema.state(current_app.config["MIGRATIONS_DIR"])
    if found is not SchemaState.CURRENT:
        sys.exit(REMEDIES[found])
