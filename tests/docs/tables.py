"""`make diagrams`: the tables as a picture and as a list, made from the models.

It stands among the tests, as `tests/benches/pages.py` does: a tool for developers, which is not part of the
installed program.
"""

import inspect
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from html import escape
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy import CheckConstraint, Column, Index, String, Table, Text, UniqueConstraint

import tracker.models
from tracker.db import Base, UTCDateTime
from tracker.models.protections import MEANING, PROTECTIONS
from tracker.models.triggers import ACTS, GUARDED

ROOT = Path(__file__).parents[2]
PICTURE = ROOT / "docs" / "pictures" / "tables.svg"
PAGE = ROOT / "docs" / "reference" / "tables.md"

KINDS = {
    UTCDateTime: "moment in UTC",
    sa.Date: "date",
    sa.Boolean: "yes or no",
    sa.Integer: "number",
}
Parents = dict[str, str]
"""The parent table of each foreign key, by column."""


@dataclass(frozen=True)
class Room:
    """The tables of one file or folder of `tracker/models`, and what its docstring says of them."""

    name: str
    purpose: str
    tables: list[Table]


def rooms(base: type[Base] = Base) -> list[Room]:
    """All rooms, by name, each with its tables by name."""
    found: dict[str, list[Table]] = {}
    for mapper in base.registry.mappers:
        table = mapper.local_table
        assert isinstance(table, Table)
        found.setdefault(mapper.class_.__module__.split(".")[2], []).append(table)
    for tables in found.values():
        tables.sort(key=lambda table: table.name)
    return [Room(name, _purpose(name), found[name]) for name in sorted(found)]


def _purpose(room: str) -> str:
    return _joined(inspect.getdoc(sys.modules[f"{tracker.models.__name__}.{room}"]))


def _joined(docstring: str | None) -> str:
    """The first paragraph on one line."""
    return " ".join((docstring or "").split("\n\n")[0].split())


def purposes(base: type[Base] = Base) -> dict[str, str]:
    """What the docstring of its class says of each table; "" where it has none of its own."""
    classes = {str(mapper.local_table): mapper.class_ for mapper in base.registry.mappers}
    return {name: _joined(vars(each).get("__doc__")) for name, each in classes.items()}


def parents(table: Table) -> Parents:
    keys = sorted(table.foreign_keys, key=lambda key: key.parent.name)
    return {key.parent.name: key.column.table.name for key in keys}


# The page: every column of every table.


INTRODUCTION = f"""\
# Tables

`make diagrams` makes this page and its picture from the models in `tracker/models/`. Don't edit
them: a test compares both with the models.

The picture shows keys only. An arrow leads from a foreign key to its parent in the same room; any
other foreign key names its parent. Open the picture to see it larger.

[![All tables by room, with their keys](../pictures/{PICTURE.name})](../pictures/{PICTURE.name})
"""


def page(base: type[Base] = Base) -> str:
    said = purposes(base)
    lines = [INTRODUCTION]
    for room in rooms(base):
        lines += [f"## {room.name.replace('_', ' ').capitalize()}", "", room.purpose, ""]
        for table in room.tables:
            lines += [f"### `{table.name}`", "", said[table.name], ""]
            lines += [*_columns(table), "", *_rules(table)]
    return "\n".join(lines).rstrip() + "\n"


def _columns(table: Table) -> list[str]:
    head = ["| column | type | key |", "|---|---|---|"]
    return head + [f"| `{it.name}` | {_type(it)} | {_key(it, table)} |" for it in table.columns]


def _type(column: Column[object]) -> str:
    kind = column.type
    if isinstance(kind, Text):
        word = "text"
    elif isinstance(kind, String):
        word = f"text, up to {kind.length}" if kind.length else "text"
    else:
        known = [word for each, word in KINDS.items() if isinstance(kind, each)]
        word = known[0] if known else str(kind).lower()
    return f"{word}; may be empty" if column.nullable else word


def _key(column: Column[object], table: Table) -> str:
    parent = parents(table).get(column.name)
    words = ["primary key"] if column.primary_key else []
    words += [f"parent: `{parent}`"] if parent else []
    return ", ".join(words)


def _rules(table: Table) -> list[str]:
    """What else the database itself holds, in an order that does not change."""
    held = table.constraints
    alone = [f"Unique: {_names(it.columns)}." for it in held if isinstance(it, UniqueConstraint)]
    alone += [f"Unique: {_names(it.columns)}{_where(it)}." for it in table.indexes if it.unique]
    checks = [f"Check: `{it.sqltext}`." for it in held if isinstance(it, CheckConstraint)]
    triggers = [f"`{table.name}_{act}`" for act in ACTS["sqlite"]]
    guard = [f"Triggers refuse changes: {', '.join(triggers)}."] if table.name in GUARDED else []
    guard.append(_protection(table.name))
    rules = [f"- {each}" for each in (*sorted(alone), *sorted(checks), *guard)]
    return [*rules, ""] if rules else []


def _protection(name: str) -> str:
    kept = PROTECTIONS[name]
    if kept.seal is not None:
        columns = ", ".join(f"`{name}`" for name in kept.seal.columns)
        table = Base.metadata.tables[name]
        open_ones = [
            column
            for column in table.columns
            if column.name not in (*kept.seal.columns, "salt") and not column.primary_key
        ]
        also = f" A change of {_names(open_ones)} is not seen." if open_ones else ""
        return f"Sealed: {columns}. If one is another, {MEANING[name]}.{also}"
    if kept.derived:
        return f"Worked out again by a check: {kept.derived}."
    return f"A change past the program is not seen. Harm: {kept.unseen}."


def _names(columns: Iterable[Column[object]]) -> str:
    return ", ".join(f"`{column.name}`" for column in columns)


def _where(index: Index) -> str:
    clause = index.dialect_options["sqlite"].get("where")
    return "" if clause is None else f" where `{clause}`"


# The picture: a panel for each room, a column for each generation of parents and children.

WIDTH = 960
ROW, HEAD, PAD, GAP, GUTTER, TITLE = 18, 24, 8, 14, 36, 34
LETTER, BOLD = 7.3, 8.0
"""Width of a letter of 12 and of 13 pixels in the widest of the fonts, in pixels."""
STYLE = """
text { font-family: ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace }
text { font-size: 12px; fill: #1d2429 }
.room { font-size: 16px; font-weight: bold; fill: #0f5257 }
.name { font-size: 13px; font-weight: bold; fill: #ffffff }
.soft { fill: #4d585f }
.panel { fill: #faf8f4; stroke: #b9c2c2 }
.table { fill: #ffffff; stroke: #0f5257 }
.head { fill: #0f5257 }
.arrow { fill: none; stroke: #2f6f74; stroke-width: 1.3 }
"""


OPENING = """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" \
height="{height}" role="img">
<title>The tables of Skills Tracker by room, with their keys</title>
<style>{style}</style>
<defs><marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" \
orient="auto"><path d="M0 0L8 4L0 8Z" fill="#2f6f74"/></marker></defs>
<rect width="{width}" height="{height}" fill="#ffffff"/>"""


@dataclass
class Box:
    """A table as it is drawn. `rows`: what is written, with the column that a row is about."""

    table: Table
    layer: int
    rows: list[tuple[str, str]] = field(default_factory=list)
    x: float = 0
    y: float = 0

    @property
    def width(self) -> float:
        longest = max((len(text) for text, _column in self.rows), default=0)
        return max(longest * LETTER, len(self.table.name) * BOLD) + 2 * PAD

    @property
    def height(self) -> float:
        return HEAD + len(self.rows) * ROW + PAD / 2


def layer_of(table: Table, inside: dict[str, Table], below: frozenset[str] = frozenset()) -> int:
    """How many generations of parents a table has among those `inside`; a circle ends the count."""
    seen = below | {table.name}
    above = [name for name in parents(table).values() if name in inside and name not in seen]
    return max((layer_of(inside[name], inside, seen) + 1 for name in above), default=0)


def boxes(room: Room) -> list[Box]:
    inside = {table.name: table for table in room.tables}
    drawn = {table.name: Box(table, layer_of(table, inside)) for table in room.tables}
    for box in drawn.values():
        keys = parents(box.table)
        for column in box.table.columns:
            parent = keys.get(column.name)
            if parent is not None:
                near = parent in drawn and drawn[parent].layer == box.layer - 1
                box.rows.append((column.name if near else f"{column.name} → {parent}", column.name))
            elif column.primary_key:
                box.rows.append((column.name, column.name))
        more = len(box.table.columns) - len(box.rows)
        box.rows += [(f"and {more} more", "")] if more else []
    return list(drawn.values())


def panel_of(drawn: list[Box], name: str) -> tuple[float, float, str]:
    """Puts the boxes of a room in their places. Returns its width, its height, and its drawing."""
    by_name = {box.table.name: box for box in drawn}
    x, tallest = float(PAD), 0.0
    for layer in range(max(box.layer for box in drawn) + 1):
        column = [box for box in drawn if box.layer == layer]
        column.sort(key=lambda box: (_highest_parent(box, by_name), box.table.name))
        y = float(TITLE)
        for box in column:
            box.x, box.y = x, y
            y += box.height + GAP
        tallest = max(tallest, y)
        x += max(box.width for box in column) + GUTTER
    width = max(x - GUTTER + PAD, len(name) * 10 + 2 * PAD)
    title = name.replace("_", " ").capitalize()
    parts = [
        f'<rect class="panel" width="{width:.0f}" height="{tallest:.0f}" rx="6"/>',
        f'<text class="room" x="{PAD}" y="22">{escape(title)}</text>',
        *_arrows(drawn, by_name),
        *(_table(box, drawn) for box in drawn),
    ]
    return width, tallest, "\n".join(parts)


def _highest_parent(box: Box, by_name: dict[str, Box]) -> float:
    """Where the highest of its parents in the room stands; children follow their order."""
    above = [by_name[name].y for name in parents(box.table).values() if name in by_name]
    return min(above, default=0.0)


def _arrows(drawn: list[Box], by_name: dict[str, Box]) -> Iterator[str]:
    for box in drawn:
        for column, parent in parents(box.table).items():
            if parent in by_name and by_name[parent].layer == box.layer - 1:
                yield _arrow(box, by_name[parent], column, drawn)


def _breadth(layer: int, drawn: list[Box]) -> float:
    return max(box.width for box in drawn if box.layer == layer)


def _table(box: Box, drawn: list[Box]) -> str:
    width = _breadth(box.layer, drawn)
    lines = [
        f'<g transform="translate({box.x:.0f} {box.y:.0f})">',
        f'<rect class="table" width="{width:.0f}" height="{box.height:.0f}"/>',
        f'<rect class="head" width="{width:.0f}" height="{HEAD}"/>',
        f'<text class="name" x="{PAD}" y="17">{escape(box.table.name)}</text>',
    ]
    for number, (text, column) in enumerate(box.rows):
        soft = "" if column else ' class="soft"'
        lines.append(f'<text{soft} x="{PAD}" y="{HEAD + number * ROW + 14}">{escape(text)}</text>')
    return "\n".join([*lines, "</g>"])


def _arrow(child: Box, parent: Box, column: str, drawn: list[Box]) -> str:
    """From the row of the key to the parent's head; each parent has its own lane."""
    row = next(number for number, (_text, of) in enumerate(child.rows) if of == column)
    start, end = child.y + HEAD + row * ROW + 10, parent.y + HEAD / 2
    edge = parent.x + _breadth(parent.layer, drawn)
    lanes = sorted({box.y for box in drawn if box.layer == parent.layer})
    lane = edge + 9 + (GUTTER - 14) * (lanes.index(parent.y) + 1) / (len(lanes) + 1)
    return (
        f'<path class="arrow" d="M{child.x:.0f} {start:.0f}H{lane:.1f}V{end:.0f}H{edge + 2:.0f}" '
        'marker-end="url(#tip)"/>'
    )


def picture(base: type[Base] = Base) -> str:
    x, y, shelf, parts = float(PAD), float(PAD), 0.0, list[str]()
    for room in rooms(base):
        width, height, drawing = panel_of(boxes(room), room.name)
        if x > PAD and x + width > WIDTH:
            x, y, shelf = float(PAD), y + shelf + GAP, 0.0
        parts.append(f'<g transform="translate({x:.0f} {y:.0f})">\n{drawing}\n</g>')
        x, shelf = x + width + GAP, max(shelf, height)
    height = y + shelf + PAD
    opening = OPENING.format(width=WIDTH, height=round(height), style=STYLE)
    return "\n".join([opening, *parts, "</svg>", ""])


def main() -> None:
    PICTURE.write_text(picture(), encoding="utf-8")
    PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
