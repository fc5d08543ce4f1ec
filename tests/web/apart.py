"""Two libraries, of which the other holds a canary in every text, and a crawl of all doors that looks
for one."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from flask import Flask, url_for
from sqlalchemy import JSON, Column, String, Table, Text, select, text, update
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from tests.client import Client
from tests.doors import DOORS
from tests.doors.door import Door
from tests.factories.world import World
from tracker.db import Base, transaction

MARK = "canary-"

KEPT = frozenset(
    {
        "people.password_hash",
        "libraries.time_zone",
        "teams.path",
        "notices.happening",
        "drafts.form",
        "jobs.kind",
        "drafts.subject",
        "looks.page",
        "audit_events.kind",
        "endorsements.rule",
        "submissions.location",
        "submissions.messages",
    }
)
"""Not words of anybody: what the program compares or follows, which another value would break."""
DIGESTS = ("hash", "digest", "sha256", "token", "salt", "commitment", "previous", "seal")

ID_OF = {
    "person_id": "people",
    "evidence_id": "evidence",
    "review_id": "reviews",
    "item_id": "review_items",
    "deputy_id": "deputies",
    "endorsement_id": "endorsements",
    "team_id": "teams",
    "membership_id": "memberships",
    "not_rated_id": "not_rated_here",
    "role_profile_id": "role_profiles",
    "round_id": "rounds",
    "sign_in_id": "sign_ins",
    "draft_id": "drafts",
    "job_id": "jobs",
    "mail_id": "outbox_mails",
    "correction_id": "corrections",
    "opening_id": "record_openings",
    "roster_id": "roster_imports",
    "version_id": "evidence_versions",
}
"""The table that a part of an address is an id of."""

Key = tuple[object, ...]


@dataclass(frozen=True)
class Other:
    """What is the other library's: the keys of its rows by table, and the texts that were filled."""

    rows: dict[str, set[Key]]
    filled: frozenset[str]
    own: dict[str, set[Key]]
    """The rows of the library whose people knock."""


def first(rows: dict[str, set[Key]], table: str) -> int | None:
    return min((int(str(key[0])) for key in rows[table]), default=None)


def rows_of(tx: Session, library_id: int) -> dict[str, set[Key]]:
    """Every row that hangs on the library by foreign keys, however far."""
    found: dict[str, set[Key]] = {name: set() for name in Base.metadata.tables}
    found["libraries"] = {(library_id,)}
    grew = True
    while grew:
        grew = False
        for table in Base.metadata.tables.values():
            links = [key for column in table.columns for key in column.foreign_keys]
            for row in tx.execute(select(table)).mappings():
                key = tuple(row[column.name] for column in table.primary_key)
                hangs = any(
                    (row[link.parent.name],) in found[link.column.table.name] for link in links
                )
                if hangs and key not in found[table.name]:
                    found[table.name].add(key)
                    grew = True
    return found


def is_words(column: Column[object]) -> bool:
    table = column.table
    checked = {
        str(constraint.name).removeprefix(f"ck_{table.name}_") for constraint in table.constraints
    }
    return (
        isinstance(column.type, String | Text)
        and f"{column.name}_known" not in checked
        and not any(part in column.name for part in DIGESTS)
        and f"{table.name}.{column.name}" not in KEPT
    )


def fill(tx: Session, library_id: int, own_id: int) -> Other:
    """Put a canary into every text of the library's rows. History lets itself be changed here:
    its triggers go, on SQLite."""
    for name in tx.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all():
        tx.execute(text(f"DROP TRIGGER {name}"))
    rows = rows_of(tx, library_id)
    filled = set()
    for table in Base.metadata.tables.values():
        for key in rows[table.name]:
            values = {
                column.name: canary(column, key) for column in table.columns if is_words(column)
            } | facts(tx, table, key)
            if values:
                tx.execute(update(table).where(*at(table, key)).values(**values))
                filled.update(f"{table.name}.{name}" for name in values)
    return Other(rows, frozenset(filled), rows_of(tx, own_id))


def canary(column: Column[object], key: Key) -> str:
    """Tells the table, the column and the row; an address where there has to be one."""
    words = f"{MARK}{column.table.name}-{column.name}-{'-'.join(map(str, key))}"
    return f"{words}@example.net" if column.name in ("email", "address") else words


def facts(tx: Session, table: Table, key: Key) -> dict[str, object]:
    """The words in a JSON column."""
    found = {}
    for column in table.columns:
        if isinstance(column.type, JSON):
            kept = tx.execute(select(column).where(*at(table, key))).scalar_one()
            if isinstance(kept, dict):
                found[column.name] = kept | dict.fromkeys(
                    ("team", "role_profile", "round", "statement"), canary(column, key)
                )
    return found


def at(table: Table, key: Key) -> list[object]:
    return [column == value for column, value in zip(table.primary_key, key, strict=True)]


def digest(tx: Session, other: Other) -> dict[str, list[str]]:
    """Everything that the other library's rows hold."""
    return {
        name: sorted(
            repr(row)
            for row in tx.execute(select(Base.metadata.tables[name]))
            if tuple(getattr(row, column.name) for column in Base.metadata.tables[name].primary_key)
            in keys
        )
        for name, keys in other.rows.items()
    }


def addresses(app: Flask, world: World, other: Other) -> Iterator[tuple[Door, str]]:
    """Of every door: with the ids of the other library, and with one's own."""
    nothing = Door("", "").arrange
    rules: dict[str, Rule] = {rule.endpoint: rule for rule in app.url_map.iter_rules()}
    with app.test_request_context():
        for door in DOORS:
            shared = door.values(world) if door.arrange is nothing else {}
            wanted = rules[door.endpoint].arguments
            for rows in (other.rows, other.own):
                ids = {
                    name: first(rows, ID_OF[name])
                    for name in wanted
                    if name in ID_OF and rows[ID_OF[name]]
                }
                values = shared | ids
                if set(values) >= wanted and (ids or rows is other.own):
                    yield door, url_for(door.endpoint, **values)
    for path, table in (
        ("/admin/people?team_id=", "teams"),
        ("/admin/audit?person_id=", "people"),
        ("/reviews?show=answer&team=", "teams"),
    ):
        yield Door(path, "", "GET"), f"{path}{first(other.rows, table)}"
    yield Door("search", "", "GET"), f"/admin/people?search={MARK}"
    yield Door("search", "", "GET"), f"/admin/audit?search={MARK}"
    for words in (MARK, "people-name", "teams-name", "statements-title", "evidence", "small"):
        yield Door("search", "", "GET"), f"/search?q={words}"


def found(
    app: Flask,
    world: World,
    other: Other,
    sign_in: Callable[[str], Client],
    names: Iterable[str],
    wanted: Callable[[Door], bool] = lambda door: True,
) -> set[tuple[str, str, str]]:
    """Who got which canary behind which door."""
    with app.app_context():
        asked = [address for address in addresses(app, world, other) if wanted(address[0])]
    got = set()
    for name in names:
        client = sign_in(world.email(name))
        for door, url in asked:
            if door.endpoint in ("accounts.sign_out", "accounts.end_sign_in"):
                continue
            response = client.get(url) if door.method == "GET" else client.post(url, door.data)
            body = response.get_data()
            headers = repr(list(response.headers)).encode()
            for part in (body + headers).split(MARK.encode())[1:]:
                words = part.partition(b"@")[0].partition(b"<")[0].partition(b'"')[0]
                if not url.endswith(MARK):
                    got.add((name, door.endpoint, words[:40].decode(errors="replace")))
    return got


def mark(library_id: int, own_id: int) -> Other:
    with transaction() as tx:
        return fill(tx, library_id, own_id)
