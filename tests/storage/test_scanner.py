"""A file passes the virus scanner only on its plain word."""

import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.storage.fake_clamd import EICAR, FakeScanner
from tracker.rules.errors import Invalid, Unchecked
from tracker.storage.uploads import scanner

StartScanner = Callable[..., FakeScanner]


@pytest.fixture
def start() -> Iterator[StartScanner]:
    made: list[FakeScanner] = []

    def begin(**how: object) -> FakeScanner:
        made.append(FakeScanner(**how))  # type: ignore[arg-type]
        return made[-1]

    yield begin
    for each in made:
        each.close()


def test_a_clean_file_passes_and_all_of_it_was_seen(start: StartScanner) -> None:
    fake, content = start(), b"x" * (3 * scanner.CHUNK + 1)
    scanner.check(fake.address, content)
    assert fake.seen == [content]


def test_by_the_path_of_a_socket(start: StartScanner, tmp_path: Path) -> None:
    fake = start(path=tmp_path / "clamd.ctl")
    scanner.check(fake.address, b"harmless")
    with pytest.raises(Invalid):
        scanner.check(fake.address, EICAR)


def test_without_a_scanner_nothing_is_asked() -> None:
    scanner.check("", EICAR)


def test_an_infected_file_is_refused(start: StartScanner) -> None:
    with pytest.raises(Invalid) as refused:
        scanner.check(start().address, b"before" + EICAR)
    assert (refused.value.code, refused.value.field) == ("file_infected", "file")


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"\0",
        b"stream: OK",
        b"stream: OK\n",
        b"stream: ok\0",
        b"OK\0",
        b"stream: OK\0stream: OK\0",
        b"stream: Eicar FOUND\0stream: OK\0",
        b"INSTREAM size limit exceeded. ERROR\0",
        b"UNKNOWN COMMAND\0",
        b"\xff\xfe\0",
        b"stream: OK " * 1_000 + b"\0",
    ],
)
def test_any_other_answer_lets_nothing_pass(start: StartScanner, answer: bytes) -> None:
    with pytest.raises(Unchecked) as refused:
        scanner.check(start(answer=answer).address, b"harmless")
    assert refused.value.code == "file_unchecked"


@pytest.mark.in_ci
@pytest.mark.parametrize("pause", [0.1, 60])
def test_a_slow_one_is_not_waited_for(
    start: StartScanner, monkeypatch: pytest.MonkeyPatch, pause: float
) -> None:
    """Neither for one that is silent nor for one that says a letter now and then."""
    monkeypatch.setattr(scanner, "TIMEOUT", 0.5)
    fake, begun = start(pause=pause), time.monotonic()
    with pytest.raises(Unchecked):
        scanner.check(fake.address, b"harmless")
    assert time.monotonic() - begun < 5


def test_one_that_is_down(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    for address in (f"127.0.0.1:{port}", str(tmp_path / "none.ctl"), "no-such-host.invalid:3310"):
        with pytest.raises(Unchecked):
            scanner.check(address, b"harmless")


def test_one_that_hangs_up_in_the_middle() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def hang_up() -> None:
            line, _peer = listening.accept()
            with line:
                line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                line.recv(100)

        thread = threading.Thread(target=hang_up)
        thread.start()
        with pytest.raises(Unchecked):
            scanner.check(f"127.0.0.1:{listening.getsockname()[1]}", b"x" * 5_000_000)
        thread.join()
