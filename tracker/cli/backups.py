"""Make a backup, try one out, bring one back: for whoever runs the server."""

import csv
import datetime as dt
import os
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar, cast

import click
from flask import current_app
from flask.cli import with_appcontext

from tracker.cli import faults
from tracker.cli.database import lay_out
from tracker.cli.faults import tell
from tracker.evidence.erasures import actions as erasures_actions
from tracker.operations.backups import actions as backups_actions
from tracker.operations.backups.rules import FAULTY, Finding
from tracker.operations.system import actions as system_actions
from tracker.rules.errors import Conflict, Invalid, Refusal, Unkept, Unreachable
from tracker.storage.erasure_list import NAME

T = TypeVar("T")
KEPT_HEAD = ("Code", "Answer", "Date", "Note")
"""Of a file that *Import ratings* reads."""
PATH = click.Path(exists=True, dir_okay=False, path_type=Path)
REASONS = {
    "backup_empty": "There is no library in this database yet. Run: tracker setup",
    "backup_exists": "A file of that name is there already. Nothing was written.",
    "backup_unreadable": "This is no whole backup: it was cut short, damaged, or is another kind "
    "of file.",
    "backup_newer": "This backup was made by a newer version of the program. Update the program "
    "first.",
    "backup_unknown": "This backup was made by a version of the program that this one does not "
    "know, a newer one or one from before the first release: restore it with that version.",
    "backup_other_engine": "This is a backup of {engine}. Set TRACKER_DATABASE_URL to such a "
    "database first.",
    "database_not_empty": "There are people in this database. Nothing was changed. With --replace "
    "a backup of it is made first, and then it is replaced.",
    "pooler_between": "TRACKER_DATABASE_URL leads to a pooler such as PgBouncer. Nothing was done. "
    "Run this command with the address of PostgreSQL itself.",
    "no_createdb": "This role may not make a database to try the backup in. Run this command as "
    "one that may: ALTER ROLE ... CREATEDB",
    "newest_not_tested": "The newest backup, {file}, is {state}, so no older one was deleted. Run: "
    "tracker backup test",
    "pg_tool_missing": "{tool} is not installed here. Install PostgreSQL's client programs (on "
    "Debian and Ubuntu: apt-get install postgresql-client), or run this command where they are.",
    "pg_tool_failed": "{tool} failed: {said}",
    "file_not_kept": "An evidence file could not be written to the disk: it is full, or it fails. "
    "The database was not changed.",
}


@click.group("backup", invoke_without_command=True)
@click.option(
    "--to",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder [default: TRACKER_BACKUP_DIR, or backups/ in the data].",
)
@click.pass_context
@with_appcontext
def backup(context: click.Context, to: Path | None) -> None:
    """Write one file with the database and the evidence files. Nobody has to stop working."""
    if context.invoked_subcommand is not None:
        return
    now = dt.datetime.now(dt.UTC)
    made = or_exit(
        lambda: backups_actions.make(new_file(to, "tracker", now), current_app.config["FILES"], now)
    )
    if made.findings:
        tell(made.findings)
        sys.exit(
            f"The copy has these faults, and so has the database. It is kept as {made.path}, for "
            "want of a better one, and counts as no backup. Keep the older ones: tracker restore "
            "brings one of them back."
        )
    counts = made.manifest.contents.counts
    click.echo(
        f"{made.path}: {_size(made.size)}, {counts.get('people', 0)} people, "
        f"{counts.get('ratings', 0)} ratings, {len(made.manifest.contents.files)} evidence files."
    )
    if made.manifest.missing:
        tell(Finding("file_was_missing", sha256) for sha256 in made.manifest.missing)
        sys.exit("The backup is written, without these files.")


@backup.command("test")
@click.argument("file", type=PATH, required=False)
@with_appcontext
def test(file: Path | None) -> None:
    """Restore FILE in a separate place and check it [default: the newest in the usual folder].

    The library is not touched."""
    now = dt.datetime.now(dt.UTC)
    folder = current_app.config["BACKUP_DIR"]
    newest = None if file else backups_actions.newest(folder)
    if file is None and newest is not None:
        file = newest.file.path
    if file is None:
        sys.exit(f"There is no backup in {folder}. Run: tracker backup")
    tried = or_exit(
        lambda: backups_actions.try_out(file, current_app.config["DATA_DIR"], _known(), now)
    )
    click.echo(
        f"{file.name}: made on {tried.manifest.made_at:%Y-%m-%d at %H:%M} UTC, {_size(tried.size)}."
    )
    if not tried.is_noted:
        click.echo("This test is not noted: the database in use is another version's.", err=True)
    if tried.findings:
        tell(tried.findings)
        sys.exit(
            "This backup cannot be relied on. Make another, and keep older ones until it passes."
        )
    counts = tried.manifest.contents.counts
    click.echo(
        f"It can be restored: {sum(counts.values())} rows in {len(counts)} tables, "
        f"{len(tried.manifest.contents.files)} evidence files, nothing wrong."
    )


@backup.command("prune")
@click.option(
    "--days",
    type=click.IntRange(1, 3650),
    default=30,
    show_default=True,
    help="Delete what is older than that.",
)
@with_appcontext
def prune(days: int) -> None:
    """Delete old backups in the usual folder, if the newest one passed its test."""
    folder = current_app.config["BACKUP_DIR"]
    before = dt.datetime.now(dt.UTC) - dt.timedelta(days=days)
    for path in or_exit(lambda: backups_actions.prune(folder, before)):
        click.echo(f"Deleted: {path.name}")


@click.command("restore")
@click.argument("file", type=PATH)
@click.option(
    "--replace",
    is_flag=True,
    help="Replace a database with people in it; a backup of it is made first.",
)
@click.option(
    "--despite-faults", is_flag=True, help="Restore it although something is wrong with it."
)
@with_appcontext
def restore(file: Path, replace: bool, despite_faults: bool) -> None:
    """Restore FILE. Stop the program first, and start it afterward."""
    now = dt.datetime.now(dt.UTC)
    config = current_app.config
    aside = new_file(None, "before-restore", now) if replace else None
    lost, people, since = or_exit(lambda: backups_actions.rated_since(file))
    if lost:
        they_stay = "." if aside is None else f"; they stay in {aside.name}."
        who = f"{people:,} {'person' if people == 1 else 'people'}"
        by_people = f"by {who} since {since:%Y-%m-%d at %H:%M} UTC"
        click.echo(f"{lost:,} ratings {by_people} are not in it{they_stay}")
    erasures_actions.complete_list_or_leave(config["DATA_DIR"])
    tried = or_exit(
        lambda: backups_actions.bring_back(
            file,
            config["FILES"],
            config["DATA_DIR"],
            _known(),
            now,
            aside=aside,
            lay_out=lay_out,
            despite=despite_faults,
        )
    )
    tell(tried.findings)
    made_at = tried.manifest.made_at
    again = erasures_actions.apply_list(config["DATA_DIR"], made_at, config["FILES"], now)
    click.echo(f"Erased again, as it was after this backup: {again} erasures.")
    if not lost:
        click.echo(f"Nothing was rated since {since:%Y-%m-%d at %H:%M} UTC.")
    for kept in (aside, aside.with_suffix(FAULTY)) if aside is not None else ():
        if kept.exists():
            click.echo(f"What was there before is kept in {kept}.")
    click.echo(
        f"Restored as it was on {tried.manifest.made_at:%Y-%m-%d at %H:%M} UTC. Everybody "
        "signs in again."
    )


@click.command("erasures")
@click.option(
    "--again-since",
    type=click.DateTime(["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"]),
    help="In UTC: erase again what was erased since then.",
)
@with_appcontext
def erasures(again_since: dt.datetime | None) -> None:
    """The list of what people erased, which is kept outside the database too.

    It holds numbers and no text. tracker restore goes by it; after another way of restoring, give
    the time of that backup with --again-since."""
    folder, now = current_app.config["DATA_DIR"], dt.datetime.now(dt.UTC)
    added = erasures_actions.complete_list(folder)
    click.echo(f"Erasures added to {folder / NAME}: {added}.")
    if again_since is not None:
        since = again_since.replace(tzinfo=dt.UTC)
        again = erasures_actions.apply_list(folder, since, current_app.config["FILES"], now)
        click.echo(f"Erased again: {again} erasures.")


@click.group("ratings")
def ratings() -> None:
    """Ratings."""


@ratings.command("kept")
@click.argument("file", type=PATH)
@click.option(
    "--since",
    type=click.DateTime(["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"]),
    required=True,
    help="In UTC: when the backup was made that was restored instead.",
)
@click.option("--to", type=click.Path(file_okay=False, path_type=Path), required=True)
@with_appcontext
def kept(file: Path, since: dt.datetime, to: Path) -> None:
    """Write what FILE has of people's ratings since then, each a file that 'Import ratings' reads.

    FILE is what tracker restore kept before it replaced the database, of whatever version. Give
    each person their own: nobody else may read it."""
    of_people = or_exit(
        lambda: backups_actions.ratings_in(
            file, current_app.config["DATA_DIR"], since.replace(tzinfo=dt.UTC)
        )
    )
    to.mkdir(parents=True, exist_ok=True, mode=0o700)
    for (person_id, name, framework), rows in of_people.items():
        stem = "-".join(re.findall(r"[A-Za-z0-9]+", f"{person_id} {name} {framework}")).lower()
        target = to / f"{stem}.csv"
        try:
            with open(target, "x", encoding="utf-8", newline="", opener=_for_owner) as out:
                out.write("\ufeff")
                csv.writer(out).writerows([KEPT_HEAD, *rows])
        except FileExistsError:
            sys.exit(f"{target} is there already, and stays as it is. Name another folder: --to")
        click.echo(f"{target}: {len(rows)} ratings")
    click.echo(f"{sum(map(len, of_people.values())):,} ratings in {len(of_people):,} files.")


def _for_owner(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def new_file(folder: Path | None, name: str, now: dt.datetime) -> Path:
    folder = (folder or current_app.config["BACKUP_DIR"]).resolve()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder / f"{name}-{now:%Y%m%d-%H%M%S}.tar"


def _known() -> frozenset[str]:
    return system_actions.known_layouts(current_app.config["MIGRATIONS_DIR"])


def _size(count: int) -> str:
    return f"{count / 1024 / 1024:.1f} MiB"


def or_exit(act: Callable[[], T]) -> T:
    """What `act` returns; a refusal ends the command with its sentence."""
    try:
        return act()
    except Conflict as refusal:
        if refusal.code == "backup_faulty":
            tell(cast("tuple[Finding, ...]", refusal.facts["findings"]))
            hopeless = refusal.facts["hopeless"]
            sys.exit(
                "Nothing was changed."
                + ("" if hopeless else " With --despite-faults it is restored as it is.")
            )
        sys.exit(_reason(refusal))
    except Unreachable:
        sys.exit(
            f"{faults.BUCKET_AWAY.format(files=current_app.config['FILES'])} Nothing was changed."
        )
    except (Invalid, Unkept) as refusal:
        sys.exit(_reason(refusal))


def _reason(refusal: Refusal) -> str:
    return REASONS[refusal.code].format(**refusal.facts)
