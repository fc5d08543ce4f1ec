"""Check a framework file, and take it in."""

import datetime as dt
import sys
from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext

from tracker.queries.frameworks.published import digest_of, published
from tracker.rules.errors import Conflict
from tracker.rules.frameworks.file_content import FrameworkFile
from tracker.rules.frameworks.files import FrameworkFileError, decode, read_framework, warnings
from tracker.rules.writing_systems import font_for, writing_systems
from tracker.services.frameworks.importing import ImportedFramework, import_framework
from tracker.storage import document_fonts

FILE = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
NEW_NUMBER = "Give the file a new version number."


@click.group("framework")
def framework() -> None:
    """Frameworks."""


@framework.command("check")
@FILE
@with_appcontext
def check(file: Path) -> None:
    """Say what is wrong with FILE, with the place of each problem."""
    read = _read(file)
    _warn(file, read)
    there = digest_of(read.slug, read.version)
    if there not in (None, read.digest):
        sys.exit(f"{_differs(file, read)} {NEW_NUMBER}")
    outcome = "can be imported" if there is None else "is published already, as it stands here"
    click.echo(f"{file.name}: {read.title}, version {read.version}, {outcome}.")


@framework.command("import")
@FILE
@with_appcontext
def import_file(file: Path) -> None:
    """Publish FILE as one version of its framework. The same file again changes nothing."""
    take_in(file)


@framework.command("list")
@with_appcontext
def list_published() -> None:
    """What is published: slug, version, statements, day and title, with tabs between."""
    for row in published():
        click.echo(
            f"{row.slug}\t{row.version}\t{row.statements} "
            f"statements\t{row.published_at:%Y-%m-%d}\t{row.title}"
        )


def take_in(file: Path) -> None:
    """Import one file and say what came of it. Exits with 1 when it is refused."""
    read = _read(file)
    _warn(file, read)
    try:
        imported = import_framework(read, dt.datetime.now(dt.UTC))
    except Conflict as refusal:
        sys.exit(_refused(file, read, refusal))
    click.echo(f"{read.title}, version {read.version}, {_outcome(imported)}.")


def take_in_shipped(file: Path) -> None:
    """Publish a file that comes with the program, where it is new. A published version that differs
    stays as it is: an update of the program must not stop the start."""
    read = _read(file)
    try:
        imported = import_framework(read, dt.datetime.now(dt.UTC))
    except Conflict as refusal:
        click.echo(_refused(file, read, refusal), err=True)
        return
    if imported.added:
        _warn(file, read)
        click.echo(f"{read.title}, version {read.version}, {_outcome(imported)}.")


def _outcome(imported: ImportedFramework) -> str:
    if not imported.added:
        return "was there already; nothing changed"
    return "is published" if imported.draft_id is None else "is a draft now; nothing is published"


def _refused(file: Path, read: FrameworkFile, refusal: Conflict) -> str:
    if refusal.code == "framework_version_differs":
        return f"{_differs(file, read)} {NEW_NUMBER}"
    return (
        f"{file.name}: has other answers than version {refusal.facts['version']}, or they count as "
        "something else. The answers of a framework stay the same once they are used."
    )


def _differs(file: Path, read: FrameworkFile) -> str:
    return (
        f"{file.name}: {read.slug} {read.version} is published with other content, and a "
        "published version "
        "is never changed."
    )


def _warn(file: Path, read: FrameworkFile) -> None:
    for warning in warnings(read):
        click.echo(f"{file.name}: warning: {warning}", err=True)
    if unshown := document_fonts.unshown(read.all_text(), current_app.config["DOCUMENT_FONTS"]):
        click.echo(f"{file.name}: warning: {_about_unshown(unshown)}", err=True)


def _about_unshown(unshown: str) -> str:
    systems = writing_systems(unshown)
    some = ", ".join(unshown[:5]) + (", …" if len(unshown) > 5 else "")
    what = f"{' and '.join(systems)} ({some})" if systems else some
    fonts = " and ".join(dict.fromkeys(map(font_for, systems))) or "one that has them"
    return (
        f"{len(unshown)} of its characters can't be shown in PDFs, because this server has no font "
        f"for {what}. Put a font, such as {fonts}, into a folder and name the folder in "
        "TRACKER_DOCUMENT_FONTS."
    )


def _read(file: Path) -> FrameworkFile:
    """The file. Exits with 1 when it cannot be read."""
    try:
        return read_framework(decode(file.read_bytes()))
    except FrameworkFileError as error:
        sys.exit("\n".join(f"{file.name}: {problem}" for problem in error.problems))
