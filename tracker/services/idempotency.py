"""A form's key: claimed with the work that the form asks for, and kept with the answer it got."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import CursorResult, delete, insert, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tracker.db import PiggybackWrite, piggyback, transaction
from tracker.models import Submission
from tracker.records import drafts as core_drafts_records


class Repeated(Exception):  # noqa: N818  (not a fault: the work is done already)
    """The work for this key is done, by an earlier or a simultaneous request; nothing was done
    now."""


@dataclass(frozen=True, slots=True)
class SentForm:
    """A form as it came in: who sent it (None: nobody signed in), its key and its content, each as
    SHA-256. `draft`: the form and the subject of the draft that it says it was typed into."""

    person_id: int | None
    key_sha256: str
    body_sha256: str
    at: dt.datetime
    draft: tuple[str, str] | None = None


@contextmanager
def claiming(sent: SentForm) -> Iterator[PiggybackWrite]:
    """Claim the key in the first transaction of the block that is kept, and let the form's draft go
    with it; what is refused claims nothing and keeps its draft.

    That transaction waits for another one with the same key, and raises Repeated where that was
    kept.
    """

    def claim(tx: Session) -> None:
        try:
            tx.execute(
                insert(Submission).values(
                    person_id=sent.person_id,
                    key_sha256=sent.key_sha256,
                    body_sha256=sent.body_sha256,
                    accepted_at=sent.at,
                    location="",
                    messages="",
                )
            )
        except IntegrityError as error:
            raise Repeated from error
        if sent.draft is not None and sent.person_id is not None:
            form, subject = sent.draft
            core_drafts_records.delete_drafts(tx, sent.person_id, form, [subject])

    with piggyback(claim) as piggybacked:
        yield piggybacked


def keep_answer(sent: SentForm, status: int, location: str, messages: str) -> None:
    """Keep what was answered, for whoever sends the same form again."""
    with transaction() as tx:
        tx.execute(
            update(Submission)
            .where(Submission.key_sha256 == sent.key_sha256)
            .values(status=status, location=location, messages=messages)
        )


def release(sent: SentForm) -> None:
    """Give the key back: what was asked for was refused, or its answer can be given only once."""
    with transaction() as tx:
        tx.execute(delete(Submission).where(Submission.key_sha256 == sent.key_sha256))


def forget(before: dt.datetime) -> int:
    """Forget what was sent before that moment. Returns how many there were."""
    with transaction() as tx:
        done = tx.execute(delete(Submission).where(Submission.accepted_at < before))
        return done.rowcount if isinstance(done, CursorResult) else 0
