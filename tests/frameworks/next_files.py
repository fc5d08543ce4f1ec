"""Files of a next version, made from one that is there."""

import json
from collections.abc import Callable
from functools import cache
from typing import Any

from config import ROOT
from tracker.frameworks.files.rules import FrameworkFile, data_of
from tracker.frameworks.files.rules_reading import read_framework

SEED = ROOT / "seed_data" / "frameworks" / "library-technicians.json"
ADDED = "10000000-0000-0000-0000-00000000000{}"


@cache
def seed() -> FrameworkFile:
    return read_framework(SEED.read_text(encoding="utf-8"))


def edited(
    file: FrameworkFile,
    edit: Callable[[dict[str, list[dict[str, Any]]]], object] = lambda listed: None,
    version: str = "26.11",
) -> FrameworkFile:
    """`edit` gets the lists of statements by key of their domain."""
    data = json.loads(json.dumps(data_of(file)))
    data["version"] = version
    edit(
        {
            domain["key"]: domain["statements"]
            for strand in data["strands"]
            for domain in strand["domains"]
        }
    )
    return read_framework(json.dumps(data))


def one_of_each(listed: dict[str, list[dict[str, Any]]]) -> None:
    """Reworded, spelled otherwise, moved, split, merged, retired, new."""
    first, second, third, fourth, fifth = listed["technical"][:5]
    first["text"] = "lend, renew, and take back items, and explain the fees, without help."
    second["text"] = second["text"].upper()
    listed["technical"][4:5] = [
        {**fifth, "title": "First part"},
        {**fifth, "code": "T-1-41", "uuid": ADDED.format(1), "from": [fifth["uuid"]]},
    ]
    listed["technical"].remove(fourth)
    third |= {"title": "Both", "from": [third["uuid"], fourth["uuid"]]}
    communication, leadership = listed["communication"], listed["leadership"]
    moved = communication.pop(0)
    leadership.insert(0, moved)
    communication.pop()
    communication.append(
        {"code": "COM-9-01", "rank": 4, "uuid": ADDED.format(2), "title": "New", "text": "is new."}
    )
