"""The list of erasures outside the database: one line of JSON for each, so that a backup from
before one can be restored without bringing anything back. It holds numbers, and no word of what was
erased."""

import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import structlog

from tracker.rules import strict_json as strict_json_rules

LOG = structlog.get_logger("tracker.erasures")
NAME = "erasures.jsonl"


def lines(folder: Path) -> list[dict[str, Any]]:
    """The oldest first. A line that was cut short, as the disk was full or the server stopped, is
    none: the next is written below it, and the daily work writes it again."""
    try:
        text = (folder / NAME).read_text(encoding="utf-8")
    except FileNotFoundError:
        return []
    whole = []
    for line in filter(None, text.splitlines()):
        try:
            whole.append(strict_json_rules.parsed(line))
        except strict_json_rules.NotStrict:
            LOG.warning("erasure_line_cut_short", characters=len(line))
    return whole


def add(folder: Path, new: Iterable[dict[str, Any]]) -> None:
    """Written so that it is there after a crash. A line twice does no harm."""
    text = "".join(f"\n{json.dumps(line, sort_keys=True)}" for line in new)
    if text:
        with open(folder / NAME, "a", encoding="utf-8", opener=_for_owner) as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())


def _for_owner(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
