"""A write that the database refuses is in the log by its kind and place: not with what was
written. A request is there by its address: not with what opens something."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.exc import DBAPIError
from structlog.testing import capture_logs

from config import Config
from tests.client import PASSWORD, Client
from tests.factories.sides import YES, actor, item_ids, send
from tests.factories.world import World
from tracker import engines
from tracker.accounts.account import actions as account_actions
from tracker.cli import mail
from tracker.cli.faults import in_one_sentence
from tracker.cli.mail import deliver
from tracker.db import db, transaction
from tracker.logs import said_of
from tracker.notifications.mail import actions as mail_actions
from tracker.rules.core.mail import mail_server
from tracker.rules.core.notices import MailStatus
from tracker.rules.core.tokens import new_token
from tracker.web.http.logging import loggable_path

SignIn = Callable[[str], Client]
WHO = "Quillfeather"
PRIVATE = (WHO, "quill@", "$argon2id$")
"""Planted in every row that is refused."""


@dataclass(frozen=True)
class Write:
    """What somebody sends, and the table whose rows are refused."""

    table: str
    who: str
    url: str
    data: dict[str, Any] = field(default_factory=dict)
    is_json: bool = False


WRITES = {
    "evidence": Write(
        "evidence_texts",
        "ana",
        "/evidence",
        {"title": "Desk", "text": f"For Mrs. {WHO}, quill@home"},
    ),
    "a quick note": Write("evidence_texts", "ana", "/evidence/jot", {"line": f"Helped {WHO}"}),
    "an own note": Write(
        "ratings",
        "ana",
        "/statements/{statement}/rating",
        {"answer": "partly", "own_note": f"As {WHO} said", "base_version": 0},
    ),
    "a draft": Write(
        "drafts",
        "ana",
        "/drafts",
        {"draft": "evidence.create", "fields": [["text", f"About {WHO}"]]},
        is_json=True,
    ),
    "a password": Write(
        "people", "ana", "/account/password", {"current": PASSWORD, "new": f"{WHO} by the door"}
    ),
    "a name": Write("people", "ana", "/account/name", {"name": f"Ana {WHO}"}),
    "a review's answer": Write(
        "review_item_texts",
        "sue",
        "/review-items/{item}/answer",
        {"answer": "partly", "ground": "saw_it", "note": f"I saw {WHO}", "version": 1},
    ),
    "an event of the audit": Write("audit_events", "ana", "/account/name", {"name": f"Ana {WHO}"}),
}
TRIGGER = """
CREATE FUNCTION refuse_planted() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'refused: %%', NEW USING DETAIL = NEW::text; END $$;
CREATE TRIGGER planted BEFORE INSERT OR UPDATE ON {table}
FOR EACH ROW EXECUTE FUNCTION refuse_planted()
"""
ON_SQLITE = "CREATE TRIGGER planted_{event} BEFORE {event} ON {table}"
REFUSING = {
    ("postgresql", "trigger"): (
        TRIGGER,
        "DROP TRIGGER planted ON {table}; DROP FUNCTION refuse_planted()",
    ),
    ("postgresql", "constraint"): (
        "ALTER TABLE {table} ADD CONSTRAINT planted CHECK (false) NOT VALID",
        "ALTER TABLE {table} DROP CONSTRAINT planted",
    ),
    ("sqlite", "trigger"): (
        f"{ON_SQLITE} BEGIN SELECT RAISE(ABORT, 'refused'); END",
        "DROP TRIGGER planted_{event}",
    ),
    ("sqlite", "constraint"): (
        f"{ON_SQLITE} BEGIN UPDATE libraries SET name = NULL; END",
        "DROP TRIGGER planted_{event}",
    ),
}


SAID = {
    ("postgresql", "trigger"): "RaiseException P0001",
    ("postgresql", "constraint"): "CheckViolation 23514 {table} planted",
    ("sqlite", "trigger"): "IntegrityError SQLITE_CONSTRAINT_TRIGGER",
    ("sqlite", "constraint"): "IntegrityError SQLITE_CONSTRAINT_NOTNULL",
}


@contextmanager
def refused(app: Flask, engine_name: str, how: str, table: str) -> Iterator[None]:
    def run(statement: str) -> None:
        with app.app_context(), transaction() as tx:
            for event in ("INSERT", "UPDATE") if "{event}" in statement else ("",):
                tx.connection().exec_driver_sql(statement.format(table=table, event=event))

    begin, end = REFUSING[engine_name, how]
    run(begin)
    try:
        yield
    finally:
        run(end)
        with app.app_context():  # no connection goes on that remembers the trigger
            db.engine.dispose()


@pytest.mark.parametrize("how", ["trigger", "constraint"])
@pytest.mark.parametrize("name", WRITES)
def test_what_is_refused_is_not_in_the_log(
    app: Flask,
    world: World,
    engine_name: str,
    sign_in: SignIn,
    capfd: pytest.CaptureFixture[str],
    name: str,
    how: str,
) -> None:
    write = WRITES[name]
    with app.app_context():
        (item,) = item_ids(send(world, YES))
        db.session.rollback()
    url = write.url.format(item=item, statement=world.statements["technical"][0])
    client = sign_in(world.email(write.who))
    send_it = client.post_json if write.is_json else client.post
    data = {**write.data, "person_id": world.people["ana"]} if write.is_json else write.data
    capfd.readouterr()
    with refused(app, engine_name, how, write.table):
        answer = send_it(url, data)
    assert answer.status_code == 500, answer.text
    told = capfd.readouterr()
    (line,) = [each for each in map(json.loads, told.out.splitlines()) if "exception" in each]
    assert line["event"] == "unhandled"
    assert "Error" in line["exception"][0]["exc_type"]
    assert line["exception"][0]["frames"]
    said = line["exception"][0]["exc_value"]
    assert SAID[engine_name, how].format(table=write.table) in said
    assert [word for word in PRIVATE if word in told.out + told.err] == []


def test_the_partner_finds_what_an_error_carries(
    app: Flask, world: World, engine_name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Were errors printed as they are, the planted words would be there."""
    with app.app_context(), refused(app, engine_name, "constraint", "drafts"):
        db.engine.hide_parameters = False
        try:
            with pytest.raises(Exception, match=WHO) as found:
                account_actions.save_draft(
                    actor(world, "ana"), "jot", "", (("line", WHO),), world.now
                )
        finally:
            db.engine.hide_parameters = True
        assert WHO not in said_of(found.value)
        db.session.rollback()


def test_a_command_tells_the_place_and_not_the_row(
    app: Flask, world: World, engine_name: str
) -> None:
    @in_one_sentence()
    def command() -> None:
        try:
            account_actions.save_draft(actor(world, "ana"), "jot", "", (("line", WHO),), world.now)
        except DBAPIError as error:
            raise RuntimeError(f"It failed: {error}") from error

    with app.app_context(), refused(app, engine_name, "trigger", "drafts"):
        with pytest.raises(SystemExit) as ended:
            command()
        db.session.rollback()
    said = str(ended.value)
    assert "tests/web/http/test_private_log.py" in said
    assert "RuntimeError" in said
    assert WHO not in said


def test_no_engine_tells_the_values_that_were_written(app: Flask, tmp_path: Path) -> None:
    with app.app_context():
        url = db.engine.url
        assert db.engine.hide_parameters
    assert Config().SQLALCHEMY_ENGINE_OPTIONS["hide_parameters"]
    made = [engines.copy_to_read(tmp_path / "copy"), engines.other_database(url)]
    with engines.without_transactions(url) as engine, engines.copy_to_write(tmp_path / "c") as line:
        assert all(each.hide_parameters for each in (*made, engine, line.engine))
    for each in made:
        each.dispose()


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("550 5.1.1 <quill@example.org>: Recipient address rejected", "550 5.1.1"),
        ("451 try again, quill", "451"),
        ("certificate verify failed", "certificate verify failed"),
    ],
)
def test_what_a_mail_server_answers_is_told_without_whom_it_names(
    monkeypatch: pytest.MonkeyPatch, said: str, told: str
) -> None:
    done = mail_actions.Delivery(MailStatus.FAILED, "mail_refused", said)
    left = iter([done, None])
    monkeypatch.setattr(mail_actions, "collect", lambda _now: 0)
    monkeypatch.setattr(mail, "_next", lambda _server: next(left))
    with capture_logs() as log:
        deliver(mail_server("console:", ""), lambda: False)
    assert [each["said"] for each in log if each["event"] == "mail_not_sent"] == [told]


SPELLINGS = [
    "/welcome/TOKEN",
    "/welcome/TOKEN/more",
    "/;/welcome/TOKEN",
    "/;x=1/welcome;y/TOKEN",
    "//welcome//TOKEN",
    "/%2Fwelcome%2FTOKEN",
    "/%77elcome/TOKEN",
    "/%2577elcome/TOKEN",
    "/%252525252577elcome/TOKEN",
    "/WELCOME/TOKEN",
    "/skills/Welcome/TOKEN",
    "/./welcome/x/TOKEN",
    "/welcome%0ATOKEN",
    "/welcome%5CTOKEN",
    "/email-address/confirm/TOKEN",
    "/;/email-address/;/take-back/TOKEN",
    "/email-address/TOKEN",
    "/x/TOKEN",
    "/TOKEN.",
    "/login?next=/welcome/TOKEN",
]
"""Of an address with a token, as slips and scanners of mail write it, and as who tries."""


def logged(app: Flask, path: str) -> str:
    with app.test_request_context(path):
        return loggable_path()


@pytest.mark.parametrize("spelled", SPELLINGS)
def test_no_spelling_of_an_address_brings_its_token_into_the_log(app: Flask, spelled: str) -> None:
    for _each in range(20):
        token = new_token()
        encoded = "".join(f"%{ord(sign):02X}" for sign in token)
        for written in (token, token[:-3], token.lower(), encoded, encoded.replace("%", "%25")):
            if (
                written == token.lower()
                and "TOKEN" in spelled
                and spelled in ("/x/TOKEN", "/TOKEN.")
            ):
                continue  # that one opens nothing, and looks like a title
            path = logged(app, spelled.replace("TOKEN", written))
            assert token[:20].lower() not in path.lower(), path
            assert encoded[3:30] not in path


@pytest.mark.parametrize(
    "path",
    [
        "/assess/library-technicians/technical/acquisitions-and-collection-maintenance-4",
        "/account/email-address",
        "/readers",
        "/reviews/12/items/7",
        "/assets/0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef/js/app.js",
    ],
)
def test_other_addresses_are_logged_as_they_are(app: Flask, path: str) -> None:
    assert logged(app, path) == path


def test_what_follows_a_one_time_link_is_not_told_where_it_came_from(app: Flask) -> None:
    """A proxy may log it."""
    link = app.test_client().get(f"/welcome/{new_token()}")
    assert link.headers["Referrer-Policy"] == "origin"
    assert app.test_client().get("/login").headers["Referrer-Policy"] == "same-origin"
