"""An endorsement is sealed in the audit when it is given: what is changed or deleted past the
program shows."""

import datetime as dt
from typing import Any

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import delete, select, text, update
from sqlalchemy.orm import Session

from tests.conftest import NOW
from tests.copies import made_once
from tests.factories import sides
from tests.factories.answers import EndorsedAnswer, ReviewerAnswer
from tests.factories.audit import happened
from tests.factories.reviews import send as written
from tests.factories.sides import YES, actor, answer_all, send
from tests.factories.world import World
from tests.record.endorsements.test_queries_digests import behind_the_guards
from tracker.db import db, session, transaction
from tracker.frameworks.versions.rules import Ground
from tracker.models import (
    AuditEvent,
    AuditEventDetail,
    Endorsement,
    EndorsementMove,
    Erasure,
    ReviewItem,
)
from tracker.models.record.words import skill_of
from tracker.operations.backups.rules import Finding
from tracker.operations.checks import (
    queries as checks_queries,
    queries_chains as checks_queries_chains,
    queries_record as checks_queries_record,
)
from tracker.record.endorsements.rules import SealState
from tracker.record.workflow.rules import ItemStatus
from tracker.reviews.act.rules import GIVEN
from tracker.reviews.review import actions as review_actions

pytestmark = pytest.mark.usefixtures("app_context")


@pytest.fixture
def two(world: World, engine_name: str) -> list[int]:
    """Two endorsements that the program gave: one of equal answers, one that the two agreed on.
    Their ids."""
    return made_once("two_endorsed", engine_name, lambda: _both(world))


def _both(world: World) -> list[int]:
    review_id = send(world, YES, YES)
    ids = answer_all(world, review_id, ReviewerAnswer.CONSISTENTLY, ReviewerAnswer.NOT_YET)
    review_actions.reveal(actor(world, "sue"), review_id, world.now)
    for name in ("ana", "sue"):
        sides.confirm(actor(world, name), ids[1], EndorsedAnswer.PARTLY, "So it is.", world.now)
    given = list(session().scalars(select(Endorsement.id).order_by(Endorsement.id)))
    session().rollback()
    return given


def states() -> dict[SealState, list[int]]:
    session().rollback()
    return {state: ids for state, ids in checks_queries_record.all_compared().items() if ids}


def findings() -> list[Finding]:
    with db.engine.connect() as connection:
        guards = checks_queries.guards_of(connection)
        return checks_queries.broken(connection, checks_queries.contents(connection), guards)


def check(app: Flask) -> Result:
    session().rollback()
    return app.test_cli_runner().invoke(args=["reviews", "check"])


def remove(tx: Session, endorsement_id: int) -> None:
    tx.execute(delete(EndorsementMove).where(EndorsementMove.endorsement_id == endorsement_id))
    tx.execute(delete(Endorsement).where(Endorsement.id == endorsement_id))


def erase_facts(tx: Session, world: World) -> None:
    tx.add(Erasure(person_id=world.people["ana"], opened_at=world.now))
    tx.flush()
    events = select(AuditEvent.id).where(AuditEvent.subject_id == world.people["ana"])
    tx.execute(delete(AuditEventDetail).where(AuditEventDetail.event_id.in_(events)))


def test_what_is_left_alone_is_sealed(app: Flask, two: list[int]) -> None:
    assert states() == {SealState.SEALED: two}
    assert findings() == []
    assert checks_queries_chains.verify().wrong is None
    said = check(app)
    assert said.exit_code == 0, said.output
    assert "As they were given: 2. Altered: 0. Gone: 0. Their proof was erased: 0." in said.output
    assert "Without proof" not in said.output


ENDORSEMENT: dict[str, dict[str, object]] = {
    "answer": {"answer": EndorsedAnswer.NOT_YET.value},
    "date": {"endorsed_at": NOW - dt.timedelta(microseconds=1)},
}
ITEM: dict[str, dict[str, object]] = {
    "item's answer": {"reviewer_answer": ReviewerAnswer.NOT_YET.value},
    "item's ground": {"ground": Ground.WAS_TOLD.value},
    "item's digest": {"digest": "f" * 64},
}


def wording(statement_id: int) -> dict[str, object]:
    return {"skill_id": skill_of(statement_id), "statement_id": statement_id}


@pytest.mark.parametrize("what", [*ENDORSEMENT, *ITEM, "endorser", "person", "statement"])
def test_what_is_altered_is_named(app: Flask, world: World, two: list[int], what: str) -> None:
    first = select(Endorsement.item_id).where(Endorsement.id == two[0]).scalar_subquery()
    with behind_the_guards() as tx:
        if what in ITEM:
            tx.execute(update(ReviewItem).where(ReviewItem.id == first).values(**ITEM[what]))
        else:
            changed = (
                ENDORSEMENT.get(what)
                or {
                    "endorser": {"endorser_id": world.people["hugo"]},
                    "person": {"person_id": world.people["ben"]},
                    "statement": wording(world.statements["technical"][-1]),
                }[what]
            )
            tx.execute(update(Endorsement).where(Endorsement.id == two[0]).values(**changed))
    assert states() == {SealState.ALTERED: two[:1], SealState.SEALED: two[1:]}
    assert Finding("endorsement_altered", str(two[0])) in findings()
    said = check(app)
    assert said.exit_code == 1
    assert f"- Reviewed rating {two[0]} was changed after it was given." in said.output
    assert f"Endorsement {two[1]} is not" not in said.output


def test_an_item_that_is_gone_is_no_way_round(two: list[int]) -> None:
    with behind_the_guards() as tx:
        if tx.get_bind().dialect.name == "sqlite":
            tx.execute(text("PRAGMA defer_foreign_keys = ON"))
        tx.execute(
            update(Endorsement)
            .where(Endorsement.id == two[0])
            .values(item_id=Endorsement.item_id + 100_000)
        )
        assert checks_queries_record.compared(tx)[SealState.ALTERED] == two[:1]
        tx.execute(
            update(Endorsement)
            .where(Endorsement.id == two[0])
            .values(item_id=Endorsement.item_id - 100_000)
        )
    assert states() == {SealState.SEALED: two}


def test_what_is_deleted_is_named(app: Flask, two: list[int]) -> None:
    with behind_the_guards() as tx:
        remove(tx, two[1])
    assert states() == {SealState.SEALED: two[:1], SealState.GONE: two[1:]}
    assert Finding("endorsement_gone", str(two[1])) in findings()
    said = check(app)
    assert said.exit_code == 1
    assert f"- Reviewed rating {two[1]} was given and is gone." in said.output


def test_another_number_is_one_gone_and_one_put_in(two: list[int]) -> None:
    with behind_the_guards() as tx:
        tx.execute(delete(EndorsementMove).where(EndorsementMove.endorsement_id == two[0]))
        tx.execute(update(Endorsement).where(Endorsement.id == two[0]).values(id=two[1] + 7))
    assert states() == {
        SealState.SEALED: two[1:],
        SealState.GONE: two[:1],
        SealState.UNSEALED: [two[1] + 7],
    }


def test_a_second_seal_does_not_make_it_good(world: World, two: list[int]) -> None:
    """Whoever writes a new event at the end cannot take the first one away."""
    with transaction() as tx:
        sealed_by = tx.scalars(
            select(AuditEventDetail).join(AuditEvent).where(AuditEvent.kind == GIVEN)
        ).first()
        assert sealed_by is not None
        from_then: dict[str, Any] = dict(sealed_by.facts)
    happened(world, GIVEN, "sue", "ana", **from_then)
    assert states() == {SealState.SEALED: two}, (
        "the partner: an event that says the same alters nothing"
    )
    happened(world, GIVEN, "sue", "ana", **from_then | {"seal": "f" * 64})
    assert states() == {SealState.ALTERED: [from_then["endorsement"]], SealState.SEALED: two[1:]}


def test_what_no_event_names_is_a_fault(app: Flask, two: list[int]) -> None:
    with behind_the_guards() as tx:
        tx.execute(update(AuditEventDetail).values(facts={"review": 1}))
    assert states() == {SealState.UNSEALED: two}
    assert Finding("endorsement_not_given", f"{two[0]}, {two[1]}") in findings()
    said = check(app)
    assert said.exit_code == 1, said.output
    assert f"- Reviewed rating {two[1]} was added past the program" in said.output


def test_what_was_erased_is_told_as_erased(app: Flask, world: World, two: list[int]) -> None:
    with transaction() as tx:
        erase_facts(tx, world)
    assert states() == {SealState.ERASED: two}
    assert "Their proof was erased: 2." in check(app).output
    assert findings() == []
    statement_id = world.statements["technical"][0]
    written(world, "ana", "sue", {statement_id: ItemStatus.WAITING})
    with behind_the_guards() as tx:
        tx.execute(
            text(
                "INSERT INTO endorsements (person_id, skill_id, statement_id, endorser_id, item_id, "
                "answer, digest, rating_version, status, endorsed_at, salt) SELECT person_id, "
                "(SELECT skill_id FROM statements WHERE id = :statement), :statement, endorser_id, (SELECT max(id) FROM review_items), answer, digest, rating_version, "
                "status, endorsed_at, salt FROM endorsements WHERE id = :one"
            ),
            {"statement": statement_id, "one": two[0]},
        )
    assert len(states()[SealState.UNSEALED]) == 1, (
        "each event that was erased accounts for one endorsement"
    )
    with behind_the_guards() as tx:
        tx.execute(
            update(Endorsement)
            .where(Endorsement.id == two[0])
            .values(endorser_id=world.people["hugo"])
        )
    assert two[0] not in states()[SealState.ERASED]


def test_a_seal_that_is_changed_breaks_the_chain(two: list[int]) -> None:
    with behind_the_guards() as tx:
        tx.execute(update(AuditEventDetail).values(facts={"endorsement": two[0], "seal": "f" * 64}))
    assert states() == {SealState.ALTERED: two[:1], SealState.UNSEALED: two[1:]}
    wrong = checks_queries_chains.verify().wrong
    assert wrong is not None
    assert wrong.code == "facts_edited"


def test_facts_that_are_none_stop_nobody_from_looking_on(two: list[int]) -> None:
    with behind_the_guards() as tx:
        tx.execute(update(AuditEventDetail).values(facts=["no", "facts"]))
    assert states() == {SealState.UNSEALED: two}


def test_all_are_looked_at_however_many(two: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks_queries_record, "AT_ONCE", 1)
    assert states() == {SealState.SEALED: two}
