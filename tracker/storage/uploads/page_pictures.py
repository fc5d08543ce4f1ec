"""A PDF anew, as pictures of its pages. They are drawn by a program of its own
(`page_drawing`): however that ends, here it is a refusal."""

import subprocess
import sys
import tempfile
import threading
import time

import structlog

from tracker.evidence.pieces.rules import PAGES_MAX
from tracker.logs import said_of
from tracker.rules.errors import Invalid, Unchecked

LOG = structlog.get_logger("tracker.page_pictures")
PROGRAM = "tracker.storage.uploads.page_drawing"
SECONDS = 15
"""For all that is drawn for one form, and as many of a processor for each file."""
PATIENCE = 5
"""For how many seconds to wait for one's turn."""
ENDS = {3: "pages_many", 4: "pages_large"}
"""What the program ends with, where it is more than a failure."""
_turn = threading.Lock()


def drawn(content: bytes, most: int, ends: float) -> bytes:
    """`most`: bytes of the new file; `ends`: by `time.monotonic`. What comes back must be judged as
    any upload: whoever sent `content` may have written it.

    One at a time in a process, so that its memory is bounded. Raises Invalid: pages_many,
    pages_large, pages_not_drawn; and Unchecked("pages_not_now").
    """
    if not _turn.acquire(timeout=PATIENCE):
        raise Unchecked("pages_not_now")
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
    finally:
        _turn.release()
    if done.returncode == 0:
        return drawing
    LOG.warning("pages_not_drawn", ended=done.returncode)
    code = ENDS.get(done.returncode, "pages_not_drawn")
    raise Invalid(code, "file", pages=PAGES_MAX, most=most // (1024 * 1024))
