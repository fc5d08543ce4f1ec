"""A PDF anew, as pictures of its pages. They are drawn by a program of its own
(`page_drawing`): however that ends, here it is a refusal."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Timer
from typing import IO

import structlog

from tracker.evidence.files.rules_places import FilePlace
from tracker.evidence.pieces.rules import PAGES_MAX
from tracker.logs import said_of
from tracker.rules.errors import Invalid, Unchecked
from tracker.storage import files

LOG = structlog.get_logger("tracker.page_pictures")
PROGRAM = "tracker.storage.uploads.page_drawing"
SECONDS = 4
"""Of a processor, for all that is drawn for one form."""
PATIENCE = 10
"""Seconds by the clock for the same: where much is going on, it gets little of a processor."""
AT_ONCE = 2
"""Of all people. A person has one at a time."""
ENDS = {3: "pages_many", 4: "pages_large"}
"""What the program ends with, where it is more than a failure."""


class Pen:
    """What draws for one form, as long as its time lasts."""

    def __init__(self) -> None:
        self._left: float = SECONDS
        self._ends = time.monotonic() + PATIENCE

    def drawn(self, content: bytes, most: int) -> bytes:
        """`most`: bytes of the new file. What comes back must be judged as any upload: whoever sent
        `content` may have written it.

        Raises Invalid: pages_many, pages_large, pages_not_drawn; and Unchecked("pages_not_now").
        """
        with tempfile.TemporaryFile() as made:
            ended = self._run(content, most, made) if self._left >= 1 else -signal.SIGXCPU
            made.seek(0)
            drawing = made.read(most + 1)
        if ended == 0:
            return drawing
        LOG.warning("pages_not_drawn", ended=ended)
        code = ENDS.get(ended, "pages_not_drawn")
        raise Invalid(code, "file", pages=PAGES_MAX, most=most // (1024 * 1024))

    def _run(self, content: bytes, most: int, made: IO[bytes]) -> int:
        """What the program ended with: less than 0 for a signal."""
        limits = map(str, (int(self._left), PAGES_MAX, most))
        try:
            with tempfile.TemporaryFile() as sent:
                sent.write(content)
                sent.seek(0)
                program = subprocess.Popen(  # noqa: S603  (no shell; our own)
                    [sys.executable, "-I", "-m", PROGRAM, *limits],
                    stdin=sent,
                    stdout=made,
                    stderr=subprocess.DEVNULL,
                    env={},
                    cwd="/",
                )
        except OSError as error:
            LOG.error("pages_not_drawn", ended=said_of(error))
            raise Unchecked("pages_not_now") from error
        late = Timer(self._ends - time.monotonic(), program.kill)
        late.start()
        _pid, status, used = os.wait4(program.pid, 0)
        late.cancel()
        program.returncode = os.waitstatus_to_exitcode(status)
        self._left -= used.ru_utime + used.ru_stime
        return program.returncode


@contextmanager
def pen(place: FilePlace, person_id: int) -> Iterator[Pen]:
    """One at a time for a person and AT_ONCE for all who share the disk, so that nobody's page
    waits for it. Raises Unchecked at once: pages_in_turn, pages_not_now; and as
    `files.turn_of` does."""
    own, all_turns = [f"draws-{person_id}"], [f"draws-of-all-{number}" for number in range(AT_ONCE)]
    with (
        files.turn_of(place, own, Unchecked("pages_in_turn")),
        files.turn_of(place, all_turns, Unchecked("pages_not_now")),
    ):
        yield Pen()
