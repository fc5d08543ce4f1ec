"""A new password for who lost it, by mail.

Who asks is answered the same, after the same work, whether or not the address is anybody's: that
is looked up afterwards, by the worker.
"""

import datetime as dt

from sqlalchemy import func, select

from tracker.db import transaction
from tracker.models import Person, ResetRequest
from tracker.records import audit
from tracker.records.accounts import address_changes
from tracker.records.notifications import alerts, link_mails
from tracker.row_locks import held
from tracker.rules.accounts.links import ASKED_LASTS, LinkKind
from tracker.rules.notifications.notices import NoticeKind

WAITING_MAX = 2000
"""So many requests wait at a time: addresses can be made up. More are dropped."""
AT_ONCE = 200


def ask(email: str, now: dt.datetime) -> None:
    """`email` as it was typed."""
    with transaction() as tx:
        if (tx.scalar(select(func.count(ResetRequest.id))) or 0) < WAITING_MAX:
            tx.add(ResetRequest(email=email.strip().casefold()[:254], asked_at=now))


def look_up(now: dt.datetime) -> int:
    """Write a mail for every request whose address is somebody's who may sign in. Returns how
    many. One mail to a person is on its way at a time."""
    with transaction() as tx:
        asked = tx.scalars(held(select(ResetRequest).limit(AT_ONCE), skip_locked=True)).all()
        addresses = {each.email for each in asked if each.asked_at > now - ASKED_LASTS}
        found = tx.scalars(
            select(Person)
            .where(Person.email.in_(addresses), Person.disabled_at.is_(None))
            .order_by(Person.id)
        ).all()
        waiting = link_mails.under_way(tx, LinkKind.RESET, [each.id for each in found])
        left = [each for each in found if each.id not in waiting]
        for person in left:
            link_mails.write(tx, LinkKind.RESET, person.id, person.email, now)
            if address_changes.is_set_by_another(tx, person.id, now):
                alerts.alert(tx, person, NoticeKind.LINK_ASKED, person.id, now)
            audit.note(
                tx,
                "reset_asked",
                now,
                library_id=person.library_id,
                actor_id=None,
                subject_id=person.id,
            )
        for each in asked:
            tx.delete(each)
        return len(left)
