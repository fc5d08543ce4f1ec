"""Carry the people of a library to a later version of their framework, and take them back."""

import datetime as dt
import json
import sys

import click
from flask.cli import with_appcontext

from tracker.queries.frameworks import carrying as queries
from tracker.queries.frameworks.carrying import CarryingScope
from tracker.rules.calendar import day_in
from tracker.rules.errors import Conflict, Invalid, Missing
from tracker.rules.frameworks.carrying import CarryingStatus
from tracker.services.frameworks import carrying as service

REFUSED = {
    "carrying_unknown": "There is no way from the one version to the other, or no such team or "
    "person in the library.",
    "carrying_nobody": "Nobody there is on the earlier version.",
    "carrying_in_round": "The round {round} keeps the earlier version until {day}. Give a later "
    "day with --on.",
    "carrying_past": "That day is over.",
    "carrying_open": "Another move from this version is planned or running.",
    "carrying_not_done": "It isn't done, or it is undone already.",
    "day_far": "Give a day between 1950 and 2099.",
}
JSON = click.option("--json", "as_json", is_flag=True, help="Say it as JSON.")
DRY_RUN = click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing.")


@click.command("carry")
@click.argument("slug")
@click.option("--library", required=True, help="Its name.")
@click.option("--from", "before", required=True, help="The version that people are on.")
@click.option("--to", "after", required=True, help="The version to carry them to.")
@click.option("--team", type=int, help="Only this team, by number, and those below it.")
@click.option("--person", type=int, help="Only this person, by number.")
@click.option(
    "--on", "day", type=click.DateTime(["%Y-%m-%d"]), help="Begin on that day; today without it."
)
@DRY_RUN
@JSON
@with_appcontext
def carry(
    slug: str,
    library: str,
    before: str,
    after: str,
    team: int | None,
    person: int | None,
    day: dt.datetime | None,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Carry people of a library from one version of the framework SLUG to a later one.

    Today it is done before the command ends; cut short, the same command goes on with it. A later
    day is planned, and 'tracker work' begins it.
    """
    now = dt.datetime.now(dt.UTC)
    home, versions = queries.library_named(library), queries.versions(slug)
    if home is None or not {before, after} <= versions.keys():
        sys.exit("There is no such library, or no such version of the framework.")
    scope = CarryingScope(home[0], versions[before], versions[after], team, person)
    today = day_in(home[1], now)
    starts_on = day.date() if day is not None else today
    try:
        said: dict[str, object] = {
            "people": len(service.check(scope, starts_on, today)),
            "asked_again_at_most": queries.asked_again_at_most(scope.from_id, scope.to_id, home[0]),
            "starts_on": starts_on.isoformat(),
        }
        if not dry_run:
            number = queries.unfinished(scope) or service.plan(None, scope, starts_on, now)
            said |= _run(number, now) if starts_on == today else {"carrying": number}
    except (Conflict, Invalid, Missing) as refusal:
        sys.exit(REFUSED.get(refusal.code, refusal.code).format(**refusal.facts))
    _say(said, as_json)


@click.command("undo")
@click.argument("number", type=int)
@DRY_RUN
@JSON
@with_appcontext
def undo(number: int, dry_run: bool, as_json: bool) -> None:
    """Take everybody back whom the carrying NUMBER carried, but those who rated, added evidence or
    sent something on the later version since."""
    now = dt.datetime.now(dt.UTC)
    found = queries.found(number)
    if found is None:
        sys.exit("There is no carrying of that number: 'tracker framework carry' says its own.")
    stay = queries.stays(number)
    said: dict[str, object] = {"people": found.carried - stay, "stay": stay}
    try:
        if not dry_run:
            if found.status is not CarryingStatus.UNDOING:
                service.undo(None, number, now)
            said |= _run(number, now)
    except Conflict as refusal:
        sys.exit(REFUSED[refusal.code])
    _say(said, as_json)


def _run(number: int, now: dt.datetime) -> dict[str, object]:
    for each in service.begin(number, now):
        service.go_on(number, each, now)
    outcome = service.finish(number, now)
    return {"carrying": number, "status": outcome.status, "done": outcome.done}


def _say(said: dict[str, object], as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(said))
        return
    for name, value in said.items():
        click.echo(f"{name.replace('_', ' ')}: {value}")
