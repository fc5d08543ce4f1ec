"""The server is killed in the middle of its work: what it said was saved is there, what is sent
again is not doubled.

The real server, as `tracker serve` starts it, on each engine; SIGKILL to all its processes, so
nothing is tidied up.
"""

import datetime as dt
import http.client
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from config import ROOT
from tests.benches.pages import Visitor, free_port
from tests.client import PASSWORD
from tests.conftest import MADE_ONCE, NOW, TestConfig
from tests.copies import laid_out_database
from tests.engines import LONG
from tests.factories.answers import ReviewerAnswer
from tests.factories.sides import NO, YES, answer_all, item_ids, send
from tests.factories.world import World, make_world
from tests.reviews.review_rules import faults
from tracker.app import create_app
from tracker.db import db, session, transaction
from tracker.models import Membership, RatingEntry, ReviewMessage, Submission, TrainingAction
from tracker.policy.permissions import Actor
from tracker.queries.access.actors import actor_for_person
from tracker.reviews.review import actions as review_actions

KILLS = 3 if LONG else 1
BURST = 40
"""How many acts are acknowledged, by all together, before each kill."""
LOST = (OSError, http.client.HTTPException)
"""No answer came, or half of one."""


class Browser(Visitor):
    """Cookies and token outlive the server and its port, as in an open page."""

    def at(self, port: int) -> "Browser":
        self.connection.close()
        self.connection = http.client.HTTPConnection("127.0.0.1", port)
        return self

    def send(self, act: "Act") -> bytes:
        """What came back. Raises LOST; AssertionError for an answer that is no success."""
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if act.is_json:
            body = json.dumps(act.data)
            headers |= {
                "Content-Type": "application/json",
                "Accept": "application/json",
                "X-CSRFToken": self.token,
            }
            self.connection.request("POST", act.url, body, headers)
            response = self.connection.getresponse()
            said = response.read()
            assert response.status == 200, (act, response.status, said)
            return said
        status, said_text, _where = self.ask(act.url, act.data)
        assert status == 303, (act, status, said_text)
        return said_text.encode()


@dataclass
class Act:
    """One press. `mark` is what it leaves in the database."""

    who: Browser
    url: str
    data: dict[str, str]
    mark: object
    is_json: bool = False


@dataclass
class Stream:
    """What one thread sends, an act after the other; the one that was not acknowledged is sent
    again, as it was."""

    acts: Iterator[Act]
    acknowledged: list[object] = field(default_factory=list)
    pending: Act | None = None

    def go_on(self, told: Callable[[], None]) -> None:
        """Until no answer comes."""
        while True:
            self.pending = self.pending or next(self.acts)
            try:
                self.pending.who.send(self.pending)
            except LOST:
                return
            self.acknowledged.append(self.pending.mark)
            self.pending = None
            told()


@contextmanager
def served(
    environment: dict[str, str], prefix: str = ""
) -> Iterator[tuple[int, Callable[[], None]]]:
    """The port, and how to kill it: master and workers at once."""
    port = free_port()
    command = [
        str(Path(sys.executable).parent / "tracker"),
        "serve",
        "--port",
        str(port),
        "--workers",
        "2",
        "--no-worker",
    ]
    server = subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )

    try:
        while not is_up(port, prefix):
            assert server.poll() is None, "the server did not start"
            time.sleep(0.02)
        yield port, lambda: killed(server)
    finally:
        killed(server)


def killed(server: subprocess.Popen[bytes]) -> None:
    if server.poll() is None:
        os.killpg(server.pid, signal.SIGKILL)
        server.wait()


def is_up(port: int, prefix: str = "") -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port)
    try:
        connection.request("GET", f"{prefix}/healthz")
        return connection.getresponse().status == 200
    except LOST:
        return False
    finally:
        connection.close()


def acting(world: World, name: str) -> Actor:
    found = actor_for_person(world.people[name], world.now)
    assert found is not None
    return found


@dataclass(frozen=True)
class Stage:
    """An item that is asked about and replied to, one to plan next steps for, and statements to
    rate."""

    talk: int
    plan: int
    rated: list[int]
    learner: int


def stage(world: World) -> Stage:
    revealed = send(world, YES, skip=1)
    answer_all(world, revealed, ReviewerAnswer.NOT_YET)
    review_actions.reveal(acting(world, "sue"), revealed, world.now)
    (talk,) = item_ids(send(world, NO, skip=2))
    (plan,) = item_ids(revealed)
    with transaction() as tx:
        for membership in tx.scalars(select(Membership)):
            membership.starts_on = dt.date(2020, 1, 1)  # the server lives today, whenever that is
    return Stage(talk, plan, world.statements["technical"], world.people["ana"])


def rating(who: Browser, place: Stage) -> Iterator[Act]:
    """Each statement in turn, on the version before."""
    for number in range(10**6):
        turn, at = divmod(number, len(place.rated))
        said = ("partly", "not_yet")[turn % 2]
        data = {"answer": said, "base_version": turn}
        yield Act(
            who,
            f"/statements/{place.rated[at]}/rating",
            data,
            (place.rated[at], turn + 1, said),
            is_json=True,
        )


def planning(who: Browser, place: Stage) -> Iterator[Act]:
    for number in range(10**6):
        data = {"text": f"Step {number}", "owner": str(place.learner), "due_on": "2029-12-31"}
        yield Act(
            who,
            f"/review-items/{place.plan}/next-step",
            keyed("plan", number, data),
            f"Step {number}",
        )


def talking(reviewer: Browser, learner: Browser, place: Stage) -> Iterator[Act]:
    """A question, a reply, a question: each is a move, and possible once."""
    for number in range(10**6):
        asked = {"answer": "return", "note": f"Question {number}", "version": str(2 * number + 1)}
        yield Act(
            reviewer,
            f"/review-items/{place.talk}/answer",
            keyed("ask", number, asked),
            asked["note"],
        )
        said = {"text": f"Reply {number}"}
        yield Act(
            learner, f"/review-items/{place.talk}/reply", keyed("reply", number, said), said["text"]
        )


def keyed(kind: str, number: int, data: dict[str, str]) -> dict[str, str]:
    return {**data, "form_key": f"{kind}-form-of-an-open-page-{number}"}


def kept(place: Stage) -> list[object]:
    """What all that was sent has left in the database."""
    tx = session()
    entries = tx.execute(
        select(RatingEntry.statement_id, RatingEntry.version, RatingEntry.answer).where(
            RatingEntry.person_id == place.learner, RatingEntry.statement_id.in_(place.rated)
        )
    )
    return [
        *(tuple(row) for row in entries),
        *tx.scalars(select(TrainingAction.text)),
        *tx.scalars(select(ReviewMessage.text)),
    ]


def troubles(found: list[object], acknowledged: list[object]) -> list[str]:
    there, said = Counter(found), Counter(acknowledged)
    return [
        f"{'lost' if there[mark] < said[mark] else 'doubled'}: {mark}"
        for mark in there | said
        if there[mark] != said[mark]
    ]


@contextmanager
def laid_out(engine_name: str, folder: Path) -> Iterator[tuple[Flask, dict[str, str]]]:
    """A migrated database of its own, and the environment of a server on it, which finds its static
    files and templates as a server before it left them."""
    with pytest.MonkeyPatch.context() as patch, laid_out_database(engine_name, folder) as url:
        patch.setenv("TRACKER_DATA_DIR", str(folder))
        for made in MADE_ONCE:
            (folder / made).symlink_to(TestConfig.made / made)
        app = create_app(TestConfig(url, folder))
        yield app, {**os.environ, "TRACKER_DATABASE_URL": url}
        with app.app_context():
            db.session.remove()
            db.engine.dispose()


@pytest.mark.in_ci
def test_killed_in_the_middle(migrated_app: Flask, engine_name: str, tmp_path: Path) -> None:
    with laid_out(engine_name, tmp_path) as (app, environment):
        with app.app_context():
            place = stage(make_world(NOW))
            db.session.remove()
        browsers = {name: Browser(0) for name in ("ana", "ana again", "sue", "sue again")}
        streams = [
            Stream(rating(browsers["ana"], place)),
            Stream(planning(browsers["sue"], place)),
            Stream(talking(browsers["sue again"], browsers["ana again"], place)),
        ]
        for number in range(KILLS):
            with served(environment) as (port, kill):
                for name, browser in browsers.items():
                    browser.at(port)
                    if number == 0:
                        browser.sign_in(f"{name.split()[0]}@example.org", PASSWORD)
                burst(streams, kill)
        with served(environment) as (port, _kill):
            for browser in browsers.values():
                browser.at(port)
            for stream in streams:
                if stream.pending is not None:
                    stream.pending.who.send(stream.pending)
                    stream.acknowledged.append(stream.pending.mark)
            said = [mark for stream in streams for mark in stream.acknowledged]
            with app.app_context(), db.engine.connect() as connection:
                assert troubles(kept(place), said) == []
                assert faults(connection) == []
                assert len(session().scalars(select(Submission.id)).all()) == len(said) - len(
                    streams[0].acknowledged
                )
                db.session.remove()
            assert min(len(stream.acknowledged) for stream in streams) > KILLS
            without_a_key(browsers["sue"], place)
            with app.app_context():
                assert troubles(kept(place), [*said, "Step 10000"]) == [
                    "doubled: Step 0",
                    "lost: Step 10000",
                ]
                db.session.remove()
        for browser in browsers.values():
            browser.connection.close()


def burst(streams: list[Stream], kill: Callable[[], None]) -> None:
    """All of them at once, until enough was acknowledged; then the server dies while they go on."""
    changed, done = threading.Condition(), Counter[str]()

    def told() -> None:
        with changed:
            done["acts"] += 1
            changed.notify()

    threads = [threading.Thread(target=stream.go_on, args=(told,)) for stream in streams]
    for thread in threads:
        thread.start()
    with changed:
        changed.wait_for(
            lambda: done["acts"] >= BURST or not any(thread.is_alive() for thread in threads)
        )
    kill()
    for thread in threads:
        thread.join()


def without_a_key(who: Browser, place: Stage) -> None:
    """The partner: an act that is sent again as if it were a new one, and one that was never done,
    are both found."""
    (act,) = (act for act, _end in zip(planning(who, place), range(1), strict=False))
    who.send(Act(act.who, act.url, {**act.data, "form_key": ""}, act.mark))
