"""Events of the audit, as its page lists them."""

import re
from collections.abc import Callable

from flask import Flask
from sqlalchemy import select

from tests.client import Client
from tracker.db import db
from tracker.models import AuditEvent, AuditEventDetail

SignInAs = Callable[[str], Client]


def events(app: Flask, kind: str) -> list[tuple[int | None, int | None, dict[str, object]]]:
    """Who, about whom, and the facts."""
    with app.app_context():
        rows = db.session.execute(
            select(AuditEvent.actor_id, AuditEvent.subject_id, AuditEventDetail.facts)
            .join(AuditEventDetail, AuditEventDetail.event_id == AuditEvent.id)
            .where(AuditEvent.kind == kind)
            .order_by(AuditEvent.sequence)
        ).all()
        db.session.remove()
    return [(actor, subject, facts) for actor, subject, facts in rows]


def lines(page: str) -> list[str]:
    """Each event of the page as plain words, without the days that they stand under."""
    rows = re.findall(r"<tr>(.*?)</tr>", page.partition("<tbody>")[2], re.DOTALL)
    found = [row for row in rows if "rowgroup" not in row]
    return [" ".join(re.sub(r"<[^>]+>", " ", each).split()) for each in found]
