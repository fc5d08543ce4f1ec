"""Seals: for each person or library, what one transaction wrote of theirs, as commitments, with a
digest that follows on the seal before it in the same chain.

A seal holds no text and no answer: where a row can be erased its commitment is salted, and the salt
goes with the row. Commitments are cut to 16 bytes: nobody finds other content for one that is
there.
"""

import datetime as dt
import hashlib
import json
import secrets
import struct
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

COMMITMENT = 16
GONE = bytes(COMMITMENT)
"""In place of a commitment: the program deleted the row."""
NOTES = 0
"""The chain that notes the newest seals of the others (operations/audit/actions)."""
RECORDS_SEALED = "records_sealed"
"""The kind of event of the audit with one digest over all seals so far; it belongs to no library,
and is not listed: it tells that somebody did something."""
ROW_ACCEPTED = "row_accepted"
"""The kind of event of the audit: whoever runs the server says that a row is right, which was
changed past the program. Of no library."""
_LINK, _ROW, _HEAD = struct.Struct(">iI"), struct.Struct(">BI16s"), struct.Struct(">iI16s")


class CoveredRow(NamedTuple):
    """A row by the number of its table (models/protections) and its own."""

    table: int
    row_id: int
    commitment: bytes


class SealHead(NamedTuple):
    """The newest seal of a chain: its place in it and its digest, empty where there is none yet."""

    chain: int
    sequence: int
    digest: bytes


def covering(rows: Iterable[CoveredRow]) -> bytes:
    """By table, then by row."""
    return b"".join(_ROW.pack(*row) for row in sorted(rows))


def rows_of(covered: bytes) -> Iterator[CoveredRow]:
    """What is no whole row at the end was written past the program: the digest tells of it."""
    whole = len(covered) - len(covered) % _ROW.size
    return (CoveredRow(*row) for row in _ROW.iter_unpack(covered[:whole]))


def noting(heads: Iterable[SealHead]) -> bytes:
    """What a seal of the chain of notes covers."""
    return b"".join(_HEAD.pack(*head) for head in sorted(heads))


def heads_of(noted: bytes) -> Iterator[SealHead]:
    """With digests that are cut."""
    whole = len(noted) - len(noted) % _HEAD.size
    return (SealHead(*head) for head in _HEAD.iter_unpack(noted[:whole]))


def digest(before: SealHead, covered: bytes) -> bytes:
    """Of the seal that follows on that one."""
    link = _LINK.pack(before.chain, before.sequence + 1)
    return hashlib.sha256(before.digest + link + covered).digest()


def new_salt() -> bytes:
    """Of the commitment of a row that can be erased."""
    return secrets.token_bytes(16)


def commitment(salt: bytes | str, facts: Mapping[str, Any]) -> bytes:
    """What is empty is left out, so that a column that is added later, and empty in what is there,
    breaks no seal."""
    plain_facts = {name: _plain(value) for name, value in facts.items() if value is not None}
    salted = salt.encode() if isinstance(salt, str) else salt
    return hashlib.sha256(salted + canonical(plain_facts).encode()).digest()[:COMMITMENT]


def lineage(*tables: Iterable[Iterable[Any]]) -> str:
    """One digest over rows that say which skills statements are wordings of, what skills were made
    of, and what a level needs."""
    return sha256(canonical([[list(row) for row in rows] for rows in tables]))


def _plain(value: Any) -> Any:
    """As either database gives it back: moments in UTC, to the microsecond, and words as keys."""
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat(timespec="microseconds")
    if isinstance(value, dict | list):
        return json.loads(json.dumps(value))
    return value.isoformat() if isinstance(value, dt.date) else value


def canonical(value: Any) -> str:
    """As JSON that is the same for the same value: UTF-8, keys sorted, no spaces."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()
