"""Move the people of a library to another version of their framework, and back."""

import datetime as dt
from dataclasses import replace

import click
from flask.cli import with_appcontext

from tracker.cli.frameworks import files
from tracker.cli.frameworks.files import AS_JSON, DRY_RUN
from tracker.queries.administration import library_settings
from tracker.queries.frameworks import published, version_steps
from tracker.queries.frameworks.version_steps import MoveScope
from tracker.rules.calendar import day_in
from tracker.rules.errors import Invalid
from tracker.services.frameworks import moves as service
from tracker.services.one_transaction import kept_unless

REFUSED = {
    "move_unknown": "There is no way from the one version to the other, or no such team or person "
    "in the library.",
    "move_nobody": "Nobody there is on that version.",
    "move_in_round": "The round {round} keeps the version that people are on until {day}.",
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
    newcomers: bool,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Move people of a library from one version of the framework SLUG to another one, later or
    earlier. Moving them back is the same command the other way. Where all of them are there
    already, it says so, and nothing changes."""
    home = library_settings.library_named(library)
    versions = {each.version: each.id for each in published.versions(slug, published.SHOWN)}
    if home is None or not {before, after} <= versions.keys():
        files.refuse(
            ["There is no such library, or no such version of the framework."], as_json=as_json
        )
    scope = MoveScope(home[0], versions[before], versions[after], team, person)
    to_rate = version_steps.to_rate(scope.from_id, scope.to_id, scope.library_id)
    try:
        with kept_unless(dry_run):
            count = service.move(None, scope, dt.datetime.now(dt.UTC), newcomers=newcomers)
    except Invalid as refusal:
        if refusal.code in ("move_unknown", "move_nobody") and _are_there(home, scope):
            files.say({"people": 0, "outcome": "unchanged"}, THERE, as_json=as_json)
            return
        said = REFUSED.get(refusal.code, refusal.code).format(**refusal.facts)
        files.refuse([said], as_json=as_json)
    data: dict[str, object] = {
        "people": count,
        "asked_again_at_most": to_rate.again,
        "new_statements": to_rate.new,
        "outcome": "moved",
    }
    words = "\n".join(f"{name.replace('_', ' ')}: {value}" for name, value in data.items())
    files.say(data, words, as_json=as_json)


def _are_there(library: tuple[int, str], scope: MoveScope) -> bool:
    """Nobody is left on the version before, and whom it is for is on the other one."""
    today = day_in(library[1], dt.datetime.now(dt.UTC))
    back = replace(scope, from_id=scope.to_id, to_id=scope.from_id)
    return bool(version_steps.people(back, today)) and not version_steps.people(scope, today)
