"""Look whether the audit is as it was written; write down its newest event, to be kept
elsewhere."""

import datetime as dt
import sys
from pathlib import Path

import click
from flask.cli import with_appcontext

from tracker.cli.faults import TAMPERED, tell
from tracker.operations.audit.actions import anchor
from tracker.operations.checks import queries_chains as chains, queries_record as record_check
from tracker.rules.core.hash_chain import ChainFault, line, read_heads
from tracker.rules.errors import Invalid

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
    chain = chains.verify(heads)
    if chain.wrong is not None:
        sys.exit(_say(chain.wrong))
    if chain.walk.head is None:
        if chains.must_have_events():
            sys.exit(EMPTIED)
        click.echo("There are no events yet.")
        return
    click.echo(
        f"{chain.walk.count} events, each as it was written; newest: {line(chain.walk.head)}"
    )
    click.echo(f"Seals of the record: {chains.count_seals()}.")
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
    wrong = record_check.of_own()
    tell(wrong)
    if wrong:
        sys.exit(TAMPERED)


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
    anchor(dt.datetime.now(dt.UTC))
    newest = chains.head()
    if newest is None:
        sys.exit("There are no events yet.")
    click.echo(line(newest))
    if file is not None:
        try:
            with file.open("a", encoding="utf-8") as kept:
                kept.write(line(newest) + "\n")
        except OSError as error:
            sys.exit(f"{error.strerror}: {error.filename}. The head was not kept.")


def _say(wrong: ChainFault) -> str:
    if wrong.code == "event_deleted" and wrong.other == wrong.sequence:
        return f"Event {wrong.sequence} was deleted."
    return WRONG[wrong.code].format(at=wrong.sequence, other=wrong.other)
