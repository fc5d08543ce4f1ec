"""What is noted besides the work neither fails it nor delays it: while somebody holds the database,
and on a full disk, pages answer as they do otherwise, and what could not be noted is counted."""

import datetime as dt
import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import pytest
import structlog
import time_machine
from flask import Flask
from sqlalchemy import Connection, event, select
from sqlalchemy.exc import OperationalError

from tests.client import Client
from tests.conftest import NOW
from tests.factories.sides import YES, send
from tests.factories.world import World
from tests.web.hindrances import full, held
from tracker.db import db
from tracker.engines import BUSY_TIMEOUT_MS, PATIENCE, SET_UP_POSTGRESQL
from tracker.models import AuditEvent, AuditEventDetail, Look
from tracker.operations.audit import actions as audit_actions
from tracker.operations.audit.actions import SideNote

SignIn = Callable[[str], Client]
Hindrance = Callable[[Flask], AbstractContextManager[None]]
LATER = NOW + dt.timedelta(minutes=10)
"""When a sign-in is to be noted as seen again."""


@pytest.fixture(autouse=True)
def _nothing_missed() -> Iterator[None]:
    yield
    audit_actions.in_all.clear()
    audit_actions.untold.clear()


@pytest.fixture
def patience(app: Flask) -> Iterator[set[int]]:
    """How long the writes of the test were ready to wait, in ms."""
    asked: set[int] = set()

    def note(
        connection: Connection, _cursor: object, statement: str, values: Any, *_rest: object
    ) -> None:
        if statement == "BEGIN IMMEDIATE":
            asked.add(connection.info[PATIENCE])
        elif statement == SET_UP_POSTGRESQL:
            asked.add(int(values[0]))

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    yield asked
    event.remove(engine, "before_cursor_execute", note)


def looks_told(app: Flask) -> list[dict[str, object]]:
    with app.app_context():
        found = db.session.scalars(
            select(AuditEventDetail.facts)
            .join(AuditEvent, AuditEvent.id == AuditEventDetail.event_id)
            .where(AuditEvent.kind == "not_recorded")
        ).all()
        db.session.remove()
    return list(found)


@pytest.mark.in_ci
@pytest.mark.parametrize("hindrance", [held, full])
def test_pages_answer_though_nothing_can_be_noted(
    app: Flask, world: World, sign_in: SignIn, patience: set[int], hindrance: Hindrance
) -> None:
    sue, ana, ben = (sign_in(world.email(name)) for name in ("sue", "ana", "ben"))
    with app.app_context():
        review_id = send(world, YES)
        db.session.remove()
    patience.clear()
    pages = {"/": 200, "/account": 200, "/profile": 200, f"/reviews/{review_id}": 200}
    record = f"/people/{world.people['ana']}/profile"
    with time_machine.travel(LATER, tick=False), hindrance(app):
        for address, status in (pages | {"/nowhere": 404}).items():
            assert ana.get(address).status_code == status, address
        assert sue.get(record).status_code == 200
        assert ben.get(record).status_code == 404
        assert ana.get("/profile.csv").status_code == 200
    assert 0 < max(patience) <= audit_actions.NOTE_TIMEOUT_MS
    assert audit_actions.in_all == {
        SideNote.SEEN: 8,
        SideNote.LOOK: 1,
        SideNote.REFUSAL: 1,
        SideNote.DOWNLOAD: 1,
    }


@pytest.mark.in_ci
def test_what_was_missed_is_in_the_log_and_then_in_the_audit(
    app: Flask, world: World, sign_in: SignIn
) -> None:
    """Twice the same look was missed. The audit tells it once, to the administrator of that
    library, and names nobody."""
    sue, adam = sign_in(world.email("sue")), sign_in(world.email("adam"))
    page = f"/people/{world.people['ana']}/profile"
    with held(app), structlog.testing.capture_logs() as log:
        assert [sue.get(page).status_code for _time in range(2)] == [200, 200]
    missed = [each for each in log if each["event"] == "not_noted"]
    assert [(each["kind"], each["in_all"]) for each in missed] == [("looks", 1), ("looks", 2)]
    assert not [each for each in missed if "INSERT" in each["error"]]
    assert looks_told(app) == []
    assert sue.get("/account").status_code == 200
    assert sue.get("/account").status_code == 200
    assert looks_told(app) == [{"looks": 2}]
    said = re.sub(r"<[^>]+>|\s+", " ", adam.get("/admin/audit").text)
    assert re.search(r"Happened without being recorded +Skills Tracker +looks: 2", said), said
    assert sue.get(page).status_code == 200
    with app.app_context():
        assert len(db.session.scalars(select(Look.id)).all()) == 1
        db.session.remove()


@pytest.mark.in_ci
def test_what_was_saved_is_not_called_unsaved(
    app: Flask, world: World, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The work was kept, and what was answered could not be: the person sees that it is saved."""
    ana = sign_in(world.email("ana"))

    def fail(*_values: object) -> None:
        raise OperationalError("UPDATE submissions", {}, sqlite3.OperationalError("locked"))

    monkeypatch.setattr("tracker.services.idempotency.keep_answer", fail)
    form = {"title": "Trained two pages", "form_key": "key-of-a-rendered-form-here"}
    assert ana.post("/evidence", form).status_code == 303
    assert audit_actions.in_all == {SideNote.ANSWER: 1}
    again = ana.post("/evidence", form)
    assert (again.status_code, again.location) == (303, "/")


def test_work_waits_for_others_longer_than_a_note_does(
    app: Flask, world: World, sign_in: SignIn, patience: set[int]
) -> None:
    ana = sign_in(world.email("ana"))
    patience.clear()
    assert ana.post("/evidence", {"title": "Trained two pages"}).status_code == 303
    assert audit_actions.NOTE_TIMEOUT_MS < min(patience) <= BUSY_TIMEOUT_MS < 5_000
