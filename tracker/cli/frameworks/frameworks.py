"""Check a framework file, and take it in as a draft, or publish a first version at once."""

import datetime as dt
from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext

from config import document_fonts
from tracker.cli.frameworks import files, moves, offering
from tracker.cli.frameworks.files import AS_JSON, DRY_RUN, FILE
from tracker.cli.frameworks.versions import add_origin, diff, export, open_draft, publish
from tracker.queries.frameworks.contents import ids_elsewhere, known_uuids
from tracker.queries.frameworks.drafts import drafted, open_drafts
from tracker.queries.frameworks.published import published, versions
from tracker.rules.errors import Conflict
from tracker.rules.frameworks.file_content import FrameworkFile
from tracker.rules.frameworks.versions import VersionStatus
from tracker.services.frameworks import publishing
from tracker.services.frameworks.importing import ImportedFramework, import_framework
from tracker.services.one_transaction import kept_unless

OUTCOMES = {
    "published": "is published: {figures}",
    "drafted": "is a draft now: {figures}; it is compared and published with 'tracker framework "
    "diff' and 'publish', or on the page Versions of frameworks",
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
framework.add_command(offering.hide)
framework.add_command(offering.unhide)
framework.add_command(offering.withdraw)


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
@click.option(
    "--publish", "at_once", is_flag=True, help="Publish it at once: only a first version."
)
@click.option(
    "--replace",
    is_flag=True,
    help="Replace the draft that is open, though somebody else made it, or choices in it are lost.",
)
@DRY_RUN
@AS_JSON
@with_appcontext
def import_file(file: Path, at_once: bool, replace: bool, dry_run: bool, as_json: bool) -> None:
    """Take FILE in as a draft of its version, or as other content of the draft that is open. The
    same file again changes nothing."""
    found = files.read(file, as_json=as_json, known=known_uuids)
    files.warn(file, found, current_app.config["DOCUMENT_FONTS"], ids_elsewhere(found))
    try:
        with kept_unless(dry_run):
            there = open_draft(found.slug) if replace else None
            seen = "" if there is None else there.seen
            imported = import_framework(found, dt.datetime.now(dt.UTC), replaces=seen)
            if at_once:
                imported = _published(imported)
                if imported.draft_id is not None:
                    raise Conflict("draft_follows")
    except Conflict as refusal:
        files.refuse(files.refused(file, found, refusal), as_json=as_json)
    else:
        data = _named(found) | files.counted(found) | {"outcome": _outcome(imported)}
        files.say(data, _said(found, imported), as_json=as_json)


framework.add_command(moves.move)


@framework.command("list")
@with_appcontext
def list_published() -> None:
    """What is published: slug, version, statements, day and title, with tabs between; then whether
    it is hidden or withdrawn."""
    for row in published([*VersionStatus]):
        status = "" if row.status is VersionStatus.OFFERED else f"\t{row.status}"
        click.echo(
            f"{row.slug}\t{row.version}\t{row.statements} "
            f"statements\t{row.published_at:%Y-%m-%d}\t{row.title}{status}"
        )


def take_in_shipped(file: Path) -> None:
    """Take in a file that comes with the program, where it is new, and publish it where it is the
    first version. A published version that differs, or was withdrawn, and a draft that is open stay
    as they are: an update of the program must not stop the start."""
    found = files.read(file)
    is_there = found.version in {row.version for row in versions(found.slug, [*VersionStatus])}
    if not is_there and any(each.slug == found.slug for each in open_drafts()):
        return
    try:
        with kept_unless(False):
            imported = _published(import_framework(found, dt.datetime.now(dt.UTC)))
    except Conflict as refusal:
        if refusal.code == "framework_version_withdrawn":
            return
        differs = refusal.code == "framework_version_differs"
        told = [files.differs(file, found)] if differs else files.refused(file, found, refusal)
        click.echo(f"{' '.join(told)} It stays as it is.", err=True)
        return
    if imported.added or imported.moved:
        click.echo(_said(found, imported))


def _published(imported: ImportedFramework) -> ImportedFramework:
    """The draft of a first version as it is published now; any other as it is."""
    draft = drafted(imported.draft_id or 0)
    if draft is None or draft.base_framework_id is not None:
        return imported
    done = publishing.publish(None, draft.id, dt.datetime.now(dt.UTC), draft.seen)
    return ImportedFramework(done.framework_id, added=True)


def _said(found: FrameworkFile, imported: ImportedFramework) -> str:
    said = OUTCOMES[_outcome(imported)].format(figures=files.in_figures(found))
    return f"{found.title}, version {found.version}, {said}."


def _outcome(imported: ImportedFramework) -> str:
    if not imported.added:
        return "sources_moved" if imported.moved else "unchanged"
    return "published" if imported.draft_id is None else "drafted"


def _named(found: FrameworkFile) -> dict[str, object]:
    return {"slug": found.slug, "version": found.version, "title": found.title}
