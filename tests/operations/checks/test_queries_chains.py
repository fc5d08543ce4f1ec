"""The chain of the audit: what is done to it behind the program's back shows, and how it is
named."""

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Connection, delete, func, insert, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from tests.factories.audit import happened
from tests.factories.world import World
from tracker.db import db, session, transaction
from tracker.models import AuditEvent, AuditEventDetail, Erasure
from tracker.operations.backups.rules import Finding
from tracker.operations.checks import (
    queries as checks_queries,
    queries_chains as checks_queries_chains,
)
from tracker.operations.checks.queries_chains import LINK
from tracker.rules.core.hash_chain import (
    START,
    ChainFault,
    ChainHead,
    ChainLink,
    commitment,
    line,
    read_heads,
)
from tracker.rules.errors import Invalid

NUMBER = 6
Attack = Callable[[Connection], object]


@pytest.fixture
def chain(app: Flask, world: World) -> ChainHead:
    """Six events; the first four are of Ben. Returns the head, as it was kept elsewhere."""
    with app.app_context():
        for number in range(1, NUMBER + 1):
            happened(
                world,
                "person_edited",
                "adam",
                "ben" if number < 5 else "ana",
                changed=f"name {number}",
            )
        head = checks_queries_chains.head()
        db.session.remove()
    assert head is not None
    assert head.sequence == NUMBER
    return head


def verify(app: Flask, *heads: ChainHead) -> ChainFault | None:
    with app.app_context():
        found = checks_queries_chains.verify(heads)
        db.session.remove()
    return found.wrong


def attack(app: Flask, act: Attack) -> None:
    """What somebody can do who may do everything to the database: past the triggers, in one
    transaction."""
    with app.app_context(), db.engine.execution_options(tracker_write=True).begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SET LOCAL session_replication_role = replica"))
        else:
            for table in ("audit_events", "audit_event_details"):
                for kind in ("no_update", "no_delete"):
                    connection.execute(text(f"DROP TRIGGER {table}_{kind}"))
        act(connection)


def change(at: int, **values: Any) -> Attack:
    return lambda connection: connection.execute(
        update(AuditEvent).where(AuditEvent.sequence == at).values(**values)
    )


def link(connection: Connection, sequence: int) -> ChainLink:
    columns = [getattr(AuditEvent, name) for name in LINK]
    return ChainLink(
        *connection.execute(select(*columns).where(AuditEvent.sequence == sequence)).one()
    )


def edit_and_seal(connection: Connection) -> None:
    """Event 3 is changed, and its digest made to fit."""
    there = replace(link(connection, 3), kind="person_added")
    change(3, kind="person_added", digest=there.made())(connection)


def remove(*sequences: int) -> Attack:
    def act(connection: Connection) -> None:
        ids = select(AuditEvent.id).where(AuditEvent.sequence.in_(sequences))
        connection.execute(delete(AuditEventDetail).where(AuditEventDetail.event_id.in_(ids)))
        connection.execute(delete(AuditEvent).where(AuditEvent.sequence.in_(sequences)))

    return act


def remove_and_close_up(connection: Connection) -> None:
    remove(3)(connection)
    for sequence in range(4, NUMBER + 1):
        change(sequence, sequence=sequence - 1)(connection)


def swap(one: int, other: int) -> Attack:
    def act(connection: Connection) -> None:
        change(one, sequence=99)(connection)
        change(other, sequence=one)(connection)
        change(99, sequence=other)(connection)

    return act


def forged(sequence: int, previous: str) -> dict[str, Any]:
    """An event that nobody wrote, with a digest that fits."""
    made = ChainLink(
        sequence,
        previous,
        "person_added",
        None,
        None,
        None,
        dt.datetime(2026, 11, 24, tzinfo=dt.UTC),
        commitment("5a", {}),
    )
    return {name: getattr(made, name) for name in LINK} | {"digest": made.made()}


def put_between(connection: Connection) -> None:
    """An event after the second; the third is made to follow it, since no two may follow the same
    one."""
    for sequence in range(NUMBER, 2, -1):
        change(sequence, sequence=sequence + 1)(connection)
    row = forged(3, link(connection, 2).digest)
    change(4, previous=row["digest"])(connection)
    event_id = connection.execute(
        insert(AuditEvent).values(row).returning(AuditEvent.id)
    ).scalar_one()
    connection.execute(insert(AuditEventDetail).values(event_id=event_id, salt="5a", facts={}))


def rewrite(connection: Connection) -> None:
    """Event 3 is changed, and everything after it made to fit."""
    previous = link(connection, 2).digest
    for sequence in range(3, NUMBER + 1):
        there = replace(link(connection, sequence), previous=previous)
        if sequence == 3:
            there = replace(there, kind="person_added")
        change(sequence, kind=there.kind, previous=previous, digest=there.made())(connection)
        previous = there.made()


def detail(connection: Connection, sequence: int) -> Any:
    return connection.execute(
        select(AuditEventDetail.event_id, AuditEventDetail.salt, AuditEventDetail.facts)
        .join(AuditEvent, AuditEvent.id == AuditEventDetail.event_id)
        .where(AuditEvent.sequence == sequence)
    ).one()


def set_detail(connection: Connection, event_id: int, **values: Any) -> None:
    connection.execute(
        update(AuditEventDetail).where(AuditEventDetail.event_id == event_id).values(**values)
    )


def edit_facts(connection: Connection) -> None:
    set_detail(connection, detail(connection, 3).event_id, facts={"changed": "name 9"})


def swap_facts(connection: Connection) -> None:
    one, other = detail(connection, 3), detail(connection, 5)
    set_detail(connection, one.event_id, salt=other.salt, facts=other.facts)
    set_detail(connection, other.event_id, salt=one.salt, facts=one.facts)


def remove_facts(connection: Connection) -> None:
    connection.execute(
        delete(AuditEventDetail).where(AuditEventDetail.event_id == detail(connection, 3).event_id)
    )


ATTACKS: dict[str, tuple[Attack, ChainFault]] = {
    "edit the kind": (change(3, kind="person_added"), ChainFault("event_edited", 3)),
    "edit who": (change(3, actor_id=None), ChainFault("event_edited", 3)),
    "edit about whom": (change(3, subject_id=None), ChainFault("event_edited", 3)),
    "edit when": (
        change(3, happened_at=dt.datetime(2020, 1, 1, tzinfo=dt.UTC)),
        ChainFault("event_edited", 3),
    ),
    "edit the first": (change(1, kind="person_added"), ChainFault("event_edited", 1)),
    "edit the last": (change(NUMBER, kind="person_added"), ChainFault("event_edited", NUMBER)),
    "edit and seal": (edit_and_seal, ChainFault("event_edited", 3)),
    "delete": (remove(3), ChainFault("event_deleted", 3, 3)),
    "delete the first": (remove(1), ChainFault("event_deleted", 1, 1)),
    "delete two": (remove(3, 4), ChainFault("event_deleted", 3, 4)),
    "delete and close up": (remove_and_close_up, ChainFault("event_deleted", 3, 3)),
    "swap": (swap(3, 5), ChainFault("event_swapped", 3, 5)),
    "swap neighbours": (swap(3, 4), ChainFault("event_swapped", 3, 4)),
    "swap the first two": (swap(1, 2), ChainFault("event_swapped", 1, 2)),
    "put between": (put_between, ChainFault("event_inserted", 3)),
    "edit the facts": (edit_facts, ChainFault("facts_edited", 3)),
    "swap the facts": (swap_facts, ChainFault("facts_swapped", 3, 5)),
    "delete the facts": (remove_facts, ChainFault("facts_deleted", 3)),
}
"""What shows without a head. Deleting at the end is a tail that was cut, and is not among them."""


@pytest.mark.parametrize("name", ATTACKS)
def test_what_was_done_is_named(app: Flask, chain: ChainHead, name: str) -> None:
    act, expected = ATTACKS[name]
    assert verify(app) is None
    attack(app, act)
    assert verify(app) == expected


def test_a_backup_of_it_does_not_pass(app: Flask, chain: ChainHead) -> None:
    def broken() -> list[Finding]:
        with app.app_context(), db.engine.connect() as connection:
            return checks_queries.broken(connection, checks_queries.contents(connection), ())

    assert broken() == []
    attack(app, edit_facts)
    assert broken() == [Finding("audit_broken", "facts_edited 3")]


def test_a_tail_that_was_cut_shows_only_with_the_head(app: Flask, chain: ChainHead) -> None:
    attack(app, remove(5, 6))
    assert verify(app) is None, "four events that follow each other are a whole chain"
    assert verify(app, chain) == ChainFault("tail_cut", 5, NUMBER)


def test_all_that_is_gone_shows_only_with_the_head(app: Flask, chain: ChainHead) -> None:
    attack(app, remove(*range(1, NUMBER + 1)))
    assert verify(app) is None
    assert verify(app, chain) == ChainFault("tail_cut", 1, NUMBER)


def test_a_rewrite_shows_only_with_the_head(app: Flask, chain: ChainHead) -> None:
    attack(app, rewrite)
    assert verify(app) is None, "a chain that was made anew fits itself"
    assert verify(app, chain) == ChainFault("rewritten", NUMBER)


def test_a_tail_that_grew_again_is_a_rewrite(app: Flask, world: World, chain: ChainHead) -> None:
    attack(app, remove(5, 6))
    with app.app_context():
        for _each in range(3):
            happened(world, "person_edited", "adam", "ana")
    assert verify(app, chain) == ChainFault("rewritten", NUMBER)


def test_heads_of_before_stay_good(app: Flask, world: World, chain: ChainHead) -> None:
    with app.app_context():
        happened(world, "signed_in", "ana", "ana")
        later = checks_queries_chains.head()
    assert later is not None
    assert verify(app, chain, later) is None
    assert verify(app, later, replace(chain, digest="0" * 64)) == ChainFault("rewritten", NUMBER)


def erase_facts_about(world: World, who: str, erasing: str) -> None:
    about = select(AuditEvent.id).where(AuditEvent.subject_id == world.people[who])
    with transaction() as tx:
        tx.add(Erasure(person_id=world.people[erasing], opened_at=world.now))
        tx.flush()
        tx.execute(delete(AuditEventDetail).where(AuditEventDetail.event_id.in_(about)))


def test_erasing_somebody_keeps_the_chain_whole(app: Flask, world: World, chain: ChainHead) -> None:
    """Ben's facts and their salts go, under his open erasure and under nobody else's."""
    with app.app_context():
        with pytest.raises(DBAPIError, match="history is never changed"):
            erase_facts_about(world, "ben", erasing="ana")
        erase_facts_about(world, "ben", erasing="ben")
        found = checks_queries_chains.verify([chain])
        assert (found.wrong, found.walk.count, found.walk.erased) == (None, NUMBER, 4)
        db.session.remove()


def test_facts_refuse_change(app: Flask, chain: ChainHead) -> None:
    for act in (update(AuditEventDetail).values(salt="5a"), delete(AuditEventDetail)):
        with (
            app.app_context(),
            pytest.raises(DBAPIError, match="history is never changed"),
            transaction() as tx,
        ):
            tx.execute(act)


def test_a_fork_is_refused(app: Flask, world: World, chain: ChainHead) -> None:
    """Two events in the same place, should anything ever write without the lock."""
    with app.app_context():
        happened(world, "signed_in", "ana", "ana")
        stale = forged(NUMBER + 1, chain.digest)
        with pytest.raises(IntegrityError), transaction() as tx:
            tx.execute(insert(AuditEvent).values(stale))


def test_the_salt_is_its_own_for_each_event(app: Flask, world: World) -> None:
    """Otherwise two events of the same facts would show that they are."""
    with app.app_context():
        for _each in range(2):
            happened(world, "signed_in", "ana", "ana")
        assert session().scalar(select(func.count(func.distinct(AuditEvent.commitment)))) == 2
        assert (
            session().scalars(select(AuditEvent.previous).order_by(AuditEvent.sequence)).first()
            == START
        )


@pytest.mark.parametrize(
    "written",
    [
        "",
        "x",
        "[]",
        "{}",
        '{"sequence":0,"digest":"' + "a" * 64 + '","at":"2026-11-24"}',
        '{"sequence":1,"digest":"a","at":"2026-11-24"}',
        '{"sequence":1,"digest":"' + "a" * 64 + '","at":"x"}',
    ],
)
def test_what_is_no_head_is_refused(written: str) -> None:
    with pytest.raises(Invalid, match="head_unreadable"):
        read_heads(written)


def test_a_head_is_read_as_it_was_written() -> None:
    head = ChainHead(7, "a" * 64, dt.datetime(2026, 11, 24, 10, tzinfo=dt.UTC))
    assert read_heads(f"{line(head)}\n\n{line(head)}\n") == [head, head]
