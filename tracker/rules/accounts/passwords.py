"""What a password may be, and how it is kept.

No rules about kinds of characters: length counts, and that nobody guesses it first.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import cache
from threading import BoundedSemaphore

from argon2 import PasswordHasher, extract_parameters
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import ARGON2_VERSION
from zxcvbn.frequency_lists import FREQUENCY_LISTS

from tracker.rules.errors import Invalid

Cost = tuple[int, int, int]
"""Rounds, KiB and threads of one hash."""
AT_ONCE = 1
"""How many hashes a process makes at a time: each takes 64 MiB, and up to four cores, so that more
at once would be no faster."""
PASSWORD_MIN = 8
PASSWORD_MAX = 128
TYPED_MAX = 1024
"""Longer ones were let in once, and still sign in."""
WORD_MIN = 4
"""A shorter word stands in too many harmless ones: it counts only if the password has no other
letters."""
CONTEXT = ("library", "libraries", "librarian", "librarians", "skills", "tracker", "Skills Tracker")
"""What anybody would try first here, beside what belongs to the person (NIST SP 800-63B, 5.1.1.2).
"""
LOOKALIKES = str.maketrans("013457@$!|8+l", "oieastasiibti")
"""Signs that are written for letters. A one is an i or an l, so these two count as one letter."""
SIGNS = frozenset("@$!|+")


@cache
def _commonest() -> frozenset[str]:
    return frozenset(word for word in FREQUENCY_LISTS["passwords"] if len(word) >= PASSWORD_MIN)


def check(password: str, *, name: str, email: str, library: str, field: str = "password") -> None:
    """Raise Invalid (password_short, password_long, password_common, password_own_words) for one
    that will not do.

    Own words are those of the person, the library and the product. A long password may hold them:
    what counts is what is left without them. The password is taken as typed: nothing is trimmed,
    and upper and lower case differ.
    """
    if len(password) < PASSWORD_MIN:
        raise Invalid("password_short", field, shortest=PASSWORD_MIN)
    if len(password) > PASSWORD_MAX:
        raise Invalid("password_long", field, longest=PASSWORD_MAX)
    if password.casefold() in _commonest() or len(set(password)) == 1:
        raise Invalid("password_common", field)
    word = _guessed_first(password, _own_words(name, email, library))
    if word is not None:
        raise Invalid("password_own_words", field, word=word)


def _own_words(name: str, email: str, library: str) -> dict[str, str]:
    """Folded -> as it is written."""
    parts = (part for text in (name, email, library) for part in re.split(r"[\W_]+", text))
    whole = (name, email.partition("@")[0], library)
    return {folded: word for word in (*parts, *whole, *CONTEXT) if len(folded := _folded(word)) > 1}


def _guessed_first(password: str, words: dict[str, str]) -> str | None:
    """The longest of the words that the password leans on: without all of them too little is left,
    or what is left is itself among the commonest."""
    text = _folded(password)
    letters = "".join(char for char in text if char.isalpha())
    if letters in words and len(letters) < WORD_MIN:
        return words[letters]
    plain, found, gone = text.translate(LOOKALIKES), set[str](), set[int]()
    for word in (word for word in words if len(word) >= WORD_MIN):
        shape = word.translate(LOOKALIKES)
        for at in re.finditer(f"(?={re.escape(shape)}|{re.escape(shape[::-1])})", plain):
            found.add(word)
            gone.update(range(at.start(), at.start() + len(word)))
    left = "".join(char for at, char in enumerate(text) if at not in gone)
    if not found or (len(set(left)) >= PASSWORD_MIN and left not in _commonest()):
        return None
    return words[max(found, key=lambda word: (len(word), word))]


def _folded(text: str) -> str:
    """Without case, accents, spaces, and the signs that stand between words."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(
        char
        for char in apart
        if char.isalnum() or char in SIGNS or not (char.isascii() or _is_mark(char))
    )


def _is_mark(char: str) -> bool:
    return char.isspace() or unicodedata.category(char)[0] in "MP"


class Passwords:
    """Argon2id. Slow and large on purpose: hash and check before a transaction opens, never inside
    one. More than AT_ONCE wait for their turn."""

    def __init__(self, time_cost: int, memory_cost: int, parallelism: int) -> None:
        self._hasher = PasswordHasher(time_cost, memory_cost, parallelism)
        self._turns = BoundedSemaphore(AT_ONCE)

    @property
    def head(self) -> str:
        """How every hash begins that was made at today's cost."""
        hasher = self._hasher
        return (
            f"$argon2id$v={ARGON2_VERSION}$m={hasher.memory_cost},t={hasher.time_cost},"
            f"p={hasher.parallelism}$"
        )

    def hash(self, password: str) -> str:
        with self._turns:
            return self._hasher.hash(password)

    def fits(self, stored: str | None, password: str, dated: Iterable[str] = ()) -> bool:
        """Whether `password` is the one that was stored.

        `dated`: every hash in use that was made at another cost. One hash is computed at each of
        these costs and one at today's, whosever the stored one is and where there is none, so that
        the time taken does not tell whether somebody is known.
        """
        own = None if stored is None else _cost(stored)
        with self._turns:
            for cost in {_cost_of(self._hasher), *map(_cost, dated)} - {own}:
                if cost is not None:
                    PasswordHasher(*cost).hash(password)
            try:
                return own is not None and self._hasher.verify(str(stored), password)
            except (VerificationError, InvalidHashError):
                return False

    def is_dated(self, stored: str) -> bool:
        return self._hasher.check_needs_rehash(stored)


def _cost_of(hasher: PasswordHasher) -> Cost:
    return hasher.time_cost, hasher.memory_cost, hasher.parallelism


def _cost(hashed: str) -> Cost | None:
    """None: not a hash of ours, which fits nothing."""
    try:
        found = extract_parameters(hashed)
    except InvalidHashError:
        return None
    return found.time_cost, found.memory_cost, found.parallelism
