"""Carry the people of a library to a later version of their framework, and take them back."""

import datetime as dt
from typing import NoReturn

import click
from flask.cli import with_appcontext

from tracker.cli.frameworks import files
from tracker.cli.frameworks.files import AS_JSON, DRY_RUN
from tracker.queries.administration import library_settings
from tracker.queries.frameworks import carrying_progress, published, version_steps
from tracker.queries.frameworks.version_steps import CarryingScope
from tracker.rules.calendar import day_in
from tracker.rules.errors import Conflict, Invalid, Missing, Refusal
from tracker.rules.frameworks.carrying import CarryingStatus
from tracker.services.frameworks import carrying as service
from tracker.services.one_transaction import kept_unless

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
@AS_JSON
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
    home = library_settings.library_named(library)
    versions = {each.version: each.id for each in published.versions(slug)}
    if home is None or not {before, after} <= versions.keys():
        files.refuse(
            ["There is no such library, or no such version of the framework."], as_json=as_json
        )
    scope = CarryingScope(home[0], versions[before], versions[after], team, person)
    today = day_in(home[1], now)
    starts_on = day.date() if day is not None else today
    try:
        number = carrying_progress.unfinished(scope)
        people = (
            carrying_progress.members(number) if number else service.check(scope, starts_on, today)
        )
        with kept_unless(dry_run):
            number = number or service.plan(None, scope, starts_on, now)
    except (Conflict, Invalid, Missing) as refusal:
        _refuse(refusal, as_json=as_json)
    to_rate = version_steps.to_rate(scope.from_id, scope.to_id, home[0])
    said: dict[str, object] = {
        "people": len(people),
        "asked_again_at_most": to_rate.again,
        "new_statements": to_rate.new,
        "starts_on": starts_on.isoformat(),
        "outcome": "done" if starts_on == today else "planned",
    }
    if not dry_run:
        said |= _run(number, now) if starts_on == today else {"carrying": number}
    _say(said, as_json=as_json)


@click.command("undo")
@click.argument("number", type=int)
@DRY_RUN
@AS_JSON
@with_appcontext
def undo(number: int, dry_run: bool, as_json: bool) -> None:
    """Take everybody back whom the carrying NUMBER carried, but those who rated, added evidence or
    sent something on the later version since."""
    now = dt.datetime.now(dt.UTC)
    found = carrying_progress.found(number)
    if found is None:
        files.refuse(
            ["There is no carrying of that number: 'tracker framework carry' says its own."],
            as_json=as_json,
        )
    stay = carrying_progress.stays(number)
    said: dict[str, object] = {"people": found.carried - stay, "stay": stay, "outcome": "undone"}
    try:
        if found.status is not CarryingStatus.UNDOING:
            with kept_unless(dry_run):
                service.undo(None, number, now)
    except Conflict as refusal:
        _refuse(refusal, as_json=as_json)
    if not dry_run:
        said |= _run(number, now)
    _say(said, as_json=as_json)


def _run(number: int, now: dt.datetime) -> dict[str, object]:
    for each in service.begin(number, now):
        service.go_on(number, each, now)
    outcome = service.finish(number, now)
    return {"carrying": number, "outcome": outcome.status, "done": outcome.done}


def _say(data: dict[str, object], *, as_json: bool) -> None:
    words = "\n".join(f"{name.replace('_', ' ')}: {value}" for name, value in data.items())
    files.say(data, words, as_json=as_json)


def _refuse(refusal: Refusal, *, as_json: bool) -> NoReturn:
    said = REFUSED.get(refusal.code, refusal.code).format(**refusal.facts)
    files.refuse([said], as_json=as_json)
