"""Versions of a framework: their files, what a draft changes, publishing it, and then hiding,
showing again, and withdrawing it."""

import datetime as dt
from collections import Counter
from collections.abc import Collection
from pathlib import Path

import click
from flask.cli import with_appcontext

from tracker.administration.exclusions import actions as exclusions_actions
from tracker.cli.frameworks import files as frameworks_files
from tracker.cli.frameworks.files import AS_JSON, DRY_RUN
from tracker.frameworks.changes.rules import Kind
from tracker.frameworks.changes.rules_levels import change_data
from tracker.frameworks.drafts import actions as drafts_actions
from tracker.frameworks.drafts.queries import DraftedVersion, drafted, last_published, open_drafts
from tracker.frameworks.files.rules import text_of
from tracker.frameworks.files.rules_reading import unreachable
from tracker.frameworks.versions import actions as frameworks_versions_actions
from tracker.frameworks.versions.queries import SHOWN, Published, file_of, published
from tracker.frameworks.versions.rules import VersionStatus
from tracker.rules.errors import Conflict, Missing
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
        statuses = SHOWN if version is None else [*VersionStatus]
        file = file_of(_versions(slug, version, statuses, as_json=as_json)[0].id)
    if to is None:
        click.echo(text_of(file), nl=False)
        return
    to.write_text(text_of(file), encoding="utf-8")
    data = {"slug": slug, "version": file.version, "file": str(to)}
    frameworks_files.say(
        data, f"{file.title}, version {file.version}, is in {to}.", as_json=as_json
    )


@click.command("diff")
@SLUG
@AS_JSON
@with_appcontext
def diff(slug: str, as_json: bool) -> None:
    """What the draft of the framework SLUG changes, and what was decided about it."""
    draft = _open_draft(slug, as_json=as_json)
    changes = draft.comparison.changed
    data = {
        "slug": slug,
        "from": draft.before.version or None,
        "to": draft.after.version,
        "counts": {kind.value: len(draft.comparison.of(kind)) for kind in Kind},
        "undecided": len(draft.undecided),
        "changes": [change_data(change, draft.decision_of(change)) for change in changes],
        "titles": [{"before": old, "after": new} for old, new in draft.comparison.renamed],
        "rules": [{"needs": of.needs, "least": of.least} for of in draft.comparison.rules],
    }
    since = draft.before.version or "nothing"
    lines = [f"{draft.after.title}: {since} to {draft.after.version}"]
    for change in changes:
        sides = (
            " + ".join(f"{statement.code} {statement.title}" for statement in side)
            for side in (change.before, change.after)
        )
        decision = draft.decision_of(change).replace("_", " ") or "not decided"
        end = f" ({decision})" if change.needs_decision else ""
        lines.append(f"{change.kind.value:<9}{' -> '.join(filter(None, sides))}{end}")
    lines += [
        f"title    {' -> '.join(title or '(none)' for title in titles)}"
        for titles in draft.comparison.renamed
    ]
    rules = [f"{of.needs}, at least {of.least}" for of in draft.comparison.rules]
    if rules[0] != rules[1]:
        lines.append(f"rule     {' -> '.join(rules)}")
    counted = Counter(change.kind.value for change in draft.comparison.changes)
    lines.append(", ".join(f"{count} {kind}" for kind, count in sorted(counted.items())) + ".")
    frameworks_files.say(data, "\n".join(lines), as_json=as_json)


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
        frameworks_files.say(
            {"slug": slug, "version": last.version, "outcome": "unchanged"},
            f"{last.title}, version {last.version}, was published already; nothing changed.",
            as_json=as_json,
        )
        return
    draft = _open_draft(slug, as_json=as_json)
    for warning in unreachable(draft.after):
        click.echo(f"{slug}: warning: {warning}", err=True)
    try:
        with kept_unless(dry_run):
            done = drafts_actions.publish(None, draft.id, dt.datetime.now(dt.UTC), draft.seen)
    except Conflict as refusal:
        frameworks_files.refuse(_why(draft, refusal), as_json=as_json)
    data = {"slug": slug, "version": done.version, "undecided": done.undecided}
    again = f" Changes without a choice, rated again: {done.undecided}."
    frameworks_files.say(
        data | frameworks_files.counted(draft.after) | {"outcome": "published"},
        f"{draft.after.title}, version {done.version}, is published: "
        f"{frameworks_files.in_figures(draft.after)}.{'' if draft.is_first else again}",
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
            exclusions_actions.add(slug, version, uuid, origin, now, carries=carry)
    except (Missing, Conflict) as refusal:
        outcome = "unchanged"
        if refusal.facts.get("carries") is not carry:
            frameworks_files.refuse([NO_ORIGIN[refusal.code]], as_json=as_json)
    else:
        outcome = "added"
    data = {"slug": slug, "version": version, "uuid": uuid, "origin": origin, "carries": carry}
    frameworks_files.say(data | {"outcome": outcome}, ORIGIN_SAID[outcome], as_json=as_json)


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


def _why(draft: DraftedVersion, refusal: Conflict) -> list[str]:
    if refusal.code != "draft_unfit":
        return [NOT_PUBLISHED[refusal.code]]
    return [
        *frameworks_files.unfit(draft.after, draft.elsewhere),
        *(
            f"Split and merged at once: {', '.join(statement.code for statement in change.after)}"
            for change in draft.comparison.tangled
        ),
    ]


NOT_PUBLISHED = {
    "draft_changed": "The draft changed meanwhile. Look at it again: tracker framework diff",
    "draft_ended": "The draft was published or discarded meanwhile. Nothing changed.",
    "draft_outdated": "The version that the draft follows was withdrawn. Write the draft's file "
    "with 'tracker framework export --draft', and import it again.",
}


def open_draft(slug: str) -> DraftedVersion | None:
    return next((drafted(draft.id) for draft in open_drafts() if draft.slug == slug), None)


def _open_draft(slug: str, *, as_json: bool) -> DraftedVersion:
    """Exits with 1 where there is none."""
    draft = open_draft(slug)
    if draft is None:
        frameworks_files.refuse(
            [f"No draft of {slug} is open. Import the file of a version first."], as_json=as_json
        )
    return draft


def _versions(
    slug: str, version: str | None, statuses: Collection[VersionStatus], *, as_json: bool
) -> list[Published]:
    """That version, or all. Exits with 1 where there is none."""
    rows = [row for row in published(statuses, slug) if version in (None, row.version)]
    if not rows:
        frameworks_files.refuse(
            [f"No version of {slug} is published{f' as {version}' if version else ''}."],
            as_json=as_json,
        )
    return rows


NOT_SET = {
    "version_awaited": "{library} plans to move to version {version}. Its administrators can "
    "cancel that move on the page Versions in use. Or hide the version after it.",
    "version_in_use": "It can't be withdrawn: somebody is on it or is to be moved, newcomers of a "
    "library begin with it, a round is for it, or something was said or decided in it. The page "
    "Versions of frameworks says which. Hide it instead: tracker framework hide",
    "version_withdrawn": "It was withdrawn, and stays so.",
}


def _setting(name: str, status: VersionStatus, says: str, *, of_one: bool) -> click.Command:
    """A command that gives a version, or all of a framework, another status. `of_one`: of one
    alone."""

    @click.command(name, help=says)
    @SLUG
    @click.argument("version", required=of_one)
    @DRY_RUN
    @AS_JSON
    @with_appcontext
    def set_status(slug: str, version: str | None, dry_run: bool, as_json: bool) -> None:
        rows = _versions(slug, version, [*VersionStatus], as_json=as_json)
        try:
            with kept_unless(dry_run):
                ids = [row.id for row in rows]
                count = frameworks_versions_actions.set_status(
                    None, ids, status, dt.datetime.now(dt.UTC)
                )
        except Conflict as refusal:
            frameworks_files.refuse(
                [NOT_SET[refusal.code].format(**refusal.facts)], as_json=as_json
            )
        outcome = status.value if count else "unchanged"
        named = f"{rows[0].title}, {f'version {version}' if version else 'all versions'}"
        frameworks_files.say(
            {"slug": slug, "version": version, "outcome": outcome, "versions": count},
            f"{named}: {status.value}{'' if count else ' already; nothing changed'}.",
            as_json=as_json,
        )

    return set_status


hide = _setting(
    "hide",
    VersionStatus.HIDDEN,
    "Hide a VERSION of the framework SLUG, or all of them: nobody new can choose it. Whoever has "
    "something in it reads it as before.",
    of_one=False,
)
unhide = _setting(
    "unhide",
    VersionStatus.OFFERED,
    "Show a VERSION of the framework SLUG again, or all that are hidden.",
    of_one=False,
)
withdraw = _setting(
    "withdraw",
    VersionStatus.WITHDRAWN,
    "Withdraw a VERSION of the framework SLUG that was published by mistake, while nobody uses it. "
    "This can't be undone.",
    of_one=True,
)
