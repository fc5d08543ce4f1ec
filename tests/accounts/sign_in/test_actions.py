"""Signing in takes the same work for everybody: for an address that is unknown, for a hash of
today's cost and for one of an earlier cost, so that the time taken tells nothing."""

from collections import Counter
from typing import Any

import argon2
import pytest
from argon2 import PasswordHasher, _password_hasher, extract_parameters
from flask import Flask
from sqlalchemy import select

from tests.client import PASSWORD, Client
from tests.factories.world import World
from tracker.accounts.sign_in.rules import Passwords
from tracker.db import db, transaction
from tracker.models import Person

DATED = PasswordHasher(time_cost=2, memory_cost=32, parallelism=1)
Work = Counter[tuple[int, int, int]]


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> Work:
    """Every hash that was computed, by its rounds, KiB and threads."""
    done: Work = Counter()
    hash_secret, verify_secret = _password_hasher.hash_secret, _password_hasher.verify_secret

    def hashing(**values: Any) -> bytes:
        done[values["time_cost"], values["memory_cost"], values["parallelism"]] += 1
        return hash_secret(**values)

    def verifying(hashed: bytes, secret: bytes, kind: argon2.Type) -> bool:
        cost = extract_parameters(hashed.decode())
        done[cost.time_cost, cost.memory_cost, cost.parallelism] += 1
        return verify_secret(hashed, secret, kind)

    monkeypatch.setattr(_password_hasher, "hash_secret", hashing)
    monkeypatch.setattr(_password_hasher, "verify_secret", verifying)
    return done


def tried(app: Flask, work: Work, email: str, password: str, status: int = 422) -> Work:
    somebody = Client(app)
    somebody.get("/login")
    work.clear()
    assert somebody.post("/login", {"email": email, "password": password}).status_code == status
    return work.copy()


def test_the_work_does_not_tell_who_is_known(app: Flask, world: World, work: Work) -> None:
    assert tried(app, work, "nobody@example.org", "x" * 9) == {(1, 64, 1): 1}
    with app.app_context(), transaction() as tx:
        ana = tx.get_one(Person, world.people["ana"])
        ana.password_hash = DATED.hash(PASSWORD)
    ana_dated = tried(app, work, world.email("ana"), "x" * 9)
    assert ana_dated == {(1, 64, 1): 1, (2, 32, 1): 1}
    assert tried(app, work, "nobody@example.org", "x" * 9) == ana_dated
    assert tried(app, work, world.email("ben"), "x" * 9) == ana_dated


def test_signing_in_renews_a_dated_hash_and_then_all_is_as_before(
    app: Flask, world: World, work: Work
) -> None:
    with app.app_context(), transaction() as tx:
        tx.get_one(Person, world.people["ana"]).password_hash = DATED.hash(PASSWORD)
    tried(app, work, world.email("ana"), PASSWORD, 303)
    with app.app_context():
        query = select(Person.password_hash).where(Person.id == world.people["ana"])
        assert "$m=64,t=1,p=1$" in str(db.session.scalar(query))
    assert tried(app, work, world.email("ana"), PASSWORD, 303) == {(1, 64, 1): 1}
    assert tried(app, work, "nobody@example.org", "x" * 9) == {(1, 64, 1): 1}


def test_what_is_no_hash_fits_nothing(app: Flask, world: World, work: Work) -> None:
    with app.app_context(), transaction() as tx:
        tx.get_one(Person, world.people["ana"]).password_hash = "$argon2id$damaged"
    assert tried(app, work, world.email("ana"), PASSWORD) == {(1, 64, 1): 1}


@pytest.mark.parametrize(("now_it_is", "status"), [(PASSWORD, 303), ("another one by now", 422)])
def test_a_hash_that_is_written_anew_while_it_is_checked_is_checked_again(
    app: Flask, world: World, monkeypatch: pytest.MonkeyPatch, now_it_is: str, status: int
) -> None:
    """By the sign-in of another browser, which renewed it, or because it is another password."""
    fits = Passwords.fits

    def while_it_is_checked(self: Passwords, *values: Any) -> bool:
        found = fits(self, *values)
        monkeypatch.setattr(Passwords, "fits", fits)
        with transaction() as tx:
            tx.get_one(Person, world.people["ana"]).password_hash = self.hash(now_it_is)
        return found

    with app.app_context(), transaction() as tx:
        tx.get_one(Person, world.people["ana"]).password_hash = DATED.hash(PASSWORD)
    somebody = Client(app)
    somebody.get("/login")
    monkeypatch.setattr(Passwords, "fits", while_it_is_checked)
    sent = somebody.post("/login", {"email": world.email("ana"), "password": PASSWORD})
    assert sent.status_code == status
