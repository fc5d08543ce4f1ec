"""Virus scanning by clamd: the content goes over as a stream (its INSTREAM command), and only its
plain "OK" lets a file pass.

It may take TIMEOUT seconds: never inside a transaction.
"""

import socket
import struct
import time

import structlog

from tracker.logs import said_of
from tracker.rules.errors import Invalid, Unchecked

LOG = structlog.get_logger("tracker.scanner")
TIMEOUT = 15.0
"""Seconds for all of it, from the connection to the last byte of the answer."""
CHUNK = 64 * 1024
ANSWER_MAX = 4_096


def check(address: str, content: bytes) -> None:
    """`address`: the path of a socket or host:port; "" checks nothing.

    Raises Invalid("file_infected"), and Unchecked("file_unchecked") when the scanner is down, slow,
    or says anything else.
    """
    if not address:
        return
    try:
        answer = _answer(address, content)
    except OSError as error:
        LOG.error("scanner_down", address=address, error=said_of(error))
        raise Unchecked("file_unchecked") from error
    if answer.endswith(" FOUND\0"):
        LOG.warning("file_infected", found=answer)
        raise Invalid("file_infected", "file")
    if answer != "stream: OK\0":
        LOG.error("scanner_answer", address=address, answer=answer)
        raise Unchecked("file_unchecked")


def _answer(address: str, content: bytes) -> str:
    ends = time.monotonic() + TIMEOUT
    with _connected(address) as line:
        _send(line, b"zINSTREAM\0", ends)
        for at in range(0, len(content), CHUNK):
            chunk = content[at : at + CHUNK]
            _send(line, struct.pack(">I", len(chunk)) + chunk, ends)
        _send(line, struct.pack(">I", 0), ends)
        answer = b""
        while not answer.endswith(b"\0") and len(answer) < ANSWER_MAX:
            line.settimeout(_left(ends))
            more = line.recv(ANSWER_MAX)
            if not more:
                break
            answer += more
    return answer.decode("ascii", "replace")


def _connected(address: str) -> socket.socket:
    if not address.startswith("/"):
        host, _colon, port = address.rpartition(":")
        return socket.create_connection((host.strip("[]"), int(port)), TIMEOUT)
    line = socket.socket(socket.AF_UNIX)
    try:
        line.settimeout(TIMEOUT)
        line.connect(address)
    except OSError:
        line.close()
        raise
    return line


def _send(line: socket.socket, data: bytes, ends: float) -> None:
    line.settimeout(_left(ends))
    line.sendall(data)


def _left(ends: float) -> float:
    left = ends - time.monotonic()
    if left <= 0:
        raise TimeoutError("timed out")
    return left
