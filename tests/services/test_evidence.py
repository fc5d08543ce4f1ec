"""Evidence through its services, on both engines: versions, links, files, and who may do what to
whose."""

import datetime as dt
import errno
import os
import stat
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from config import ROOT
from tests.factories.evidence import GOOD, PDF, TXT, create, piece, store
from tests.factories.world import World
from tracker.db import db, transaction
from tracker.evidence.files.rules import Upload
from tracker.evidence.files.rules_places import path_of
from tracker.evidence.pieces import actions as evidence
from tracker.evidence.pieces import queries as lists
from tracker.evidence.pieces import queries_versions as read
from tracker.evidence.pieces.rules import EvidenceContent
from tracker.frameworks.versions.rules_scale import EvidenceKind
from tracker.models import Evidence, EvidenceText, EvidenceVersion, StoredFile
from tracker.policy.permissions import Actor
from tracker.queries.access.actors import actor_for_person
from tracker.rules.errors import Damaged, Invalid, Missing, Refusal
from tracker.storage import file_rows, files

TODAY = dt.date(2026, 11, 24)
Somebody = Callable[[str], Actor]


@pytest.fixture
def somebody(app: Flask, world: World) -> Iterator[Somebody]:
    """Actors by name. These tests hold a context: no client is in play."""

    def named(name: str) -> Actor:
        actor = actor_for_person(world.people[name], world.now)
        assert actor is not None
        return actor

    with app.app_context():
        yield named


def rows(*models: type) -> list[int]:
    db.session.rollback()
    return [db.session.scalar(select(func.count()).select_from(model)) or 0 for model in models]


def refused(code: str, call: Callable[[], object]) -> None:
    with pytest.raises(Refusal) as caught:
        call()
    assert caught.value.code == code


def on_disk(folder: Path) -> list[Path]:
    return [path for path in (folder / "files").rglob("*") if path.is_file()]


def test_a_new_piece(somebody: Somebody, world: World) -> None:
    statement, other = world.statements["technical"][0], world.statements["leadership"][1]
    made = create(
        somebody("ana"),
        EvidenceContent(" Shelf  check ", "All of aisle 4", "https://example.org/plan", TODAY),
        reasons={statement: " I did\nit alone ", other: ""},
        now=world.now,
    )
    found = read.piece(made)
    assert found is not None
    assert (found.shown.title, found.kind, found.shown.number) == (
        "Shelf check",
        EvidenceKind.LINK,
        1,
    )
    assert found.shown.done_on == TODAY
    assert [(link.statement_id, link.reason) for link in found.links] == [
        (statement, "I did it alone"),
        (other, ""),
    ]


def test_an_edit_makes_a_version_and_keeps_the_old_one(somebody: Somebody, world: World) -> None:
    ana = somebody("ana")
    made = piece(world, title="First", text="one")
    later = world.now + dt.timedelta(days=1)
    assert evidence.edit(ana, made, 1, EvidenceContent("Second", "two"), now=later) == 2
    assert evidence.edit(ana, made, 2, EvidenceContent("Second", "two"), now=later) == 2, (
        "nothing changed"
    )
    first, second = read.piece(made, 1), read.piece(made)
    assert first is not None
    assert second is not None
    assert (first.shown.title, first.shown.text, first.versions, first.is_current) == (
        "First",
        "one",
        2,
        False,
    )
    assert (second.shown.title, second.shown.made_at, second.is_current) == ("Second", later, True)
    assert read.piece(made, 3) is None


def test_an_edit_of_an_older_version_is_not_lost_in_silence(
    somebody: Somebody, world: World
) -> None:
    ana = somebody("ana")
    made = piece(world, title="First")
    evidence.edit(ana, made, 1, EvidenceContent("Second"), now=world.now)
    refused(
        "evidence_changed",
        lambda: evidence.edit(ana, made, 1, EvidenceContent("Third"), now=world.now),
    )
    found = read.piece(made)
    assert found is not None
    assert found.shown.title == "Second"


@pytest.mark.parametrize("table", ["evidence_versions", "evidence_texts"])
@pytest.mark.parametrize("act", ["UPDATE {} SET {}", "DELETE FROM {}"])
def test_versions_do_not_change(somebody: Somebody, world: World, table: str, act: str) -> None:
    piece(world)
    change = {"evidence_versions": "number = 9", "evidence_texts": "title = 'other'"}[table]
    with pytest.raises(DBAPIError, match="history is never changed"), transaction() as tx:
        tx.execute(text(act.format(table, change)))


def test_the_day_it_was_done_is_a_day_where_the_person_is(somebody: Somebody, world: World) -> None:
    ana = somebody("ana")
    refused(
        "evidence_done_in_future",
        lambda: create(
            ana, EvidenceContent("x", done_on=TODAY + dt.timedelta(days=1)), now=world.now
        ),
    )
    with transaction() as tx:
        tx.execute(text("UPDATE libraries SET time_zone = 'Pacific/Kiritimati'"))
    assert create(
        somebody("ana"),
        EvidenceContent("x", done_on=TODAY + dt.timedelta(days=1)),
        now=world.now.replace(hour=12),
    )


def test_a_jotted_line_waits_to_be_linked(somebody: Somebody, world: World) -> None:
    made = evidence.jot(somebody("ana"), "  helped a class find maps ", world.now)
    assert [
        row.id for row in lists.mine(world.people["ana"], show=lists.EvidenceFilter.UNLINKED).rows
    ] == [made]
    refused("evidence_jot_empty", lambda: evidence.jot(somebody("ana"), " ", world.now))


def linked(person_id: int, *statement_ids: int) -> dict[int, int]:
    """How many pieces count for each of these statements, for those that have any."""
    found = lists.for_statements(person_id, statement_ids)
    return {statement_id: len(pieces) for statement_id, pieces in found.items()}


def test_links_are_added_changed_and_taken_off(somebody: Somebody, world: World) -> None:
    ana = somebody("ana")
    one, two = world.statements["technical"][:2]
    made = piece(world, reasons={one: "old"})
    evidence.link(ana, made, {one: "new", two: "too"}, world.now)
    assert [item.reason for item in lists.for_statement(ana.person_id, one)] == ["new"]
    assert linked(ana.person_id, one, two) == {one: 1, two: 1}
    evidence.unlink(ana, made, one)
    assert linked(ana.person_id, one, two) == {two: 1}
    refused("missing", lambda: evidence.unlink(ana, made, one))
    refused("evidence_links_none", lambda: evidence.link(ana, made, {}, world.now))


def test_statements_of_another_framework_are_not_linked(somebody: Somebody, world: World) -> None:
    ana, adam = somebody("ana"), somebody("adam")
    statement = world.statements["technical"][0]
    made = piece(world)
    for wrong in (999_999, 2**31 - 1):
        refused(
            "evidence_statement_unknown",
            lambda wrong=wrong: evidence.link(ana, made, {wrong: ""}, world.now),
        )
        refused(
            "evidence_statement_unknown",
            lambda wrong=wrong: create(
                ana, EvidenceContent("x"), reasons={statement: "", wrong: ""}, now=world.now
            ),
        )
    refused(
        "evidence_statement_unknown",
        lambda: create(adam, EvidenceContent("x"), reasons={statement: ""}, now=world.now),
    )
    assert rows(Evidence) == [1]


def test_archived_pieces_rest_until_they_are_brought_back(somebody: Somebody, world: World) -> None:
    ana = somebody("ana")
    statement = world.statements["technical"][0]
    made = piece(world, reasons={statement: ""})
    evidence.archive(ana, made, world.now)
    evidence.archive(ana, made, world.now + dt.timedelta(days=1))
    found = read.piece(made)
    assert found is not None
    assert found.archived_at == world.now
    assert lists.for_statement(ana.person_id, statement) == []
    assert linked(ana.person_id, statement) == {}
    assert lists.mine(ana.person_id).rows == []
    refused(
        "evidence_archived",
        lambda: evidence.edit(ana, made, 1, EvidenceContent("x"), now=world.now),
    )
    refused("evidence_archived", lambda: evidence.link(ana, made, {statement: ""}, world.now))
    evidence.bring_back(ana, made)
    assert len(lists.for_statement(ana.person_id, statement)) == 1


def test_nobody_touches_what_is_not_theirs(somebody: Somebody, world: World) -> None:
    made = piece(world, reasons={world.statements["technical"][0]: ""})
    for name in ("ben", "sue", "cora", "adam", "olaf"):
        other = somebody(name)
        for call in (
            lambda other=other: evidence.edit(other, made, 1, EvidenceContent("x"), now=world.now),
            lambda other=other: evidence.link(
                other, made, {world.statements["technical"][1]: ""}, world.now
            ),
            lambda other=other: evidence.unlink(other, made, world.statements["technical"][0]),
            lambda other=other: evidence.archive(other, made, world.now),
            lambda other=other: evidence.bring_back(other, made),
        ):
            with pytest.raises(Missing):
                call()


# ---- files


def file_of(evidence_id: int, number: int) -> StoredFile | None:
    found = read.piece(evidence_id, number)
    assert found is not None
    file: StoredFile | None = found.shown.file
    return file


def test_a_file_is_stored_by_its_digest(somebody: Somebody, world: World, tmp_path: Path) -> None:
    made = piece(world, folder=tmp_path, upload=Upload("../../evil\u202e/My plan.pdf", PDF))
    file = file_of(made, 1)
    assert file is not None
    assert (file.name, file.media_type, file.size) == ("My plan.pdf", "application/pdf", len(PDF))
    kept = on_disk(tmp_path)
    assert kept == [tmp_path / "files" / path_of(file.sha256)]
    assert stat.S_IMODE(kept[0].stat().st_mode) == 0o600
    assert evidence.file_content(store(tmp_path), file.sha256) == PDF


def test_the_same_content_is_stored_once(somebody: Somebody, world: World, tmp_path: Path) -> None:
    for owner in ("ana", "ben"):
        piece(world, owner, folder=tmp_path, upload=Upload("a.txt", TXT))
    assert len(on_disk(tmp_path)) == 1
    assert rows(StoredFile) == [2]


def test_a_version_has_its_own_file(somebody: Somebody, world: World, tmp_path: Path) -> None:
    ana = somebody("ana")
    made = piece(world, title="Plan", folder=tmp_path, upload=Upload("a.pdf", PDF))
    evidence.edit(ana, made, 1, EvidenceContent("Plan, mended"), now=world.now)
    evidence.edit(
        ana,
        made,
        2,
        EvidenceContent("Plan, mended"),
        upload=Upload("b.txt", TXT),
        store=store(tmp_path),
        now=world.now,
    )
    evidence.edit(ana, made, 3, EvidenceContent("Plan, mended"), drop_file=True, now=world.now)
    names = [file and file.name for file in (file_of(made, number) for number in (1, 2, 3, 4))]
    assert names == ["a.pdf", "a.pdf", "b.txt", None]
    kinds = [found and found.kind for found in (read.piece(made, number) for number in (1, 4))]
    assert kinds == [EvidenceKind.FILE, EvidenceKind.NOTE]


@pytest.mark.parametrize(
    "upload", [Upload("x.pdf", TXT), Upload("x.exe", PDF), Upload("x.txt", b"")]
)
def test_a_refused_file_leaves_nothing(
    somebody: Somebody, world: World, tmp_path: Path, upload: Upload
) -> None:
    with pytest.raises(Invalid):
        piece(world, folder=tmp_path, upload=upload)
    assert on_disk(tmp_path) == []
    assert rows(Evidence, StoredFile) == [0, 0]


def test_one_person_has_so_much_room(somebody: Somebody, world: World, tmp_path: Path) -> None:
    ana, ben = somebody("ana"), somebody("ben")
    room = store(tmp_path, total=len(PDF) + len(TXT))
    for name, content in (("a.pdf", PDF), ("b.txt", TXT)):
        create(ana, EvidenceContent(name), upload=Upload(name, content), store=room, now=world.now)
    refused(
        "files_full",
        lambda: create(
            ana,
            EvidenceContent("c"),
            upload=Upload("c.txt", b"one more"),
            store=room,
            now=world.now,
        ),
    )
    assert create(
        ben, EvidenceContent("c"), upload=Upload("c.txt", b"one more"), store=room, now=world.now
    )
    assert rows(StoredFile, Evidence) == [3, 3]


class Killed(BaseException):
    """As a process ends that is killed: nobody tidies up."""


def _kill(*_: object, **__: object) -> None:
    raise Killed


def test_a_crash_between_file_and_row_leaves_a_file_for_the_sweep(
    somebody: Somebody, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And so does one while the file is written. What is younger than a day may be on its way."""
    folder, later = tmp_path / "files", dt.datetime.now(dt.UTC) + dt.timedelta(days=700)
    piece(world, folder=tmp_path, upload=Upload("b.txt", TXT))
    with monkeypatch.context() as patch:
        patch.setattr(StoredFile, "__init__", _kill)
        with pytest.raises(Killed):
            piece(world, folder=tmp_path, upload=Upload("a.pdf", PDF))
    (folder / "incoming-half").write_bytes(PDF[:9])
    assert rows(Evidence, EvidenceVersion, EvidenceText, StoredFile) == [1, 1, 1, 1]
    found = file_rows.check(folder, world.now)
    assert (found.named, len(found.orphans), found.old) == (1, 2, [])
    assert file_rows.sweep(folder, world.now) == file_rows.Swept(0, 0)
    assert len(on_disk(tmp_path)) == 3
    assert file_rows.sweep(folder, later) == file_rows.Swept(2, 0)
    assert [path.read_bytes() for path in on_disk(tmp_path)] == [TXT]
    assert file_rows.sweep(folder, later) == file_rows.Swept(0, 0)


def test_a_fault_between_file_and_row_leaves_nothing(
    somebody: Somebody, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What another piece names stays, though the same was sent."""
    piece(world, folder=tmp_path, upload=Upload("b.txt", TXT))
    monkeypatch.setattr(StoredFile, "__init__", _crash)
    for content, name in ((PDF, "a.pdf"), (TXT, "b.txt")):
        with pytest.raises(ZeroDivisionError):
            piece(world, folder=tmp_path, upload=Upload(name, content))
        assert [path.read_bytes() for path in on_disk(tmp_path)] == [TXT]


def test_what_is_refused_anyway_is_not_written(
    somebody: Somebody, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A statement of nobody's framework, a version that is overtaken, files that together are too
    much: all of it is asked before the first byte is written."""
    ana, pdf = somebody("ana"), Upload("a.pdf", PDF)
    made = piece(world, title="Shelf check")
    monkeypatch.setattr(files, "keep", _kill)
    unknown = {10**6: ""}
    room = store(tmp_path, total=2 * len(PDF) - 1)
    says = EvidenceContent("x")

    def create(count: int = 1, reasons: dict[int, str] = unknown) -> None:
        evidence.create_each(ana, says, [pdf] * count, now=world.now, reasons=reasons, store=room)

    def edit(version: int) -> None:
        evidence.edit(ana, made, version, says, upload=pdf, store=room, now=world.now)

    refused("evidence_statement_unknown", create)
    refused("files_full", lambda: create(2, {}))
    refused("evidence_changed", lambda: edit(7))
    evidence.archive(ana, made, world.now)
    refused("evidence_archived", lambda: edit(1))
    with pytest.raises(Killed):
        create(1, {})


def test_uploads_at_the_same_moment_stay_within_the_room_also_on_the_disk(
    app: Flask, somebody: Somebody, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Eight of them, and room for three: at no moment more lies on the disk than may."""
    ana, size = somebody("ana"), 1000
    db.session.rollback()
    room, lying, keep = store(tmp_path, total=3 * size), [], files.keep
    together = Barrier(8)

    def seen(folder: Path, content: bytes) -> str:
        kept = keep(folder, content)
        lying.append(sum(path.stat().st_size for path in on_disk(tmp_path)))
        return kept

    def upload(number: int) -> str:
        content = f"{number}".encode() * size
        with app.app_context():
            together.wait()
            try:
                create(
                    ana,
                    EvidenceContent("x"),
                    upload=Upload("x.txt", content),
                    store=room,
                    now=world.now,
                )
            except Invalid as refusal:
                return refusal.code
            return "kept"

    monkeypatch.setattr(files, "keep", seen)
    with ThreadPoolExecutor(8) as pool:
        came = Counter(pool.map(upload, range(8)))
    assert came == {"kept": 3, "files_full": 5}
    assert max(lying) == 3 * size


def test_an_upload_whose_turn_does_not_come_is_refused(
    somebody: Somebody, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another process has the turn; when it is killed, it is free."""
    monkeypatch.setattr(files, "PATIENCE", 0.01)
    program = (
        "import sys, time; from pathlib import Path; from tracker.storage.files import turn_of\n"
        "with turn_of(Path(sys.argv[1]), int(sys.argv[2])): print('mine', flush=True); time.sleep(600)"
    )
    arguments = [str(tmp_path / "files"), str(world.people["ana"])]
    other = subprocess.Popen(
        [sys.executable, "-c", program, *arguments], stdout=subprocess.PIPE, cwd=ROOT
    )
    assert other.stdout is not None
    assert other.stdout.readline() == b"mine\n"
    refused("files_on_the_way", lambda: piece(world, folder=tmp_path, upload=Upload("a.pdf", PDF)))
    assert on_disk(tmp_path) == []
    piece(world, "ben", folder=tmp_path, upload=Upload("a.pdf", PDF))
    other.kill()
    other.communicate()
    piece(world, folder=tmp_path, upload=Upload("a.pdf", PDF))


def test_a_crash_after_the_rows_leaves_no_half(
    somebody: Somebody, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evidence.versions, "link", _crash)
    with pytest.raises(ZeroDivisionError):
        piece(
            world,
            folder=tmp_path,
            upload=Upload("a.pdf", PDF),
            reasons={world.statements["technical"][0]: ""},
        )
    assert rows(Evidence, EvidenceVersion, EvidenceText, StoredFile) == [0, 0, 0, 0]


@pytest.mark.parametrize("step", ["fsync", "rename"])
def test_a_full_disk_is_a_refusal_and_leaves_nothing(
    somebody: Somebody, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    if step == "fsync":
        monkeypatch.setattr(os, "fsync", _no_space)
    else:
        monkeypatch.setattr(Path, "replace", _no_space)
    refused("file_not_kept", lambda: piece(world, folder=tmp_path, upload=Upload("a.pdf", PDF)))
    assert on_disk(tmp_path) == []
    assert rows(Evidence, StoredFile) == [0, 0]


def test_a_changed_or_missing_file_is_found_when_read_and_mended_by_the_next_upload(
    somebody: Somebody, world: World, tmp_path: Path
) -> None:
    made = piece(world, folder=tmp_path, upload=Upload("a.pdf", PDF))
    file = file_of(made, 1)
    assert file is not None
    lying = tmp_path / "files" / path_of(file.sha256)
    lying.write_bytes(PDF[:-1] + b"!")
    with pytest.raises(Damaged, match="file_damaged"):
        evidence.file_content(store(tmp_path), file.sha256)
    lying.unlink()
    with pytest.raises(Damaged, match="file_damaged"):
        evidence.file_content(store(tmp_path), file.sha256)
    piece(world, folder=tmp_path, upload=Upload("a.pdf", PDF))
    assert evidence.file_content(store(tmp_path), file.sha256) == PDF


def test_every_kind_of_file_can_be_kept(somebody: Somebody, world: World, tmp_path: Path) -> None:
    for ending, content in GOOD.items():
        piece(world, folder=tmp_path, upload=Upload(f"x.{ending}", content))
    assert rows(StoredFile) == [len(GOOD)]


# ---- lists


def test_the_search_reads_every_place_and_takes_signs_for_themselves(
    somebody: Somebody, world: World, tmp_path: Path
) -> None:
    titles = {
        "100% of aisle": piece(world, title="100% of aisle"),
        "100 of aisle": piece(world, title="100 of aisle"),
        "a_b": piece(world, title="a_b"),
        "axb": piece(world, title="axb"),
        "text": piece(world, title="text", text="about Zebras\\and more"),
        "url": piece(world, title="url", url="https://example.org/zebra"),
        "file": piece(world, title="file", folder=tmp_path, upload=Upload("zebra.txt", TXT)),
        "other": piece(world, "ben", title="zebra of Ben"),
    }

    def found(words: str) -> set[str]:
        ids = {row.id for row in lists.mine(world.people["ana"], find=words).rows}
        return {title for title, made in titles.items() if made in ids}

    assert found("100%") == {"100% of aisle"}
    assert found("a_b") == {"a_b"}
    assert found("ZEBRA") == {"text", "url", "file"}
    assert found("aisle 100") == {"100% of aisle", "100 of aisle"}
    assert found("s\\a") == {"text"}
    assert found("'; DROP TABLE evidence; --") == set()


def test_only_what_stands_now_is_found(somebody: Somebody, world: World) -> None:
    made = piece(world, title="before")
    evidence.edit(somebody("ana"), made, 1, EvidenceContent("after"), now=world.now)
    assert lists.mine(world.people["ana"], find="before").rows == []
    assert [row.title for row in lists.mine(world.people["ana"]).rows] == ["after"]


def test_filters_counts_and_pages(somebody: Somebody, world: World) -> None:
    ana = somebody("ana")
    statement = world.statements["technical"][0]
    for number in range(lists.PAGE + 2):
        piece(world, title=f"Piece {number}", reasons={statement: ""} if number < 3 else {})
    evidence.archive(ana, lists.mine(ana.person_id).rows[0].id, world.now)
    assert lists.counts(ana.person_id) == (lists.PAGE + 1, lists.PAGE - 2, 1)
    first, second = lists.mine(ana.person_id), lists.mine(ana.person_id, page=2)
    assert (len(first.rows), len(second.rows), first.total, first.pages) == (
        lists.PAGE,
        1,
        lists.PAGE + 1,
        2,
    )
    assert lists.mine(ana.person_id, statement_id=statement).total == 3
    assert lists.mine(ana.person_id, show=lists.EvidenceFilter.ARCHIVED).rows[0].archived
    assert lists.mine(ana.person_id, page=9).rows == []
    assert len(lists.unlinked_to(ana.person_id, statement)) == lists.PAGE - 2
    assert lists.counts(world.people["ben"]) == (0, 0, 0)
    assert linked(world.people["ben"], *world.statements["technical"]) == {}


def _crash(*_: object, **__: object) -> None:
    raise ZeroDivisionError


def _no_space(*_: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def test_a_file_that_is_removed_while_the_same_is_stored_is_there_again(
    world: World, somebody: Somebody, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between writing the file and the row that names it, an erasure removes it: the row finds it
    gone, and writes it anew."""

    def removed_just_before(_tx: object) -> None:
        for path in on_disk(tmp_path):
            path.unlink()

    monkeypatch.setattr("tracker.storage.file_rows.lock", removed_just_before)
    piece(world, folder=tmp_path, upload=Upload("plan.pdf", PDF))
    assert [path.read_bytes() for path in on_disk(tmp_path)] == [PDF]
