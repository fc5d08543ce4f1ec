"""Where the machine fails, a command ends with one sentence and a status of 1, not with a
traceback."""

import errno
import os
import re
import sqlite3
import sys
from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path

import click
import pytest

from config import ROOT
from tracker.cli.commands import group, main
from tracker.operations.backups import actions as backups_actions

Prepare = Callable[[Path], None]


@pytest.fixture
def run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[object, str]]:
    """What the command ends with, and all that it says."""
    monkeypatch.setenv("TRACKER_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setattr("tracker.web.ui.assets.init_app", lambda *_values: None)

    def command(*arguments: str) -> tuple[object, str]:
        monkeypatch.setattr(sys, "argv", ["tracker", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        return ended.value.code, capsys.readouterr().err

    (tmp_path / "data").mkdir()
    return command


def an_empty_key(data: Path) -> None:
    (data / "secret_key").touch()


def a_short_key(data: Path) -> None:
    (data / "secret_key").write_text("short\n")


def a_garbled_key(data: Path) -> None:
    (data / "secret_key").write_bytes(b"\xff\x00" * 40)


def no_database(data: Path) -> None:
    (data / "tracker.sqlite3").write_bytes(b"not a database" * 500)


def a_folder_for_a_database(data: Path) -> None:
    (data / "tracker.sqlite3").mkdir()


@pytest.mark.parametrize("command", [("setup",), ("backup",), ("work", "--daily")])
@pytest.mark.parametrize(
    ("prepare", "said"),
    [
        (an_empty_key, "secret_key is empty, too short or damaged. Delete the file: a new one is"),
        (a_short_key, "secret_key is empty, too short or damaged."),
        (a_garbled_key, "secret_key is empty, too short or damaged."),
        (no_database, "The database is damaged, or the file is no database. Move it aside,"),
        (a_folder_for_a_database, "The database cannot be reached or written: unable to open"),
    ],
)
def test_a_command_ends_in_one_sentence(
    run: Callable[..., tuple[object, str]],
    tmp_path: Path,
    prepare: Prepare,
    command: tuple[str, ...],
    said: str,
) -> None:
    prepare(tmp_path / "data")
    code, _told = run(*command)
    assert isinstance(code, str), code
    assert said in code
    assert "\n" not in code


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("TRACKER_DATA_DIR", "/proc/none", "No such file or directory: /proc/none."),
        ("TRACKER_UPLOAD_TOTAL_MIB", "many", "must be a whole number of 1 or more, not 'many'."),
        ("TRACKER_CLAMD", "localhost", "must be the path of clamd's socket or host:port"),
        ("TRACKER_SECRET_KEY_FALLBACKS", "old", "TRACKER_SECRET_KEY_FALLBACKS is empty, too short"),
        ("TRACKER_DATABASE_URL", "postgresql+psycopg://127.0.0.1:1/x", "cannot be reached"),
    ],
)
def test_a_setting_that_cannot_be_is_one_sentence(
    run: Callable[..., tuple[object, str]],
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    value: str,
    said: str,
) -> None:
    monkeypatch.setenv(name, value)
    code, _told = run("setup")
    assert isinstance(code, str), code
    assert said in code
    assert "\n" not in code


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, "No space left on device"),
        sqlite3.OperationalError("database or disk is full"),
    ],
)
def test_a_backup_on_a_full_disk(
    run: Callable[..., tuple[object, str]], monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    if isinstance(error, sqlite3.Error):
        error.sqlite_errorcode = sqlite3.SQLITE_FULL

    def fail(*_values: object) -> None:
        raise error

    monkeypatch.setattr(backups_actions, "make", fail)
    assert run("backup")[0] == (
        "The disk is full or failing. Free some space, then run this again."
    )


def leaves(command: click.Command, *path: str) -> Iterator[tuple[str, ...]]:
    """Each command with what it must be told."""
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            assert below is not None
            yield from leaves(below, *path, name)
        if not command.invoke_without_command:
            return
    told = [
        [each.type.choices[0]]
        if isinstance(each.type, click.Choice)
        else ["1" if isinstance(each.type, type(click.INT)) else FILE]
        for each in command.params
        if each.required and isinstance(each, click.Argument)
    ]
    asked = [
        [each.opts[0], "2026-12-03 09:12" if each.name == "since" else "Quay-96-lantern"]
        for each in command.params
        if isinstance(each, click.Option) and (each.required or each.prompt)
    ]
    yield (*path, *chain.from_iterable(told + asked), *MORE.get(path, ()))


FILE = str(ROOT / "seed_data" / "frameworks" / "library-technicians.json")
MORE = {
    ("people", "decide"): ("--open",),
    ("admin", "create"): (
        "--email",
        "a@city.org",
        "--time-zone",
        "UTC",
        "--region",
        "us",
        "--paper",
        "letter",
    ),
}
NEED_NONE = {
    ("check",): "There is no library in this database yet. Run: tracker setup",
    ("database", "grants"): "SQLite has no roles",
    ("demo", "accounts"): "",
    ("demo", "load"): "only with TRACKER_DEMO=1",
    ("framework", "check"): "",
    ("mail", "test"): "No mail server is set",
    ("metrics",): "",
    ("ratings", "kept"): "This is no whole backup",
    ("restore",): "This is no whole backup",
}
"""And what they say, where there is something to say."""
NOT_RUN = {("serve",), ("setup",)}


@pytest.mark.in_ci
@pytest.mark.parametrize(
    "arguments", [*leaves(group())], ids=lambda arguments: " ".join(arguments[:2])
)
def test_without_an_installation_a_command_says_what_to_do(
    run: Callable[..., tuple[object, str]], arguments: tuple[str, ...]
) -> None:
    """And speaks of nothing that only who wrote the program knows."""
    own = next((path for path in (*NEED_NONE, *NOT_RUN) if arguments[: len(path)] == path), ())
    if own in NOT_RUN:
        return
    code, told = run(*arguments)
    said = f"{code}\n{told}"
    assert NEED_NONE.get(own, "Run: tracker setup") in said
    assert not re.search("table|relation|column|Error|Traceback", said), said


def test_a_fault_of_the_program_is_shown_whole(
    run: Callable[..., tuple[object, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The partner: nothing is hidden that somebody has to mend."""

    def fail(*_values: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(backups_actions, "make", fail)
    with pytest.raises(ZeroDivisionError):
        run("backup")


@pytest.mark.in_ci
def test_the_key_is_written_whole_or_not_at_all(
    run: Callable[..., tuple[object, str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as full:
        full.setattr(os, "fsync", fail)
        assert "The disk is full" in str(run("setup")[0])
    assert list((tmp_path / "data").iterdir()) == []
    run("setup")
    assert len((tmp_path / "data" / "secret_key").read_text()) == 64
    assert (tmp_path / "data" / "secret_key").stat().st_mode & 0o777 == 0o600
