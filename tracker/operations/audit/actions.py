"""What is noted of who looks, takes a file, or is refused, and the newest seal of each chain."""

import datetime as dt
import threading
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from enum import StrEnum

import structlog
from sqlalchemy import ColumnElement, Select, bindparam, select
from sqlalchemy.exc import SQLAlchemyError

from tracker.db import session, session_afresh, transaction
from tracker.engines import waiting_at_most
from tracker.logs import said_of
from tracker.models import SEALED_TABLES, AuditEvent, AuditEventDetail, Look, Person, Team
from tracker.models.protections import PROTECTIONS, Rows
from tracker.operations.audit.queries import listing
from tracker.operations.checks import queries_chains as checks_queries_chains
from tracker.policy.permissions import Actor, Subject
from tracker.queries.core.seals import rows_unlike_seals, sealed_rows
from tracker.records import audit as audit_records, seals as seals_records
from tracker.row_locks import held
from tracker.rules.calendar import start_of
from tracker.rules.core.seals import NOTES, RECORDS_SEALED, ROW_ACCEPTED, SealHead, noting
from tracker.rules.errors import Conflict, Missing
from tracker.rules.roles import Permission

REFUSED = "refused"
ACCEPTED = {
    model.__tablename__: model
    for model in SEALED_TABLES
    if PROTECTIONS[model.__tablename__].rows is Rows.CURRENT
}
LOG = structlog.get_logger("tracker.side_notes")
NOTE_TIMEOUT_MS = 50
ANSWER_TIMEOUT_MS = 500
"""For what a form was answered, which somebody who pressed twice waits for."""


def looked(actor: Actor, owner_ids: Collection[int], kind: str, now: dt.datetime) -> None:
    """Note that the actor opened these people's records, except their own: a row for each owner to
    see, and one event in the audit that says how many and whose. Writes nothing when today's rows
    are there already. The number of SQL statements does not depend on how many people."""
    today = actor.today(now)
    if not _not_noted(actor, owner_ids, kind, today):
        return
    with transaction() as tx:
        owners = sorted(_not_noted(actor, owner_ids, kind, today))
        tx.add_all(
            Look(owner_id=owner_id, reader_id=actor.person_id, kind=kind, looked_on=today)
            for owner_id in owners
        )
        is_list = len(owners) > 1
        listed: dict[str, audit_records.Fact] = {
            "people": len(owners),
            "person_ids": listing(owners),
        }
        if owners:
            facts = listed if is_list else {}
            owner_id = None if is_list else owners[0]
            audit_records.note_by(tx, "looked", actor, now, owner_id, page=kind, **facts)


_NOTED = select(Look.owner_id).where(
    Look.owner_id.in_(bindparam("others", expanding=True)),
    Look.reader_id == bindparam("reader"),
    Look.kind == bindparam("kind"),
    Look.looked_on == bindparam("today"),
)


def _not_noted(actor: Actor, owner_ids: Collection[int], kind: str, today: dt.date) -> set[int]:
    others = set(owner_ids) - {actor.person_id}
    if not others:
        return others
    values = {"others": list(others), "reader": actor.person_id, "kind": kind, "today": today}
    return others - set(session().scalars(_NOTED, values))


def downloaded(
    actor: Actor, what: str, form: str, subject: Subject | None, record: str, now: dt.datetime
) -> None:
    """`what`: the part of the application that made the file; `form`: its kind, as "csv".
    `subject`: the record of the door, None where it is the actor's own; `record`: its kind."""
    owner_id = actor.person_id if subject is None else subject.owner_id
    facts: dict[str, str | int] = (
        {} if subject is None else {"record": record, "record_id": subject.id}
    )
    with transaction() as tx:
        team = tx.get(Team, subject.id) if subject is not None and record == "team" else None
        if team is not None:
            facts["team"] = team.name
        audit_records.note_by(tx, "downloaded", actor, now, owner_id, what=what, form=form, **facts)


def refused(
    actor: Actor, permission: Permission, record: str, subject: Subject, now: dt.datetime
) -> None:
    """One event for each person, permission, record and day, so that nobody can flood the audit.
    `record`: the kind of record, as doors name it. Whose it is in another library is not told."""
    today = _noted_today(actor, permission, record, subject, now)
    if session().scalar(today) is not None:
        return
    with transaction() as tx:
        tx.execute(held(select(Person.id).where(Person.id == actor.person_id)))
        if tx.scalar(today) is not None:
            return
        owner_id = subject.owner_id if subject.library_id == actor.library_id else None
        of: dict[str, audit_records.Fact] = {"record": record, "record_id": subject.id}
        audit_records.note_by(tx, REFUSED, actor, now, owner_id, permission=permission, **of)


def _noted_today(
    actor: Actor, permission: Permission, record: str, subject: Subject, now: dt.datetime
) -> Select[int]:
    facts = AuditEventDetail.facts
    same: list[ColumnElement[bool]] = [
        facts["permission"].as_string() == permission,
        facts["record"].as_string() == record,
        facts["record_id"].as_integer() == subject.id,
    ]
    return (
        select(AuditEvent.id)
        .join(AuditEventDetail, AuditEventDetail.event_id == AuditEvent.id)
        .where(
            AuditEvent.actor_id == actor.person_id,
            AuditEvent.kind == REFUSED,
            AuditEvent.happened_at >= start_of(actor.time_zone, actor.today(now)),
            *same,
        )
        .limit(1)
    )


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
def side_note(kind: SideNote, actor: Actor | None) -> Iterator[None]:
    """Note in the block what can go missing: it neither fails the work of a request nor delays it.
    `actor`: None where nobody is signed in.

    One try, which waits for other writes no longer than NOTE_TIMEOUT_MS. What could not be noted is
    in the log, with how many there were since this process began; and of what is OWED the audit
    tells the number, as soon as something can be written again.
    """
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
            audit_records.note(
                tx, "not_recorded", now, library_id=actor.library_id, actor_id=None, **facts
            )
    except SQLAlchemyError as error:
        session_afresh()
        with _counting:
            untold[actor.library_id] += missed
        LOG.warning("missed_notes_not_told", error=said_of(error))


def accept(table: str, row_id: int, why: str, now: dt.datetime) -> None:
    """Seal a row as it stands, which somebody changed past the program: whoever runs the server
    says that it is right. Raises Missing, and
    Conflict("row_is_right")."""
    model, broken = ACCEPTED[table], list[SealHead]()
    with transaction() as tx:
        row, connection = tx.get(model, row_id), tx.connection()
        if row is None:
            raise Missing
        wrong = {
            named[0]
            for sealed in sealed_rows(connection, broken)
            for _code, named in rows_unlike_seals(connection, model, sealed)
        }
        if row_id not in wrong:
            raise Conflict("row_is_right")
        seals_records.note(tx, row)
        audit_records.note(
            tx, ROW_ACCEPTED, now, library_id=None, actor_id=None, table=table, row=row_id, why=why
        )


def anchor(now: dt.datetime) -> bool:
    """Note the newest seal of each chain, where it is new, in a chain of its own whose end the
    audit holds. Returns whether some were new.

    Whoever rewrites the record has to rewrite the audit's chain too, whose head is kept elsewhere.
    """
    with transaction() as tx:
        heads = checks_queries_chains.not_noted(tx.connection())
        if not heads:
            return False
        seals_records.write(tx, {NOTES: noting(heads)})
        made = seals_records.newest(tx, [NOTES])[NOTES]
        audit_records.note(
            tx,
            RECORDS_SEALED,
            now,
            library_id=None,
            actor_id=None,
            seal=made.sequence,
            root=made.digest.hex(),
        )
        return True
