"""Check a framework file, and take it in as a draft, or publish a first version at once."""

import datetime as dt
from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext

from config import document_fonts
from tracker.cli.frameworks import files as frameworks_files, moves, versions as frameworks_versions
from tracker.cli.frameworks.files import AS_JSON, DRY_RUN, FILE
from tracker.frameworks.drafts import actions as drafts_actions
from tracker.frameworks.drafts.actions import ImportedFramework, import_framework
from tracker.frameworks.drafts.queries import drafted, open_drafts
from tracker.frameworks.files.rules import FrameworkFile
from tracker.frameworks.versions.queries import ids_elsewhere, known_uuids, published
from tracker.frameworks.versions.rules import VersionStatus
from tracker.rules.errors import Conflict
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


for command in (
    frameworks_versions.add_origin,
    frameworks_versions.diff,
    frameworks_versions.export,
    frameworks_versions.publish,
    frameworks_versions.hide,
    frameworks_versions.unhide,
    frameworks_versions.withdraw,
    moves.move,
):
    framework.add_command(command)


@framework.command("check")
@FILE
@AS_JSON
def check(file: Path, as_json: bool) -> None:
    """Say what is wrong with FILE, with the place of each problem. It needs no database; whether
    it fits what is published here, `import --dry-run` says."""
    content = frameworks_files.read(file, as_json=as_json)
    try:
        told = frameworks_files.warn(file, content, document_fonts())
    except ValueError as error:
        frameworks_files.refuse([str(error)], as_json=as_json)
    words = f"{file.name}: {content.title}, version {content.version}, can be imported."
    data = _named(content) | {"outcome": "can_be_imported", "warnings": told}
    frameworks_files.say(data, words, as_json=as_json)


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
    content = frameworks_files.read(file, as_json=as_json, known=known_uuids)
    frameworks_files.warn(
        file, content, current_app.config["DOCUMENT_FONTS"], ids_elsewhere(content)
    )
    try:
        with kept_unless(dry_run):
            draft = frameworks_versions.open_draft(content.slug) if replace else None
            seen = "" if draft is None else draft.seen
            imported = import_framework(content, dt.datetime.now(dt.UTC), replaces=seen)
            if at_once:
                imported = _published(imported)
                if imported.draft_id is not None:
                    raise Conflict("draft_follows")
    except Conflict as refusal:
        frameworks_files.refuse(frameworks_files.refused(file, content, refusal), as_json=as_json)
    else:
        data = _named(content) | frameworks_files.counted(content) | {"outcome": _outcome(imported)}
        frameworks_files.say(data, _said(content, imported), as_json=as_json)


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
    content = frameworks_files.read(file)
    is_there = content.version in {row.version for row in published([*VersionStatus], content.slug)}
    if not is_there and any(open_draft.slug == content.slug for open_draft in open_drafts()):
        return
    try:
        with kept_unless(False):
            imported = _published(import_framework(content, dt.datetime.now(dt.UTC)))
    except Conflict as refusal:
        if refusal.code == "framework_version_withdrawn":
            return
        differs = refusal.code == "framework_version_differs"
        told = (
            [frameworks_files.differs(file, content)]
            if differs
            else frameworks_files.refused(file, content, refusal)
        )
        click.echo(f"{' '.join(told)} It stays as it is.", err=True)
        return
    if imported.added or imported.moved:
        click.echo(_said(content, imported))


def _published(imported: ImportedFramework) -> ImportedFramework:
    """The draft of a first version as it is published now; any other as it is."""
    draft = drafted(imported.draft_id or 0)
    if draft is None or not draft.is_first:
        return imported
    done = drafts_actions.publish(None, draft.id, dt.datetime.now(dt.UTC), draft.seen)
    return ImportedFramework(done.framework_id, added=True)


def _said(content: FrameworkFile, imported: ImportedFramework) -> str:
    became = OUTCOMES[_outcome(imported)].format(figures=frameworks_files.in_figures(content))
    return f"{content.title}, version {content.version}, {became}."


def _outcome(imported: ImportedFramework) -> str:
    if not imported.added:
        return "sources_moved" if imported.moved else "unchanged"
    return "published" if imported.draft_id is None else "drafted"


def _named(content: FrameworkFile) -> dict[str, object]:
    return {"slug": content.slug, "version": content.version, "title": content.title}
