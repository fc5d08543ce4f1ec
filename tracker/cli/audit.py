"""Look whether the audit is as it was written; write down its newest event, to be kept
elsewhere."""

import datetime as dt
import sys
from pathlib import Path

import click
from flask.cli import with_appcontext

from tracker.cli.faults import tampered, tell
from tracker.operations.audit import actions as audit_actions
from tracker.operations.checks import (
    queries_chains as checks_queries_chains,
    queries_record as checks_queries_record,
)
from tracker.rules.core.hash_chain import ChainFault, line, read_heads
from tracker.rules.errors import Conflict, Invalid, Missing

WHY_MAX = 300
WRONG = {
    "event_edited": "Event {at} was changed after it was written, or was not written by the "
    "program.",
    "event_deleted": "Events {at} to {other} were deleted.",
    "event_swapped": "Event {at} stands where it was not written: it was event {other}.",
    "event_inserted": "Event {at} was put in between two others later.",
    "facts_edited": "What event {at} was about was changed after it was written.",
    "facts_swapped": "What event {at} was about was exchanged for that of event {other}.",
    "facts_deleted": "What event {at} was about was deleted, and nobody's erasure accounts for it.",
    "tail_cut": "Events {at} to {other} were cut off: the head that was kept is of event {other}.",
    "rewritten": "Event {at} is not the one whose head was kept: the chain was rewritten from "
    "there or from before, or a backup of before it was restored and work went on.",
}

EMPTIED = (
    "There is not one event, though there are people, and making the first of them is an "
    "event: the trail was emptied."
)


@click.group("audit")
def audit() -> None:
    """The audit trail: look through it, and write down its head."""


@audit.command("verify")
@click.option(
    "--head",
    "file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Heads that were kept elsewhere, one a line, as `tracker audit head` writes them.",
)
@with_appcontext
def verify(file: Path | None) -> None:
    """Go along all events, and compare the rows of the record with their seals; end with a status
    other than 0 where something is not as it was written."""
    try:
        heads = read_heads(file.read_text(encoding="utf-8")) if file is not None else []
    except (Invalid, UnicodeDecodeError):
        sys.exit(
            f"{file} holds no heads as `tracker audit head` writes them. Nothing was looked at."
        )
    wrong = checks_queries_record.of_own()
    if any(finding.code == "misspelled" for finding in wrong):  # then nothing can be compared
        tell(wrong)
        sys.exit(tampered())
    chain = checks_queries_chains.verify(heads)
    if chain.wrong is not None:
        sys.exit(_say(chain.wrong))
    if chain.walk.head is None:
        if checks_queries_chains.must_have_events():
            sys.exit(EMPTIED)
        click.echo("There are no events yet.")
        return
    click.echo(
        f"{chain.walk.count} events, each as it was written; newest: {line(chain.walk.head)}"
    )
    click.echo(f"Seals of the record: {checks_queries_chains.count_seals()}.")
    if chain.walk.erased:
        click.echo(
            f"Of {chain.walk.erased} it was erased what they were about, at the wish of the person."
        )
    if heads:
        click.echo(f"The chain leads through all of the heads that were kept ({len(heads)}).")
    else:
        click.echo(
            "Whether events at its end were cut off, or all of it was rewritten, shows only with a "
            "head that was kept elsewhere: tracker audit verify --head FILE"
        )
    tell(wrong)
    if wrong:
        sys.exit(tampered())


@audit.command("head")
@click.option(
    "--to",
    "file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Add it to the end of this file.",
)
@with_appcontext
def head(file: Path | None) -> None:
    """Note all seals of the record in the audit, and print the number, digest and time of the
    newest event. Keep it where nobody who runs the server can change it."""
    audit_actions.anchor(dt.datetime.now(dt.UTC))
    newest = checks_queries_chains.head()
    if newest is None:
        sys.exit("There are no events yet.")
    click.echo(line(newest))
    if file is not None:
        try:
            with file.open("a", encoding="utf-8") as kept:
                kept.write(line(newest) + "\n")
        except OSError as error:
            sys.exit(f"{error.strerror}: {error.filename}. The head was not kept.")


@audit.command("accept")
@click.argument("table", type=click.Choice(sorted(audit_actions.ACCEPTED)))
@click.argument("row", type=click.IntRange(1, 2**31 - 1))
@click.option("--why", required=True, help="Kept in the audit trail. Name nobody.")
@with_appcontext
def accept(table: str, row: int, why: str) -> None:
    """Say that ROW of TABLE is right as it stands, though it was changed past the program.

    'tracker check' and 'tracker audit verify' name both, as in "libraries 1". Until it is accepted,
    or set back as it was, no backup passes its test. What only grows can't be accepted."""
    if not why.strip() or len(why) > WHY_MAX or not why.isprintable():
        sys.exit(f"Say why in one line of at most {WHY_MAX} characters. Nothing was changed.")
    try:
        audit_actions.accept(table, row, why.strip(), dt.datetime.now(dt.UTC))
    except Missing:
        sys.exit(f"There is no row {row} in {table}. Nothing was changed.")
    except Conflict:
        sys.exit(f"{table} {row} is as the program wrote it. Nothing was changed.")
    click.echo(f"{table} {row} counts as right from now on. Run: tracker audit verify")


def _say(wrong: ChainFault) -> str:
    if wrong.code == "event_deleted" and wrong.other == wrong.sequence:
        return f"Event {wrong.sequence} was deleted."
    return WRONG[wrong.code].format(at=wrong.sequence, other=wrong.other)
