"""Worlds, made through the pages: what people of a library do with a framework over a winter, while its
next versions come out and they are moved to them, and back.

A story is told from its script, in which everything has a name instead of an id (adapter.find). The
script was drawn by chance once (drawing.py) and is recorded with what came of it: whatever is meant to
be otherwise now, the same people do the same afterwards. What each act left is noted as it goes; a
refusal is a fact as well.
"""

import datetime as dt
import random
import re
from email.message import Message
from typing import Any

import time_machine
from flask import Flask
from werkzeug.test import TestResponse

from tests.conftest import NOW
from tests.copies import empty
from tests.factories.mail_servers import mail_server
from tests.factories.notices import deliver
from tests.factories.world import World, make_world
from tests.oracle import adapter
from tests.oracle.facts import lines_of, tidy
from tests.oracle.next_files import Publishing
from tests.oracle.readings import Facts, Reader, Reading
from tracker.administration.library.actions import set_operator
from tracker.cli.background.work import work
from tracker.db import db

Step = dict[str, Any]
LEARNERS = ("ana", "ben", "lea", "sue")
REVIEWER = {
    "ana": ("sue", "central"),
    "ben": ("sue", "central"),
    "lea": ("hugo", "harbour"),
    "sue": ("ana", "bookmobile"),
}
"""Of each, with the team."""
EVERYBODY = (*LEARNERS, "hugo", "cora", "adam")
READ_BY = (
    *((reader, learner) for learner, (reader, _team) in REVIEWER.items()),
    ("cora", "ana"),
    ("cora", "lea"),
    ("hugo", "ana"),
)
TEAMS = (("cora", "city"), ("sue", "central"))
SHARE = 2
"""Of what each person has a page for each domain of, one in so many is read."""
NAMED = re.compile(r"\{([a-z-]+) ([^{}]+)\}")


def _mail(message: Message) -> str:
    """To whom, and what it says, in one line."""
    content = message.get_payload(decode=True)
    assert isinstance(content, bytes)
    said = re.sub(r"https?://\S+", "(address)", content.decode())
    return tidy(f"{message['To']}: {message['Subject']}: {said}")


class Story:
    """A world in which steps are done one by one. A short one is read in short."""

    def __init__(self, app: Flask, number: int, *, is_short: bool) -> None:
        self.app = app
        self.number = number
        self.is_short = is_short
        self.facts: Facts = {}
        self.told = 0
        self.clients: dict[tuple[str, dt.date], Reader] = {}
        self.version = "1"
        self.retired: list[dict[str, Any]] = []

    def tell(self, script: list[Step]) -> Facts:
        with (
            time_machine.travel(NOW, tick=False) as self.clock,
            mail_server() as self.inbox,
            adapter.all_counts_at_once(),
        ):
            self.begin()
            for step in script:
                self.do(step)
            self.read()
        return self.facts

    def begin(self) -> None:
        with self.app.app_context():
            empty(db.engine)
            self.world: World = make_world(NOW)
            set_operator(self.email("adam"), True, NOW)
            self.trail = adapter.Trail()
            db.session.remove()

    def do(self, step: Step) -> None:
        self.clock.move_to(dt.datetime.fromisoformat(step["at"]))
        more = {key: value for key, value in step.items() if key not in ("do", "at")}
        getattr(self, step["do"])(**more)

    def read(self) -> None:
        reading = Reading(self.app, self.now.date(), 3 if self.is_short else SHARE, self.number)
        with self.app.app_context():
            of = adapter.framework_id("small", self.version)
            domains = list(dict.fromkeys(statement.domain for statement in adapter.statements(of)))
        for who in EVERYBODY:
            reading.own(self.email(who))
        for reader, learner in READ_BY[:4] if self.is_short else READ_BY:
            reading.of_person(self.email(reader), self.email(learner))
        for reader, team in TEAMS[:1] if self.is_short else TEAMS:
            reading.team(self.email(reader), team, self.world.teams[team], domains)
        reading.library(self.email("adam"), "City Library")
        reading.page(self.email("adam"), "statements.csv", "/frameworks/small/statements.csv")
        self.facts |= {f"end/{place}": lines for place, lines in reading.facts.items()}

    # ---- steps

    def act(self, who: str, words: str, url: str, data: dict[str, Any]) -> None:
        """A form is posted. One for which something must be there that is not is not."""
        client = self.client(who)
        try:
            filled_in = adapter.filled_in(data).items()
            form = {self.found(key): self.found(value) for key, value in filled_in}
            answer = client.post(self.found(url), form)
        except LookupError as missing:
            self.note(who, f"{words}: no {missing.args[0]}", None)
            return
        assert answer.status_code < 500, (words, answer.text)
        self.note(who, words, answer)

    def daily(self) -> None:
        """The worker does the work of the day, and mails."""
        run = self.app.test_cli_runner().invoke
        run(work, ["--clock-is-right"])
        run(work, ["--daily"])
        self.mail()
        self.note("system", f"daily work of {self.now.date()}", None)

    def mail(self) -> None:
        """What waits is mailed."""
        before = len(self.inbox.messages)
        with self.app.app_context():
            deliver(self.inbox, self.now)
            db.session.remove()
        self.facts[f"{self.told:03} mails of {self.now:%b %d, %H:%M}"] = sorted(
            map(_mail, self.inbox.messages[before:])
        )

    def glance(self, when: str, who: str) -> None:
        """What stands in between; also on that person's Today."""
        of = f"{self.told:03} {when}"
        for name, place in [*((each, "profile.json") for each in LEARNERS), (who, "")]:
            page = self.client(name).http.get(f"/{place}")
            self.facts[f"{of}/{name}/{place or 'today'}"] = lines_of(page)
        for place in ("gaps.csv", "round.csv"):
            url = f"/teams/{self.world.teams['city']}/{place}"
            self.facts[f"{of}/cora/{place}"] = lines_of(self.client("cora").http.get(url))
        with self.app.app_context():
            self.trail.skip()

    def publish(self, version: str) -> None:
        """The next version: drafted from a file, decided about, and published on its page."""
        pages = Publishing(
            self.client("adam"), random.Random(f"{self.number} {version}"), version, self.retired
        )
        for words, press in (
            ("uploads", pages.upload),
            ("decides", pages.decide),
            ("publishes", pages.publish),
        ):
            self.clock.shift(dt.timedelta(minutes=1))
            answer = press()
            assert answer.status_code == 303, answer.text
            self.note("adam", f"{words} {version}", answer)
        assert not pages.page()[0].startswith("Not done"), pages.page()
        self.version = version

    def move(self, words: str, before: str, after: str, team: str, person: str) -> None:
        """All of the library, that team, or that person."""
        answer = adapter.move(
            self.app,
            self.client("adam"),
            "small",
            (before, after),
            team=self.world.teams[team] if team else None,
            person=self.world.people[person] if person else None,
        )
        self.note("adam", f"moves {words} to {after}", answer, kinds=adapter.BY_MOVING)

    def move_back(self, words: str) -> None:
        answer = adapter.move_back(self.app, self.client("adam"))
        self.note("adam", f"moves {words} back", answer, kinds=adapter.BY_MOVING)

    # ---- what they are made of

    @property
    def now(self) -> dt.datetime:
        return dt.datetime.now(dt.UTC)

    def email(self, who: str) -> str:
        return self.world.email(who)

    def client(self, who: str) -> Reader:
        key = who, self.now.date()
        if key not in self.clients:
            self.clients[key] = Reader(self.app, self.email(who))
            with self.app.app_context():
                self.trail.skip()
        return self.clients[key]

    def note(self, who: str, words: str, answer: TestResponse | None, **options: Any) -> None:
        self.told += 1
        with self.app.app_context():
            left = list(self.trail.left(**options))
        status = "" if answer is None else f": {answer.status_code}"
        self.facts[f"{self.told:03} {who} {words}{status}"] = left

    def found(self, value: Any) -> Any:
        """With ids in place of names. Raises LookupError for what is not there."""
        if isinstance(value, list):
            return [self.found(each) for each in value]
        return NAMED.sub(self._id, value) if isinstance(value, str) else value

    def _id(self, named: re.Match[str]) -> str:
        kind, name = named.groups()
        if kind in ("person", "team"):
            return str({"person": self.world.people, "team": self.world.teams}[kind][name])
        with self.app.app_context():
            return str(adapter.find(kind, name))
