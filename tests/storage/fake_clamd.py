"""A stand-in for clamd: it reads a stream as clamd does, and finds the one test virus."""

import socket
import struct
import threading
from pathlib import Path

EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
"""The text that every scanner takes for a virus, and that harms nothing."""


class FakeScanner:
    """`answer`: what it says of anything; `pause`: seconds before each letter of it."""

    def __init__(
        self, *, path: Path | None = None, answer: bytes | None = None, pause: float = 0
    ) -> None:
        self.seen: list[bytes] = []
        self._answer, self._pause = answer, pause
        self._closing = threading.Event()
        if path is None:
            self._socket = socket.create_server(("127.0.0.1", 0))
            self.address = f"127.0.0.1:{self._socket.getsockname()[1]}"
        else:
            self._socket = socket.socket(socket.AF_UNIX)
            self._socket.bind(str(path))
            self._socket.listen()
            self.address = str(path)
        self._socket.settimeout(0.05)
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def close(self) -> None:
        self._closing.set()
        self._thread.join()
        self._socket.close()

    def _serve(self) -> None:
        while not self._closing.is_set():
            try:
                line, _peer = self._socket.accept()
            except TimeoutError:
                continue
            with line:
                line.settimeout(5)
                try:
                    self._talk(line)
                except (BrokenPipeError, ConnectionResetError):
                    continue

    def _talk(self, line: socket.socket) -> None:
        with line.makefile("rb") as file:
            assert file.read(10) == b"zINSTREAM\0"
            content = b""
            while size := struct.unpack(">I", file.read(4))[0]:
                content += file.read(size)
        self.seen.append(content)
        answer = self._answer
        if answer is None:
            answer = (
                b"stream: Eicar-Test-Signature FOUND\0" if EICAR in content else b"stream: OK\0"
            )
        if not self._pause:
            line.sendall(answer)
            return
        for at in range(len(answer)):
            if self._closing.wait(self._pause):
                return
            line.sendall(answer[at : at + 1])
