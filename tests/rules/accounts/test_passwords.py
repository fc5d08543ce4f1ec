"""What a password may be."""

import pytest

from tracker.rules.accounts.passwords import Passwords, check
from tracker.rules.errors import Invalid

WHO = {"name": "Ana María Ruiz", "email": "a.ruiz77@example.org", "library": "Lake Library"}


@pytest.mark.parametrize(
    "password",
    [
        "12 chars in a",
        "a" * 1023 + "b",
        "pässwörtlich",
        "🙂 🙂 🙂 🙂 ok",
        "        x",
        "Ana likes tea",
        "libraries are good",
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
    passwords = Passwords(time_cost=1, memory_cost=64, parallelism=1)
    kept = passwords.hash(stored)
    assert kept.startswith("$argon2id$")
    assert passwords.fits(kept, stored)
    assert not passwords.fits(kept, typed)
