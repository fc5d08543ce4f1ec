"""`make bench`: median times of the main pages on the demo data, as ratios to an empty Flask page.

Both are served by gunicorn with the same settings in the same run, and asked in turn over one
kept-open connection each, so that a slow moment of the machine falls on both alike.
"""

import http.client
import json
import os
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

from flask import Flask

ROOT = Path(__file__).resolve().parents[2]
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "200"))
WARM_UP = 20
AIMS = {"assess page": 11.0, "save": 9.0, "matrix of 12": 18.0}


def empty() -> Flask:
    """The baseline: one page with nothing in it."""
    app = Flask("empty")
    app.config |= {
        "MAX_CONTENT_LENGTH": 10**6,
        "THREADS": 4,
        "URL_PREFIX": "",
    }  # what the server asks of it
    app.extensions |= {
        "tracker_hashing": (),
        "tracker_comes_again": (),
        "tracker_bodies": lambda *_head: 0,
    }
    app.add_url_rule("/", "index", lambda: "<!doctype html><title>Empty</title><h1>Empty</h1>")
    return app


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def served(target: str, environment: dict[str, str], workers: int = 1) -> Iterator[int]:
    """gunicorn with the product's own settings, on a free port."""
    port = free_port()
    command = [
        sys.executable,
        "-m",
        "gunicorn",
        target,
        "--config",
        "python:tracker.cli.server.gunicorn",
        "--bind",
        f"127.0.0.1:{port}",
        "--workers",
        str(workers),
    ]
    server = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
    try:
        for _attempt in range(1200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield port
    finally:
        server.terminate()
        server.wait()


def spent_by(words: str) -> float:
    """Seconds of the processor of all processes now whose command has these words."""
    ticks = 0
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if words.encode() not in (process / "cmdline").read_bytes():
                continue
            *_name, fields = (process / "stat").read_text().rpartition(") ")
        except (FileNotFoundError, ProcessLookupError):  # it has ended meanwhile
            continue
        ticks += sum(map(int, fields.split()[11:13]))
    return ticks / os.sysconf("SC_CLK_TCK")


@dataclass
class Visitor:
    """One kept-open connection with its cookies, as a browser has."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)
    token: str = ""
    refresh: str = ""
    """In how many seconds the last page is to be asked for again; "" for never."""

    def __post_init__(self) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", self.port)

    def ask(
        self, path: str, form: dict[str, str] | None = None, accept: str = "text/html"
    ) -> tuple[int, str, str]:
        """(status, body, where it points to)."""
        headers = {
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            "Accept": accept,
        }
        body = None
        if form is not None:
            body = urlencode({"csrf_token": self.token, **form})
            headers |= {"Content-Type": "application/x-www-form-urlencoded"}
        asked = "GET" if form is None else "POST", path, body, headers
        try:
            self.connection.request(*asked)
            response = self.connection.getresponse()
        except http.client.RemoteDisconnected:
            # Idle for too long, and closed by the server: a browser asks again too.
            self.connection.close()
            self.connection.request(*asked)
            response = self.connection.getresponse()
        text = response.read().decode(errors="replace")
        for cookie in response.headers.get_all("Set-Cookie") or []:
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', text)
        if found:
            self.token = found.group(1)
        self.refresh = response.headers.get("Refresh", "")
        return response.status, text, response.headers.get("Location", "")

    def get(self, path: str) -> str:
        status, text, _ = self.ask(path)
        if status != 200:
            raise RuntimeError(f"{path} answered {status}")
        return text

    def sign_in(self, email: str, password: str) -> None:
        self.get("/login")
        status, _, _ = self.ask("/login", {"email": email, "password": password})
        if status != 303:
            raise RuntimeError(f"sign-in of {email} answered {status}")
        self.get("/account")


def milliseconds(act: Callable[[], object]) -> float:
    start = time.perf_counter()
    act()
    return (time.perf_counter() - start) * 1000


def first(pattern: str, text: str) -> str:
    found = re.search(pattern, text)
    if found is None:
        raise RuntimeError(f"the page has no {pattern}")
    return found.group(1)


def scenes(port: int, accounts: list[dict[str, str]]) -> dict[str, Callable[[], object]]:
    """What is measured: name -> one request of it."""

    def visitor(role: str) -> Visitor:
        account = next(account for account in accounts if account["role"] == role)
        somebody = Visitor(port)
        somebody.sign_in(account["email"], account["password"])
        return somebody

    learner, supervisor = visitor("learner"), visitor("supervisor")
    page = "/assess/library-technicians/technical/technical"
    html = learner.get(page)
    statement = first(r'action="(/statements/\d+/rating)"', html)
    team = first(r'href="(/teams/\d+)', supervisor.get("/teams"))
    versions = iter(range(10**9))

    def save() -> None:
        """One answer, changed each time, on the version that the answer before left."""
        status, text, _ = learner.ask(
            statement,
            state | {"answer": ("partly", "consistently")[next(versions) % 2]},
            "application/json",
        )
        if status != 200:
            raise RuntimeError(f"a save answered {status}: {text}")
        state["base_version"] = str(json.loads(text)["version"])

    state = {
        "base_version": first(
            r'name="base_version-\d+"[^>]*value="(\d+)"', html[html.index(statement) :]
        )
    }
    return {
        "assess page": lambda: learner.get(page),
        "save": save,
        "profile": lambda: learner.get("/profile"),
        "queue": lambda: supervisor.get("/reviews"),
        "matrix of 12": lambda: supervisor.get(f"{team}/gaps"),
    }


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "TRACKER_DATA_DIR": folder, "TRACKER_DEMO": "1"}
        tracker = str(Path(sys.executable).parent / "tracker")
        loading = milliseconds(
            lambda: subprocess.run(
                [tracker, "demo", "load"],
                cwd=ROOT,
                env=environment,
                check=True,
                stdout=subprocess.DEVNULL,
            )
        )
        listed = subprocess.run(
            [tracker, "demo", "accounts", "--json"],
            cwd=ROOT,
            env=environment,
            check=True,
            stdout=subprocess.PIPE,
        )
        accounts = json.loads(listed.stdout)
        with (
            served("tests.benches.pages:empty()", environment) as base,
            served("tracker.app:create_app()", environment) as port,
        ):
            nothing = Visitor(base)
            times: dict[str, list[float]] = {}
            asked = {"empty page": lambda: nothing.get("/"), **scenes(port, accounts)}
            for turn in range(WARM_UP + ROUNDS):
                for name, act in asked.items():
                    taken = milliseconds(act)
                    if turn >= WARM_UP:
                        times.setdefault(name, []).append(taken)
    baseline = statistics.median(times["empty page"])
    print(f"demo data loaded in {loading / 1000:.1f} s")
    print(f"{'page':<14}{'median ms':>10}{'ratio':>8}{'aim':>8}")
    for name, taken in times.items():
        median = statistics.median(taken)
        aim = f"< {AIMS[name]:g}" if name in AIMS else ""
        print(f"{name:<14}{median:>10.2f}{median / baseline:>8.1f}{aim:>8}")


if __name__ == "__main__":
    main()
