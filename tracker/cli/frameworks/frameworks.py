"""Check a framework file, and take it in; its next version is a draft until it is published."""

import datetime as dt
from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext

from config import document_fonts
from tracker.cli.frameworks import files, moves
from tracker.cli.frameworks.files import AS_JSON, DRY_RUN, FILE
from tracker.cli.frameworks.versions import add_origin, diff, export, publish
from tracker.queries.frameworks.published import published
from tracker.rules.errors import Conflict
from tracker.rules.frameworks.file_content import FrameworkFile
from tracker.services.frameworks.importing import ImportedFramework, import_framework
from tracker.services.one_transaction import kept_unless

OUTCOMES = {
    "published": "is published",
    "drafted": "is a draft now; it is compared and published with 'tracker framework diff' and "
    "'publish', or on the page Versions of frameworks",
    "unchanged": "was there already; nothing changed",
    "sources_moved": "was there already; the addresses of its sources are those of the file now",
}


@click.group("framework")
def framework() -> None:
    """Frameworks."""


framework.add_command(add_origin)
framework.add_command(diff)
framework.add_command(export)
framework.add_command(publish)


@framework.command("check")
@FILE
@AS_JSON
def check(file: Path, as_json: bool) -> None:
    """Say what is wrong with FILE, with the place of each problem. It needs no database; whether
    it fits what is published here, `import --dry-run` says."""
    found = files.read(file, as_json=as_json)
    try:
        told = files.warn(file, found, document_fonts())
    except ValueError as error:
        files.refuse([str(error)], as_json=as_json)
    words = f"{file.name}: {found.title}, version {found.version}, can be imported."
    data = _named(found) | {"outcome": "can_be_imported", "warnings": told}
    files.say(data, words, as_json=as_json)


@framework.command("import")
@FILE
@DRY_RUN
@AS_JSON
@with_appcontext
def import_file(file: Path, dry_run: bool, as_json: bool) -> None:
    """Take FILE in: a framework's first version is published, a later one becomes its draft. The
    same file again changes nothing."""
    found = files.read(file, as_json=as_json)
    files.warn(file, found, current_app.config["DOCUMENT_FONTS"])
    try:
        with kept_unless(dry_run):
            imported = import_framework(found, dt.datetime.now(dt.UTC))
    except Conflict as refusal:
        files.refuse([files.refused(file, found, refusal)], as_json=as_json)
    else:
        outcome = _outcome(imported)
        files.say(
            _named(found) | {"outcome": outcome},
            f"{found.title}, version {found.version}, {OUTCOMES[outcome]}.",
            as_json=as_json,
        )


framework.add_command(moves.move)


@framework.command("list")
@with_appcontext
def list_published() -> None:
    """What is published: slug, version, statements, day and title, with tabs between."""
    for row in published():
        click.echo(
            f"{row.slug}\t{row.version}\t{row.statements} "
            f"statements\t{row.published_at:%Y-%m-%d}\t{row.title}"
        )


def take_in_shipped(file: Path) -> None:
    """Take in a file that comes with the program, where it is new. A published version that differs
    stays as it is: an update of the program must not stop the start."""
    found = files.read(file)
    try:
        imported = import_framework(found, dt.datetime.now(dt.UTC))
    except Conflict as refusal:
        told = files.differs(file, found) if _is_there(refusal) else ""
        click.echo(f"{told or files.refused(file, found, refusal)} It stays as it is.", err=True)
        return
    if imported.added or imported.moved:
        click.echo(f"{found.title}, version {found.version}, {OUTCOMES[_outcome(imported)]}.")


def _is_there(refusal: Conflict) -> bool:
    return refusal.code == "framework_version_differs"


def _outcome(imported: ImportedFramework) -> str:
    if not imported.added:
        return "sources_moved" if imported.moved else "unchanged"
    return "published" if imported.draft_id is None else "drafted"


def _named(found: FrameworkFile) -> dict[str, object]:
    return {"slug": found.slug, "version": found.version, "title": found.title}
