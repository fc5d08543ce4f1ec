"""The daily work: a part that fails holds no other up, is tried again all day, and is told."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, text as sql

from tests.client import Client
from tests.conftest import NOW, TestConfig
from tests.copies import laid_out_database
from tests.factories.audit import happened
from tests.factories.mail_servers import mail_server
from tests.factories.notices import deliver, text
from tests.factories.sides import actor
from tests.factories.world import World, make_world
from tracker.accounts.links import actions as links_actions
from tracker.administration.library.actions import set_operator
from tracker.app import create_app
from tracker.db import db, empty_log, session, transaction
from tracker.models import AlertMail, AuditEvent, DailyWork, Notice
from tracker.operations.daily_work import (
    actions as daily_work_actions,
    queries as daily_work_queries,
)
from tracker.operations.daily_work.rules import BEHIND_AT_MOST, LEASE, LONGEST_WAIT, DailyPart
from tracker.rules.core.notices import NoticeKind

DAY, MINUTE = dt.timedelta(days=1), dt.timedelta(minutes=1)
AHEAD = 3 * DAY


class Days:
    """Three parts; `broken` of them fail. Time goes on by `wait`."""

    def __init__(self, world: World) -> None:
        self.now = world.now
        self.broken: set[DailyPart] = set()
        self.parts: daily_work_actions.Parts = {
            part: lambda now, part=part: self._do(part)
            for part in (DailyPart.SEALS, DailyPart.ROUNDS, DailyPart.FORMS)
        }

    def _do(self, part: DailyPart) -> str:
        if part in self.broken:
            raise OSError("a file that cannot be deleted")
        return "done"

    def turn(self) -> list[str]:
        """What a worker does until nothing is due: a part that failed in capitals."""
        did = []
        while (
            each := daily_work_actions.run_next(self.parts, lambda: self.now, AHEAD)
        ) is not None:
            did.append(each.part if each.did else each.part.upper())
        return did

    def wait(self, how_long: dt.timedelta) -> list[str]:
        """A look in every minute of it."""
        did = []
        until = self.now + how_long
        while self.now < until:
            self.now += MINUTE
            did += self.turn()
        return did


def told() -> tuple[int, int]:
    """How many notices of it there are, and mails."""
    session().rollback()
    notices = session().scalars(
        select(Notice.id).where(Notice.kind == NoticeKind.DAILY_WORK_FAILED)
    )
    return len(notices.all()), len(session().scalars(select(AlertMail.mail_id)).all())


@pytest.mark.in_ci
def test_a_part_that_fails_holds_no_other_up_and_is_tried_all_day(context: World) -> None:
    days = Days(context)
    days.broken = {DailyPart.ROUNDS}
    assert days.turn() == ["seals", "ROUNDS", "forms"]
    assert days.turn() == []
    assert days.wait(60 * MINUTE) == ["ROUNDS"] * 5, "after 1, 2, 4, 8, 16 minutes"
    (failing,) = [state for state in daily_work_queries.states() if state.failing_since]
    assert (failing.part, failing.failing_since) == (DailyPart.ROUNDS, context.now)
    assert days.wait(15 * 60 * MINUTE) == ["ROUNDS"] * 15, "once an hour in the end"
    days.broken = set()
    assert days.wait(LONGEST_WAIT) == ["rounds"]
    assert not [state for state in daily_work_queries.states() if state.failing_since]


@pytest.mark.in_ci
def test_the_next_day_all_of_it_is_due_again(context: World) -> None:
    days = Days(context)
    days.broken = {DailyPart.ROUNDS}
    assert days.turn() == ["seals", "ROUNDS", "forms"]
    days.broken = set()
    assert days.wait(DAY) == ["rounds", "seals", "rounds", "forms"]


@pytest.mark.in_ci
def test_operators_are_told_once_a_day_and_not_of_what_passes(
    app: Flask, context: World, sign_in: Callable[[str], Client]
) -> None:
    set_operator(context.email("adam"), True, context.now)
    days = Days(context)
    days.broken = {DailyPart.ROUNDS, DailyPart.FORMS}
    days.turn()
    assert told() == (0, 0)
    days.wait(15 * MINUTE)
    assert told() == (1, 1)
    days.wait(12 * 60 * MINUTE)
    assert told() == (1, 1)
    with mail_server() as inbox:
        assert deliver(inbox, days.now) == ["sent"]
    assert "its daily work is not done" in inbox.messages[0]["Subject"]
    assert inbox.recipients == [["adam@example.org"]]
    assert "A part of the daily work on the server isn’t done." in text(inbox)
    assert "/system" in text(inbox)
    assert "your account" not in text(inbox)
    days.wait(DAY)
    assert told() == (2, 2)
    page = sign_in(context.email("adam")).get("/system").text
    assert "Keeping rounds that ended: since" in page
    assert "Deleting old forms: since" in page


def test_a_part_whose_worker_was_lost_fails_too(context: World) -> None:
    days = Days(context)
    days.turn()
    days.now += DAY
    with transaction() as tx:
        row = tx.get_one(DailyWork, "rounds")
        row.tries, row.next_try_at = 1, days.now - LEASE + MINUTE
    assert days.turn() == ["seals", "rounds", "forms"]
    with transaction() as tx:
        row = tx.get_one(DailyWork, "rounds")
        row.done_at, row.tries, row.next_try_at = None, 1, days.now + LEASE
    assert days.turn() == []
    days.broken = {DailyPart.ROUNDS}
    days.now += LEASE
    assert days.turn() == ["ROUNDS"]
    assert session().get_one(DailyWork, "rounds").failing_since == days.now


def test_a_clock_that_leaps_stops_all_of_it_and_is_told(context: World) -> None:
    """Until somebody says that it is right, once; the audit keeps that."""
    set_operator(context.email("adam"), True, context.now)
    days = Days(context)
    days.turn()
    days.now += 400 * DAY
    assert days.turn() == []
    happened(context, "team_added", "adam", at=days.now, team="In 2028")
    assert days.wait(15 * MINUTE) == []
    assert told() == (1, 1)
    assert daily_work_actions.confirm_clock(days.now, AHEAD) is not None
    assert daily_work_actions.confirm_clock(days.now, AHEAD) is None
    assert days.turn() == ["seals", "rounds", "forms"]
    kinds = session().scalars(select(AuditEvent.kind).order_by(AuditEvent.sequence)).all()
    assert kinds.count("clock_confirmed") == 1


def test_a_clock_that_was_set_right_again_needs_nobody(context: World) -> None:
    days = Days(context)
    days.turn()
    days.now += 400 * DAY
    assert days.turn() == []
    days.now -= 399 * DAY
    assert days.turn() == ["seals", "rounds", "forms"]
    days.now += 3 * DAY
    assert days.turn() == ["seals", "rounds", "forms"]
    days.now -= DAY
    assert days.turn() == [], "before the last daily work"
    days.now += DAY - BEHIND_AT_MOST
    days.turn()
    assert not [state for state in daily_work_queries.states() if state.failing_since]


@pytest.mark.in_ci
def test_a_damaged_page_is_found_within_the_hours_of_a_round(
    engine_name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the file itself, past the engine. The partner: until then, and once it is whole again,
    nothing is said."""
    if engine_name != "sqlite":
        pytest.skip("a page of PostgreSQL lies on its server: tests/operations/backups")
    monkeypatch.setenv("TRACKER_DATA_DIR", str(tmp_path))
    with laid_out_database(engine_name, tmp_path) as url:
        app = create_app(TestConfig(url, tmp_path))
        with app.app_context():
            world = make_world(NOW)
            links_actions.renew(actor(world, "adam"), world.people["cora"], NOW)
            tables = len(db.metadata.tables)
            minutes = [NOW + minute * MINUTE for minute in range(tables)]
            assert [daily_work_actions.look_for_damage(now) for now in minutes] == [[]] * tables
            before = spoiled(app, tmp_path / "tracker.sqlite3")
            found = [table for now in minutes for table in daily_work_actions.look_for_damage(now)]
            assert set(found) == {"invitations"}
            states = {state.part: state for state in daily_work_queries.states()}
            assert states[DailyPart.DAMAGE].failing_since is not None
            printed = app.test_cli_runner().invoke(args=["metrics"]).output
            assert 'tracker_daily_part_failed{part="damage"} 1.0' in printed
            db.session.remove()
            db.engine.dispose()
            (tmp_path / "tracker.sqlite3").write_bytes(before)
            assert daily_work_actions.look_for_damage(minutes[-1]) == []


def spoiled(app: Flask, file: Path) -> bytes:
    """Overwrite the page of the invitations; returns the file as it is otherwise, with what was
    found noted."""
    with app.app_context():
        with db.engine.connect() as connection:
            root = connection.scalar(
                sql("SELECT rootpage FROM sqlite_master WHERE name = 'invitations'")
            )
            size = connection.scalar(sql("PRAGMA page_size"))
        db.session.remove()
        empty_log()
        db.engine.dispose()
    whole = file.read_bytes()
    with file.open("r+b") as page:
        page.seek(root * size - 1500)
        page.write(b"\x5a" * 1500)
    return whole
