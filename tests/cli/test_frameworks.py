"""The commands: what they say, where, and with which exit code."""

import json
import shutil
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask

from config import ROOT
from tests.factories.sides import actor
from tests.factories.versions import AFTER, next_version
from tests.factories.world import World
from tests.frameworks.next_files import ADDED
from tracker.administration.version_moves import actions as version_moves_actions
from tracker.cli.commands import main
from tracker.cli.frameworks.frameworks import framework, take_in_shipped
from tracker.frameworks.drafts.actions import import_framework
from tracker.frameworks.files.rules import text_of
from tracker.frameworks.files.rules_reading import read_framework

PATH = ROOT / "seed_data" / "frameworks" / "library-technicians.json"


def run(app: Flask, *words: str) -> Result:
    return app.test_cli_runner().invoke(framework, list(words))


def publish(app: Flask, path: Path = PATH) -> None:
    assert run(app, "import", str(path), "--publish").exit_code == 0


def test_import_says_what_it_did_and_what_is_odd(app: Flask) -> None:
    first = run(app, "import", str(PATH), "--publish")
    assert (first.exit_code, first.stdout) == (
        0,
        "Library Technicians, version 26.05, is published: 137 statements in 3 sections.\n",
    )
    assert [line.split(": ")[-1] for line in first.stderr.splitlines()] == [
        "the heading of “Communication” claims 11, 10 are listed",
        "the heading of “Leadership” claims 9, 8 are listed",
        "the heading of “Creativity” claims 8, 7 are listed",
        "2",
    ]
    assert "each lists 1: Leadership (Developing); Creativity (Developing). In all" in first.stderr
    for words in ((), ("--publish",)):
        again = run(app, "import", str(PATH), *words)
        assert (again.exit_code, again.stdout) == (
            0,
            "Library Technicians, version 26.05, was there already; nothing changed.\n",
        )


def test_other_content_under_a_published_version_is_refused(app: Flask, tmp_path: Path) -> None:
    publish(app)
    changed = tmp_path / "changed.json"
    changed.write_text(
        PATH.read_text("utf-8").replace('"label": "Partly"', '"label": "Partially"'), "utf-8"
    )
    refused = run(app, "import", str(changed))
    assert refused.exit_code == 1
    assert "26.05 is published with other content" in refused.output
    assert run(app, "list").stdout.count("\n") == 1
    tried = run(app, "import", str(changed), "--dry-run")
    assert (tried.exit_code, tried.output) == (1, refused.output)
    assert "was there already" in run(app, "import", str(PATH), "--dry-run").output


@pytest.mark.parametrize("command", ["check", "import"])
def test_a_bad_file_is_refused_with_the_place(app: Flask, tmp_path: Path, command: str) -> None:
    bad = tmp_path / "bad.json"
    bad.write_text(
        PATH.read_text("utf-8").replace('"title": "Directional guidance"', '"title": ""'), "utf-8"
    )
    refused = run(app, command, str(bad))
    assert refused.exit_code == 1
    assert "bad.json: COM-1-02: title is empty" in refused.output
    assert run(app, "list").stdout == ""


def test_bytes_that_are_no_text_are_refused(app: Flask, tmp_path: Path) -> None:
    bad = tmp_path / "bad.json"
    bad.write_bytes(b"\xff\xfe\x00")
    refused = run(app, "check", str(bad))
    assert (refused.exit_code, refused.output) == (
        1,
        "bad.json: line 1: is not UTF-8; save the file as UTF-8\n",
    )


def test_check_changes_nothing(app: Flask, tmp_path: Path) -> None:
    copy = tmp_path / "copy.json"
    shutil.copy(PATH, copy)
    checked = run(app, "check", str(copy))
    assert (checked.exit_code, checked.stdout) == (
        0,
        "copy.json: Library Technicians, version 26.05, can be imported.\n",
    )
    assert run(app, "list").stdout == ""


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TRACKER_DATA_DIR", "/proc/none"),
        ("TRACKER_DATABASE_URL", "postgresql+psycopg://127.0.0.1:1/none"),
        ("TRACKER_SECRET_KEY", "short"),
        ("TRACKER_THREADS", "many"),
    ],
)
def test_check_needs_no_folder_no_database_and_no_key(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    name: str,
    value: str,
) -> None:
    data = tmp_path / "data"
    monkeypatch.setenv("TRACKER_DATA_DIR", str(data))
    monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "argv", ["tracker", "framework", "check", str(PATH)])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 0
    assert "version 26.05, can be imported." in capsys.readouterr().out
    assert not data.exists()


def test_check_says_that_a_folder_of_fonts_is_not_there(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TRACKER_DOCUMENT_FONTS", "/nowhere")
    monkeypatch.setattr(sys, "argv", ["tracker", "framework", "check", str(PATH)])
    with pytest.raises(SystemExit) as ended:
        main()
    assert (
        ended.value.code == "TRACKER_DOCUMENT_FONTS must be a folder that is there, not '/nowhere'."
    )


@pytest.mark.parametrize(("name", "is_told"), [("japanese", True), ("spanish", False)])
def test_check_says_what_documents_cannot_show(app: Flask, name: str, is_told: bool) -> None:
    checked = run(app, "check", str(ROOT / "tests" / "data" / "frameworks" / f"{name}.json"))
    assert checked.exit_code == 0
    assert ("can't be shown in PDFs" in checked.stderr) == is_told
    assert ("no font for Japanese (あ, い, う, え, お, …)" in checked.stderr) == is_told


def test_list_shows_what_is_published(app: Flask) -> None:
    publish(app)
    assert (
        run(app, "list").stdout
        == "library-technicians\t26.05\t137 statements\t2026-11-24\tLibrary Technicians\n"
    )


def test_set_up_publishes_once_and_is_silent_after(
    app: Flask, capsys: pytest.CaptureFixture[str]
) -> None:
    with app.app_context():
        take_in_shipped(PATH)
        said = "Library Technicians, version 26.05, is published: 137 statements in 3 sections.\n"
        assert capsys.readouterr().out == said
        take_in_shipped(PATH)
    assert capsys.readouterr() == ("", "")


def test_set_up_brings_new_addresses_of_sources(
    app: Flask, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    older = tmp_path / "older.json"
    older.write_text(PATH.read_text("utf-8").replace("https://ler.me/", "https://ler.example/"))
    publish(app, older)
    with app.app_context():
        take_in_shipped(PATH)
    assert "the addresses of its sources are those of the file now" in capsys.readouterr().out


def test_set_up_goes_on_when_a_published_version_differs(
    app: Flask, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    publish(app)
    changed = tmp_path / "changed.json"
    changed.write_text(
        PATH.read_text("utf-8").replace('"label": "Partly"', '"label": "Partially"'), "utf-8"
    )
    with app.app_context():
        take_in_shipped(changed)
    assert "26.05 is published with other content" in capsys.readouterr().err


@pytest.mark.in_ci
def test_the_year_by_command(app: Flask, tmp_path: Path) -> None:
    """Export, edit, import, compare, publish; a dry run says what the run says."""
    publish(app)
    file = tmp_path / "next.json"
    written = run(app, "export", "library-technicians", "--to", str(file), "--json")
    assert json.loads(written.stdout)["version"] == "26.05"
    assert read_framework(file.read_text("utf-8")) == read_framework(PATH.read_text("utf-8"))
    text = file.read_text("utf-8").replace('"26.05"', '"26.11"')
    file.write_text(text.replace('"Collection processing"', '"Processing"'), "utf-8")
    before = run(app, "import", str(file), "--dry-run", "--json")
    assert run(app, "diff", "library-technicians").exit_code == 1, "nothing was stored"
    assert run(app, "import", str(file), "--json").stdout == before.stdout
    assert json.loads(before.stdout)["outcome"] == "drafted"
    assert run(app, "list").stdout.count("\n") == 1
    told = run(app, "diff", "library-technicians").stdout
    assert "reworded T-2-04 Collection processing -> T-2-04 Processing (not decided)" in told
    data = json.loads(run(app, "diff", "library-technicians", "--json").stdout)
    assert (data["counts"]["same"], data["undecided"], len(data["changes"])) == (136, 1, 1)
    before = run(app, "publish", "library-technicians", "--dry-run")
    assert run(app, "list").stdout.count("\n") == 1
    assert run(app, "publish", "library-technicians").stdout == before.stdout
    assert run(app, "list").stdout.count("\n") == 2
    there = run(app, "import", str(file), "--dry-run", "--json")
    assert json.loads(there.stdout)["outcome"] == "unchanged"
    checked = run(app, "check", str(file), "--json")
    assert json.loads(checked.stdout)["outcome"] == "can_be_imported"
    done = run(app, "publish", "library-technicians")
    assert (done.exit_code, done.stdout) == (
        0,
        "Library Technicians, version 26.11, was published already; nothing changed.\n",
    )
    for command in ("diff", "export"):
        draft = ["--draft"] if command == "export" else []
        again = run(app, command, "library-technicians", *draft, "--json")
        told = json.loads(again.output)
        assert (again.exit_code, told["outcome"]) == (1, "refused")
        assert "No draft of library-technicians is open" in told["problems"][0]


def test_a_first_version_by_command(app: Flask, tmp_path: Path) -> None:
    """A draft, seen, and published; or both at once, unless something is wrong with it."""
    drafted = run(app, "import", str(PATH))
    assert "is a draft now: 137 statements in 3 sections" in drafted.stdout
    assert run(app, "list").stdout == ""
    assert "Library Technicians: nothing to 26.05" in run(app, "diff", "library-technicians").stdout
    done = run(app, "publish", "library-technicians")
    assert done.stdout == (
        "Library Technicians, version 26.05, is published: 137 statements in 3 sections.\n"
    )
    data = json.loads(PATH.read_text("utf-8")) | {"slug": "others"}
    first, second, *_rest = data["strands"][0]["domains"][0]["statements"]
    second["title"] = first["title"]
    wrong = tmp_path / "wrong.json"
    wrong.write_text(json.dumps(data), "utf-8")
    said = "This title stands twice in a domain: “Circulation transactions” (T-1-01, T-1-02)"
    assert f"warning: {said}. Until that is changed" in run(app, "check", str(wrong)).stderr
    refused = run(app, "import", str(wrong), "--publish")
    assert (refused.exit_code, f"wrong.json: {said}\n" in refused.output) == (1, True)
    assert "No draft of others is open" in run(app, "publish", "others").output, "nothing is kept"


def test_ids_of_another_framework_are_told_and_not_published(app: Flask, tmp_path: Path) -> None:
    publish(app)
    wrong = tmp_path / "wrong.json"
    wrong.write_text(PATH.read_text("utf-8").replace('"library-tech', '"libary-tech'), "utf-8")
    said = (
        "137 of 137 statements have UUIDs of “Library Technicians”. If this is its next version, "
    )
    assert (
        f"warning: {said}its slug has to be library-tech" in run(app, "import", str(wrong)).stderr
    )
    assert said in run(app, "publish", "libary-technicians").output
    assert said in run(app, "import", str(wrong), "--publish").output


def test_a_draft_that_somebody_made_is_replaced_only_where_it_is_said(
    app: Flask, world: World, tmp_path: Path
) -> None:
    publish(app)
    file = read_framework(PATH.read_text("utf-8"))
    with app.app_context():
        import_framework(replace(file, version="26.11"), AFTER, actor(world, "adam"))
    later = tmp_path / "later.json"
    later.write_text(text_of(replace(file, version="26.12")), "utf-8")
    refused = run(app, "import", str(later))
    assert refused.exit_code == 1
    assert "version 26.11 is open, made by Adam on 2026-12-14. Choices in it" in refused.output
    assert "26.05 to 26.11" in run(app, "diff", "library-technicians").stdout
    assert run(app, "import", str(later), "--replace").exit_code == 0
    assert "26.05 to 26.12" in run(app, "diff", "library-technicians").stdout


def test_a_level_that_is_called_otherwise_is_in_the_diff(app: Flask, tmp_path: Path) -> None:
    publish(app)
    data = json.loads(PATH.read_text("utf-8")) | {"version": "26.11"}
    data["strands"][0]["levels"][0]["name"] = "Starting"
    later = tmp_path / "later.json"
    later.write_text(json.dumps(data), "utf-8")
    run(app, "import", str(later))
    told = run(app, "diff", "library-technicians")
    assert "title    Technical: Emerging -> Technical: Starting\n" in told.stdout


def test_a_later_version_is_not_published_unseen(app: Flask, tmp_path: Path) -> None:
    publish(app)
    later = tmp_path / "later.json"
    later.write_text(PATH.read_text("utf-8").replace('"26.05"', '"26.11"'), "utf-8")
    refused = run(app, "import", str(later), "--publish")
    assert refused.exit_code == 1
    assert "Import it without --publish" in refused.output
    assert run(app, "diff", "library-technicians").exit_code == 1, "nothing is kept"


def test_an_origin_is_added_once(app: Flask, tmp_path: Path) -> None:
    """Given again the command says that it was done; with the other decision it is refused."""
    publish(app)
    data = json.loads(PATH.read_text("utf-8")) | {"version": "26.11"}
    statement = data["strands"][0]["domains"][0]["statements"][0]
    origin, renamed = statement["uuid"], ADDED.format(8)
    statement |= {"uuid": renamed, "code": "T-9-08"}
    later = tmp_path / "later.json"
    later.write_text(json.dumps(data), "utf-8")
    run(app, "import", str(later))
    run(app, "publish", "library-technicians")
    command = ("add-origin", "library-technicians", "26.11", renamed, origin)
    for more, outcome in (
        (["--dry-run"], "added"),
        ([], "added"),
        ([], "unchanged"),
        (["--dry-run"], "unchanged"),
    ):
        done = run(app, *command, *more, "--json")
        assert (done.exit_code, json.loads(done.stdout)["outcome"]) == (0, outcome)
    again = run(app, *command)
    assert again.stdout == "The statement has this origin already; nothing changed.\n"
    other = run(app, *command, "--carry")
    assert other.exit_code == 1
    assert "whether what was said of the origin counts can't be changed" in other.output


def test_hiding_and_withdrawing_by_command(app: Flask, capsys: pytest.CaptureFixture[str]) -> None:
    publish(app)
    one = ("library-technicians", "26.05")

    def said(*words: str) -> str:
        done = run(app, *words)
        assert done.exit_code == 0, done.output
        return done.stdout

    tried = said("hide", *one, "--dry-run")
    assert run(app, "list").stdout.count("\t") == 4
    assert said("hide", *one) == tried
    assert run(app, "list").stdout.endswith("Library Technicians\thidden\n")
    assert said("hide", "library-technicians").endswith("already; nothing changed.\n")
    assert json.loads(said("unhide", "library-technicians", "--json")) == {
        "slug": "library-technicians",
        "version": None,
        "outcome": "offered",
        "versions": 1,
    }
    said("withdraw", *one)
    assert said("withdraw", *one) == (
        "Library Technicians, version 26.05: withdrawn already; nothing changed.\n"
    )
    refused = run(app, "unhide", *one)
    assert (refused.exit_code, "It was withdrawn" in refused.output) == (1, True)
    again = run(app, "import", str(PATH), "--publish")
    assert "its number is not given again" in again.output
    with app.app_context():
        take_in_shipped(PATH)
    assert capsys.readouterr() == ("", ""), "the start goes on without a word"
    missing = run(app, "hide", "nobody")
    assert (missing.exit_code, missing.output) == (1, "No version of nobody is published.\n")


def test_a_version_in_use_is_not_withdrawn_by_command(app: Flask, world: World) -> None:
    refused = run(app, "withdraw", "small", "1")
    assert refused.exit_code == 1
    assert "It can't be withdrawn: somebody is on it" in refused.output


def test_a_version_to_which_a_move_is_planned_is_not_hidden_by_command(
    app: Flask, world: World
) -> None:
    with app.app_context():
        version = next_version(world)
        version_moves_actions.plan(None, world.libraries["city"], version.framework_id, world.now)
    for names in (["small", "2"], ["small"]):
        refused = run(app, "hide", *names)
        assert refused.exit_code == 1
        assert "City Library plans to move to version 2." in refused.output


def test_set_up_leaves_a_draft_that_is_open(app: Flask, tmp_path: Path) -> None:
    mine = tmp_path / "mine.json"
    mine.write_text(PATH.read_text("utf-8").replace('"Library Technicians"', '"Mine"'), "utf-8")
    run(app, "import", str(mine))
    with app.app_context():
        take_in_shipped(PATH)
    assert "Mine, version 26.05, is published" in run(app, "publish", "library-technicians").stdout
