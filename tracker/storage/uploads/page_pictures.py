"""A PDF anew, as pictures of its pages. They are drawn by a program of its own
(`page_drawing`): however that ends, here it is a refusal."""

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

import structlog

from tracker.evidence.files.rules_backends import FileBackend
from tracker.evidence.pieces.rules import PAGES_MAX
from tracker.logs import said_of
from tracker.rules.errors import Invalid, Unchecked
from tracker.storage import files as storage_files

LOG = structlog.get_logger("tracker.page_pictures")
PROGRAM = "tracker.storage.uploads.page_drawing"
SECONDS = 4
"""Of a processor, for one file."""
PATIENCE = 10
"""Seconds by the clock for all that is drawn for one form."""
AT_ONCE = 2
"""Of all people. A person has one at a time."""
Draws = Callable[[bytes, int], bytes]
ENDS = {3: "pages_many", 4: "pages_large"}
"""What the program ends with, where it is more than a failure."""


@contextmanager
def pen(place: FileBackend, person_id: int) -> Iterator[Draws]:
    """What draws for one form, as `drawn`, until its time is over. One at a time for a person and
    AT_ONCE for all who share the disk, so that nobody's page waits for it. Raises Unchecked at
    once: pages_in_turn, pages_not_now; and as `files.turn_of` does."""
    own, all_turns = [f"draws-{person_id}"], [f"draws-of-all-{number}" for number in range(AT_ONCE)]
    with (
        storage_files.turn_of(place, own, Unchecked("pages_in_turn")),
        storage_files.turn_of(place, all_turns, Unchecked("pages_not_now")),
    ):
        yield partial(drawn, ends=time.monotonic() + PATIENCE)


def drawn(content: bytes, most: int, ends: float) -> bytes:
    """`most`: bytes of the new file; `ends`: by `time.monotonic`. What comes back must be judged as
    any upload: whoever sent `content` may have written it.

    Raises Invalid: pages_many, pages_large, pages_not_drawn; and Unchecked("pages_not_now").
    """
    try:
        with tempfile.TemporaryFile() as made:
            done = subprocess.run(  # noqa: S603  (no shell; our own)
                [sys.executable, "-I", "-m", PROGRAM, *map(str, (SECONDS, PAGES_MAX, most))],
                input=content,
                stdout=made,
                stderr=subprocess.DEVNULL,
                env={},
                cwd="/",
                timeout=max(0.0, ends - time.monotonic()),
                check=False,
            )
            made.seek(0)
            drawing = made.read(most + 1)
    except subprocess.TimeoutExpired as error:
        LOG.warning("pages_not_drawn", ended="too late")
        raise Invalid("pages_not_drawn", "file") from error
    except OSError as error:
        LOG.error("pages_not_drawn", ended=said_of(error))
        raise Unchecked("pages_not_now") from error
    if done.returncode == 0:
        return drawing
    LOG.warning("pages_not_drawn", ended=done.returncode)
    code = ENDS.get(done.returncode, "pages_not_drawn")
    raise Invalid(code, "file", pages=PAGES_MAX, most=most // (1024 * 1024))
