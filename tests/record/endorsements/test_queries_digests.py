"""An endorsement fits exactly what was reviewed: one byte changed behind the program's back is
found."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import inspect, select, text
from sqlalchemy.orm import Session

from tests.conftest import NOW
from tests.factories.answers import EndorsedAnswer, ReviewerAnswer
from tests.factories.evidence import PDF, piece
from tests.factories.reviews import endorse
from tests.factories.sides import YES, actor, answer_all, send
from tests.factories.world import World
from tracker.db import db, session, transaction
from tracker.evidence.erasures import actions as erasures_actions
from tracker.evidence.files.rules import Upload
from tracker.models import Evidence
from tracker.models.triggers import guards
from tracker.operations.checks import queries as checks_queries
from tracker.record.endorsements import queries as record_endorsements_queries
from tracker.record.endorsements.rules import DigestFit
from tracker.record.versions import queries as versions_queries
from tracker.reviews.endorsements import actions as endorsements_actions
from tracker.reviews.review import actions as review_actions
from tracker.rules.core.erasures import ErasureReason

pytestmark = pytest.mark.usefixtures("app_context")


@pytest.fixture
def folder(world: World, tmp_path: Path) -> Path:
    """Ana's first statement, endorsed with a note and two pieces of evidence, one with a file in
    the folder."""
    statement_id = world.statements["communication"][0]
    piece(world, title="Drop-in", text="41 visits", reasons={statement_id: "I ran it"})
    piece(
        world,
        title="Report",
        reasons={statement_id: ""},
        folder=tmp_path,
        upload=Upload("report.pdf", PDF),
    )
    review_id = send(world, YES)
    answer_all(world, review_id, ReviewerAnswer.CONSISTENTLY)
    review_actions.reveal(actor(world, "sue"), review_id, world.now)
    return tmp_path / "files"


@contextmanager
def behind_the_guards() -> Iterator[Session]:
    """A transaction as somebody with the database's password has it: no trigger stops them."""
    with transaction() as tx:
        made = []
        if db.engine.dialect.name == "postgresql":
            tx.execute(text("SET LOCAL session_replication_role = replica"))
        else:
            made = tx.execute(
                text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
            ).all()
            for name, _ in made:
                tx.execute(text(f'DROP TRIGGER "{name}"'))
        yield tx
        for _, again in made:
            tx.execute(text(again))
    versions_queries.READ.clear()


def fits() -> list[DigestFit]:
    session().rollback()
    return [each.fit for each in record_endorsements_queries.checked()]


def broken() -> list[str]:
    with db.engine.connect() as connection:
        found = checks_queries.broken(
            connection,
            checks_queries.contents(connection),
            guards(connection.dialect.name, inspect(connection).get_table_names()),
        )
    return [each.code for each in found]


def test_what_was_reviewed_fits(folder: Path) -> None:
    assert fits() == [DigestFit.FITS]
    assert broken() == []


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE evidence_texts SET text = '42 visits' WHERE text = '41 visits'",
        "UPDATE evidence_texts SET title = 'drop-in' WHERE title = 'Drop-in'",
        "UPDATE stored_files SET sha256 = 'x' || substr(sha256, 2)",
        "UPDATE evidence_texts SET file_id = NULL",
        "UPDATE review_item_evidence SET reason = 'They ran it' WHERE reason <> ''",
        "DELETE FROM review_item_evidence WHERE reason = ''",
        "UPDATE review_item_texts SET learner_note = 'Always'",
        "UPDATE review_item_texts SET salt = 'x' || substr(salt, 2), learner_note = 'x'",
        "UPDATE review_items SET learner_answer = 'not_my_work'",
        "UPDATE review_items SET digest = 'f' || digest WHERE length(digest) < 64",
        "UPDATE statements SET text = text || '.' WHERE id = :statement",
        "UPDATE review_items SET learner_answer_label = 'Now and then'",
        "UPDATE review_items SET learner_answer_description = 'Sometimes'",
        (
            "UPDATE endorsements SET digest = "
            "'0000000000000000000000000000000000000000000000000000000000000000'"
        ),
        "UPDATE endorsements SET person_id = :ben",
    ],
)
def test_a_change_is_found(world: World, folder: Path, change: str) -> None:
    values = {"statement": world.statements["communication"][0], "ben": world.people["ben"]}
    with behind_the_guards() as tx:
        tx.execute(
            text(change), {key: value for key, value in values.items() if f":{key}" in change}
        )
    if "< 64" in change:
        assert fits() == [DigestFit.FITS], (
            "nothing was changed: the partner that shows that the others do change something"
        )
        return
    assert fits() == [DigestFit.DOES_NOT_FIT]
    assert "endorsement_does_not_fit" in broken()


GONE = ("DELETE FROM evidence_texts WHERE title = 'Drop-in'", "DELETE FROM review_item_texts")


@pytest.mark.parametrize("gone", GONE)
def test_what_is_gone_without_an_erasure_is_found(folder: Path, gone: str) -> None:
    with behind_the_guards() as tx:
        tx.execute(text(gone))
    assert fits() == [DigestFit.DOES_NOT_FIT]
    assert "endorsement_does_not_fit" in broken()


def test_what_was_erased_is_told_as_erased(world: World, folder: Path) -> None:
    (evidence_id, _other) = session().scalars(select(Evidence.id).order_by(Evidence.id))
    session().rollback()
    erasures_actions.erase(
        actor(world, "ana"), evidence_id, ErasureReason.PRIVATE, folder, now=world.now
    )
    assert fits() == [DigestFit.ERASED]
    assert broken() == []


def test_a_file_that_is_changed_or_gone_is_found(folder: Path) -> None:
    (checked,) = record_endorsements_queries.checked()
    (file,) = [path for path in folder.rglob("*") if path.is_file()]
    assert endorsements_actions.damaged_files(folder, checked.files) == frozenset()
    content = file.read_bytes()
    file.chmod(0o600)
    file.write_bytes(bytes([content[0] ^ 1]) + content[1:])
    assert endorsements_actions.damaged_files(folder, checked.files) == checked.files == {file.name}
    file.unlink()
    assert endorsements_actions.damaged_files(folder, checked.files) == checked.files


def test_what_the_learner_changes_later_is_no_fault(world: World, folder: Path) -> None:
    with transaction() as tx:
        tx.execute(text("UPDATE ratings SET answer = 'partly', version = 2"))
        tx.execute(text("UPDATE evidence_links SET reason = 'other'"))
    assert fits() == [DigestFit.FITS]


def test_what_the_scale_says_later_is_no_fault(folder: Path) -> None:
    """The partners are above: the words as sent, changed past the trigger, are found."""
    with transaction() as tx:
        tx.execute(text("UPDATE scale_answers SET label = 'Always', description = 'Every time'"))
    assert fits() == [DigestFit.FITS]
    assert broken() == []


def test_all_are_looked_at_however_many(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(record_endorsements_queries, "AT_ONCE", 2)
    for statement_id in world.statements["technical"][:5]:
        endorse(
            world, "ana", "sue", statement_id, EndorsedAnswer.PARTLY, NOW - dt.timedelta(days=1)
        )
    assert fits() == [DigestFit.FITS] * 5
