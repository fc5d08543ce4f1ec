"""Rows are locked in one order: what holds every test to it finds a breach."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from config import ROOT
from tests.factories.sides import YES, send
from tests.factories.world import World
from tests.storage import lock_order
from tracker.db import db, transaction
from tracker.models import Evidence, Library, Person, Review
from tracker.row_locks import held

Steps = Callable[[Session, World, int], object]


def library(tx: Session, world: World, _review: int) -> object:
    return tx.scalar(held(select(Library).where(Library.id == world.libraries["city"])))


def review(tx: Session, _world: World, review: int) -> object:
    return tx.scalar(held(select(Review).where(Review.id == review)))


def ana(tx: Session, world: World, _review: int) -> object:
    return tx.scalar(held(select(Person).where(Person.id == world.people["ana"])))


def two(tx: Session, world: World, _review: int) -> object:
    both = world.people["ana"], world.people["ben"]
    return tx.scalars(held(select(Person).where(Person.id.in_(both)))).all()


def ben(tx: Session, world: World, _review: int) -> object:
    return tx.scalar(held(select(Person).where(Person.id == world.people["ben"])))


def write(tx: Session, world: World, _review: int) -> None:
    now = world.now
    tx.add(
        Evidence(
            person_id=world.people["ana"], kind="note", version=0, created_at=now, changed_at=now
        )
    )
    tx.flush()


def rename_ana(tx: Session, world: World, _review: int) -> None:
    tx.get_one(Person, world.people["ana"]).name = "Ana B."
    tx.flush()


@pytest.mark.parametrize(
    ("steps", "found"),
    [
        ((library, review, ana, ben, write), []),
        ((library, two, ana, rename_ana, library), []),
        ((ana, library), ["a lock on libraries"]),
        ((ana, review), ["a lock on reviews"]),
        ((ben, ana), ["a lock on people"]),
        ((rename_ana, ben), ["a lock on people"]),
        ((write, ana), ["a lock on people"]),
        ((ben, rename_ana), ["a lock on people"]),
    ],
)
def test_a_breach_is_found(
    app: Flask,
    world: World,
    monkeypatch: pytest.MonkeyPatch,
    steps: tuple[Steps, ...],
    found: list[str],
) -> None:
    monkeypatch.setattr(lock_order, "PROGRAM", re.compile("/tests/"))
    with app.app_context():
        review_id = send(world, YES)
        lock_order.breaches.clear()
        with transaction() as tx:
            for step in steps:
                step(tx, world, review_id)
        db.session.rollback()
    said = [re.sub(r"( \(\d+, \d+\))? after .*", "", breach) for breach in lock_order.breaches]
    lock_order.breaches.clear()
    assert said == found


def test_every_transaction_is_listened_to() -> None:
    """But those that look for files that nothing names: they lock no row of ORDER."""
    files = [
        path for path in (ROOT / "tracker").rglob("*.py") if "transaction() as" in path.read_text()
    ]
    unheard = {path.name for path in files if not lock_order.PROGRAM.search(str(path))}
    assert unheard == {"file_rows.py"}


def test_one_place_locks_rows() -> None:
    """And the audit, which shares those that its events point to."""
    files = [
        path for path in (ROOT / "tracker").rglob("*.py") if "with_for_update" in path.read_text()
    ]
    assert {str(path.relative_to(ROOT)) for path in files} == {
        str(Path("tracker/row_locks.py")),
        str(Path("tracker/records/audit.py")),
    }
