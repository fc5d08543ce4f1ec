"""`python -m tests.benches.hostile_bodies`: what one hostile request without a sign-in costs, and how
long `/login` takes while twelve of each kind are sent. Then how long a page takes that somebody
asks for while ten connections of one account ask for pictures of a PDF whose forms draw each other.

CPU and memory are those of all processes of the server, from /proc. Memory is the most that was
held, above what was held before.
"""

import asyncio
import http.client
import os
import socket
import statistics
import sys
import threading
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path

from tests.benches.demo import HOST, Demo, Server, demo, percentile, resident
from tests.benches.pages import Visitor
from tests.benches.slow_clients import EVERY, Probes
from tests.factories.evidence import SCRIPT
from tests.storage.test_page_pictures import nested_pages

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


SENDERS = 10
EVERY_SENT = 10
"""Seconds: all together stay within what the site takes of one account."""
PAGE = "/account"
"""Of somebody else: with few questions to the database, so that what it waits for is its turn."""
TYPED = {"title": "x", "text": "x", "draw": "y"}

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


def upload(token: str, content: bytes) -> bytes:
    fields = {"csrf_token": token, **TYPED}.items()
    parts = [f'name="{name}"\r\n\r\n{value}'.encode() for name, value in fields]
    parts.append(
        b'name="file"; filename="x.pdf"\r\nContent-Type: application/pdf\r\n\r\n' + content
    )
    return b"".join(b"--x\r\nContent-Disposition: form-data; %s\r\n" % part for part in parts) + (
        b"--x--\r\n"
    )


def send(port: int, cookie: str, body: bytes, until: float) -> list[tuple[int, float]]:
    """Again and again: (the status, seconds)."""
    headers = {"Cookie": cookie, "Content-Type": "multipart/form-data; boundary=x"}
    answers = []
    while time.monotonic() < until:
        began = time.monotonic()
        connection = http.client.HTTPConnection(HOST, port, timeout=120)
        connection.request("POST", "/evidence", body, headers)
        answer = connection.getresponse()
        answer.read()
        connection.close()
        answers.append((answer.status, time.monotonic() - began))
        time.sleep(max(0, began + EVERY_SENT - time.monotonic()))
    return answers


async def drawn(
    server: Server, cookie: str, sender: str, body: bytes, connections: int
) -> tuple[Probes, list[tuple[int, float]]]:
    probes, until = Probes(), time.monotonic() + SECONDS
    async with asyncio.TaskGroup() as group:
        sends = [
            asyncio.to_thread(send, server.port, sender, body, until) for _ in range(connections)
        ]
        hostile = asyncio.gather(*sends)
        while time.monotonic() < until:
            group.create_task(probes.ask(server.port, "page", PAGE, cookie))
            await asyncio.sleep(EVERY)
        answers = await hostile
    return probes, [answer for of_one in answers for answer in of_one]


def prepared(place: Demo, server: Server) -> tuple[str, bytes]:
    """The cookie of an account, and what it sends."""
    account = next(each for each in place.accounts if each["role"] == "learner")
    sender = Visitor(server.port)
    sender.sign_in(account["email"], account["password"])
    sender.get("/evidence/new")
    cookie = "; ".join(f"{name}={value}" for name, value in sender.cookies.items())
    return cookie, upload(sender.token, nested_pages(30, root=b"/OpenAction" + SCRIPT))


def pdfs(place: Demo, server: Server) -> None:
    sender, body = prepared(place, server)
    cookie = place.signed_in(server.port, "supervisor")
    print(f"{'connections':<32}{'p50 ms':>10}{'p95 ms':>10}{'max ms':>10}  failed, and answers")
    for connections in (0, SENDERS):
        probes, answers = asyncio.run(drawn(server, cookie, sender, body, connections))
        waited = probes.waited["page"]
        told = ", ".join(
            f"{count} times {status}, {max(s for each, s in answers if each == status):.1f} s"
            for status, count in Counter(status for status, _seconds in answers).items()
        )
        print(
            f"{connections:<32}{percentile(waited, 50):>10.0f}{percentile(waited, 95):>10.0f}"
            f"{max(waited):>10.0f}{probes.failed:>8}  {told}",
            flush=True,
        )


def main(names: list[str]) -> None:
    with demo() as place, place.served([]) as server:
        if names == ["pdfs"]:
            pdfs(place, server)
            return
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
        if not names:
            pdfs(place, server)


if __name__ == "__main__":
    main(sys.argv[1:])
