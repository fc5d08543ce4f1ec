"""Many use cases as one, for a command that fills an empty database or says what it would do; and
one try more for whoever crossed another."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from tracker.db import all_or_nothing, may_be_tried_again, tried_once_more

__all__ = ["all_or_nothing", "kept_unless", "may_be_tried_again", "tried_once_more"]


class _NothingKept(Exception):  # noqa: N818  (it is no fault)
    pass


@contextmanager
def kept_unless(dry_run: bool) -> Iterator[None]:
    """Do the block, and take all of it back when it was a dry run: so it says what the run says."""
    with suppress(_NothingKept), all_or_nothing():
        yield
        if dry_run:
            raise _NothingKept
