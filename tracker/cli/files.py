"""Check the evidence files in their place, and remove what no row names."""

import datetime as dt
import sys

import click
from flask import current_app
from flask.cli import with_appcontext

from tracker.cli import faults
from tracker.rules.errors import Unreachable
from tracker.storage import file_rows


def swept_words(swept: file_rows.Swept) -> str:
    words = f"Leftovers of uploads removed: {swept.removed}."
    if swept.spared:
        words += (
            f"\n- {swept.spared} files belong to nothing, more than this database names: is it "
            "the right one? They were left."
        )
    return words


@click.group("files")
def files() -> None:
    """Evidence files."""


@files.command("check")
@click.option("--sweep", is_flag=True, help="Remove leftovers that are older than a day.")
@with_appcontext
def check(sweep: bool) -> None:
    """Read every evidence file and compare it with what was stored; end with a status other than 0
    when one is missing or damaged. Leftovers are files that belong to nothing: an upload was cut
    short."""
    place, now = current_app.config["FILES"], dt.datetime.now(dt.UTC)
    try:
        swept = file_rows.sweep(place, now) if sweep else None
        state = file_rows.check(place, now)
    except Unreachable:
        sys.exit(f"{faults.BUCKET_AWAY.format(files=place)} Nothing can be said of the files.")
    click.echo(
        f"Evidence files: {state.named}. Missing: {len(state.missing)}. Damaged: "
        f"{len(state.damaged)}."
    )
    click.echo(f"Leftovers: {len(state.orphans)}, of which {len(state.old)} are older than a day.")
    if swept is not None:
        click.echo(swept_words(swept))
    for what, digests in (("missing", state.missing), ("damaged", state.damaged)):
        for sha256 in digests:
            click.echo(f"- An evidence file is {what}: {sha256}", err=True)
    if state.missing or state.damaged:
        sys.exit("Restore these files from a backup, or ask the people who added them.")
