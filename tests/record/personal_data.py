"""`make diagrams`: what is kept about people, column by column, as a page made from its declaration
in tracker/models/record/personal.py."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Column

from tests.docs import tables
from tracker.db import Base
from tracker.models.record.personal import PERSONAL, Kept, Personal, name_of, parent_of
from tracker.today.own_record.queries import FORMAT, LISTS, MASKED, NAMES, TAKEN, VERSION

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "personal-data.md"
SCHEMA = PAGE.with_name("record.schema.json")
KEYS = {"id", "framework_id"}
NUMBER = {"type": "integer", "minimum": 1}
INTRODUCTION = """\
# Personal data

What is kept about people, column by column: how its owner downloads it, what becomes of it, and for which kind of record it
is kept. [record.schema.json](record.schema.json) says the same of the file to programs. Made from `tracker/models/record/personal.txt` by `make diagrams`; a test compares the lines with the database, and fails for
a column without one. *Download my record*, *Erase what I haven’t sent*, and the deletion of an account go by the same lines.

*Downloaded as* is the path in `record.json`. What another person said or did is downloaded only as far as its owner sees it
on the pages: what a reviewer answered stays hidden until it is revealed.
"""
TITLES = {
    Kept.RATING: "What you say of your work",
    Kept.EVIDENCE: "Evidence",
    Kept.REVIEW: "Reviews, and what they led to",
    Kept.LOOK: "Who reads a record",
    Kept.AUDIT: "The audit trail",
    Kept.ROUND: "Rounds",
    Kept.ACCOUNT: "The account",
    Kept.MAIL: "Notices and mail",
    Kept.UPLOAD: "Uploads, and files that are made",
    Kept.LIBRARY: "Decisions of the library",
}


def page() -> str:
    purposes = tables.purposes()
    lines = [INTRODUCTION]
    for kept, title in TITLES.items():
        lines += [f"## {title}", "", f"Kept for: {kept}.", ""]
        for name, lines_of in PERSONAL.items():
            if lines_of.kept is kept:
                lines += [f"### `{name}`", "", purposes[name], "", *_of_table(name, lines_of), ""]
    return "\n".join(lines)


def _of_table(name: str, lines_of: Personal) -> Iterator[str]:
    ways = " or ".join(f"`{way.replace(' ', '` → `')}`" for way in lines_of.ways)
    yield f"- Whose: {ways or 'nobody’s'}."
    yield f"- {lines_of.ends}"
    if lines_of.goes:
        yield f"- Deleted with an account that was never used ({_names(lines_of.goes)})."
    if lines_of.stays:
        yield "- An account that was never used leaves its number here, without a name."
    yield from ("", "| column | downloaded as |", "|---|---|")
    for column in Base.metadata.tables[name].columns:
        if column.name in lines_of.taken:
            yield f"| `{column.name}` | `{name}[].{name_of(column.name)}` |"
        else:
            yield f"| `{column.name}` | no: {lines_of.left[column.name]} |"


def _names(columns: tuple[str, ...]) -> str:
    return ", ".join(f"`{column}`" for column in columns)


def schema() -> str:
    """JSON Schema of `record.json`: of each table what is downloaded of it, as its columns are."""
    numbers = {"id": {"type": "integer", "minimum": 1}}
    lists = {
        name: _rows(numbers | {str(column.key): _value(column.type) for column in columns})
        for name, query in LISTS.items()
        for columns in [[one for one in query.selected_columns if one.key not in KEYS]]
    }
    lists["statements"]["items"]["properties"]["framework"] = NUMBER
    lists["statements"]["items"]["required"].append("framework")
    text = {"type": "string"}
    answer = {"framework": NUMBER, "key": text, "label": text, "description": text}
    tables = {
        table.name: _rows(
            numbers
            | {name_of(one): _of_column(table.c[one]) for one in PERSONAL[table.name].taken}
            | ({"path": text} if table.name == "stored_files" else {})
        )
        for table in TAKEN
    }
    properties = {
        "made_at": {"type": "string", "format": "date-time"},
        "format": {"const": FORMAT},
        "version": {"const": VERSION},
        **lists,
        "answers": _rows(answer),
        **tables,
    }
    whole = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "What Skills Tracker keeps about one person, as they download it",
        "description": "An id is the place in its list, from 1; a number elsewhere names one.",
        **_object(properties),
    }
    return json.dumps(whole, indent=1) + "\n"


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": [*properties],
        "additionalProperties": False,
    }


def _rows(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": _object(properties)}


def _of_column(column: Column[Any]) -> dict[str, Any]:
    parent = parent_of(column)
    if parent is None:
        masked = f"{column.table}.{column.name}" in MASKED
        return _value(column.type, nullable=bool(column.nullable) or masked)
    return {"type": ["string" if parent.name in NAMES else "integer", "null"]}


def _value(kind: Any, *, nullable: bool = False) -> dict[str, Any]:
    words = {sa.Boolean: "boolean", sa.Integer: "integer", sa.Numeric: "number"}
    name = next((word for of, word in words.items() if isinstance(kind, of)), "string")
    return {"type": [name, "null"] if nullable else name}


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    SCHEMA.write_text(schema(), encoding="utf-8")
