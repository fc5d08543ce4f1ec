"""Asking for one's own record, being told that it is made, and taking it along with its files."""

import datetime as dt
import io
import json
import zipfile
from collections.abc import Iterator
from typing import Any

from sqlalchemy import select

from tracker.db import transaction
from tracker.evidence.files.rules_backends import FileBackend
from tracker.models import Job, Person
from tracker.policy.permissions import Actor
from tracker.records import jobs as jobs_records
from tracker.records.core import notices as notices_records
from tracker.row_locks import held
from tracker.rules.core.jobs import OPEN
from tracker.rules.core.notices import NoticeKind, happening
from tracker.rules.errors import Unreachable
from tracker.storage import files as storage_files

NAME = "own_record"
"""Of the work, and of its rows."""
MISSING = "missing-files.txt"


def ask(actor: Actor, arguments: dict[str, str], now: dt.datetime) -> None:
    """One is made at a time, in place of the one before. Raises Conflict: jobs_open, jobs_kept."""
    with transaction() as tx:
        tx.scalar(held(select(Person.id).where(Person.id == actor.person_id)))
        of_mine = select(Job).where(Job.person_id == actor.person_id, Job.kind == NAME)
        former = tx.scalars(of_mine).all()
        if not any(job.state in OPEN for job in former):
            jobs_records.delete_jobs(tx, [job.id for job in former])
            jobs_records.ask(tx, NAME, actor.person_id, actor.library_id, arguments, now)


def tell(person_id: int, job_id: int, now: dt.datetime) -> None:
    """Its owner alone: nobody else sees that it was made."""
    with transaction() as tx:
        key = happening("job", job_id, now)
        notices_records.note(tx, person_id, NoticeKind.RECORD_READY, key, now)


class _Passing(io.RawIOBase):
    """What is written to it, until it is taken: nobody can go back in it."""

    def __init__(self) -> None:
        self._waiting = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._waiting += data
        return len(data)

    def take(self) -> bytes:
        taken, self._waiting = bytes(self._waiting), bytearray()
        return taken


def entry(name: str, now: dt.datetime) -> zipfile.ZipInfo:
    """Of a file in the zip, for its owner alone."""
    of = zipfile.ZipInfo(name, now.timetuple()[:6])
    of.external_attr = 0o600 << 16
    return of


def with_files(made: bytes, place: FileBackend, missing: str, now: dt.datetime) -> Iterator[bytes]:
    """The zip that the worker made, and the files of evidence after it, piece by piece: it takes no
    more memory than the largest of them. One that is not in its place, or damaged there, is named
    in `missing-files.txt`, below the sentence `missing`; the rest comes."""
    passing, absent = _Passing(), []
    with zipfile.ZipFile(passing, "w") as archive, zipfile.ZipFile(io.BytesIO(made)) as inner:
        for name in inner.namelist():
            archive.writestr(entry(name, now), inner.read(name), zipfile.ZIP_DEFLATED)
            yield passing.take()
        for file in json.loads(inner.read("record.json"))["stored_files"]:
            try:
                content = storage_files.whole(place, file["sha256"])
            except Unreachable:
                content = None
            if content is None:
                absent.append(file["path"])
                continue
            archive.writestr(entry(file["path"], now), content)
            yield passing.take()
        if absent:
            archive.writestr(entry(MISSING, now), "\n".join([missing, "", *absent, ""]))
    yield passing.take()
