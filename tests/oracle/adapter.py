"""All that the oracle knows of tables, and how people are moved between versions: what is written
anew for other tables, and nothing else is.

Statements have names ("small 1 COM-1-01"), and so have reviews ("ana > sue 2", the second of Ana's)
and rows of what happened. Over 400 lines, as this file alone is written anew for other tables.
"""

import datetime as dt
import json
import re
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch

from flask import Flask
from sqlalchemy import Row, text
from werkzeug.test import TestResponse

from tests.client import Client
from tests.oracle.facts import Lines, tidy
from tracker.db import db

PAGES = "/admin/versions"
TOLD = "Told at the desk"


def rows(sql: str, **values: Any) -> list[Row[Any]]:
    with db.engine.connect() as connection:
        return list(connection.execute(text(sql), values))


def one(sql: str, **values: Any) -> Any:
    """The first value of the first row, or None."""
    found = rows(sql, **values)
    return found[0][0] if found else None


def _name(email: str) -> str:
    return email.partition("@")[0]


# ---- who and what there is


@dataclass(frozen=True, slots=True)
class Statement:
    """`name`: "small 1 COM-1-01"."""

    id: int
    name: str
    code: str
    strand: str
    domain: str
    rank: int
    sensitive: bool


def framework_id(slug: str, version: str) -> int:
    return int(one("SELECT id FROM frameworks WHERE slug = :s AND version = :v", s=slug, v=version))


def statements(of_framework: int) -> list[Statement]:
    found = rows(
        "SELECT s.id, f.slug || ' ' || f.version || ' ' || s.code, s.code, t.key, d.key, s.rank,"
        " s.sensitive FROM statements s JOIN frameworks f ON f.id = s.framework_id"
        " JOIN domains d ON d.id = s.domain_id JOIN strands t ON t.id = d.strand_id"
        " WHERE s.framework_id = :f ORDER BY t.position, d.position, s.rank, s.position, s.code",
        f=of_framework,
    )
    return [Statement(*row) for row in found]


def learns_in(email: str, today: dt.date) -> int | None:
    """The version that somebody is on now; the newest membership's, of several."""
    return one(
        "SELECT v.framework_id FROM memberships m JOIN role_profiles r ON r.id = m.role_profile_id"
        " JOIN people p ON p.id = m.person_id"
        " JOIN person_versions v ON v.person_id = p.id AND v.slug = r.slug AND NOT EXISTS"
        " (SELECT 1 FROM person_versions n WHERE n.person_id = p.id AND n.slug = v.slug AND n.id > v.id)"
        " WHERE p.email = :e AND m.role = 'learner'"
        " AND m.starts_on <= :t AND (m.ends_on IS NULL OR m.ends_on >= :t)"
        " ORDER BY m.starts_on DESC, m.id DESC",
        e=email,
        t=today.isoformat(),
    )


def slug_of(of_framework: int) -> str:
    return str(one("SELECT slug FROM frameworks WHERE id = :f", f=of_framework))


def rated(email: str) -> list[int]:
    """Statements that have an answer."""
    found = rows(
        "SELECT r.statement_id FROM ratings r JOIN people p ON p.id = r.person_id"
        " WHERE p.email = :e AND r.answer IS NOT NULL",
        e=email,
    )
    return [row[0] for row in found]


def answered_before(email: str, of_framework: int) -> dict[int, str]:
    """Statements of other versions that somebody answered, by id."""
    found = rows(
        "SELECT DISTINCT s.id, f.slug, f.version, s.code FROM rating_entries e"
        " JOIN people p ON p.id = e.person_id JOIN statements s ON s.id = e.statement_id"
        " JOIN frameworks f ON f.id = s.framework_id WHERE p.email = :e AND f.id <> :f",
        e=email,
        f=of_framework,
    )
    return {row[0]: " ".join(row[1:]) for row in found}


def role_profiles(library: str) -> list[tuple[int, str]]:
    """With each version that its library was on; it is for all of them, so the page of one for an
    earlier version (0) is none."""
    found = rows(
        "SELECT DISTINCT r.id, r.name, f.slug, f.version, f.id FROM role_profiles r"
        " JOIN libraries l ON l.id = r.library_id"
        " JOIN library_versions v ON v.library_id = l.id AND v.slug = r.slug"
        " JOIN frameworks f ON f.id = v.framework_id WHERE l.name = :l ORDER BY f.slug, f.id, r.name",
        l=library,
    )
    newest = {row[2]: row[4] for row in found}
    return [
        (row[0] if newest[row[2]] == row[4] else 0, f"{row[1]}, {row[2]} {row[3]}") for row in found
    ]


@dataclass(frozen=True, slots=True)
class Item:
    id: int
    review_id: int
    status: str
    version: int
    review_status: str
    learner: str
    reviewer: str
    said: str
    theirs: str
    is_shown: bool


def items() -> list[Item]:
    found = rows(
        "SELECT i.id, i.review_id, i.status, i.version, r.status, l.email, w.email,"
        " i.learner_answer, coalesce(i.reviewer_answer, ''), i.revealed_at IS NOT NULL"
        " FROM review_items i JOIN reviews r ON r.id = i.review_id"
        " JOIN people l ON l.id = r.learner_id JOIN people w ON w.id = r.reviewer_id ORDER BY i.id"
    )
    return [Item(*row) for row in found]


def pieces(email: str) -> int:
    """How many pieces of evidence somebody has."""
    sql = "SELECT count(*) FROM evidence e JOIN people p ON p.id = e.person_id WHERE p.email = :e"
    return int(one(sql, e=email))


def standing() -> list[int]:
    """The items of the reviewed ratings that stand."""
    found = rows("SELECT item_id FROM endorsements WHERE status = 'standing' ORDER BY id")
    return [row[0] for row in found]


def open_exceptions() -> list[tuple[int, str, str]]:
    """Item, status, and by whom it was proposed."""
    found = rows(
        "SELECT x.item_id, x.status, p.email FROM level_exceptions x"
        " JOIN people p ON p.id = x.proposer_id WHERE x.status IN ('proposed', 'agreed')"
        " ORDER BY x.id"
    )
    return [(row[0], row[1], row[2]) for row in found]


def left_out(library: str) -> list[str]:
    """Names of what is *not rated here*."""
    found = rows(
        "SELECT f.slug || ' ' || f.version || ' ' || s.code FROM not_rated_here n"
        " JOIN libraries l ON l.id = n.library_id"
        " JOIN statements s ON s.id = (SELECT min(id) FROM statements WHERE skill_id = n.skill_id)"
        " JOIN frameworks f ON f.id = s.framework_id WHERE l.name = :l ORDER BY 1",
        l=library,
    )
    return [row[0] for row in found]


# ---- what a script names

STATEMENT = (
    "(SELECT s.id FROM statements s JOIN frameworks f ON f.id = s.framework_id"
    " WHERE f.slug || ' ' || f.version || ' ' || s.code = :name)"
)
SKILL = f"(SELECT skill_id FROM statements WHERE id = {STATEMENT})"
PERSON = "(SELECT id FROM people WHERE email = :who || '@example.org')"
REVIEW = f"(SELECT id FROM reviews WHERE learner_id = {PERSON} ORDER BY id LIMIT 1 OFFSET :nth - 1)"
ITEM = (
    f"(SELECT id FROM review_items WHERE review_id = {REVIEW} ORDER BY id LIMIT 1 OFFSET :item - 1)"
)
EVIDENCE = f"evidence WHERE person_id = {PERSON} ORDER BY id LIMIT 1 OFFSET :nth - 1"
USE = (
    "use_statements u JOIN libraries l ON l.id = u.library_id WHERE l.name = :name"
    " ORDER BY u.version DESC"
)
FIND = {
    "statement": f"SELECT {STATEMENT}",
    "rating": "SELECT coalesce((SELECT version FROM ratings"
    f" WHERE person_id = {PERSON} AND skill_id = {SKILL}), 0)",
    "review": f"SELECT {REVIEW}",
    "review-version": f"SELECT sum(version) FROM review_items WHERE review_id = {REVIEW}",
    "item": f"SELECT {ITEM}",
    "item-version": f"SELECT version FROM review_items WHERE id = {ITEM}",
    "endorsement": f"SELECT max(id) FROM endorsements WHERE item_id = {ITEM}",
    "exception": f"SELECT max(id) FROM level_exceptions WHERE item_id = {ITEM}",
    "evidence": f"SELECT id FROM {EVIDENCE}",
    "evidence-version": f"SELECT version FROM {EVIDENCE}",
    "left-out": "SELECT n.id FROM not_rated_here n JOIN libraries l ON l.id = n.library_id"
    f" WHERE l.name = 'City Library' AND n.skill_id = {SKILL}",
    "use-statement": f"SELECT u.id FROM {USE}",
    "use-statement-version": f"SELECT u.version FROM {USE}",
    "framework": "SELECT id FROM frameworks WHERE slug || ' ' || version = :name",
    "profile": "SELECT r.id FROM role_profiles r JOIN libraries l ON l.id = r.library_id"
    " JOIN library_versions v ON v.library_id = l.id AND v.slug = r.slug AND NOT EXISTS (SELECT 1"
    " FROM library_versions n WHERE n.library_id = l.id AND n.slug = v.slug AND n.id > v.id)"
    " JOIN frameworks f ON f.id = v.framework_id WHERE l.name = 'City Library'"
    " AND r.name || ', ' || f.slug || ' ' || f.version = :name",
    "target": "SELECT 'target_' || d.id FROM domains d JOIN strands t ON t.id = d.strand_id"
    " JOIN frameworks f ON f.id = t.framework_id"
    " WHERE f.slug || ' ' || f.version || ' ' || d.key = :name",
}
"""By kind. A review is "ana > sue 2", the second of Ana's; an item "ana > sue 2, 3"; a piece of evidence
"ana 2"; what somebody answered "ana, small 1 COM-1-01"."""


def find(kind: str, name: str) -> str:
    """The id, version or field of it. Raises LookupError where it is not there."""
    values: dict[str, Any] = {"name": name}
    if kind == "rating":
        values["who"], _comma, values["name"] = name.partition(", ")
    elif kind.partition("-")[0] == "evidence":
        values["who"], values["nth"] = name.split(maxsplit=1)[0], int(name.split()[1])
    elif kind.partition("-")[0] in ("review", "item", "endorsement", "exception"):
        review, _comma, item = name.partition(", ")
        values["who"], values["nth"] = review.split()[0], int(review.split()[-1])
        values["item"] = int(item or 0)
    sql = FIND[kind]
    found = one(sql, **{key: value for key, value in values.items() if f":{key}" in sql})
    if found is None:
        raise LookupError(f"{kind} {name}")
    return str(found)


# ---- what an act left

LEFT = {
    "audit": "audit_events",
    "notices": "notices",
    "mails": "outbox_mails",
    "answers": "rating_entries",
    "moves": "review_moves",
    "reviewed": "endorsement_moves",
    "exceptions": "level_exception_moves",
}
BY_MOVING = frozenset({"audit", "notices", "mails"})
"""What is looked at when people were moved to a version: answers were copied once, and are not."""
NAMELESS = frozenset({"seal", "endorsement", "roster", "carrying", "carried"})
QUERIES = {
    "audit": "SELECT e.kind, e.actor_id, e.subject_id, d.facts FROM audit_events e"
    " LEFT JOIN audit_event_details d ON d.event_id = e.id WHERE e.id > :after",
    "notices": "SELECT kind, person_id, about_id, review_id, to_mail FROM notices WHERE id > :after",
    "mails": "SELECT person_id, status, digest_on FROM outbox_mails WHERE id > :after",
    "answers": "SELECT person_id, statement_id, answer, basis, rated_at FROM rating_entries"
    " WHERE id > :after",
    "moves": "SELECT m.move, m.review_id, i.statement_id, m.actor_id, m.before, m.after"
    " FROM review_moves m LEFT JOIN review_items i ON i.id = m.item_id WHERE m.id > :after",
    "reviewed": "SELECT e.person_id, e.statement_id, e.answer, m.actor_id, m.before, m.after"
    " FROM endorsement_moves m JOIN endorsements e ON e.id = m.endorsement_id WHERE m.id > :after",
    "exceptions": "SELECT x.person_id, x.statement_id, m.actor_id, m.before, m.after"
    " FROM level_exception_moves m JOIN level_exceptions x ON x.id = m.exception_id"
    " WHERE m.id > :after",
}


@dataclass(slots=True)
class Names:
    """Of ids, as the tables have them when it is made."""

    people: dict[int, str] = field(default_factory=dict)
    statements: dict[int, str] = field(default_factory=dict)
    reviews: dict[int, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.people = {row[0]: _name(row[1]) for row in rows("SELECT id, email FROM people")}
        self.statements = {
            row[0]: f"{row[1]} {row[2]} {row[3]}"
            for row in rows(
                "SELECT s.id, f.slug, f.version, s.code FROM statements s"
                " JOIN frameworks f ON f.id = s.framework_id"
            )
        }
        number: dict[int, int] = {}
        for review_id, learner, reviewer in rows(
            "SELECT id, learner_id, reviewer_id FROM reviews ORDER BY id"
        ):
            number[learner] = number.get(learner, 0) + 1
            ends = f"{self.people[learner]} > {self.people[reviewer]}"
            self.reviews[review_id] = f"{ends} {number[learner]}"

    def of(self, column: str, value: Any) -> str:
        if value is None:
            return "–"
        if column.endswith("person_id") or column in ("actor_id", "subject_id", "about_id"):
            return self.people[value]
        if column == "statement_id":
            return self.statements[value]
        if column == "review_id":
            return self.reviews[value]
        if column == "facts":
            return self._facts(json.loads(value) if isinstance(value, str) else value)
        return str(value)

    def _facts(self, facts: dict[str, Any]) -> str:
        said = []
        for key, value in sorted(facts.items()):
            if key == "statement_id":
                said.append(f"of {self.statements[value]}")
            elif key in ("review", "from_review", "review_id"):
                said.append(f"{key} {self.reviews[value]}")
            elif key not in NAMELESS and not key.endswith(("_id", "_ids")):
                said.append(f"{key} {value}")
        return "; ".join(said)


@dataclass(slots=True)
class Trail:
    """What was written since it was last asked, as sorted lines: rows of one moment have no order."""

    after: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.skip()

    def skip(self) -> None:
        for kind, table in LEFT.items():
            self.after[kind] = int(one(f"SELECT max(id) FROM {table}") or 0)

    def left(self, kinds: frozenset[str] = frozenset(LEFT)) -> Iterator[str]:
        names: Names | None = None
        for kind in LEFT:
            found = rows(QUERIES[kind], after=self.after[kind]) if kind in kinds else []
            names = names or (Names() if found else None)
            if names is not None:
                yield from sorted(
                    tidy(f"{kind}: " + " | ".join(map(names.of, row._fields, row))) for row in found
                )
        self.skip()


def records() -> dict[str, Lines]:
    """All that happened, by kind."""
    everything = Trail()
    everything.after = dict.fromkeys(LEFT, 0)
    found: dict[str, Lines] = {kind: [] for kind in LEFT}
    for line in everything.left():
        found[line.partition(":")[0]].append(line.partition(": ")[2])
    return found


# ---- what is filled in


def filled_in(data: dict[str, Any]) -> dict[str, Any]:
    """A form of then, as it is filled in now: what somebody told about an answer that isn't met is
    said."""
    if data.get("ground") == "was_told" and data["answer"] in ("not_yet", "partly"):
        return {**data, "note": data["note"] or TOLD}
    return data


# ---- people are moved to another version


def all_counts_at_once() -> AbstractContextManager[object]:
    """As if every move were over a year ago. What is new counts from the next round now, and counted
    on the day of the move then: in the recorded worlds that would change most pages, and the rest of
    them couldn't be compared."""
    return patch("tracker.models.record.later.year_before", lambda _today: dt.date.max)


def move(
    app: Flask,
    admin: Client,
    slug: str,
    ends: tuple[str, str],
    *,
    team: int | None,
    person: int | None,
) -> TestResponse:
    """All of the library, one team, or one person; done when it returns."""
    with app.app_context():
        from_id, to_id = (framework_id(slug, version) for version in ends)
    with app.app_context():
        LAST[:] = [Moved(slug, ends, team, person, int(one("SELECT max(id) FROM person_versions")))]
    form = {"from_id": from_id, "to_id": to_id, "team_id": team or "", "newcomers": "y"}
    if person:
        form |= {"person_id": person}
    page = admin.get(f"{PAGES}/new", query_string={"from_id": from_id, "to_id": to_id, **form})
    seen = re.search(r'name="seen"[^>]*value="([^"]*)"', page.text)
    return admin.post(PAGES, {**form, "seen": seen[1] if seen else ""})


@dataclass(frozen=True, slots=True)
class Moved:
    slug: str
    ends: tuple[str, str]
    team: int | None
    person: int | None
    after: int


LAST: list[Moved] = []


def move_back(app: Flask, admin: Client) -> TestResponse:
    """Whom the last move moved: all are, and who was there before it goes there again."""
    last = LAST[-1]
    before, after = last.ends
    with app.app_context():
        others = rows(
            "SELECT DISTINCT v.person_id FROM person_versions v JOIN frameworks f"
            " ON f.id = v.framework_id WHERE f.slug = :s AND f.version = :a AND v.id <= :i"
            " AND NOT EXISTS (SELECT 1 FROM person_versions n WHERE n.person_id = v.person_id"
            " AND n.slug = v.slug AND n.id > v.id)",
            s=last.slug,
            a=after,
            i=last.after,
        )
    answer = move(app, admin, last.slug, (after, before), team=last.team, person=last.person)
    for (person_id,) in others:
        move(app, admin, last.slug, (before, after), team=None, person=person_id)
    return answer
