"""The next version in the demo: a draft that changes the version in use in each way there is."""

import datetime as dt
import uuid
from typing import Any

from tracker.frameworks.drafts.actions import import_framework
from tracker.frameworks.files.rules import data_of, framework_of
from tracker.frameworks.versions.queries import file_of
from tracker.policy.permissions import Actor

VERSION = "26.11"
NAMES = uuid.UUID("6f2b0d0e-9d3c-4c36-9a5e-2f8f0c1d7a11")
REWORDED = {
    "T-2-03": {
        "text": "guide users through database searches, e-resource access, and audio-visual "
        "equipment use, providing step-by-step technical assistance at the desk, by phone, or by "
        "chat."
    },
    "CRI-2-02": {"title": "Cataloging judgment"},
}
SPLIT = "T-2-04"
PARTS = (
    {
        "code": "T-2-11",
        "title": "Copy cataloging",
        "text": "catalog print and non-print materials using established classification schedules, "
        "with accurate metadata.",
    },
    {
        "code": "T-2-12",
        "title": "Physical processing",
        "text": "prepare print and non-print materials for the shelf.",
    },
)
MERGED = ("COL-1-01", "COL-1-02")
TOGETHER = {
    "code": "COL-1-03",
    "title": "Working as a team",
    "text": "completes assigned shelving, circulation, and processing tasks in coordination with "
    "colleagues, and reports updates and patron issues to supervising librarians",
}
MOVED = ("COM-2-03", "collaboration", "COL-2-")
"""To the end of the level in that domain, whose codes begin so."""
RETIRED = "FOR-3-02"
NEW = (
    "AI-2-",
    {
        "code": "AI-2-04",
        "title": "Privacy in AI tools",
        "text": "explains to patrons what an AI tool keeps of their question, and takes names and "
        "card numbers out before using one",
    },
)


def draft(actor: Actor, framework_id: int, now: dt.datetime) -> None:
    """Taken in as an upload would be. Nobody has decided about its changes yet."""
    data = data_of(file_of(framework_id))
    data["version"] = VERSION
    listed = {
        domain["key"]: domain["statements"]
        for strand in data["strands"]
        for domain in strand["domains"]
    }
    found = {row["code"]: (row, rows) for rows in listed.values() for row in rows}
    for code, changed in REWORDED.items():
        found[code][0].update(changed)
    whole, rows = found[SPLIT]
    at = rows.index(whole)
    rows[at : at + 1] = [_added(whole, part, [whole["uuid"]]) for part in PARTS]
    first, rows = found[MERGED[0]]
    together = _added(first, TOGETHER, [found[code][0]["uuid"] for code in MERGED])
    rows[:] = [together if row is first else row for row in rows if row["code"] != MERGED[1]]
    moved, rows = found[MOVED[0]]
    rows.remove(moved)
    _after_the_last(listed[MOVED[1]], MOVED[2], moved)
    retired, rows = found[RETIRED]
    rows.remove(retired)
    rows = listed["ai"]
    like = next(row for row in rows if row["code"].startswith(NEW[0]))
    _after_the_last(rows, NEW[0], _added(like, NEW[1], []))
    import_framework(framework_of(data), now, actor)


def _added(like: dict[str, Any], said: dict[str, str], came_from: list[str]) -> dict[str, Any]:
    return {**like, **said, "uuid": str(uuid.uuid5(NAMES, said["code"])), "from": came_from}


def _after_the_last(rows: list[dict[str, Any]], beginning: str, statement: dict[str, Any]) -> None:
    last = max(at for at, each in enumerate(rows) if each["code"].startswith(beginning))
    rows.insert(last + 1, statement)
