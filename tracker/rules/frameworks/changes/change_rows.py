"""The changes of a next version as plain rows: for a spreadsheet, for programs, for a terminal."""

from collections.abc import Callable
from typing import Any

from tracker.rules.frameworks.changes.comparison import VersionChange, VersionComparison
from tracker.rules.frameworks.changes.placed_statements import PlacedStatement

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


def change_row(change: VersionChange, decision: str) -> dict[str, str]:
    """Of several statements on one side each stands on a line of its own."""
    return {"change": change.kind.value, "decision": decision} | {
        f"{side}_{name}": "\n".join(said(each) for each in statements)
        for side, statements in (("before", change.before), ("after", change.after))
        for name, said in SAID.items()
    }


def change_data(change: VersionChange, decision: str) -> dict[str, Any]:
    return {
        "change": change.kind.value,
        "decision": decision or None,
        "offers_carry": change.offers_carry,
    } | {
        side: [
            {"uuid": each.uuid, "code": each.code, "title": each.title, "text": each.text}
            | {"section": each.strand, "domain": each.domain, "rank": each.rank}
            for each in statements
        ]
        for side, statements in (("before", change.before), ("after", change.after))
    }


def unrated_rows(of: VersionComparison) -> list[dict[str, str]]:
    """What changes nothing for ratings: other codes, and other titles of sections, domains, and
    levels."""
    return [
        *(change_row(each, "") | {"change": RENUMBERED} for each in of.renumbered),
        *({"change": TITLE, "before_title": old, "after_title": new} for old, new in of.renamed),
    ]


def unrated_data(of: VersionComparison) -> list[dict[str, Any]]:
    plain = {"decision": None, "offers_carry": False}
    return [
        *(change_data(each, "") | {"change": RENUMBERED} for each in of.renumbered),
        *(
            {"change": TITLE, **plain}
            | {
                side: [{"title": title}] if title else []
                for side, title in (("before", old), ("after", new))
            }
            for old, new in of.renamed
        ),
    ]


def place_of(statement: PlacedStatement) -> str:
    titles = statement.section_title, statement.domain_title, statement.level_name
    return ", ".join(dict.fromkeys(title for title in titles if title))


SAID: dict[str, Callable[[PlacedStatement], str]] = {
    "codes": lambda each: each.code,
    "title": lambda each: each.title,
    "text": lambda each: each.text,
    "place": place_of,
}
