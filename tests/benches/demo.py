"""The demo data and a server on it, for what is measured from outside."""

import http.client
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tests.benches.pages import ROOT, Visitor, free_port

HOST = "127.0.0.1"
TRACKER = str(Path(sys.executable).parent / "tracker")
MIB = 1024 * 1024


def percentile(values: list[float], which: int) -> float:
    return statistics.quantiles(values, n=100, method="inclusive")[which - 1]


@dataclass(frozen=True)
class Server:
    port: int
    pid: int

    def workers(self) -> list[int]:
        """The processes that it started."""
        listed = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text(encoding="ascii")
        return [int(each) for each in listed.split()]


def resident(pid: int, field: str = "VmRSS") -> float:
    """MiB of memory that a process holds, with what it shares; `VmHWM`: the most it ever held."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    (line,) = (line for line in status.splitlines() if line.startswith(f"{field}:"))
    return int(line.split()[1]) / 1024


@dataclass(frozen=True)
class Demo:
    environment: dict[str, str]
    accounts: list[dict[str, str]]

    @contextmanager
    def served(self, command: list[str]) -> Iterator[Server]:
        """`tracker serve`, or the command of another server with `{port}` in it."""
        port = free_port()
        command = [
            each.format(port=port)
            for each in command or [TRACKER, "serve", "--no-worker", "--port={port}"]
        ]
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=self.environment,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            while not _is_up(port):
                if process.poll() is not None:
                    raise RuntimeError(f"{command[0]} did not start")
                time.sleep(0.05)
            yield Server(port, process.pid)
        finally:
            with suppress(ProcessLookupError):
                process.terminate()
                with suppress(subprocess.TimeoutExpired):
                    process.wait(10)
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def signed_in(self, port: int, role: str) -> str:
        """The cookie of a new sign-in."""
        account = next(each for each in self.accounts if each["role"] == role)
        somebody = Visitor(port)
        somebody.sign_in(account["email"], account["password"])
        somebody.connection.close()
        return "; ".join(f"{name}={value}" for name, value in somebody.cookies.items())


def _is_up(port: int) -> bool:
    connection = http.client.HTTPConnection(HOST, port, timeout=10)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


@contextmanager
def demo() -> Iterator[Demo]:
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "TRACKER_DATA_DIR": folder, "TRACKER_DEMO": "1"}
        for arguments in (["demo", "load"], ["demo", "accounts", "--json"]):
            done = subprocess.run(
                [TRACKER, *arguments], cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE
            )
        yield Demo(environment, json.loads(done.stdout))
