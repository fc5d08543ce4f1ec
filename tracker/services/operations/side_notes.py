"""What is noted besides the work of a request: it neither fails that work nor delays it.

One try, which waits for other writes no longer than NOTE_TIMEOUT_MS. What could not be noted is in
the log, with how many there were since this process began; and who looked, what was taken out and
who was refused are told in the audit as soon as something can be written again, as a number.
"""

import datetime as dt
import threading
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum

import structlog
from sqlalchemy.exc import SQLAlchemyError

from tracker.db import session_afresh, transaction
from tracker.engines import waiting_at_most
from tracker.logs import said_of
from tracker.policy.permissions import Actor
from tracker.records import audit

LOG = structlog.get_logger("tracker.side_notes")
NOTE_TIMEOUT_MS = 50
ANSWER_TIMEOUT_MS = 500
"""For what a form was answered, which somebody who pressed twice waits for."""


class SideNote(StrEnum):
    """A kind of note; as the log and the facts of the audit name it."""

    SEEN = "sign_ins_seen"
    RENEWAL = "sign_ins_renewed"
    LOOK = "looks"
    OPENED = "notices_opened"
    REFUSAL = "refusals"
    DOWNLOAD = "files"
    ANSWER = "answers_of_forms"


OWED = frozenset({SideNote.LOOK, SideNote.REFUSAL, SideNote.DOWNLOAD})
"""Somebody was promised that these are kept."""

in_all = Counter[SideNote]()
"""What could not be noted since this process began."""
untold: defaultdict[int, Counter[SideNote]] = defaultdict(Counter)
"""Of that, what the audit of a library does not tell yet."""
_counting = threading.Lock()


@contextmanager
def beside(kind: SideNote, actor: Actor | None) -> Iterator[None]:
    """Note in the block what can go missing. `actor`: None where nobody is signed in."""
    patience = ANSWER_TIMEOUT_MS if kind is SideNote.ANSWER else NOTE_TIMEOUT_MS
    try:
        with waiting_at_most(patience):
            yield
    except SQLAlchemyError as error:
        session_afresh()
        with _counting:
            in_all[kind] += 1
            if actor is not None and kind in OWED:
                untold[actor.library_id][kind] += 1
        LOG.error("not_noted", kind=kind.value, in_all=in_all[kind], error=said_of(error))


def tell_missed(actor: Actor, now: dt.datetime) -> None:
    """Put into the audit how much of the actor's library could not be noted, if anything."""
    with _counting:
        missed = untold.pop(actor.library_id, None)
    if missed is None:
        return
    try:
        with waiting_at_most(NOTE_TIMEOUT_MS), transaction() as tx:
            facts = {kind.value: count for kind, count in sorted(missed.items())}
            audit.note(tx, "not_recorded", now, library_id=actor.library_id, actor_id=None, **facts)
    except SQLAlchemyError as error:
        session_afresh()
        with _counting:
            untold[actor.library_id] += missed
        LOG.warning("missed_notes_not_told", error=said_of(error))
