"""What a password may be."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher

from config import ARGON2_LEAST, Config
from tracker.accounts.sign_in import rules as sign_in_rules
from tracker.accounts.sign_in.rules import (
    AT_ONCE,
    SCORE_MIN,
    SCORED,
    SCORED_OF_SIGNS,
    SIGNS,
    Passwords,
    check,
)
from tracker.rules.errors import Invalid

WHO = {"name": "Ana María Ruiz", "email": "a.ruiz77@example.org", "places": ["Lake Library"]}


@pytest.mark.parametrize(
    "password",
    [
        "12 chars in a",
        "the otter swims " * 8,
        "lantern, otter and kettle " + "z" * 102,
        "pässwörtlich",
        "🙂 🐙 🌵 🦉 🌊 🐌 🎻 🍋",
        "  my otter  naps ",
        "Ana likes green tea",
        "the librarian ate 4 green tacos",
        "our Library opens at nine on Sunday",
        "maria likes purple trains",
        "my two Ruiz cousins swim fast",
        "library 84719265 kayak",
        "Xk9$2fQ7!vR-library",
        "skills of a trackside juggler",
        "analysis of banana bread",
    ],
)
def test_any_characters_and_no_composition_rules(password: str) -> None:
    check(password, **WHO)


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("1234567", "password_short"),
        ("b" * 512 + "a" * 513, "password_long"),
        ("password1", "password_common"),
        ("PassWord1", "password_common"),
        ("qwertyuiop", "password_common"),
        ("aaaaaaaaaaaa", "password_common"),
        ("a" * 127 + "b", "password_common"),
        ("Password1!", "password_common"),
        ("Password2026!", "password_common"),
        ("Summer2026!", "password_common"),
        ("Welcome123!", "password_common"),
        ("P@ssw0rd123", "password_common"),
        ("letmein2026", "password_common"),
        ("aaaaaaab", "password_common"),
        ("Lake Library Summer2026!", "password_own_words"),
        ("Skills Tracker Welcome123!", "password_own_words"),
        ("maría's tea", "password_own_words"),
        ("my RUIZ family", "password_own_words"),
        ("a.ruiz77 today", "password_own_words"),
        ("lakelibrary2026", "password_own_words"),
        ("the Lake  Library", "password_own_words"),
    ],
)
def test_what_is_refused(password: str, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        check(password, **WHO)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("password", "word"),
    [
        ("librarian1", "librarian"),
        ("Librarians!", "librarians"),
        ("library123", "library"),
        ("libraries are", "libraries"),
        ("citylibrary", "library"),
        ("L1br@ry2026", "library"),
        ("l-i-b-r-a-r-y-1", "library"),
        ("1!brary!!!!!!!", "library"),
        ("yrarbil99", "library"),
        ("library12345678", "library"),
        ("library20262026", "library"),
        ("librarylibrarylibrary", "library"),
        ("MariaRuiz1!", "María"),
        ("ruiz1987", "Ruiz"),
        ("ana12345", "Ana"),
        ("A.N.A. 2026", "Ana"),
        ("aruiz77aruiz77", "a.ruiz77"),
        ("my RUIZ family", "Ruiz"),
        ("lakelibrary2026", "Lake Library"),
        ("1akeL1brary", "library"),
        ("Skills-Tracker-2026", "Skills Tracker"),
        ("tracker tracker", "tracker"),
    ],
)
def test_the_word_it_leans_on_is_named(password: str, word: str) -> None:
    with pytest.raises(Invalid) as refused:
        check(password, **WHO)
    assert (refused.value.code, refused.value.facts) == ("password_own_words", {"word": word})


def test_signs_that_could_be_many_letters_take_no_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """zxcvbn tries every reading of them: what it is given is short where they are many."""
    given = []

    def scoring(text: str) -> dict[str, Any]:
        given.append(text)
        return {"score": SCORE_MIN}

    monkeypatch.setattr(sign_in_rules, "zxcvbn", scoring)
    many = "".join(sorted(SIGNS)) * 4
    check(many[:128], **WHO)
    check("an otter 4 you " * 8, **WHO)
    assert [len(text) for text in given] == [SCORED_OF_SIGNS, SCORED]


@pytest.mark.parametrize(
    ("stored", "typed"),
    [
        ("x" * 72 + "a", "x" * 72 + "b"),
        ("Pass phrase", "pass phrase"),
        ("pass phrase", "pass phrase "),
        ("caf\u00e9 au lait", "cafe\u0301 au lait"),
    ],
    ids=["after 72 bytes", "case", "space at the end", "two ways to write é"],
)
def test_it_is_checked_exactly_as_typed(stored: str, typed: str) -> None:
    hasher = Passwords(time_cost=1, memory_cost=64, parallelism=1)
    kept = hasher.hash(stored)
    assert kept.startswith("$argon2id$")
    assert hasher.fits(kept, stored)
    assert not hasher.fits(kept, typed)


def test_hashes_wait_for_their_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    hasher = Passwords(time_cost=1, memory_cost=64, parallelism=1)
    kept, lock, running, most = hasher.hash("a pass phrase"), threading.Lock(), 0, 0

    def watched(inner: Any) -> Any:
        def hashing(*given: Any) -> Any:
            nonlocal running, most
            with lock:
                running += 1
                most = max(most, running)
            time.sleep(0.01)  # long enough for all to begin, were they let
            try:
                return inner(*given)
            finally:
                with lock:
                    running -= 1

        return hashing

    monkeypatch.setattr(PasswordHasher, "hash", watched(PasswordHasher.hash))
    monkeypatch.setattr(PasswordHasher, "verify", watched(PasswordHasher.verify))
    with ThreadPoolExecutor(6) as pool:
        assert all(pool.map(lambda _each: hasher.fits(kept, "a pass phrase"), range(6)))
        pool.submit(hasher.hash, "another")
    assert most == AT_ONCE


def test_the_cost_is_the_dearest_that_this_machine_makes_in_time() -> None:
    assert sign_in_rules.affordable(lambda _cost: 0.15) == sign_in_rules.COSTS[0]
    assert sign_in_rules.affordable(lambda cost: cost[0] * cost[1] / 10**6) == (2, 64 * 1024, 4)
    assert sign_in_rules.affordable(lambda _cost: 60) == sign_in_rules.COSTS[-1]
    for rounds, memory, _lanes in sign_in_rules.COSTS:
        assert any(rounds >= least and memory >= kib for least, kib in ARGON2_LEAST)


def test_a_cost_below_the_least_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRACKER_DATA_DIR", str(tmp_path))
    assert Config().ARGON2 == {"time_cost": 3, "memory_cost": 65536, "parallelism": 4}
    (tmp_path / "password_cost").write_text("2 19456 1\n")
    assert Config().ARGON2 == {"time_cost": 2, "memory_cost": 19456, "parallelism": 1}
    monkeypatch.setenv("TRACKER_PASSWORD_COST", "3 12288 2")
    assert Config().ARGON2 == {"time_cost": 3, "memory_cost": 12288, "parallelism": 2}
    for given in ("2 19455 1", "1 19456 1", "2 19456 0", "2 19456", "2, 19456, 1", "a b c"):
        monkeypatch.setenv("TRACKER_PASSWORD_COST", given)
        with pytest.raises(ValueError, match="TRACKER_PASSWORD_COST"):
            Config()
