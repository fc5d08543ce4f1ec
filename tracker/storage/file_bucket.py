"""Evidence files in a bucket of an S3-compatible store. An object is there whole or not at all, and
after a crash too, once the store has answered."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache

import structlog
from botocore.exceptions import BotoCoreError, ClientError
from s3fs import S3FileSystem

from tracker.evidence.files.rules_backends import Bucket, FoundFile, is_ours, path_of
from tracker.rules.errors import Unreachable

LOG = structlog.get_logger("tracker.files")
CONNECT_TIMEOUT = 2
READ_TIMEOUT = 10
"""Seconds. Nothing is tried again: who waits is told, and tries again."""
PROBE = "probe"


class FileBucket:
    def __init__(self, bucket: Bucket) -> None:
        self._bucket = bucket
        self._root = f"{bucket.name}/{bucket.prefix}".rstrip("/")

    def is_there(self, sha256: str) -> bool:
        return self._has(path_of(sha256))

    def content(self, sha256: str) -> bytes | None:
        """Raises Unreachable("file_away")."""
        with self._asked("file_away") as store:
            try:
                return bytes(store.cat_file(f"{self._root}/{path_of(sha256)}"))
            except FileNotFoundError:
                self._look(store)
                return None

    def write(self, sha256: str, content: bytes) -> None:
        """Raises Unreachable("file_store_away")."""
        with self._asked("file_store_away") as store:
            store.pipe_file(f"{self._root}/{path_of(sha256)}", content)

    def remove(self, path: str) -> bool:
        if not self._has(path):
            return False
        with self._asked("file_store_away") as store:
            store.rm_file(f"{self._root}/{path}")
        return True

    def found(self) -> Iterator[FoundFile]:
        with self._asked("file_store_away") as store:
            self._look(store)
            files = store.find(self._root, detail=True)
        for path, about in files.items():
            name = path.rpartition("/")[2]
            if is_ours(name):
                yield FoundFile(path.removeprefix(f"{self._root}/"), name, about["LastModified"])

    def is_ready(self) -> bool:
        with self._asked("file_store_away") as store:
            self._look(store)
        return True

    def faults(self) -> Iterator[str]:
        """What is wrong with the bucket for keeping files of people, as words for commands to look
        up. Writes an object and removes it."""
        path = f"{self._root}/{PROBE}"
        with self._asked("file_store_away") as store:
            try:
                store.pipe_file(path, b"probe")
                is_public = _is_open_to_all(self._bucket, path)
                store.rm_file(path)
            except PermissionError:
                yield "bucket_refuses"
                return
            if is_public:
                yield "bucket_public"
            try:
                versions = store.call_s3("get_bucket_versioning", Bucket=self._bucket.name)
            except PermissionError:
                yield "bucket_versions_unknown"
                return
            if versions.get("Status"):
                yield "bucket_versions"

    def _has(self, path: str) -> bool:
        _name, _slash, key = f"{self._root}/{path}".partition("/")
        with self._asked("file_store_away") as store:
            try:
                store.call_s3("head_object", Bucket=self._bucket.name, Key=key)
            except FileNotFoundError:
                return False
        return True

    def _connected(self) -> S3FileSystem:
        return _store(self._bucket, os.getpid())

    def _look(self, store: S3FileSystem) -> None:
        """Whether the bucket is there: without it every file would seem to be missing."""
        store.call_s3("list_objects_v2", Bucket=self._bucket.name, MaxKeys=1)

    @contextmanager
    def _asked(self, code: str) -> Iterator[S3FileSystem]:
        try:
            yield self._connected()
        except (OSError, BotoCoreError, ClientError) as error:
            LOG.error("file_store_away", place=str(self._bucket), error=str(error))
            raise Unreachable(code) from error


def _is_open_to_all(bucket: Bucket, path: str) -> bool:
    key = path.partition("/")[2]
    try:
        _connected(bucket, anon=True).call_s3("head_object", Bucket=bucket.name, Key=key)
    except PermissionError:
        return False
    return True


@lru_cache(maxsize=4)
def _store(bucket: Bucket, process: int) -> S3FileSystem:
    """One for each process: what was opened before a fork is not shared. Its threads share it."""
    return _connected(bucket, key=bucket.key, secret=bucket.secret)


def _connected(bucket: Bucket, **who: object) -> S3FileSystem:
    store = S3FileSystem(
        **who,
        endpoint_url=bucket.endpoint or None,
        client_kwargs={"region_name": bucket.region},
        config_kwargs={
            "connect_timeout": CONNECT_TIMEOUT,
            "read_timeout": READ_TIMEOUT,
            "retries": {"total_max_attempts": 1},
            "s3": {"addressing_style": "path"} if bucket.endpoint else {},
        },
        use_listings_cache=False,
        skip_instance_cache=True,
    )
    store.retries = 1
    return store
