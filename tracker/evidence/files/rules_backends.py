"""Where evidence files are kept, and under which names: in a folder, or in a bucket of an
S3-compatible store."""

import datetime as dt
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

SHA256 = re.compile(r"[0-9a-f]{64}")
INCOMING = "incoming-"
"""How the name of a file begins that is being written."""


@dataclass(frozen=True, slots=True)
class Bucket:
    """`prefix`: below which all that is ours lies; "" for the whole bucket. `endpoint`: the store's
    address; "" for Amazon's. `turns`: a folder of this machine, where uploads take turns."""

    name: str
    prefix: str
    endpoint: str
    region: str
    key: str
    secret: str = field(repr=False)
    turns: Path

    def __str__(self) -> str:
        return f"s3://{self.name}/{self.prefix}".rstrip("/")


FileBackend: TypeAlias = Path | Bucket


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file in the place. `path`: below it; `name`: the last part of that."""

    path: str
    name: str
    changed_at: dt.datetime


def path_of(sha256: str) -> str:
    """Where the file with this digest lies, below the place. The same in a folder and a bucket."""
    return f"{sha256[:2]}/{sha256[2:4]}/{sha256}"


def is_ours(name: str) -> bool:
    return name.startswith(INCOMING) or SHA256.fullmatch(name) is not None
