"""Seals are written with the rows that they are about: in one chain, and taken back with them."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from config import ROOT
from tests.benches import saves
from tests.factories.answers import Answer, ReviewerAnswer
from tests.factories.sides import YES, actor, answer, item_ids, send
from tests.factories.world import World
from tracker.assessment.ratings import actions as ratings_actions
from tracker.db import Base, db, session, transaction
from tracker.models import SEALED_TABLES, Person, RatingEntry, Seal
from tracker.models.record.words import skill_of
from tracker.operations.checks import queries_record as checks_queries_record
from tracker.rules.core.seals import NOTES, rows_of

pytestmark = pytest.mark.usefixtures("app_context")


def found() -> list[str]:
    session().rollback()
    return [f"{each.code} {each.what}" for each in checks_queries_record.of_own()]


def sealed_ratings() -> int:
    """How often rows of the history of ratings were sealed."""
    every = session().scalars(select(Seal.covered).where(Seal.chain != NOTES))
    number = SEALED_TABLES[RatingEntry].number
    return sum(row.table == number for covered in every for row in rows_of(covered))


def entry(world: World, version: int) -> RatingEntry:
    return RatingEntry(
        person_id=world.people["ana"],
        skill_id=skill_of(world.statements["technical"][0]),
        statement_id=world.statements["technical"][0],
        version=version,
        answer="partly",
        basis="rated",
        rated_at=world.now,
    )


def test_a_savepoint_that_is_taken_back_takes_its_seal(world: World) -> None:
    with transaction() as tx:
        tx.add(entry(world, 1))
        inner = tx.begin_nested()
        tx.add(entry(world, 2))
        tx.flush()
        inner.rollback()
        with tx.begin_nested():
            tx.add(entry(world, 3))
        tx.add(entry(world, 4))
    assert sealed_ratings() == 3
    assert {each.split()[0] for each in found()} == {"history_without_rating"}


def test_a_block_that_fails_leaves_none(world: World) -> None:
    with pytest.raises(ZeroDivisionError):
        write_and_fail(world)
    assert sealed_ratings() == 0


def write_and_fail(world: World) -> None:
    with transaction() as tx:
        tx.add(entry(world, 1))
        tx.flush()
        raise ZeroDivisionError


def test_many_at_once_make_one_chain(app: Flask, world: World) -> None:
    """A learner at four places at once, while their reviewer answers."""
    review_id = send(world, YES, YES)
    ana = actor(world, "ana")
    session().rollback()

    def save(statement_id: int) -> None:
        with app.app_context():
            for version, said in enumerate((Answer.PARTLY, Answer.CONSISTENTLY)):
                ratings_actions.rate(ana, statement_id, said, version, world.now)

    def review(item_id: int) -> None:
        with app.app_context():
            for said in (ReviewerAnswer.PARTLY, ReviewerAnswer.NOT_YET):
                answer(world, item_id, said)

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(save, world.statements["technical"][:8]))
        list(pool.map(review, item_ids(review_id)))
    assert sealed_ratings() == 2 + 8 * 2
    assert found() == []


def test_a_fork_is_refused(world: World) -> None:
    ratings_actions.rate(
        actor(world, "ana"), world.statements["technical"][0], Answer.PARTLY, 0, world.now
    )
    newest = session().scalars(select(Seal).order_by(Seal.sequence.desc()).limit(1)).one()
    there = {"chain": newest.chain, "sequence": newest.sequence}
    session().rollback()
    with pytest.raises(IntegrityError), transaction() as tx:
        tx.execute(insert(Seal).values(**there, covered=b"", digest=b""))


def test_a_former_address_cannot_be_guessed_from_its_seal(world: World) -> None:
    """Its salt is gone, and the seal still fits."""
    with transaction() as tx:
        ana = tx.get_one(Person, world.people["ana"])
        before, ana.email = ana.salt, "ana.later@example.org"
        assert ana.salt != before
    with transaction() as tx:
        ana = tx.get_one(Person, world.people["ana"])
        before, ana.name = ana.salt, "Ana Later"
        assert ana.salt == before
    assert found() == []


NOT_SEALED = {
    "address_changes": {"salt"},
    "reviews": {"due_from", "due_on", "differences_from", "differences_due_on"},
    "review_item_evidence": {"reason"},
    "rating_entries": {"salt"},
    "review_item_texts": {"salt", "item_id"},
    "confirmations": {"reason", "salt"},
    "endorsements": {"salt"},
    "legal_holds": {"why"},
    "not_rated_here": {"reason"},
    "record_openings": {"told_at"},
    "review_items": {"salt"},
    "role_profiles": {"name", "position", "targets_reason"},
    "rounds": {"name"},
    "sign_ins": {"agent", "renews", "seen_at"},
    "snapshot_people": {"salt"},
    "stored_files": {"media_type", "name"},
    "teams": {"name", "sort_name"},
    "people": {
        "name",
        "sort_name",
        "salt",
        "staff_id",
        "covers_screen",
        "offers_updates",
        "updates_not_before",
        "ready_at",
        "created_at",
    },
    "memberships": {"job", "weekly_hours"},
    "libraries": {"name", "region", "paper", "invites_from", "invites_until", "created_at"},
}
"""Dates that move, a reason that stands in the item's digest, what the seal is made with, and what
decides about nobody's rights or record."""


NUMBERS = {
    1: "rating_entries",
    2: "reviews",
    3: "review_items",
    4: "review_item_texts",
    5: "review_item_evidence",
    6: "review_moves",
    7: "endorsements",
    8: "endorsement_moves",
    9: "level_exceptions",
    10: "level_exception_moves",
    11: "person_versions",
    12: "erasures",
    13: "evidence_erasures",
    14: "people",
    15: "memberships",
    16: "libraries",
    17: "use_statements",
    18: "library_versions",
    19: "round_snapshots",
    20: "snapshot_people",
    21: "figure_groups",
    22: "counted_outcomes",
    23: "record_openings",
    24: "role_profiles",
    25: "targets",
    26: "teams",
    27: "rounds",
    28: "confirmations",
    29: "deputies",
    30: "second_readings",
    31: "handovers",
    32: "legal_holds",
    33: "not_rated_here",
    34: "sensitive_decisions",
    35: "use_statement_readings",
    36: "invitations",
    37: "sign_ins",
    38: "recovery_codes",
    39: "address_changes",
    40: "stored_files",
    41: "account_merges",
}


@pytest.mark.parametrize("model", SEALED_TABLES, ids=lambda each: each.__tablename__)
def test_each_column_of_a_sealed_table_is_sealed_or_named(model: type[Base]) -> None:
    every = {column.key for column in db.metadata.tables[model.__tablename__].columns} - {"id"}
    assert every - set(SEALED_TABLES[model].columns) == NOT_SEALED.get(model.__tablename__, set())


def test_each_table_keeps_its_number() -> None:
    """Seals name it: a number that was given is never another table's."""
    assert {how.number: model.__tablename__ for model, how in SEALED_TABLES.items()} == NUMBERS


PAST_THE_SESSION = {
    "accounts/sign_in/actions.py update(SignIn",
    "accounts/sign_in/records.py update(SignIn",
    "operations/backups/actions.py update(AddressChange",
    "operations/backups/actions.py update(Invitation",
    "operations/backups/actions.py update(SignIn",
    "records/seals.py delete(model",
    "records/seals.py delete(table",
    "records/seals.py update(model",
    "frameworks/versions/records_moves.py insert(TABLE",
    "administration/memberships/records.py update(Membership",
    "records/seals.py insert(TABLE",
    "records/seals.py insert(model",
    "assessment/ratings/actions.py update(Person",
}
"""Where rows of sealed tables are written by statements: each notes them, or changes no column that
is sealed."""


def test_nobody_else_writes_sealed_rows_past_the_session() -> None:
    """What the session flushes is sealed by itself; a statement has to be thought of."""
    sealed = "|".join(sorted(model.__name__ for model in SEALED_TABLES))
    statement = re.compile(
        rf"\b(?:insert|update|delete)\(\s*(?:table_of\()?(?:{sealed}|TABLE|model|table)\b"
    )
    found = {
        f"{path.relative_to(ROOT / 'tracker')} {''.join(match[0].split())}"
        for path in (ROOT / "tracker").rglob("*.py")
        for match in statement.finditer(path.read_text())
    }
    of_others = {
        "operations/daily_work/actions.py insert(TABLE",
        "operations/daily_work/actions.py update(TABLE",
        "frameworks/versions/records.py insert(model",
        "today/demo/actions.py insert(table",
    }
    assert found - of_others == PAST_THE_SESSION


def test_a_saved_rating_takes_at_most_300_bytes(app: Flask, world: World, engine_name: str) -> None:
    """With its history and its seal. Nothing of it is in the audit."""
    if engine_name != "sqlite":
        pytest.skip("dbstat is SQLite's")
    saves.save(world, 50)
    before = saves.sizes()
    saves.save(world, 1000)
    after = saves.sizes()
    assert sum(after.values()) - sum(before.values()) <= 300 * 1000
