"""Files of evidence: kept once by their digest, within the room of a person, and whole after a
crash."""

import datetime as dt
import errno
import os
import stat
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from flask import Flask

from config import ROOT
from tests.evidence.pieces.stored import Somebody, refused, rows
from tests.factories.evidence import GOOD, PDF, TXT, create, piece, store
from tests.factories.world import World
from tracker.db import db
from tracker.evidence.files.rules import Upload
from tracker.evidence.files.rules_backends import path_of
from tracker.evidence.pieces import actions as pieces_actions, queries as pieces_queries
from tracker.evidence.pieces.rules import EvidenceContent
from tracker.frameworks.versions.rules import EvidenceKind
from tracker.models import Evidence, EvidenceText, EvidenceVersion, StoredFile
from tracker.rules.errors import Damaged, Invalid
from tracker.storage import file_rows, files as storage_files


def on_disk(folder: Path) -> list[Path]:
    return [path for path in (folder / "files").rglob("*") if path.is_file()]


# ---- files


def file_of(evidence_id: int, number: int) -> StoredFile | None:
    found = pieces_queries.piece(evidence_id, number)
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
    assert pieces_actions.file_content(store(tmp_path), file.sha256) == PDF


def test_the_same_content_is_stored_once(somebody: Somebody, world: World, tmp_path: Path) -> None:
    for owner in ("ana", "ben"):
        piece(world, owner, folder=tmp_path, upload=Upload("a.txt", TXT))
    assert len(on_disk(tmp_path)) == 1
    assert rows(StoredFile) == [2]


def test_a_version_has_its_own_file(somebody: Somebody, world: World, tmp_path: Path) -> None:
    ana = somebody("ana")
    made = piece(world, title="Plan", folder=tmp_path, upload=Upload("a.pdf", PDF))
    pieces_actions.edit(ana, made, 1, EvidenceContent("Plan, mended"), now=world.now)
    pieces_actions.edit(
        ana,
        made,
        2,
        EvidenceContent("Plan, mended"),
        upload=Upload("b.txt", TXT),
        store=store(tmp_path),
        now=world.now,
    )
    pieces_actions.edit(
        ana, made, 3, EvidenceContent("Plan, mended"), drop_file=True, now=world.now
    )
    names = [file and file.name for file in (file_of(made, number) for number in (1, 2, 3, 4))]
    assert names == ["a.pdf", "a.pdf", "b.txt", None]
    kinds = [
        found and found.kind for found in (pieces_queries.piece(made, number) for number in (1, 4))
    ]
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
    monkeypatch.setattr(storage_files, "keep", _kill)
    unknown = {10**6: ""}
    room = store(tmp_path, total=2 * len(PDF) - 1)
    says = EvidenceContent("x")

    def create(count: int = 1, reasons: dict[int, str] = unknown) -> None:
        pieces_actions.create_each(
            ana, says, [pdf] * count, now=world.now, reasons=reasons, store=room
        )

    def edit(version: int) -> None:
        pieces_actions.edit(ana, made, version, says, upload=pdf, store=room, now=world.now)

    refused("evidence_statement_unknown", create)
    refused("files_full", lambda: create(2, {}))
    refused("evidence_changed", lambda: edit(7))
    pieces_actions.archive(ana, made, world.now)
    refused("evidence_archived", lambda: edit(1))
    with pytest.raises(Killed):
        create(1, {})


def test_uploads_at_the_same_moment_stay_within_the_room_also_on_the_disk(
    app: Flask, somebody: Somebody, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Eight of them, and room for three: at no moment more lies on the disk than may."""
    ana, size = somebody("ana"), 1000
    db.session.rollback()
    room, lying, keep = store(tmp_path, total=3 * size), [], storage_files.keep
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

    monkeypatch.setattr(storage_files, "keep", seen)
    with ThreadPoolExecutor(8) as pool:
        came = Counter(pool.map(upload, range(8)))
    assert came == {"kept": 3, "files_full": 5}
    assert max(lying) == 3 * size


def test_an_upload_whose_turn_does_not_come_is_refused(
    somebody: Somebody, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another process has the turn; when it is killed, it is free."""
    monkeypatch.setattr(file_rows, "PATIENCE", 0.01)
    program = (
        "import sys, time; from pathlib import Path; from tracker.storage.files import turn_of\n"
        "with turn_of(Path(sys.argv[1]), sys.argv[2:], KeyError()): print('mine', flush=True); time.sleep(600)"
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
    monkeypatch.setattr(pieces_actions.pieces_records, "link", _crash)
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
        pieces_actions.file_content(store(tmp_path), file.sha256)
    lying.unlink()
    with pytest.raises(Damaged, match="file_damaged"):
        pieces_actions.file_content(store(tmp_path), file.sha256)
    piece(world, folder=tmp_path, upload=Upload("a.pdf", PDF))
    assert pieces_actions.file_content(store(tmp_path), file.sha256) == PDF


def test_every_kind_of_file_can_be_kept(somebody: Somebody, world: World, tmp_path: Path) -> None:
    for ending, content in GOOD.items():
        piece(world, folder=tmp_path, upload=Upload(f"x.{ending}", content))
    assert rows(StoredFile) == [len(GOOD)]


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
