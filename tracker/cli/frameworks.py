"""Check a framework file, and take it in."""

import datetime as dt
import sys
from pathlib import Path

import click
from flask.cli import with_appcontext

from tracker.rules.errors import Conflict
from tracker.rules.framework_files import FrameworkFile, FrameworkFileError, decode, read_framework, warnings
from tracker.services.frameworks import import_framework

FILE = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))


@click.group("framework")
def framework() -> None:
    """Frameworks."""


@framework.command("check")
@FILE
def check(file: Path) -> None:
    """Say what is wrong with FILE, with the place of each problem."""
    read = _read(file)
    click.echo(f"{file.name}: {read.title}, version {read.version}, can be imported.")


@framework.command("import")
@FILE
@with_appcontext
def import_file(file: Path) -> None:
    """Publish FILE as one version of its framework. The same file again changes nothing."""
    take_in(file)


def take_in(file: Path) -> int:
    """Import one file and say what came of it; returns the framework's id. Exits with 1 when it is refused."""
    read = _read(file)
    try:
        imported = import_framework(read, dt.datetime.now(dt.UTC))
    except Conflict:
        sys.exit(
            f"{file.name}: {read.slug} {read.version} is published with other content, and a published version "
            "is never changed. Give the file a new version number."
        )
    outcome = "is published" if imported.added else "was there already; nothing changed"
    click.echo(f"{read.title}, version {read.version}, {outcome}.")
    return imported.framework_id


def _read(file: Path) -> FrameworkFile:
    """The file, with its warnings said. Exits with 1 when it cannot be read."""
    try:
        read = read_framework(decode(file.read_bytes()))
    except FrameworkFileError as error:
        sys.exit("\n".join(f"{file.name}: {problem}" for problem in error.problems))
    for warning in warnings(read):
        click.echo(f"{file.name}: warning: {warning}", err=True)
    return read
