"""`make diagrams`: what is kept about people, column by column, as a page made from its declaration
in tracker/models/record/personal.py."""

from collections.abc import Iterator
from pathlib import Path

from tests.docs import tables
from tracker.db import Base
from tracker.models.record.personal import PERSONAL, Kept, Personal, name_of

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "personal-data.md"
INTRODUCTION = """\
# Personal data

What is kept about people, column by column: how its owner downloads it, what becomes of it, and for which kind of record it
is kept. Made from `tracker/models/record/personal.py` by `make diagrams`; a test compares the lines with the database, and fails for
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


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
