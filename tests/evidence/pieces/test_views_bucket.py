"""Evidence files in an S3-compatible store: moto's server, in this process. What people and commands
see is what they see of a folder, and a store that is away is told in words."""

import datetime as dt
import io
import json
import re
import socket
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest
import time_machine
from click.testing import Result
from flask import Flask
from sqlalchemy import select

from tests.client import Client
from tests.factories.evidence import PDF, TXT
from tests.factories.world import World
from tracker.app import create_app
from tracker.db import session
from tracker.evidence.files.rules_backends import Bucket, path_of
from tracker.models import FileRemoval, StoredFile
from tracker.storage import files as storage_files

pytest.importorskip("s3fs", reason="s3fs is not installed (make install)")
moto_server = pytest.importorskip("moto.server", reason="moto is not installed (make install)")

SignIn = Callable[[str], Client]
LATER = dt.timedelta(days=2)


@pytest.fixture
def bucket(app: Flask, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Bucket]:
    server = moto_server.ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    made = Bucket("evidence", "lib", f"http://{host}:{port}", "us-east-1", "k", "s" * 40, tmp_path)
    store(made).call_s3("create_bucket", Bucket="evidence")
    monkeypatch.setitem(app.config, "FILES", made)
    monkeypatch.setitem(app.config, "DATA_DIR", tmp_path)
    monkeypatch.setitem(app.config, "BACKUP_DIR", tmp_path / "backups")
    yield made
    urlopen(Request(f"{made.endpoint}/moto-api/reset", method="POST")).close()
    server.stop()


@pytest.fixture
def away(bucket: Bucket) -> Bucket:
    """The same at an address where nobody listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return replace(bucket, endpoint=f"http://127.0.0.1:{free.getsockname()[1]}")


def store(bucket: Bucket) -> Any:
    return storage_files._bucket(bucket)._connected()


def add(client: Client, content: bytes, name: str = "proof.pdf") -> Any:
    form = {"title": "Kept as typed", "file": (io.BytesIO(content), name)}
    return client.post("/evidence", form)


def run(app: Flask, *arguments: str) -> Result:
    return app.test_cli_runner().invoke(args=list(arguments))


def told(app: Flask, *arguments: str) -> str:
    """Without the lines of the log."""
    lines = run(app, *arguments).output.splitlines()
    return "\n".join(line for line in lines if not line.startswith("{"))


def digests(app: Flask) -> list[str]:
    with app.app_context():
        return sorted(session().scalars(select(StoredFile.sha256)).all())


def names(bucket: Bucket) -> list[str]:
    return sorted(each.name for each in storage_files.found(bucket))


@pytest.mark.in_ci
def test_people_and_commands_find_their_files_there(
    app: Flask, world: World, sign_in: SignIn, bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana = sign_in(world.email("ana"))
    mine = add(ana, PDF).headers["Location"].split("?")[0]
    assert add(ana, PDF).status_code == add(ana, TXT, "more.txt").status_code == 303
    assert names(bucket) == sorted(set(digests(app)))
    assert len(names(bucket)) == 2
    assert ana.get(f"{mine}/file").data == PDF
    with monkeypatch.context() as patch:
        patch.setitem(app.config, "UPLOAD_TOTAL_BYTES", 2 * len(PDF) + len(TXT) + 1)
        full = add(ana, TXT + b"more", "third.txt")
        assert full.status_code == 422
        assert "Kept as typed" in full.text
    assert len(names(bucket)) == 2
    assert ana.get("/readyz").status_code == 200
    assert told(app, "files", "check").splitlines() == [
        "Evidence files: 2. Missing: 0. Damaged: 0.",
        "Leftovers: 0, of which 0 are older than a day.",
    ]

    backup = run(app, "backup").output.partition(": ")[0]
    assert "2 evidence files, nothing wrong" in told(app, "backup", "test", backup)
    whole, gone = (f"evidence/lib/{path_of(storage_files.digest_of(each))}" for each in (PDF, TXT))
    store(bucket).pipe_file(whole, b"something else")
    store(bucket).rm_file(gone)
    assert "Missing: 1. Damaged: 1." in told(app, "files", "check")
    damaged = ana.get(f"{mine}/file")
    assert (damaged.status_code, "damaged or missing" in damaged.text) == (410, True)
    assert "Restored as it was" in told(app, "restore", backup, "--replace")
    assert "Missing: 0. Damaged: 0." in told(app, "files", "check")

    storage_files.keep(bucket, b"an upload that was cut short")
    store(bucket).pipe_file("evidence/lib/notes.txt", b"not ours")
    assert "Leftovers: 1, of which 0 are" in told(app, "files", "check", "--sweep")
    with time_machine.travel(world.now + LATER, tick=False):
        assert "Leftovers of uploads removed: 1." in told(app, "files", "check", "--sweep")
    assert len(names(bucket)) == 2
    assert store(bucket).cat_file("evidence/lib/notes.txt") == b"not ours"


@pytest.mark.in_ci
def test_a_store_that_is_away_is_told_in_words(
    app: Flask,
    world: World,
    sign_in: SignIn,
    bucket: Bucket,
    away: Bucket,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ana = sign_in(world.email("ana"))
    mine = add(ana, PDF).headers["Location"].split("?")[0]
    missing = replace(bucket, name="another")
    for place in (away, missing):
        monkeypatch.setitem(app.config, "FILES", place)
        read, sent = ana.get(f"{mine}/file"), add(ana, TXT, "more.txt")
        assert (read.status_code, sent.status_code) == (503, 503)
        assert read.headers["Retry-After"]
        assert "The file is still there; try again in a few minutes." in read.text
        assert "so nothing was saved. What you typed is still here." in sent.text
        assert 'value="Kept as typed"' in sent.text
        assert ana.get("/readyz").json == {"status": "unready", "failing": ["files"]}
        for command in (("files", "check"), ("backup",), ("check",)):
            done = run(app, *command)
            assert done.exit_code == 1
            assert f"The store of evidence files, {place}, does not answer" in done.output
    assert not list((app.config["BACKUP_DIR"]).glob("*.tar"))

    monkeypatch.setitem(app.config, "FILES", away)
    erased = ana.post(f"{mine}/erase", {"reason": "names_patron"}, follow_redirects=True)
    assert "its file goes as soon as it can, within a day." in erased.text
    with app.app_context():
        assert session().scalar(select(FileRemoval.sha256)) == storage_files.digest_of(PDF)
    daily = told(app, "work", "--daily")
    assert "Failed: erased_files." in daily
    assert "Seals noted in the audit trail" in daily
    monkeypatch.setitem(app.config, "FILES", bucket)
    assert "Erased files removed: 1;" in told(app, "work", "--daily")
    assert names(bucket) == []


@pytest.mark.in_ci
def test_what_is_unsafe_about_the_bucket(app: Flask, world: World, bucket: Bucket) -> None:
    def said() -> list[str]:
        lines = told(app, "check", "--deploy").splitlines()
        words = [re.sub(r"^- not held: [^.]+\. ", "", line) for line in lines]
        return [word for word in words if re.search(r"s3://|S3_", word)]

    assert [each.split(":")[0] for each in said()] == [
        "TRACKER_S3_SECRET can be guessed. Have the store make another.",
        "TRACKER_S3_ENDPOINT is http",
    ]
    opened = {"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [opened]})
    store(bucket).call_s3("put_bucket_policy", Bucket="evidence", Policy=policy)
    store(bucket).call_s3(
        "put_bucket_versioning", Bucket="evidence", VersioningConfiguration={"Status": "Enabled"}
    )
    assert "Everybody can read s3://evidence/lib without a key." in said()[2]
    assert "keeps earlier versions" in said()[3]
    assert names(bucket) == []


@pytest.mark.in_ci
def test_settings_that_cannot_be(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TRACKER_DATA_DIR", str(tmp_path))
    for settings, wrong in (
        (
            {"TRACKER_FILES_BUCKET": "Not A Bucket"},
            "must be the name of a bucket, or bucket/folder",
        ),
        ({"TRACKER_FILES_BUCKET": "evidence/lib"}, "needs TRACKER_S3_KEY and TRACKER_S3_SECRET"),
        ({"TRACKER_S3_ENDPOINT": "s3.library.org"}, "TRACKER_S3_ENDPOINT must begin with https://"),
    ):
        for name, value in settings.items():
            monkeypatch.setenv(name, value)
        with pytest.raises(ValueError, match=wrong):
            create_app()
    monkeypatch.setenv("TRACKER_S3_ENDPOINT", "https://s3.library.org")
    monkeypatch.setenv("TRACKER_S3_KEY", "k")
    monkeypatch.setenv("TRACKER_S3_SECRET", "canary")
    place = create_app().config["FILES"]
    assert str(place) == "s3://evidence/lib"
    assert "canary" not in repr(place)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("config.find_spec", lambda name: None)
        with pytest.raises(ValueError, match="needs the extra s3"):
            create_app()
