"""Commands; they act as the system. A new file's command joins the list."""

import click

from tracker.cli import admin, audit, backups, files, mail, people, reviews, serve, setup
from tracker.cli.background import work
from tracker.cli.demo import commands
from tracker.cli.frameworks import frameworks
from tracker.cli.operations import check, grants, metrics

COMMANDS: list[click.Command] = [
    setup.setup,
    admin.admin,
    audit.audit,
    backups.backup,
    backups.restore,
    check.check,
    commands.demo,
    grants.database,
    files.files,
    frameworks.framework,
    mail.mail,
    metrics.metrics,
    people.people,
    reviews.reviews,
    serve.serve,
    work.work,
]
