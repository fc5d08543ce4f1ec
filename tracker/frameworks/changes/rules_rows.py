"""The changes of a next version as plain rows: for a spreadsheet, for programs, for a terminal."""

from collections.abc import Callable
from typing import Any

from tracker.frameworks.changes.rules import Kind, VersionChange, VersionComparison
from tracker.frameworks.changes.rules_places import PlacedStatement

HEADINGS = (
    "change",
    "decision",
    "before_codes",
    "before_title",
    "before_text",
    "before_place",
    "after_codes",
    "after_title",
    "after_text",
    "after_place",
)

RENUMBERED, TITLE = "renumbered", "title"


DecisionOf = Callable[[VersionChange], str]
"""What was decided about a change, in a word; empty where nothing was."""
IN_A_ROW: dict[str, Callable[[PlacedStatement], str]] = {
    "codes": lambda statement: statement.code,
    "title": lambda statement: statement.title,
    "text": lambda statement: statement.text,
    "place": lambda statement: statement.place_in_words,
}


def csv_rows(of: VersionComparison, decision_of: DecisionOf) -> list[dict[str, str]]:
    """Of several statements on one side each stands on a line of its own."""
    return [
        *(
            {"change": _kind(change), "decision": decision_of(change)}
            | {
                f"{side}_{name}": "\n".join(map(value, statements))
                for side, statements in change.sides.items()
                for name, value in IN_A_ROW.items()
            }
            for change in (*of.changed, *of.renumbered)
        ),
        *({"change": TITLE, "before_title": old, "after_title": new} for old, new in of.renamed),
    ]


def json_rows(of: VersionComparison, decision_of: DecisionOf) -> list[dict[str, Any]]:
    return [
        *(change_data(change, decision_of(change)) for change in (*of.changed, *of.renumbered)),
        *(
            {"change": TITLE, "decision": None, "offers_carry": False}
            | {
                side: [{"title": title}] if title else []
                for side, title in (("before", old), ("after", new))
            }
            for old, new in of.renamed
        ),
    ]


def change_data(change: VersionChange, decision: str) -> dict[str, Any]:
    return {
        "change": _kind(change),
        "decision": decision or None,
        "offers_carry": change.offers_carry,
    } | {
        side: [
            {
                "uuid": statement.uuid,
                "code": statement.code,
                "title": statement.title,
                "text": statement.text,
                "section": statement.strand,
                "domain": statement.domain,
                "rank": statement.rank,
            }
            for statement in statements
        ]
        for side, statements in change.sides.items()
    }


def _kind(change: VersionChange) -> str:
    """In a word. Of what stays the same, what is listed has another code."""
    return RENUMBERED if change.kind == Kind.SAME else change.kind.value
