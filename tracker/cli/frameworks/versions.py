"""Versions of a framework: their files, what a draft changes, and publishing it."""

import datetime as dt
from collections import Counter
from pathlib import Path

import click
from flask.cli import with_appcontext

from tracker.cli.frameworks import files
from tracker.cli.frameworks.files import AS_JSON, DRY_RUN
from tracker.queries.frameworks.contents import file_of
from tracker.queries.frameworks.drafts import DraftedVersion, drafted, last_published, open_drafts
from tracker.queries.frameworks.published import SHOWN, versions
from tracker.rules.errors import Conflict, Missing
from tracker.rules.frameworks.changes.change_rows import change_data
from tracker.rules.frameworks.changes.comparison import Kind
from tracker.rules.frameworks.file_writing import text_of
from tracker.rules.frameworks.versions import VersionStatus
from tracker.services.frameworks import publishing
from tracker.services.one_transaction import kept_unless

SLUG = click.argument("slug")


@click.command("export")
@SLUG
@click.option("--version", help="Another than the newest that is published.")
@click.option("--draft", is_flag=True, help="The draft that is open.")
@click.option(
    "--to",
    "to",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The file to write; without it the framework is printed.",
)
@AS_JSON
@with_appcontext
def export(slug: str, version: str | None, draft: bool, to: Path | None, as_json: bool) -> None:
    """Write a version of the framework SLUG as its file, to be edited and imported."""
    if draft:
        file = _open_draft(slug, as_json=as_json).after
    else:
        rows = versions(slug, SHOWN if version is None else [*VersionStatus])
        found = [row for row in rows if version in (None, row.version)]
        if not found:
            files.refuse(
                [f"No version of {slug} is published{f' as {version}' if version else ''}."],
                as_json=as_json,
            )
        file = file_of(found[0].id)
    if to is None:
        click.echo(text_of(file), nl=False)
        return
    to.write_text(text_of(file), encoding="utf-8")
    data = {"slug": slug, "version": file.version, "file": str(to)}
    files.say(data, f"{file.title}, version {file.version}, is in {to}.", as_json=as_json)


@click.command("diff")
@SLUG
@AS_JSON
@with_appcontext
def diff(slug: str, as_json: bool) -> None:
    """What the draft of the framework SLUG changes, and what was decided about it."""
    found = _open_draft(slug, as_json=as_json)
    changes = found.comparison.changed
    data = {
        "slug": slug,
        "from": found.before.version or None,
        "to": found.after.version,
        "counts": {kind.value: len(found.comparison.of(kind)) for kind in Kind},
        "undecided": len(found.undecided),
        "changes": [change_data(change, found.decision_of(change)) for change in changes],
        "titles": [{"before": old, "after": new} for old, new in found.comparison.renamed],
    }
    since = found.before.version or "nothing"
    lines = [f"{found.after.title}: {since} to {found.after.version}"]
    for change in changes:
        sides = (
            " + ".join(f"{each.code} {each.title}" for each in side)
            for side in (change.before, change.after)
        )
        decision = found.decision_of(change).replace("_", " ") or "not decided"
        end = f" ({decision})" if change.needs_decision else ""
        lines.append(f"{change.kind.value:<9}{' -> '.join(filter(None, sides))}{end}")
    lines += [
        f"title    {' -> '.join(title or '(none)' for title in titles)}"
        for titles in found.comparison.renamed
    ]
    counted = Counter(change.kind.value for change in found.comparison.changes)
    lines.append(", ".join(f"{count} {kind}" for kind, count in sorted(counted.items())) + ".")
    files.say(data, "\n".join(lines), as_json=as_json)


@click.command("publish")
@SLUG
@DRY_RUN
@AS_JSON
@with_appcontext
def publish(slug: str, dry_run: bool, as_json: bool) -> None:
    """Publish the draft of the framework SLUG for all libraries. What nobody decided about is rated
    again. Everybody stays on their version until their library moves.

    Where the last draft was published, it says so, and nothing changes."""
    last = last_published(slug)
    if last is not None:
        files.say(
            {"slug": slug, "version": last.version, "outcome": "unchanged"},
            f"{last.title}, version {last.version}, was published already; nothing changed.",
            as_json=as_json,
        )
        return
    found = _open_draft(slug, as_json=as_json)
    try:
        with kept_unless(dry_run):
            done = publishing.publish(None, found.id, dt.datetime.now(dt.UTC), found.seen)
    except Conflict as refusal:
        files.refuse(_why(found, refusal), as_json=as_json)
    data = {"slug": slug, "version": done.version, "undecided": done.undecided}
    again = (
        f" Changes without a choice, rated again: {done.undecided}."
        if found.base_framework_id
        else ""
    )
    files.say(
        data | files.counted(found.after) | {"outcome": "published"},
        f"{found.after.title}, version {done.version}, is published: "
        f"{files.in_figures(found.after)}.{again}",
        as_json=as_json,
    )


@click.command("add-origin")
@SLUG
@click.argument("version")
@click.argument("uuid")
@click.argument("origin")
@click.option("--carry", is_flag=True, help="What was said of it counts; else it is rated again.")
@DRY_RUN
@AS_JSON
@with_appcontext
def add_origin(
    slug: str, version: str, uuid: str, origin: str, carry: bool, dry_run: bool, as_json: bool
) -> None:
    """Say that the statement UUID of a published VERSION of SLUG came of the earlier statement
    ORIGIN, where its file did not."""
    try:
        with kept_unless(dry_run):
            now = dt.datetime.now(dt.UTC)
            publishing.add_origin(slug, version, uuid, origin, now, carries=carry)
    except (Missing, Conflict) as refusal:
        outcome = "unchanged"
        if refusal.facts.get("carries") is not carry:
            files.refuse([NO_ORIGIN[refusal.code]], as_json=as_json)
    else:
        outcome = "added"
    data = {"slug": slug, "version": version, "uuid": uuid, "origin": origin, "carries": carry}
    files.say(data | {"outcome": outcome}, ORIGIN_SAID[outcome], as_json=as_json)


ORIGIN_SAID = {
    "added": "The origin is added.",
    "unchanged": "The statement has this origin already; nothing changed.",
}


NO_ORIGIN = {
    "missing": "There is no such version, or it has no statement with this UUID.",
    "origin_unknown": "No version up to this one has a statement with the UUID of the origin.",
    "origin_circle": "The statement is the origin itself, or the origin came of it.",
    "origin_there": "The statement has this origin already, and it stays as it was published: "
    "whether what was said of the origin counts can't be changed.",
}


def _why(found: DraftedVersion, refusal: Conflict) -> list[str]:
    if refusal.code != "draft_unfit":
        return [NOT_PUBLISHED[refusal.code]]
    return [
        *files.unfit(found.after, found.elsewhere),
        *(
            f"Split and merged at once: {', '.join(each.code for each in change.after)}"
            for change in found.comparison.tangled
        ),
    ]


NOT_PUBLISHED = {
    "draft_changed": "The draft changed meanwhile. Look at it again: tracker framework diff",
    "draft_ended": "The draft was published or discarded meanwhile. Nothing changed.",
    "draft_outdated": "The version that the draft follows was withdrawn. Write the draft's file "
    "with 'tracker framework export --draft', and import it again.",
}


def open_draft(slug: str) -> DraftedVersion | None:
    return next((drafted(each.id) for each in open_drafts() if each.slug == slug), None)


def _open_draft(slug: str, *, as_json: bool) -> DraftedVersion:
    """Exits with 1 where there is none."""
    found = open_draft(slug)
    if found is None:
        files.refuse(
            [f"No draft of {slug} is open. Import the file of a version first."], as_json=as_json
        )
    return found
