"""The record as a page to read without a server: what is in `record.json`, in words."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from flask import current_app
from flask_babel import gettext as _, lazy_gettext as _l
from markupsafe import Markup

from tracker.notifications.notices.pages import SENTENCES
from tracker.record.workflow.rules import ItemStatus, ReviewStatus
from tracker.reviews.review.pages_screens import GROUNDS, ITEM_STATUS, REVIEW_STATUS
from tracker.rules import drafts as drafts_rules
from tracker.rules.core.notices import NoticeKind
from tracker.web.ui.drafts import DRAFT_FORMS
from tracker.web.ui.labels import AS_ROLE, LOOKED_AT
from tracker.web.ui.templating.dates import full_day

Row = dict[str, Any]
Rows = list[Row]

PARTS = {
    "ratings": _l("What you said, and what was reviewed"),
    "history": _l("History by statement"),
    "evidence": _l("Evidence"),
    "reviews": _l("Reviews"),
    "steps": _l("Next steps"),
    "notices": _l("Notices"),
    "looks": _l("Who looked at your record"),
    "account": _l("Your account"),
    "use": _l("How ratings are used"),
}
ENDED = {
    "standing": "",
    "superseded": _l("a newer one counts"),
    "suspended": _l("suspended"),
    "expired": _l("expired"),
    "revoked": _l("revoked"),
}


def words_of(record: dict[str, Any]) -> dict[str, Any]:
    """The parts of the page, by what it calls them."""
    return {
        "style": Markup(f"<style>{_css()}</style>"),  # noqa: S704  (a file of ours)
        "languages": [framework["lang"] for framework in record["frameworks"]],
        "titles": PARTS,
        "parts": PARTS.items(),
        "nothing": _("Nothing is on record."),
        "person": record["people"][0],
        "domains": _domains(record),
        "history": _history(record),
        "evidence": _evidence(record),
        "reviews": _reviews(record),
        "on": _day,
        "record": record,
        "as_role": AS_ROLE,
        "notices": [
            (_day(notice["happened_at"]), _sentence(notice))
            for notice in sorted(record["notices"], key=lambda notice: notice["happened_at"])
        ],
        "looks": [
            (_day(look["looked_on"]), look["reader"], LOOKED_AT.get(look["kind"], look["kind"]))
            for look in record["looks"]
        ],
        "drafts": [
            (DRAFT_FORMS.get(draft["form"], draft["form"]), _typed(draft["fields"]))
            for draft in record["drafts"]
        ],
    }


def _typed(fields: str) -> list[str]:
    """What can't be read stands as it is."""
    pairs = drafts_rules.read(fields)
    return [fields] if pairs is None else [text for _name, text in pairs if text]


def _css() -> str:
    """Of our own, so that the page needs nothing beside it."""
    path = Path(current_app.root_path) / "static" / "css" / "own_record.css"
    return path.read_text(encoding="utf-8")


def _day(value: str | None) -> str:
    if value is None:
        return ""
    of = dt.datetime if "T" in value else dt.date
    return full_day(of.fromisoformat(value))


def _label(record: dict[str, Any], statement: int, key: str | None) -> str:
    framework = record["statements"][statement - 1]["framework"]
    labels = (
        answer["label"]
        for answer in record["answers"]
        if (answer["framework"], answer["key"]) == (framework, key)
    )
    return next(labels, _("Cleared") if key is None else "")


def _domains(record: dict[str, Any]) -> list[tuple[str, Rows]]:
    """Statements that were rated or reviewed, in the order of their framework."""
    said: dict[int, Row] = defaultdict(dict)
    for rating in record["ratings"]:
        if rating["answer"] is not None:
            said[rating["statement"]] |= {
                "own": _label(record, rating["statement"], rating["answer"]),
                "own_on": _day(rating["given_on"] or rating["rated_at"]),
                "notes": [note for note in (rating["own_note"], rating["reviewer_note"]) if note],
            }
    for endorsed in record["endorsements"]:
        if endorsed["status"] == "standing":
            said[endorsed["statement"]] |= {
                "reviewed": _label(record, endorsed["statement"], endorsed["answer"]),
                "by": endorsed["endorser"],
                "on": _day(endorsed["endorsed_at"]),
            }
    live = {review["id"] for review in record["reviews"] if review["closed_at"] is None}
    for item in record["review_items"]:
        if item["review"] in live:
            said[item["statement"]]["is_open"] = True
    domains: dict[str, Rows] = defaultdict(list)
    for statement in record["statements"]:
        if statement["id"] in said:
            title = ": ".join(dict.fromkeys((statement["section"], statement["domain"])))
            domains[title].append(said[statement["id"]] | {"statement": statement})
    return list(domains.items())


def _history(record: dict[str, Any]) -> list[tuple[Row, list[tuple[str, str]]]]:
    """By statement every answer that ever stood, yours and reviewed."""
    lines: dict[int, list[tuple[str, str, str]]] = defaultdict(list)
    for entry in record["rating_entries"]:
        words = _("You: %(answer)s", answer=_label(record, entry["statement"], entry["answer"]))
        lines[entry["statement"]].append((entry["rated_at"], _day(entry["rated_at"]), words))
    for endorsed in record["endorsements"]:
        words = _(
            "Reviewed by %(name)s: %(answer)s",
            name=endorsed["endorser"],
            answer=_label(record, endorsed["statement"], endorsed["answer"]),
        )
        ended = str(ENDED.get(endorsed["status"], endorsed["status"]))
        at = endorsed["endorsed_at"]
        lines[endorsed["statement"]].append((at, _day(at), f"{words}, {ended}" if ended else words))
    return [
        (statement, [line[1:] for line in sorted(lines[statement["id"]])])
        for statement in record["statements"]
        if statement["id"] in lines
    ]


def _evidence(record: dict[str, Any]) -> Rows:
    """Each piece with all its versions, the newest first."""
    texts = {text["version"]: text for text in record["evidence_texts"]}
    files = {file["id"]: file for file in record["stored_files"]}
    pieces = []
    for piece in record["evidence"]:
        versions = []
        for version in _of(record["evidence_versions"], "evidence", piece["id"]):
            text = texts.get(version["id"])
            file = files.get(text["file"]) if text else None
            versions.append(
                {
                    "number": version["number"],
                    "on": _day(version["made_at"]),
                    "text": text,
                    "done": _day(text["done_on"]) if text else "",
                    "file": file,
                    "href": file["path"] if file else "",
                }
            )
        links = [
            link | {"title": _statement(record, link["statement"])}
            for link in _of(record["evidence_links"], "evidence", piece["id"])
        ]
        pieces.append({"versions": versions[::-1], "links": links})
    return pieces


def _reviews(record: dict[str, Any]) -> Rows:
    texts = {text["item"]: text for text in record["review_item_texts"]}
    agreed = {endorsed["item"]: endorsed["answer"] for endorsed in record["endorsements"]}
    reviews = []
    for review in record["reviews"]:
        items = []
        for item in _of(record["review_items"], "review", review["id"]):
            answer, ground, status = item["reviewer_answer"], item["ground"], item["status"]
            items.append(
                {
                    "title": _statement(record, item["statement"]),
                    "own": item["learner_answer_label"],
                    "theirs": _label(record, item["statement"], answer) if answer else "",
                    "agreed": _label(record, item["statement"], agreed.get(item["id"], "")),
                    "confirmed": _of(record["confirmations"], "item", item["id"]),
                    "ground": GROUNDS[ground] if ground else "",
                    "status": ITEM_STATUS[ItemStatus(status)] if status else _("Sent"),
                    "texts": texts.get(item["id"], {}),
                    "messages": _of(record["review_messages"], "item", item["id"]),
                }
            )
        reviews.append(
            review
            | {
                "sent": _day(review["sent_at"]),
                "closed": _day(review["closed_at"]),
                "words": REVIEW_STATUS[ReviewStatus(review["status"])],
                "items": items,
                "thanks": _of(record["thanks"], "review", review["id"]),
            }
        )
    return reviews


def _of(rows: Iterable[Row], name: str, number: int) -> Rows:
    return [row for row in rows if row[name] == number]


def _statement(record: dict[str, Any], number: int) -> Row:
    statement: Row = record["statements"][number - 1]
    return statement


def _sentence(notice: Row) -> str:
    """Of a notice with details of its own, which are gone with what it was about, what it is
    about."""
    return str(SENTENCES[NoticeKind(notice["kind"])]) % {"name": notice["about"] or _("Somebody")}
