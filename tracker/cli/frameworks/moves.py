"""Move a library to another version of a framework, and back."""

import datetime as dt

import click
from flask.cli import with_appcontext

from tracker.administration.library import queries as library_queries
from tracker.administration.version_moves import (
    actions as version_moves_actions,
    queries as version_moves_queries,
)
from tracker.cli.frameworks import files as frameworks_files
from tracker.cli.frameworks.files import AS_JSON, DRY_RUN
from tracker.frameworks.drafts.queries import open_drafts
from tracker.frameworks.versions import queries as frameworks_versions_queries
from tracker.rules.calendar import day_in
from tracker.rules.errors import Conflict, Missing
from tracker.services.one_transaction import kept_unless

REFUSED = {
    "missing": "Nobody in that library works with the framework, or the version is hidden.",
    "move_in_round": "The round {round} keeps the version that people are on until {day}. Move "
    "them after that day, or plan it now with --when-round-ends.",
    "move_no_round": "No round is open for the version that they are on. Leave --when-round-ends "
    "out.",
    "move_planned": "A move is planned already. Cancel it first, on the page Versions in use.",
}
THERE = "Everybody is on that version already; nothing changed."


@click.command("move")
@click.argument("slug")
@click.option("--library", required=True, help="Its name.")
@click.option("--to", "after", required=True, help="The version to move everybody to.")
@click.option(
    "--when-round-ends",
    is_flag=True,
    help="Plan it for the day after the last day of the open round; it waits if the round is "
    "prolonged.",
)
@DRY_RUN
@AS_JSON
@with_appcontext
def move(
    slug: str, library: str, after: str, when_round_ends: bool, dry_run: bool, as_json: bool
) -> None:
    """Move everybody in a library to another version of the framework SLUG, later or earlier.
    Newcomers begin with that version from then on. Moving back is the same command with the other
    version. Where everybody is there already, it says so, and nothing changes.

    What is planned is done by the daily work, for whoever isn't on that version by then. It is
    listed on the page "Versions in use", where it can be canceled.
    """
    home = library_queries.library_named(library)
    if home is None:
        frameworks_files.refuse([f"There is no library named “{library}”."], as_json=as_json)
    versions = {
        version.version: version.id
        for version in frameworks_versions_queries.published(
            frameworks_versions_queries.SHOWN, slug
        )
    }
    if after not in versions:
        frameworks_files.refuse([_unpublished(slug, after)], as_json=as_json)
    version_id, now = versions[after], dt.datetime.now(dt.UTC)
    today = day_in(home.time_zone, now)
    data: dict[str, object] = {}
    try:
        leaving = version_moves_queries.move_to(home.id, version_id, today).leaving
        left = [
            version_moves_queries.to_rate(home.id, before.id, version_id, today)
            for before in leaving
        ]
        with kept_unless(dry_run):
            if when_round_ends:
                people, on = version_moves_actions.plan(None, home.id, version_id, now)
                data["on"] = on.isoformat()
            else:
                people = version_moves_actions.move(None, home.id, version_id, now)
    except (Conflict, Missing) as refusal:
        if refusal.code == "move_done":
            frameworks_files.say({"people": 0, "outcome": "unchanged"}, THERE, as_json=as_json)
            return
        frameworks_files.refuse([REFUSED[refusal.code].format(**refusal.facts)], as_json=as_json)
    some_rate = [
        to_rate
        for version, to_rate in zip(leaving, left, strict=True)
        if to_rate.back < version.people
    ]
    data |= {
        "people": people,
        "back_at_their_answers": sum(to_rate.back for to_rate in left),
        "asked_again_at_most": max((to_rate.again for to_rate in some_rate), default=0),
        "new_statements": max((to_rate.new for to_rate in some_rate), default=0),
        "outcome": "planned" if when_round_ends else "moved",
    }
    words = [f"{name.replace('_', ' ')}: {value}" for name, value in data.items()]
    if when_round_ends:
        words.append("If the round is prolonged, the move waits until the day after its end.")
    frameworks_files.say(data, "\n".join(words), as_json=as_json)


def _unpublished(slug: str, version: str) -> str:
    if any(
        (open_draft.slug, open_draft.version) == (slug, version) for open_draft in open_drafts()
    ):
        return (
            f"Version {version} of {slug} is a draft: publish it first, with "
            f"“tracker framework publish {slug}”."
        )
    return f"No version of {slug} is published as {version}."
