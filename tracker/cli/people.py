"""Who looks after the installation, and people from a file."""

import datetime as dt
import json
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import click
from flask import current_app, url_for
from flask.cli import with_appcontext

from tracker.accounts.links import actions as links_actions
from tracker.accounts.readers import actions as readers_actions
from tracker.administration.accounts import actions as accounts_actions, queries as accounts_queries
from tracker.administration.accounts.actions import MergeStep
from tracker.administration.library.actions import set_framework_editor, set_operator
from tracker.administration.people import queries as people_queries
from tracker.administration.roster import (
    actions as roster_actions,
    rules_files as roster_rules_files,
)
from tracker.administration.roster.rules import RosterVerdict
from tracker.administration.roster.rules_plan import RosterPlan
from tracker.administration.roster.rules_problems import PROBLEMS
from tracker.policy.permissions import Actor
from tracker.queries.access import openings as openings_queries
from tracker.queries.access.actors import administrator_called
from tracker.queries.core import people as core_people_queries
from tracker.rules.core.openings import OpeningDecision
from tracker.rules.errors import Conflict, Invalid, Missing, Refusal

T = TypeVar("T")
MERGING = {
    MergeStep.DELETE: "The second was never used: it is deleted, and its memberships move.",
    MergeStep.TELL: "Both are told, and can object until {until}. Then run this again.",
    MergeStep.WAIT: "Both were told, and can object until {until}. Then run this again.",
    MergeStep.MERGE: "They are one: the first has the memberships of both. The second is disabled.",
}
NOT_MERGED = {
    "merge_same": "Both are the same account.",
    "merge_own": "One of them is the administrator's own. Let another administrator do this.",
    "merge_administrator": "The second is an administrator, operator, or framework editor. Take "
    "that away first, or keep it.",
    "merge_pending": "One of them is asked already about a merge with another account. Wait until "
    "that is done, or somebody objects.",
    "merge_before": "Another account went on in the second before. Keep it.",
    "merge_reviews_open": "The second has open reviews. They have to be closed, withdrawn, or "
    "reassigned first.",
    "merge_refused": "The second can't end: its person objected, or it has ratings or evidence. "
    "Ask them. Perhaps the first can end instead.",
    "person_is_disabled": "One of them is disabled.",
}


def tell_namesakes(email: str) -> None:
    """Who else in the library of the person with that address has the same name, or seems to."""
    for namesake in people_queries.of_address(email, dt.datetime.now(dt.UTC).date()):
        who = ", ".join((namesake.name, namesake.email, *namesake.teams))
        click.echo(f"Another person there has the same name, or one that looks like it: {who}.")


def _of_somebody(email: str, act: Callable[[], T]) -> T:
    """What `act` returns of the person with that address; ends the command where nobody has it, or
    their account is disabled."""
    try:
        return act()
    except (Missing, Invalid):
        sys.exit(f"Nobody has the email address {email}. Add them first, under People.")
    except Conflict:
        sys.exit(f"The account of {email} is disabled. Enable it first.")


def _administrator(email: str, now: dt.datetime) -> Actor:
    actor = administrator_called(email, now)
    if actor is None:
        sys.exit(f"No administrator with the email address {email} can sign in.")
    return actor


@click.group("people")
def people() -> None:
    """People."""


@people.command("operator")
@click.argument("email")
@click.option("--remove", is_flag=True, help="Take it away again.")
@with_appcontext
def operator(email: str, remove: bool) -> None:
    """Make the person with EMAIL an operator: they see the System page and the suggestions of
    readers who were not signed in, and nobody's record by it."""
    now = dt.datetime.now(dt.UTC)
    name = _of_somebody(email, lambda: set_operator(email, not remove, now))
    click.echo(f"{name} is {'no longer an operator' if remove else 'an operator'}.")
    tell_namesakes(email)


@people.command("framework-editor")
@click.argument("email")
@click.option("--remove", is_flag=True, help="Take it away again.")
@with_appcontext
def framework_editor(email: str, remove: bool) -> None:
    """Let the person with EMAIL make and publish versions of frameworks, for all libraries."""
    now = dt.datetime.now(dt.UTC)
    name = _of_somebody(email, lambda: set_framework_editor(None, email, not remove, now))
    click.echo(f"{name} is {'no longer a framework editor' if remove else 'a framework editor'}.")
    tell_namesakes(email)


@people.command("objections")
@with_appcontext
def objections() -> None:
    """Objections to new readers that you are asked to decide: no administrator of the library is
    independent, or none decided within 7 days. Until then the record stays closed to the reader."""
    objecting = openings_queries.asked_of_operator(dt.datetime.now(dt.UTC))
    for one in objecting:
        giver = one.given_by or "a command"
        click.echo(
            f"{one.id}: {one.person} objects to {one.reader} ({one.reader_email}), {one.role} of "
            f"{one.team} by {giver}, account made {one.reader_since:%Y-%m-%d}. Objected "
            f"{one.objected_at:%Y-%m-%d}."
        )
    if not objecting:
        click.echo("No objection waits for you.")


@people.command("decide")
@click.argument("number", type=int)
@click.option("--as", "email", required=True, help="Email address of the person who decided.")
@click.option("--open/--keep-closed", "opens", default=None, help="What was decided.")
@with_appcontext
def decide(number: int, email: str, opens: bool | None) -> None:
    """Decide the objection with this NUMBER. The audit keeps who decided: somebody with an account,
    but not the reader, who gave the role, or who objects. The person is told, and the reader isn't
    told who objected."""
    if opens is None:
        sys.exit("Say what was decided: --open or --keep-closed.")
    decision = OpeningDecision.OPENED if opens else OpeningDecision.KEPT_CLOSED
    try:
        readers_actions.decide_by_command(number, email, decision, dt.datetime.now(dt.UTC))
    except Conflict:
        sys.exit(f"No objection {number} waits for you. List them: tracker people objections")
    except Missing:
        sys.exit(f"Nobody signs in with the email address {email}.")
    except Invalid:
        sys.exit("The reader, who gave the role, and who objects can't decide. Ask somebody else.")
    opened = "The objection is over: the record opens to the reader on the day it would have"
    done = opened if opens else "The record stays closed to the reader"
    click.echo(f"Decided. {done}. The person is told.")


@people.command("link")
@click.argument("email")
@with_appcontext
def link(email: str) -> None:
    """Print a one-time link with which the person with EMAIL sets a new password. It works at once.
    The audit keeps it, and who has a password is told."""
    name, token = _of_somebody(email, lambda: links_actions.printed(email, dt.datetime.now(dt.UTC)))
    with current_app.test_request_context(base_url=current_app.config["BASE_URL"]):
        address = url_for("invitations.show", token=token, _external=True)
    click.echo(f"For {name} alone: {address}")


@people.command("merge")
@click.argument("kept")
@click.argument("ends")
@click.option("--as", "email", required=True, help="Email address of the administrator.")
@click.option("--dry-run", is_flag=True, help="Say what it would do, and store nothing.")
@with_appcontext
def merge(kept: str, ends: str, email: str, dry_run: bool) -> None:
    """Make two accounts of one person one: KEPT goes on, and nobody can sign in with the one that
    ENDS. Both are email addresses or staff IDs.

    An account that was never used goes at once. Otherwise both addresses are told, and can object
    for 7 days; then run it again. Ratings are never merged: an account that has any doesn't end.
    """
    now = dt.datetime.now(dt.UTC)
    actor = _administrator(email, now)
    kept_id, ends_id = (_account(actor, words, now) for words in (kept, ends))
    try:
        step, until = accounts_actions.merge(actor, kept_id, ends_id, now, dry_run=dry_run)
    except Conflict as refusal:
        sys.exit(NOT_MERGED[refusal.code])
    click.echo(MERGING[step].format(until=f"{until:%Y-%m-%d}"))
    if dry_run:
        click.echo("That is what it would do. Nothing is stored.")


def _account(actor: Actor, words: str, now: dt.datetime) -> int:
    """Says whose it is."""
    person_id = accounts_queries.called(actor, words)
    if person_id is None:
        sys.exit(f"No account of the library has the email address or staff ID {words}.")
    person = core_people_queries.person(person_id)
    roles = [
        f"{row.role} of {row.team}"
        for row in core_people_queries.memberships(person_id)
        if row.phase(actor.today(now)) != "over"
    ]
    click.echo(f"{person.name}, {person.email}: {', '.join(roles) or 'in no team'}.")
    return person_id


@people.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--as", "email", required=True, help="Email address of the administrator.")
@click.option("--dry-run", is_flag=True, help="Say what it would do, and store nothing.")
@click.option("--make-teams", is_flag=True, help="Make the teams that are not here yet.")
@click.option("--ready-only", is_flag=True, help="Import although rows are to be fixed.")
@click.option(
    "--at-most",
    type=click.IntRange(0, 100),
    default=100,
    help="Import nothing where more than this percentage of the people here would change.",
)
@click.option("--json", "as_json", is_flag=True, help="Print what came of it as JSON.")
@with_appcontext
def import_(
    email: str,
    file: Path,
    dry_run: bool,
    make_teams: bool,
    ready_only: bool,
    at_most: int,
    as_json: bool,
) -> None:
    """Bring in the people of FILE (CSV or XLSX), as the page Import people does: columns and
    values mean what they meant there last time. All ready rows go in together, or none.

    Ends with 0 where nothing is left to do, 1 where nothing was imported, and 3 where the ready
    rows were imported and others are to be fixed.
    """
    now = dt.datetime.now(dt.UTC)
    actor = _administrator(email, now)
    try:
        roster = roster_rules_files.read(file.name, file.read_bytes())
        mapping = roster_actions.mapping_for(actor, roster, makes_teams=make_teams)
        if roster_rules_files.lacking(mapping.columns):
            sys.exit("No column holds names, or none holds addresses or staff IDs. Check headings.")
        plan = roster_actions.check(actor, roster.rows, mapping, now)
        to_fix, done = any(row.verdict is RosterVerdict.TO_FIX for row in plan.rows), None
        refused = _refused(plan, to_fix and not ready_only, at_most)
        if not dry_run and not refused and plan.people:
            roster_id = roster_actions.stage(actor, roster, now, makes_teams=make_teams)
            done = roster_actions.bring_in(actor, roster_id, plan.digest, now)
    except Refusal as refusal:
        facts = ", ".join(f"{name} {value}" for name, value in refusal.facts.items())
        sys.exit(f"Nothing was imported: {refusal.code}{f' ({facts})' if facts else ''}.")
    counts = Counter(row.verdict for row in plan.rows)
    if as_json:
        told: dict[str, object] = {"rows": {verdict: counts[verdict] for verdict in RosterVerdict}}
        told |= {"to_fix": list(_wrong(plan)), "imported": done and done._asdict()}
        click.echo(json.dumps(told | {"refused": refused}, ensure_ascii=False))
    else:
        for wrong in _wrong(plan):
            click.echo("row {row}, {who}: {column} {value!r}. {what}".format(**wrong))
        click.echo(", ".join(f"{verdict}: {counts[verdict]}" for verdict in RosterVerdict))
        if done is not None:
            click.echo(f"Imported: {done.new} added, {done.changed} changed.")
        elif not dry_run and not refused:
            click.echo("Nothing to import.")
    if dry_run:
        return
    if refused:
        sys.exit(refused)
    sys.exit(3 if to_fix else 0)


def _refused(plan: RosterPlan, waits: bool, at_most: int) -> str:
    """Why nothing is imported, or ""."""
    known = [person for person in plan.people if person.known]
    if len(known) * 100 > at_most * len(plan.ground.people):
        return (
            f"Nothing was imported: {len(known)} of {len(plan.ground.people)} people here would "
            f"change, and that is more than {at_most} percent. Look at it with --dry-run, or on "
            "the page Import people."
        )
    if waits:
        return "Nothing was imported. Fix these rows, or import the others: --ready-only."
    return ""


def _wrong(plan: RosterPlan) -> Iterator[dict[str, object]]:
    for row in plan.rows:
        if row.verdict is RosterVerdict.TO_FIX:
            for problem in row.problems:
                what = " ".join(PROBLEMS[problem.code]) % problem.facts
                yield {
                    "row": row.number,
                    "who": row.title,
                    "column": str(problem.column),
                    "value": problem.value,
                    "what": what,
                }
