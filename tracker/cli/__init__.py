"""Commands; they act as the system. A new file's command joins the list."""

import click

from tracker.cli import admin, audit, backups, database, demo, frameworks, mail, reviews, serve

COMMANDS: list[click.Command] = [
    *database.commands,
    admin.admin,
    audit.audit,
    backups.backup,
    backups.restore,
    demo.demo,
    frameworks.framework,
    mail.mail,
    reviews.reviews,
    serve.serve,
]
