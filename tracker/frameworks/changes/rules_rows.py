"""The changes of a next version as plain rows: for a spreadsheet, for programs, for a terminal."""

from collections.abc import Callable
from typing import Any

from tracker.frameworks.changes.rules import VersionChange, VersionComparison
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


IN_A_ROW: dict[str, Callable[[PlacedStatement], str]] = {
    "codes": lambda statement: statement.code,
    "title": lambda statement: statement.title,
    "text": lambda statement: statement.text,
    "place": lambda statement: statement.place_in_words,
}


def change_row(change: VersionChange, decision: str) -> dict[str, str]:
    """Of several statements on one side each stands on a line of its own."""
    return {"change": change.kind.value, "decision": decision} | {
        f"{side}_{name}": "\n".join(map(value, statements))
        for side, statements in (("before", change.before), ("after", change.after))
        for name, value in IN_A_ROW.items()
    }


def change_data(change: VersionChange, decision: str) -> dict[str, Any]:
    return {
        "change": change.kind.value,
        "decision": decision or None,
        "offers_carry": change.offers_carry,
    } | {
        side: [
            {
                "uuid": statement.uuid,
                "code": statement.code,
                "title": statement.title,
                "text": statement.text,
            }
            | {"section": statement.strand, "domain": statement.domain, "rank": statement.rank}
            for statement in statements
        ]
        for side, statements in (("before", change.before), ("after", change.after))
    }


def unrated_rows(of: VersionComparison) -> list[dict[str, str]]:
    """What changes nothing for ratings: other codes, and other titles of sections, domains, and
    levels."""
    return [
        *(change_row(change, "") | {"change": RENUMBERED} for change in of.renumbered),
        *({"change": TITLE, "before_title": old, "after_title": new} for old, new in of.renamed),
    ]


def unrated_data(of: VersionComparison) -> list[dict[str, Any]]:
    plain = {"decision": None, "offers_carry": False}
    return [
        *(change_data(change, "") | {"change": RENUMBERED} for change in of.renumbered),
        *(
            {"change": TITLE, **plain}
            | {
                side: [{"title": title}] if title else []
                for side, title in (("before", old), ("after", new))
            }
            for old, new in of.renamed
        ),
    ]
