"""Keeps `tracker work` running beside a server, and ends with it.

It is run as a file: it then imports nothing of the program and stays small.
"""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

WANTED = "TRACKER_WORKER_BESIDE"
"""How `tracker serve` tells the server, which is another program in the same process."""
AGAIN_AFTER = 5
"""Seconds between the end of a worker and the start of the next one."""
PATIENCE = 30
"""Seconds for a worker that was told to stop."""


def start() -> None:
    """Begin it as a child of this process, the server, where `tracker serve` said so."""
    if os.environ.get(WANTED):
        subprocess.Popen([sys.executable, __file__, str(os.getpid())])  # noqa: S603  (our own)


def keep(server: int) -> None:
    """Until the process with that number is not the parent anymore, or it is told to stop."""
    tracker, stop = str(Path(sys.executable).with_name("tracker")), threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_which: stop.set())
    while os.getppid() == server and not stop.is_set():
        worker = subprocess.Popen([tracker, "work", "--ends-with", str(os.getpid())])  # noqa: S603
        while worker.poll() is None and os.getppid() == server and not stop.is_set():
            stop.wait(1)
        if worker.poll() is None:
            _end(worker)
        else:
            line = f"tracker work ended with {worker.returncode}; again in {AGAIN_AFTER} seconds.\n"
            sys.stderr.write(line)
            stop.wait(AGAIN_AFTER)


def _end(worker: "subprocess.Popen[bytes]") -> None:
    worker.terminate()
    try:
        worker.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        worker.kill()
        worker.wait()


if __name__ == "__main__":
    keep(int(sys.argv[1]))
