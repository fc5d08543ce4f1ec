"""`make load`: how long people wait while slow clients hold connections open.

20 bodies and 20 heads that come a byte a second, 40 connections that send nothing: each kind alone,
and all together. Meanwhile `/healthz` and a signed-in page are asked for four times a second, each
time over a new connection and whether or not the last one has been answered, so that nothing that
waits hides what waits behind it.

Another server than `tracker serve` is measured with its command as the arguments, `{port}` in it:
`python -m tests.benches.slow_clients waitress-serve --port={port} --call tracker.app:create_server`
"""

import asyncio
import os
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field

from tests.benches.demo import HOST, demo, percentile

SECONDS = float(os.environ.get("LOAD_SECONDS", "30"))
EVERY = 0.25
PATIENCE = 60.0
"""Seconds after which a probe counts as never answered."""
ALLOWED_MS = {"/healthz": 250.0, "page": 1000.0}
"""What the 95th percentile must stay below."""
PAGE = "/assess/library-technicians/technical/technical"

SLOW_BODY = (
    b"POST /login HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 10000\r\n"
    b"Content-Type: application/x-www-form-urlencoded\r\n\r\n"
)
"""A form: another kind of body our doors refuse at its head."""
SLOW_HEAD = b"GET /login HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: "
KINDS = {
    "nobody": [],
    "20 slow bodies": [SLOW_BODY] * 20,
    "20 slow heads": [SLOW_HEAD] * 20,
    "40 silent": [b""] * 40,
    "all of them": [SLOW_BODY] * 20 + [SLOW_HEAD] * 20 + [b""] * 40,
}


@dataclass
class Probes:
    """How long each answer took, in milliseconds; what was not answered with 200 took PATIENCE."""

    waited: dict[str, list[float]] = field(default_factory=dict)
    failed: int = 0

    async def ask(self, port: int, name: str, path: str, cookie: str) -> None:
        start = time.perf_counter()
        try:
            async with asyncio.timeout(PATIENCE):
                good = await _answered(port, path, cookie)
        except (OSError, TimeoutError, ValueError):
            good = False
        taken = time.perf_counter() - start if good else PATIENCE
        self.failed += not good
        self.waited.setdefault(name, []).append(taken * 1000)


async def _answered(port: int, path: str, cookie: str) -> bool:
    reader, writer = await asyncio.open_connection(HOST, port)
    try:
        writer.write(
            f"GET {path} HTTP/1.1\r\nHost: {HOST}:{port}\r\nCookie: {cookie}\r\n"
            "Connection: close\r\n\r\n".encode()
        )
        answer = await reader.read(-1)
        return answer.startswith((b"HTTP/1.1 200", b"HTTP/1.0 200"))
    finally:
        writer.close()


async def hold(port: int, beginning: bytes, until: float) -> None:
    """One slow client; where the server ends its connection, it comes back."""
    while time.monotonic() < until:
        with suppress(OSError):
            reader, writer = await asyncio.open_connection(HOST, port)
            try:
                writer.write(beginning)
                while time.monotonic() < until and not reader.at_eof():
                    with suppress(TimeoutError):
                        async with asyncio.timeout(1):
                            if not await reader.read(65_536):
                                break
                    if beginning:
                        writer.write(b"x")
            finally:
                writer.close()
        await asyncio.sleep(0.1)


async def measured(port: int, cookie: str, beginnings: list[bytes]) -> Probes:
    until = time.monotonic() + SECONDS
    probes = Probes()
    async with asyncio.TaskGroup() as group:
        for beginning in beginnings:
            group.create_task(hold(port, beginning, until))
        await asyncio.sleep(1)
        while time.monotonic() < until:
            group.create_task(probes.ask(port, "/healthz", "/healthz", cookie))
            group.create_task(probes.ask(port, "page", PAGE, cookie))
            await asyncio.sleep(EVERY)
    return probes


def main(command: list[str]) -> None:
    with demo() as place, place.served(command) as server:
        cookie = place.signed_in(server.port, "learner")
        print(f"{'while':<16}{'asked for':<10}{'p50 ms':>10}{'p95 ms':>10}{'max ms':>10}  failed")
        for kind, beginnings in KINDS.items():
            probes = asyncio.run(measured(server.port, cookie, beginnings))
            for name, waited in probes.waited.items():
                p95 = percentile(waited, 95)
                print(
                    f"{kind:<16}{name:<10}{percentile(waited, 50):>10.0f}{p95:>10.0f}"
                    f"{max(waited):>10.0f}  {probes.failed}"
                    f"{'' if p95 < ALLOWED_MS[name] else '  TOO SLOW'}",
                    flush=True,
                )


if __name__ == "__main__":
    main(sys.argv[1:])
