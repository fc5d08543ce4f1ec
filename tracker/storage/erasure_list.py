"""The list of erasures outside the database: one line of JSON for each, so that a backup from
before one can be restored without bringing anything back. It holds numbers, and no word of what was
erased."""

import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tracker.rules import strict_json as strict_json_rules

NAME = "erasures.jsonl"


def lines(folder: Path) -> list[dict[str, Any]]:
    """The oldest first. A line that was cut short is the last one: the next is written below it."""
    try:
        text = (folder / NAME).read_text(encoding="utf-8")
    except FileNotFoundError:
        return []
    return [strict_json_rules.parsed(line) for line in text.splitlines() if line.endswith("}")]


def add(folder: Path, new: Iterable[dict[str, Any]]) -> None:
    """Written so that it is there after a crash. A line twice does no harm."""
    text = "".join(f"\n{json.dumps(line, sort_keys=True)}" for line in new)
    if not text:
        return
    descriptor = os.open(folder / NAME, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(descriptor, text.encode())
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
