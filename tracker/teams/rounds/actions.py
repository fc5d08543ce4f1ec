"""Reminding people that a round closes: by a coordinator, or by the daily work when its end is
near."""

import datetime as dt
from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.db import transaction
from tracker.models import Library, Notice, NoticeChoice, Round
from tracker.policy.permissions import Actor, Subject
from tracker.queries.core.people import libraries
from tracker.record.visible.queries import Reader
from tracker.records import audit as audit_records
from tracker.records.core import notices as notices_records, outbox as outbox_records
from tracker.row_locks import held
from tracker.rules.calendar import day_in
from tracker.rules.core.notices import MailChoice, NoticeKind, happening
from tracker.rules.errors import Conflict, Missing
from tracker.teams.gaps.queries_scope import gap_scope
from tracker.teams.rounds import queries as teams_rounds_queries
from tracker.teams.rounds.queries_reviews import closing


def remind(
    actor: Actor,
    team: Subject,
    round_id: int,
    people: Collection[int],
    now: dt.datetime,
    *,
    by_mail: bool,
) -> int:
    """Remind those of the team who can be reminded now: who sent meanwhile, is away, or was
    reminded lately is left out. Returns how many.

    Raises Missing for a round that is not offered; Conflict("nobody_to_remind") where nobody is
    left.
    """
    with transaction() as tx:
        library = tx.scalars(held(select(Library).where(Library.id == actor.library_id))).one()
        scope = gap_scope(Reader(actor, now), team.id, team.places[0].path)
        offered = {period.id: period for period in teams_rounds_queries.offered(scope)}
        if round_id not in offered:
            raise Missing
        page = teams_rounds_queries.page(scope, offered[round_id])
        able = [one.person_id for one in page.learners if one.can_be_reminded]
        wanted = [person_id for person_id in able if person_id in people]
        if not wanted:
            raise Conflict("nobody_to_remind")
        period = tx.get_one(Round, round_id)
        count = _remind(tx, library, period, wanted, actor.person_id, now, by_mail=by_mail)
        facts = {"round": period.name, "team": page.team.name, "reminded": str(count)}
        audit_records.note_by(tx, "round_reminded", actor, now, round_id=period.id, **facts)
        return count


def remind_closing(now: dt.datetime, *, by_mail: bool) -> int:
    """Of all libraries, once for each last day. Returns how many are new."""
    count = 0
    for library_id, time_zone in libraries():
        with transaction() as tx:
            library = tx.scalars(held(select(Library).where(Library.id == library_id))).one()
            today = day_in(time_zone, now)
            for round_id, people in closing(library_id, today, now).items():
                period = tx.get_one(Round, round_id)
                count += _remind(tx, library, period, people, None, now, by_mail=by_mail)
    return count


def _remind(
    tx: Session,
    library: Library,
    period: Round,
    people: Collection[int],
    by_id: int | None,
    now: dt.datetime,
    *,
    by_mail: bool,
) -> int:
    """A notice each, and a mail of its own in the hours in which the library mails; without
    `by_mail`, where no mail is set, and to whoever asked for no mail, the notice alone. `by_id`:
    who reminds them; None where it is the daily work, which does so once for a last day. Returns
    how many are new."""
    key = happening("round", period.id, now)
    if by_id is None:
        key = happening("round_closing", period.id, period.ends_on)
    no_mail = select(NoticeChoice.person_id).where(
        NoticeChoice.person_id.in_(people), NoticeChoice.mail == MailChoice.NONE
    )
    without = set(tx.scalars(no_mail)) if by_mail else set(people)
    opens = library.mails_from(now)
    kind, about = NoticeKind.ROUND_REMINDER, {"round_id": period.id, "about_id": by_id}
    told = (
        (one, notices_records.note(tx, one, kind, key, now, **about, to_mail=False))
        for one in sorted(people)
    )
    notice_of = {person_id: notice_id for person_id, notice_id in told if notice_id is not None}
    mails = {
        person_id: outbox_records.new(person_id, now, opens)
        for person_id in notice_of
        if person_id not in without
    }
    tx.add_all(mails.values())
    tx.flush()
    for person_id, mail in mails.items():
        tx.get_one(Notice, notice_of[person_id]).mail_id = mail.id
    return len(notice_of)
