"""The `tracker` command: every command by name, loaded when it is asked for. A new file's command
joins the table."""

import gc
import os
import sys
from functools import partial
from importlib import import_module
from typing import NamedTuple

import click
from flask import Flask
from flask.cli import AppGroup, ScriptInfo
from sqlalchemy.exc import DBAPIError

from tracker.cli import faults


class CommandPlace(NamedTuple):
    """Where a command stands, what it is for (its own first sentence), and whether it needs the
    pages: some print addresses of pages, mail what they say, or make in the background what they
    offer. One that only `looks` makes no folder and no key."""

    module: str
    name: str
    help: str
    pages: bool = False
    looks: bool = False


COMMANDS = {
    "admin": CommandPlace("tracker.cli.admin", "admin", "Administrators."),
    "audit": CommandPlace(
        "tracker.cli.audit", "audit", "The audit trail: look through it, and write down its head."
    ),
    "backup": CommandPlace(
        "tracker.cli.backups", "backup", "Write one file with the database and the evidence files."
    ),
    "check": CommandPlace(
        "tracker.cli.operations.check",
        "check",
        "Look whether the server can do its work.",
        looks=True,
    ),
    "database": CommandPlace(
        "tracker.cli.database", "database", "The database: who may do what in it."
    ),
    "demo": CommandPlace(
        "tracker.cli.demo", "demo", "The demo library, whose passwords are public."
    ),
    "erasures": CommandPlace(
        "tracker.cli.backups",
        "erasures",
        "The list of what people erased, which is kept outside the database too.",
    ),
    "files": CommandPlace("tracker.cli.files", "files", "Evidence files."),
    "framework": CommandPlace("tracker.cli.frameworks.frameworks", "framework", "Frameworks."),
    "mail": CommandPlace("tracker.cli.mail", "mail", "Mail.", True),
    "metrics": CommandPlace(
        "tracker.cli.operations.metrics",
        "metrics",
        "Print the metrics for Prometheus, or serve them until SIGTERM or Ctrl-C.",
    ),
    "people": CommandPlace("tracker.cli.people", "people", "People.", True),
    "ratings": CommandPlace("tracker.cli.backups", "ratings", "Ratings."),
    "restore": CommandPlace("tracker.cli.backups", "restore", "Restore FILE."),
    "reviews": CommandPlace("tracker.cli.reviews", "reviews", "Reviews."),
    "serve": CommandPlace("tracker.cli.serve", "serve", "Serve the application."),
    "setup": CommandPlace(
        "tracker.cli.setup", "setup", "Create the database, or bring it up to date."
    ),
    "work": CommandPlace(
        "tracker.cli.background.work",
        "work",
        "Work beside the server: mail notices, do the daily work, and make what people asked for.",
        True,
    ),
}


class Commands(AppGroup):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        place = COMMANDS.get(cmd_name)
        if place is None:
            return None
        if ctx.obj is None:
            name = "create_app" if place.pages else "create_base"
            how = {"makes": False} if place.looks else {}
            ctx.obj = ScriptInfo(create_app=partial(_made, name, **how))
        command: click.Command = getattr(import_module(place.module), place.name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, COMMANDS[name].help) for name in sorted(COMMANDS)])


def group() -> Commands:
    made = Commands("tracker", help="Manage a Skills Tracker server.")
    return click.version_option(package_name="skills-tracker", message="%(version)s")(made)


def _made(name: str, **how: bool) -> Flask:
    """Ends with one sentence where a setting cannot be."""
    try:
        app: Flask = getattr(import_module("tracker.app"), name)(**how)
    except ValueError as error:
        sys.exit(str(error))
    gc.freeze()
    gc.enable()
    return app


def main() -> None:
    """Where the machine fails, it ends with one sentence and a status of 1. A command that crossed
    another one's writing is tried once more."""
    gc.disable()  # until the application is made: nothing of it is ever garbage
    with faults.in_one_sentence():
        os.environ["FLASK_RUN_FROM_CLI"] = "true"
        try:
            group().main(prog_name="tracker")
        except DBAPIError as error:
            db = import_module("tracker.services.one_transaction")
            if not db.may_be_tried_again(error):
                raise
            group().main(prog_name="tracker")
