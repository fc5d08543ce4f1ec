"""Lay the database out, bring it up to date, or refuse to work with it; and its rights."""

import sys
from types import ModuleType

import click
from flask import current_app
from flask.cli import with_appcontext

from config import ROOT
from tracker.cli.frameworks.frameworks import take_in_shipped
from tracker.operations.system import actions as system
from tracker.operations.system.rules import REMEDIES, SchemaState
from tracker.rules.errors import Conflict, Missing

FRAMEWORKS = ROOT / "seed_data" / "frameworks"
REASONS = {
    "roles_unknown": "SQLite has no roles: keep its file from everybody but the program. With "
    "PostgreSQL set TRACKER_DATABASE_URL first.",
    "role_owns": "{role} owns the tables or is a superuser, so rights do not bind it. Connect the "
    "program as another role (docs/running.md, Roles in PostgreSQL).",
}


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
    system.refresh_statistics()


def must_fit() -> None:
    """Ends the program, with a sentence that says what to do, where the database is not laid out as
    this version needs it."""
    state = system.schema_state(current_app.config["MIGRATIONS_DIR"])
    if state is not SchemaState.CURRENT:
        sys.exit(REMEDIES[state])


@click.group("database")
def database() -> None:
    """The database: who may do what in it."""


@database.command("grants")
@click.argument("role")
@click.option("--apply", is_flag=True, help="Give these rights, as the owner of the tables.")
@with_appcontext
def grants(role: str, apply: bool) -> None:
    """Print the rights that the program's own ROLE needs on PostgreSQL, as SQL, or give them.

    With them it can do its work, and neither drop a trigger nor change what must only grow. Give
    them again after each 'tracker setup' that changed the database, and after each restore.
    """
    try:
        if not apply:
            for statement in system.grant_statements(role):
                click.echo(f"{statement};")
            return
        system.grant(role)
    except Conflict as refusal:
        sys.exit(REASONS[refusal.code].format(role=role))
    except Missing:
        sys.exit(f"There is no role {role}. Make it first, in psql: CREATE ROLE {role} LOGIN")
    click.echo(f"{role} has the rights that the program needs, and no others.")
