"""The database's rights, for whoever runs the server."""

import sys

import click
from flask.cli import with_appcontext

from tracker.rules.errors import Conflict, Missing
from tracker.services.operations import grants as service

REASONS = {
    "roles_unknown": "SQLite has no roles: keep its file from everybody but the program. With "
    "PostgreSQL set TRACKER_DATABASE_URL first.",
    "role_owns": "{role} owns the tables or is a superuser, so rights do not bind it. Connect the "
    "program as another role (docs/running.md, Roles in PostgreSQL).",
}


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
            for statement in service.statements(role):
                click.echo(f"{statement};")
            return
        service.give(role)
    except Conflict as refusal:
        sys.exit(REASONS[refusal.code].format(role=role))
    except Missing:
        sys.exit(f"There is no role {role}. Make it first, in psql: CREATE ROLE {role} LOGIN")
    click.echo(f"{role} has the rights that the program needs, and no others.")
