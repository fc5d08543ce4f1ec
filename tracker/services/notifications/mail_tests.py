"""Trying out the mail: a message with a code to oneself, and the code back as the proof that it
arrived."""

import datetime as dt
from collections.abc import Callable
from email.message import EmailMessage

from sqlalchemy import select

from tracker.db import transaction
from tracker.models import MailTest
from tracker.policy.permissions import Actor
from tracker.records import administration, audit
from tracker.rules.accounts.tokens import token_hash
from tracker.rules.errors import Invalid
from tracker.rules.notifications.mail import (
    CODE_LASTS,
    MailFailed,
    MailOutcome,
    MailServer,
    clean_code,
    new_code,
)
from tracker.storage import smtp


def send_test(
    actor: Actor, server: MailServer, written: Callable[[str], EmailMessage], now: dt.datetime
) -> MailFailed | None:
    """Send what `written` makes of a new code, and keep what came of it; returns why it was not
    taken, else None.

    The message goes before the transaction begins: a slow server holds nothing up.
    """
    code, failed = new_code(), None
    try:
        smtp.send(server, written(code))
    except MailFailed as answer:
        failed = answer
    outcome = MailOutcome.REFUSED if failed else MailOutcome.TAKEN
    with transaction() as tx:
        library = administration.of_library(tx, actor)
        tx.add(
            MailTest(
                library_id=library.id,
                person_id=actor.person_id,
                code_hash=token_hash(code),
                outcome=outcome,
                reason=failed.code if failed else "",
                said=failed.said if failed else "",
                sent_at=now,
            )
        )
        audit.note(
            tx, "mail_tested", now, library_id=library.id, actor_id=actor.person_id, outcome=outcome
        )
    return failed


def arrived(actor: Actor, typed: str, now: dt.datetime) -> None:
    """The code of a message that was taken within CODE_LASTS: it arrived. The same code again
    changes nothing.

    Raises Invalid("mail_code_unknown").
    """
    with transaction() as tx:
        library = administration.of_library(tx, actor)
        test = tx.scalar(
            select(MailTest)
            .where(
                MailTest.library_id == library.id,
                MailTest.code_hash == token_hash(clean_code(typed)),
                MailTest.outcome != MailOutcome.REFUSED,
                MailTest.sent_at > now - CODE_LASTS,
            )
            .limit(1)
        )
        if test is None:
            raise Invalid("mail_code_unknown", "code")
        if test.arrived_at is None:
            test.outcome, test.arrived_at = MailOutcome.ARRIVED, now
            audit.note(tx, "mail_arrived", now, library_id=library.id, actor_id=actor.person_id)


def send_plain(server: MailServer, message: EmailMessage) -> None:
    """A message of which nothing is kept, for the command. Raises MailFailed."""
    smtp.send(server, message)
