"""`python -m tests.benches.hostile_bodies`: what one hostile request without a sign-in costs, and how
long `/login` takes while twelve of each kind are sent.

CPU and memory are those of all processes of the server, from /proc. Memory is the most that was
held, above what was held before.
"""

import asyncio
import os
import socket
import statistics
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

from tests.benches.demo import HOST, Server, demo, percentile, resident
from tests.benches.slow_clients import Probes

AT_ONCE = 12
SECONDS = float(os.environ.get("LOAD_SECONDS", "10"))
FIELDS = b"a=b&" * 2_600_000
FORM, JSON = "application/x-www-form-urlencoded", "application/json"
MULTIPART = "multipart/form-data; boundary=x"
PART = b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\nb\r\n'
LAST = b"0\r\n\r\n"
LONGEST = 64 * 1024 - 4
"""Bytes of the longest form that is read from who is not signed in, but for a field."""


def sent(
    target: str, kind: str = FORM, body: bytes = b"", *more: str, method: str = "POST"
) -> bytes:
    head = [f"{method} {target} HTTP/1.1", f"Host: {HOST}", "Connection: close", *more]
    if body or not any("chunked" in each for each in more):
        head += [f"Content-Type: {kind}", f"Content-Length: {len(body)}"]
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body


def chunked(target: str, chunks: bytes) -> bytes:
    return sent(target, FORM, b"", "Transfer-Encoding: chunked", f"Content-Type: {FORM}") + chunks


HOSTILE = {
    "fields, no such address": sent("/nowhere", FORM, FIELDS),
    "fields, /login": sent("/login", FORM, FIELDS),
    "fields, wrong method": sent("/healthz", FORM, FIELDS),
    "fields, private": sent("/evidence", FORM, FIELDS),
    "fields, GET": sent("/login", FORM, FIELDS, method="GET"),
    "64 kB of fields, /login": sent("/login", FORM, FIELDS[:LONGEST]),
    "64 kB, 1,000 fields, /login": sent("/login", FORM, (b"a=" + b"%41" * 20 + b"&") * 999),
    "64 kB in one, /login": sent("/login", FORM, b"a=" + b"%41" * 21_800),
    "parts, /login": sent("/login", MULTIPART, PART * 200_000 + b"--x--\r\n"),
    "parts, private upload": sent("/evidence", MULTIPART, PART * 200_000 + b"--x--\r\n"),
    "64 kB of parts, /login": sent("/login", MULTIPART, PART * 1_190 + b"--x--\r\n"),
    "deep JSON, /login": sent("/login", JSON, b"[" * 10_000_000),
    "deep JSON, /drafts": sent("/drafts", JSON, b"[" * 10_000_000),
    "250 kB of deep JSON, /drafts": sent("/drafts", JSON, b"[" * 250_000),
    "chunked, no such address": chunked(
        "/nowhere", (b"2000\r\n" + FIELDS[:8192] + b"\r\n") * 1_250
    ),
    "chunks of a byte, /login": chunked("/login", b"1\r\na\r\n" * 1_700_000 + LAST),
    "64 kB in chunks of 30": chunked("/login", (b"1e\r\n" + b"a" * 30 + b"\r\n") * 1_800 + LAST),
    "an endless chunk length": chunked("/login", b"0" * 10_000_000 + b"\r\n\r\n"),
    "a long query": sent("/login?" + "a=b&" * 2_000, method="GET"),
    "many cookies": sent("/login", FORM, b"", "Cookie: " + "a=b; " * 6_000, method="GET"),
    "gzip, /login": sent("/login", FORM, b"\x1f\x8b" * 5_000_000, "Content-Encoding: gzip"),
}


def cpu(pids: list[int]) -> float:
    """Seconds of CPU that the threads of these processes have taken."""
    threads = (each for pid in pids for each in Path(f"/proc/{pid}/task").iterdir())
    return (
        sum(int((thread / "schedstat").read_text("ascii").split()[0]) for thread in threads) / 1e9
    )


def ask(port: int, request: bytes) -> str:
    """The status; what is still to be sent when the answer is there is not sent."""
    answer = b""
    with suppress(OSError), socket.create_connection((HOST, port), timeout=120) as connection:
        with suppress(OSError):
            connection.sendall(request)
        answer = connection.recv(4096)
    return answer[9:12].decode() or "cut off"


class Most(threading.Thread):
    """Looks a hundred times a second how much is held."""

    def __init__(self, pids: list[int]) -> None:
        super().__init__(daemon=True)
        self.pids, self.ends = pids, threading.Event()
        self.least = self.most = self.now()

    def now(self) -> float:
        return sum(map(resident, self.pids))

    def run(self) -> None:
        while not self.ends.wait(0.01):
            self.most = max(self.most, self.now())

    @property
    def more(self) -> float:
        self.ends.set()
        self.join()
        return self.most - self.least


async def probed(port: int, requests: list[bytes], seconds: float) -> Probes:
    probes, loop = Probes(), asyncio.get_running_loop()
    async with asyncio.TaskGroup() as group:
        began = time.monotonic()
        hostile = [loop.run_in_executor(None, ask, port, each) for each in requests]
        while time.monotonic() < began + seconds or not all(each.done() for each in hostile):
            group.create_task(probes.ask(port, "/login", "/login", ""))
            await asyncio.sleep(0.1)
    return probes


def one(server: Server, name: str, request: bytes) -> None:
    pids = server.workers()
    held, before = Most(pids), cpu(pids)
    held.start()
    status, taken = "", []
    for _round in range(3):
        status = ask(server.port, request)
        time.sleep(0.3)
        now = cpu(pids)
        taken.append(now - before)
        before = now
    print(
        f"{name:<32}{status:>8}{statistics.median(taken) * 1000:>10.0f}{held.more:>10.1f}",
        flush=True,
    )


def main(names: list[str]) -> None:
    with demo() as place, place.served([]) as server:
        for _warm in range(40):
            ask(server.port, sent("/login", method="GET"))
        print(f"{'one':<32}{'status':>8}{'CPU ms':>10}{'MiB':>10}")
        for name, request in HOSTILE.items():
            if not names or any(each in name for each in names):
                one(server, name, request)
        print(f"{'twelve at once':<32}{'p50 ms':>10}{'p95 ms':>10}{'max ms':>10}{'MiB':>8}")
        for name, requests in {
            "nobody": [],
            **{
                name: [request] * AT_ONCE
                for name, request in HOSTILE.items()
                if not names or any(each in name for each in names)
            },
        }.items():
            held = Most(server.workers())
            held.start()
            waited = asyncio.run(probed(server.port, requests, SECONDS)).waited["/login"]
            print(
                f"{name:<32}{percentile(waited, 50):>10.0f}{percentile(waited, 95):>10.0f}"
                f"{max(waited):>10.0f}{held.more:>8.0f}",
                flush=True,
            )


if __name__ == "__main__":
    main(sys.argv[1:])
