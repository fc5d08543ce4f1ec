"""Lay the database out, bring it up to date, or refuse to work with it; and its rights."""

import sys
from types import ModuleType
from typing import cast

import click
from flask import current_app
from flask.cli import with_appcontext

from config import ROOT
from tracker.cli import faults
from tracker.cli.frameworks.frameworks import take_in_shipped
from tracker.logs import said_of
from tracker.operations.backups.rules import Finding
from tracker.operations.system import actions as system_actions
from tracker.operations.system.rules import REMEDIES, SchemaState
from tracker.rules.errors import Conflict, Missing
from tracker.rules.faults import fault_of

TOLD = 10
"""Of more findings their number is told."""
FRAMEWORKS = ROOT / "seed_data" / "frameworks"
AS_IT_WAS = (
    "It was rolled back: the database is as it was, and the version before can go on with it."
)
REPORT = "Please report this with these lines."
UNFINISHED = (
    "The database has the layout of this version, and that stays. What follows was not done to the "
    "end. Mend what is said below, then run again: tracker setup"
)
REASONS = {
    "roles_unknown": "SQLite has no roles: keep its file from everybody but the program. With "
    "PostgreSQL set TRACKER_DATABASE_URL first.",
    "role_owns": "{role} owns the tables or is a superuser, so rights do not bind it. Connect the "
    "program as another role (docs/running.md, Roles in PostgreSQL).",
}


def upgrade(directory: str | None = None, revision: str = "head") -> None:
    """Bring the database to a layout, by the migrations of a folder (MIGRATIONS_DIR). Raises
    Conflict: migration_failed, migration_faulty; the database is as it was then."""
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
    """Ends the program where a migration fails, with what stands now and what to do."""
    try:
        upgrade()
    except Conflict as refusal:
        findings = cast("list[Finding]", refusal.facts.get("findings", []))
        faults.tell(findings[:TOLD])
        if findings[TOLD:]:
            click.echo(f"- and {len(findings) - TOLD} more", err=True)
        sys.exit(_why_not(refusal))
    try:
        for file in sorted(FRAMEWORKS.glob("*.json")):
            if not file.name.endswith(".schema.json"):
                take_in_shipped(file)
        system_actions.refresh_statistics()
    except Exception:
        click.echo(UNFINISHED, err=True)
        raise


def _why_not(refusal: Conflict) -> str:
    migration, failed = refusal.facts["migration"], refusal.__cause__
    if failed is None:
        return f"The migration {migration} would leave the database so. {AS_IT_WAS} {REPORT}"
    is_ours = fault_of(failed) is None
    why = f"{said_of(failed)}." if is_ours else str(faults.sentence(failed))
    ends = f"{why} {AS_IT_WAS} {REPORT}" if is_ours else f"{why} {AS_IT_WAS}"
    return f"The migration {migration} failed at: {refusal.facts['at'] or 'its commit'}\n{ends}"


def must_fit() -> None:
    """Ends the program, with a sentence that says what to do, where the database is not laid out as
    this version needs it."""
    state = system_actions.schema_state(current_app.config["MIGRATIONS_DIR"])
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
            for statement in system_actions.grant_statements(role):
                click.echo(f"{statement};")
            return
        system_actions.grant(role)
    except Conflict as refusal:
        sys.exit(REASONS[refusal.code].format(role=role))
    except Missing:
        sys.exit(f"There is no role {role}. Make it first, in psql: CREATE ROLE {role} LOGIN")
    click.echo(f"{role} has the rights that the program needs, and no others.")
