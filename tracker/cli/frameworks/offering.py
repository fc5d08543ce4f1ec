"""Hide versions of a framework, show them again, and withdraw one."""

import datetime as dt

import click
from flask.cli import with_appcontext

from tracker.cli.frameworks import files
from tracker.cli.frameworks.files import AS_JSON, DRY_RUN
from tracker.queries.frameworks.published import versions
from tracker.rules.errors import Conflict
from tracker.rules.frameworks.versions import VersionStatus
from tracker.services.frameworks import offering as service
from tracker.services.one_transaction import kept_unless

SLUG = click.argument("slug")
ONE = click.argument("version", required=False)
REFUSED = {
    "version_awaited": "{library} plans to move people to version {version} on {day}. Its "
    "administrators can cancel that move on the page Versions in use. Or hide the version after "
    "that day.",
    "version_in_use": "It can't be withdrawn: somebody is on it or is to be moved, newcomers of a "
    "library begin with it, a round is for it, or something was said or decided in it. The page "
    "Versions of frameworks says which. Hide it instead: tracker framework hide",
    "version_withdrawn": "It was withdrawn, and stays so.",
}


@click.command("hide")
@SLUG
@ONE
@DRY_RUN
@AS_JSON
@with_appcontext
def hide(slug: str, version: str | None, dry_run: bool, as_json: bool) -> None:
    """Hide a VERSION of the framework SLUG, or all of them: nobody new can choose it. Whoever has
    something in it reads it as before."""
    _set(slug, version, VersionStatus.HIDDEN, dry_run=dry_run, as_json=as_json)


@click.command("unhide")
@SLUG
@ONE
@DRY_RUN
@AS_JSON
@with_appcontext
def unhide(slug: str, version: str | None, dry_run: bool, as_json: bool) -> None:
    """Show a VERSION of the framework SLUG again, or all that are hidden."""
    _set(slug, version, VersionStatus.OFFERED, dry_run=dry_run, as_json=as_json)


@click.command("withdraw")
@SLUG
@click.argument("version")
@DRY_RUN
@AS_JSON
@with_appcontext
def withdraw(slug: str, version: str, dry_run: bool, as_json: bool) -> None:
    """Withdraw a VERSION of the framework SLUG that was published by mistake, while nobody uses
    it. This can't be undone."""
    _set(slug, version, VersionStatus.WITHDRAWN, dry_run=dry_run, as_json=as_json)


def _set(
    slug: str, version: str | None, status: VersionStatus, *, dry_run: bool, as_json: bool
) -> None:
    rows = versions(slug, [*VersionStatus])
    ids = [row.id for row in rows if version in (None, row.version)]
    if not ids:
        files.refuse(
            [f"No version of {slug} is published{f' as {version}' if version else ''}."],
            as_json=as_json,
        )
    try:
        with kept_unless(dry_run):
            count = service.set_status(None, ids, status, dt.datetime.now(dt.UTC))
    except Conflict as refusal:
        files.refuse([REFUSED[refusal.code].format(**refusal.facts)], as_json=as_json)
    outcome = status.value if count else "unchanged"
    named = f"{rows[0].title}, {f'version {version}' if version else 'all versions'}"
    files.say(
        {"slug": slug, "version": version, "outcome": outcome, "versions": count},
        f"{named}: {status.value}{'' if count else ' already; nothing changed'}.",
        as_json=as_json,
    )
