"""Move the people of a library to another version of their framework, and back."""

import datetime as dt
from dataclasses import replace

import click
from flask.cli import with_appcontext

from tracker.administration.library import queries as library_settings
from tracker.administration.version_moves import actions as service
from tracker.cli.frameworks import files
from tracker.cli.frameworks.files import AS_JSON, DRY_RUN
from tracker.frameworks.drafts.queries import open_drafts
from tracker.frameworks.versions import queries as published, queries_steps as version_steps
from tracker.frameworks.versions.queries_steps import MoveScope
from tracker.rules.calendar import day_in
from tracker.rules.errors import Invalid
from tracker.services.one_transaction import kept_unless

REFUSED = {
    "move_unknown": "There is no way from the one version to the other, or no such team or person "
    "in the library.",
    "move_nobody": "Nobody there is on that version.",
    "move_in_round": "The round {round} keeps the version that people are on until {day}. Move "
    "them after that day: with --when-round-ends while it is open, or with --on and a later day.",
    "move_no_round": "No round is open for the version that they are on. Leave --when-round-ends "
    "out, or name a day with --on.",
    "move_planned": "This move is planned already. Cancel it first, on the page Versions in use.",
    "move_day_past": "Name a day after today with --on. To move them today, leave --on out.",
    "day_far": "Name a day before 2100 with --on.",
}
THERE = "Everybody there is on that version already; nothing changed."


@click.command("move")
@click.argument("slug")
@click.option("--library", required=True, help="Its name.")
@click.option("--from", "before", required=True, help="The version that people are on.")
@click.option("--to", "after", required=True, help="The version to move them to.")
@click.option("--team", type=int, help="Only this team, by number, and those below it.")
@click.option("--person", type=int, help="Only this person, by number.")
@click.option(
    "--on", type=click.DateTime(["%Y-%m-%d"]), help="Plan it for this day instead: 2027-01-04."
)
@click.option(
    "--when-round-ends",
    is_flag=True,
    help="Plan it for the day after the last day of the open round; it waits if the round is "
    "prolonged.",
)
@click.option(
    "--newcomers/--no-newcomers",
    default=True,
    help="Where the whole library moves: whether newcomers begin with that version, too.",
)
@DRY_RUN
@AS_JSON
@with_appcontext
def move(
    slug: str,
    library: str,
    before: str,
    after: str,
    team: int | None,
    person: int | None,
    on: dt.datetime | None,
    when_round_ends: bool,
    newcomers: bool,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Move people of a library from one version of the framework SLUG to another one, later or
    earlier. Moving them back is the same command the other way. Where all of them are there
    already, it says so, and nothing changes.

    What is planned is done by the daily work, for whoever is on the version before by then. It is
    listed on the page "Versions in use", where it can be canceled.
    """
    if on is not None and when_round_ends:
        raise click.UsageError("Choose one of --on and --when-round-ends.")
    home = library_settings.library_named(library)
    if home is None:
        files.refuse([f"There is no library named “{library}”."], as_json=as_json)
    versions = {
        version.version: version.id for version in published.published(published.SHOWN, slug)
    }
    if unpublished := [version for version in (before, after) if version not in versions]:
        files.refuse([_unpublished(slug, version) for version in unpublished], as_json=as_json)
    scope = MoveScope(home.id, versions[before], versions[after], team, person)
    now = dt.datetime.now(dt.UTC)
    today = day_in(home.time_zone, now)
    to_rate = version_steps.to_rate(scope, today)
    is_planned = on is not None or when_round_ends
    data: dict[str, object] = {}
    try:
        with kept_unless(dry_run):
            if is_planned:
                day = on.date() if on is not None else None
                people, due_on = service.plan(None, scope, day, now, newcomers=newcomers)
                data["on"] = due_on.isoformat()
            else:
                people = service.move(None, scope, now, newcomers=newcomers)
    except Invalid as refusal:
        is_done = refusal.code == "move_done" or _are_there(scope, today)
        if is_done and refusal.code in ("move_done", "move_unknown"):
            files.say({"people": 0, "outcome": "unchanged"}, THERE, as_json=as_json)
            return
        problem = REFUSED.get(refusal.code, refusal.code).format(**refusal.facts)
        files.refuse([problem], as_json=as_json)
    are_all_back = 0 < people <= to_rate.back
    data |= {
        "people": people,
        "back_at_their_answers": to_rate.back,
        "asked_again_at_most": 0 if are_all_back else to_rate.again,
        "new_statements": 0 if are_all_back else to_rate.new,
        "outcome": "planned" if is_planned else "moved",
    }
    words = [f"{name.replace('_', ' ')}: {value}" for name, value in data.items()]
    if when_round_ends:
        words.append("If the round is prolonged, the move waits until the day after its end.")
    files.say(data, "\n".join(words), as_json=as_json)


def _are_there(scope: MoveScope, today: dt.date) -> bool:
    """Nobody is left on the version before, and whom it is for is on the other one."""
    back = replace(scope, from_id=scope.to_id, to_id=scope.from_id)
    return bool(version_steps.people(back, today)) and not version_steps.people(scope, today)


def _unpublished(slug: str, version: str) -> str:
    if any(
        (open_draft.slug, open_draft.version) == (slug, version) for open_draft in open_drafts()
    ):
        return (
            f"Version {version} of {slug} is a draft: publish it first, with "
            f"“tracker framework publish {slug}”."
        )
    return f"No version of {slug} is published as {version}."
