"""Commands; they act as the system. A new file's command joins the list."""

import click

from tracker.cli import admin, audit, backups, database, frameworks, mail, reviews, serve
from tracker.cli.demo import commands

COMMANDS: list[click.Command] = [
    *database.commands,
    admin.admin,
    audit.audit,
    backups.backup,
    backups.restore,
    commands.demo,
    frameworks.framework,
    mail.mail,
    reviews.reviews,
    serve.serve,
]
