"""The server is restarted while people work: nobody is turned away, and nothing is lost."""

import http.client
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

import pytest
from flask import Flask

from config import ROOT
from tests.client import PASSWORD
from tests.conftest import NOW
from tests.factories.world import make_world
from tests.test_crash import Act, Browser, kept, killed, laid_out, planning, rating, stage, troubles
from tracker.db import db

BEFORE, AFTER = 20, 20
"""How many answers there are before the restart, and after it."""
AS_SYSTEMD = """
import os, sys
os.dup2(int(sys.argv[1]), 3)
os.environ |= {"LISTEN_FDS": "1", "LISTEN_PID": str(os.getpid())}
os.execv(sys.argv[2], sys.argv[2:])
"""
"""Hands an open socket over to the command that follows, as systemd does."""


class Load:
    """Threads that ask until they are told to stop, and what went wrong for them."""

    def __init__(self) -> None:
        self.answers = 0
        self.wrong: list[str] = []
        self._changed = threading.Condition()

    def asked(self, acts: Iterator[Callable[[], object]]) -> None:
        try:
            for act in acts:
                act()
                with self._changed:
                    self.answers += 1
                    self._changed.notify_all()
        except Exception as error:  # noqa: BLE001  (of a thread: told where it is asserted)
            with self._changed:
                self.wrong.append(repr(error))
                self._changed.notify_all()

    def wait_for(self, answers: int) -> None:
        with self._changed:
            self._changed.wait_for(lambda: self.answers >= answers or self.wrong)


@contextmanager
def under_load(load: Load, *all_acts: Iterator[Callable[[], object]]) -> Iterator[None]:
    threads = [threading.Thread(target=load.asked, args=(acts,)) for acts in all_acts]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        for thread in threads:
            thread.join()


def workers(master: int) -> set[str]:
    return set(Path(f"/proc/{master}/task/{master}/children").read_text().split())


def ask(port: int) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", "/login")
    assert connection.getresponse().status == 200
    connection.close()


@contextmanager
def listening() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0), backlog=100) as listener:
        yield listener


@contextmanager
def started_on(
    listener: socket.socket, environment: dict[str, str]
) -> Iterator[subprocess.Popen[bytes]]:
    tracker = str(Path(sys.executable).parent / "tracker")
    number = str(listener.fileno())
    server = subprocess.Popen(
        [sys.executable, "-c", AS_SYSTEMD, number, tracker, "serve", "--workers=2", "--no-worker"],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        pass_fds=[listener.fileno()],
    )
    try:
        yield server
    finally:
        killed(server)


@pytest.mark.in_ci
@pytest.mark.parametrize("by", ["a signal", "many requests"])
@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_new_workers_turn_nobody_away(
    migrated_app: Flask, engine_name: str, tmp_path: Path, by: str
) -> None:
    load, goes_on = Load(), True
    with laid_out(engine_name, tmp_path) as (_app, environment), listening() as listener:
        port = listener.getsockname()[1]
        if by == "many requests":
            environment["GUNICORN_CMD_ARGS"] = "--max-requests=30 --max-requests-jitter=5"

        def asking() -> Iterator[Callable[[], object]]:
            while goes_on:
                yield lambda: ask(port)

        with started_on(listener, environment) as server:
            ask(port)
            before = workers(server.pid)
            with under_load(load, asking(), asking(), asking(), asking()):
                load.wait_for(BEFORE)
                if by == "a signal":
                    server.send_signal(signal.SIGHUP)
                while workers(server.pid) & before and not load.wrong:
                    load.wait_for(load.answers + 1)
                load.wait_for(load.answers + AFTER)
                goes_on = False
    assert load.wrong == []


@pytest.mark.in_ci
@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_another_server_on_the_same_socket_loses_nothing(
    migrated_app: Flask, engine_name: str, tmp_path: Path
) -> None:
    load, acknowledged = Load(), list[object]()
    browsers = [Browser(0), Browser(0)]
    with laid_out(engine_name, tmp_path) as (app, environment), listening() as listener:
        with app.app_context():
            place = stage(make_world(NOW))
            db.session.remove()

        def sending(acts: Iterator[Act]) -> Iterator[Callable[[], object]]:
            for act in islice(acts, BEFORE + AFTER):
                yield lambda act=act: act.who.send(act)
                acknowledged.append(act.mark)

        with started_on(listener, environment) as first:
            for browser, name in zip(browsers, ("ana", "sue"), strict=True):
                browser.at(listener.getsockname()[1]).sign_in(f"{name}@example.org", PASSWORD)
            ana, sue = browsers
            with under_load(load, sending(rating(ana, place)), sending(planning(sue, place))):
                load.wait_for(BEFORE)
                first.terminate()
                assert first.wait() == 0
                with started_on(listener, environment):
                    load.wait_for(2 * (BEFORE + AFTER))
        with app.app_context():
            assert (load.wrong, troubles(kept(place), acknowledged)) == ([], [])
            assert len(acknowledged) == 2 * (BEFORE + AFTER)
            db.session.remove()
    for browser in browsers:
        browser.connection.close()
