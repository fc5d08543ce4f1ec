"""A request whose transaction PostgreSQL gave up for another is done anew, once, and leaves nothing
of its first try."""

import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar
from threading import Event
from typing import Any

import psycopg
import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session
from structlog.testing import capture_logs

from tests.client import Client
from tests.factories.evidence import PDF
from tests.factories.world import World
from tracker.accounts.account import actions as account_actions
from tracker.cli import commands
from tracker.db import db, session, transaction
from tracker.models import AuditEvent, Evidence, Person, SignIn, StoredFile, Submission

SignInAs = Callable[[str], Client]
GIVEN_UP = OperationalError("COMMIT", {}, psycopg.errors.DeadlockDetected("for another"))


class Failing:
    """Lets the first `times` commits of the process end as PostgreSQL ends what it gives up."""

    def __init__(
        self, monkeypatch: pytest.MonkeyPatch, times: int, error: BaseException = GIVEN_UP
    ):
        self.left, self.tries = times, 0
        commit = Session.commit

        def failing(tx: Any) -> None:
            self.tries += 1
            if self.left:
                self.left -= 1
                raise error
            commit(tx)

        monkeypatch.setattr(Session, "commit", failing)


def kept(app: Flask, *tables: Any) -> list[int]:
    with app.app_context():
        found = [len(session().scalars(select(table.id)).all()) for table in tables]
        db.session.rollback()
    return found


def test_what_was_given_up_is_done_anew_and_once(
    app: Flask, world: World, sign_in: SignInAs, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With its file, its key, and one sentence."""
    ana = sign_in(world.email("ana"))
    assert ana.post("/account/name", {"name": "Ana B."}).status_code == 303
    failing = Failing(monkeypatch, 1)
    data = {"title": "Plan", "file": (io.BytesIO(PDF), "plan.pdf"), "form_key": "k" * 22}
    with capture_logs() as log:
        answer = ana.post("/evidence", data)
    assert answer.status_code == 303
    assert failing.tries >= 2
    assert [each["event"] for each in log].count("tried_once_more") == 1
    assert kept(app, Evidence, StoredFile, Submission) == [1, 1, 1]
    assert len(ana.cookie()["_flashes"]) == 2, "and what was told before it"


def test_a_second_time_it_is_told(
    app: Flask, world: World, sign_in: SignInAs, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana = sign_in(world.email("ana"))
    failing = Failing(monkeypatch, 2)
    answer = ana.post("/evidence/jot", {"line": "Trained two pages"})
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert failing.tries == 2
    assert kept(app, Evidence) == [0]


def test_another_fault_is_not_tried_again(
    app: Flask, world: World, sign_in: SignInAs, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana = sign_in(world.email("ana"))
    busy = OperationalError("COMMIT", {}, psycopg.errors.LockNotAvailable("busy"))
    failing = Failing(monkeypatch, 1, busy)
    assert ana.post("/evidence/jot", {"line": "Trained two pages"}).status_code == 503
    assert (failing.tries, kept(app, Evidence)) == (1, [0])


def test_nothing_that_was_kept_is_done_twice(
    app: Flask, world: World, sign_in: SignInAs, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A request with two transactions, of which the second is given up."""
    ana, rename = sign_in(world.email("ana")), account_actions.rename

    def twice(*given: Any) -> None:
        rename(*given)
        raise GIVEN_UP

    monkeypatch.setattr(account_actions, "rename", twice)
    assert ana.post("/account/name", {"name": "Ana B."}).status_code == 503
    with app.app_context():
        renamed = select(AuditEvent.id).where(AuditEvent.kind == "own_name_changed")
        assert len(session().scalars(renamed).all()) <= 1
        assert session().get_one(Person, world.people["ana"]).name == "Ana B."
        db.session.rollback()


def test_a_command_is_tried_once_more(monkeypatch: pytest.MonkeyPatch) -> None:
    tries = []

    def command(**_given: object) -> None:
        tries.append(1)
        if len(tries) == 1:
            raise GIVEN_UP

    made = commands.group()
    monkeypatch.setattr(commands, "group", lambda: made)
    monkeypatch.setattr(made, "main", command)
    monkeypatch.setattr("tracker.db._kept", ContextVar("kept", default=0))
    commands.main()
    assert len(tries) == 2


def _waits(connection: Any) -> bool:
    """Whether some transaction of this database waits for a lock."""
    waiting = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND "
        "wait_event_type = 'Lock'"
    )
    return bool(connection.execute(waiting).scalar_one())


@pytest.mark.races
def test_who_is_disabled_is_signed_out_though_the_first_try_met_a_deadlock(
    app: Flask, world: World, sign_in: SignInAs, engine_name: str
) -> None:
    """A real one: somebody holds the person and then asks for the library, which `disable` holds;
    they have more patience, so that it is `disable` which PostgreSQL gives up."""
    if engine_name != "postgresql":
        pytest.skip("SQLite has one writer at a time")
    adam, ana = sign_in(world.email("adam")), sign_in(world.email("ana"))
    holds = Event()

    def cross() -> None:
        with app.app_context(), transaction() as tx:
            tx.execute(text("SET LOCAL deadlock_timeout = '1min'"))
            tx.execute(select(Person.id).where(Person.id == world.people["ana"]).with_for_update())
            holds.set()
            with db.engine.connect() as other:
                while not _waits(other):
                    other.rollback()
            tx.execute(text("SELECT id FROM libraries FOR UPDATE"))

    with capture_logs() as log, ThreadPoolExecutor(1) as pool:
        crossed = pool.submit(cross)
        holds.wait()
        answer = adam.post(f"/admin/people/{world.people['ana']}/disable")
        crossed.result()
    assert answer.status_code == 303
    assert [each["event"] for each in log].count("tried_once_more") == 1
    with app.app_context():
        open_ = select(SignIn.id).where(SignIn.person_id == world.people["ana"])
        assert session().get_one(Person, world.people["ana"]).disabled_at is not None
        assert session().scalars(open_.where(SignIn.ended_at.is_(None))).all() == []
        db.session.rollback()
    assert ana.get("/account").status_code == 302
