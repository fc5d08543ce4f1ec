"""What a password may be, and how it is kept.

No rules about kinds of characters: length counts, and that nobody guesses it first.
"""

import secrets
from collections.abc import Iterable
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from zxcvbn.frequency_lists import FREQUENCY_LISTS

from tracker.rules.errors import Invalid

PASSWORD_MIN = 8
PASSWORD_MAX = 1024
WORD_MIN = 4
"""A shorter name stands in too many harmless words to refuse a password that holds it."""


@cache
def _commonest() -> frozenset[str]:
    return frozenset(word for word in FREQUENCY_LISTS["passwords"] if len(word) >= PASSWORD_MIN)


def _folded(text: str) -> str:
    return "".join(text.casefold().split())


def check(password: str, *, name: str, email: str, library: str, field: str = "password") -> None:
    """Raise Invalid (password_short, password_long, password_common, password_own_words) for one
    that will not do.

    The password is taken as typed: nothing is trimmed, and upper and lower case differ.
    """
    if len(password) < PASSWORD_MIN:
        raise Invalid("password_short", field, shortest=PASSWORD_MIN)
    if len(password) > PASSWORD_MAX:
        raise Invalid("password_long", field, longest=PASSWORD_MAX)
    if password.casefold() in _commonest() or len(set(password)) == 1:
        raise Invalid("password_common", field)
    if any(word in _folded(password) for word in _own_words(name, email, library)):
        raise Invalid("password_own_words", field)


def _own_words(name: str, email: str, library: str) -> Iterable[str]:
    words = {*name.split(), name, email.partition("@")[0], library}
    return (folded for word in words if len(folded := _folded(word)) >= WORD_MIN)


class Passwords:
    """Argon2id. Slow on purpose: hash and check before a transaction opens, never inside one."""

    def __init__(self, time_cost: int, memory_cost: int, parallelism: int) -> None:
        self._hasher = PasswordHasher(time_cost, memory_cost, parallelism)
        self._nobody = self._hasher.hash(secrets.token_urlsafe(16))

    def hash(self, password: str) -> str:
        return self._hasher.hash(password)

    def fits(self, stored: str | None, password: str) -> bool:
        """Whether `password` is the one that was stored. Takes as long when there is nobody to
        compare with."""
        try:
            self._hasher.verify(stored or self._nobody, password)
        except (VerificationError, InvalidHashError):
            return False
        return stored is not None

    def is_dated(self, stored: str) -> bool:
        return self._hasher.check_needs_rehash(stored)
