"""What a password may be, and how it is kept.

No rules about kinds of characters: length counts, and that nobody guesses it first.
"""

import re
import time
import unicodedata
from collections.abc import Callable, Iterable
from statistics import median
from threading import BoundedSemaphore

from argon2 import PasswordHasher, extract_parameters
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import ARGON2_VERSION
from zxcvbn import zxcvbn
from zxcvbn.matching import L33T_TABLE, dictionary_match, l33t_match, reverse_dictionary_match

from tracker.rules.errors import Invalid

Cost = tuple[int, int, int]
"""Rounds, KiB and threads of one hash."""
COSTS: tuple[Cost, ...] = (
    (3, 64 * 1024, 4),
    (2, 64 * 1024, 4),
    (1, 64 * 1024, 4),
    (2, 19 * 1024, 1),
)
"""The dearest first: the second choice of RFC 9106. The last is the least that OWASP's Password
Storage Cheat Sheet allows, and the others are above it."""
AFFORDABLE = 0.15
"""Seconds that one hash may take, unless the cheapest takes longer."""
AT_ONCE = 1
"""How many hashes a process makes at a time: each takes 64 MiB, and up to four cores, so that more
at once would be no faster."""
PASSWORD_MIN = 8
PASSWORD_MAX = 128
TYPED_MAX = 1024
"""Longer ones were let in once, and still sign in."""
SCORE_MIN = 3
"""Of zxcvbn's 0 to 4: more than 10^8 guesses."""
SCORED = 72
"""zxcvbn takes no more characters, and what follows makes no password worse."""
SIGNS_MAX, SCORED_OF_SIGNS = 8, 24
"""It tries every way to read signs for letters: 72 characters with all 22 signs took over two
seconds. Of a password with more kinds of them than anybody writes words with, fewer count."""
WORD_MIN = 3
"""A shorter word stands in too many harmless ones."""
CONTEXT = ("library", "libraries", "librarian", "librarians", "skills", "tracker", "Skills Tracker")
"""What anybody would try first here, beside what belongs to the person (NIST SP 800-63B, 5.1.1.2).
"""
SIGNS = frozenset(sign for signs in L33T_TABLE.values() for sign in signs)
"""Signs that are written for letters."""


def check(password: str, *, name: str, email: str, library: str, field: str = "password") -> None:
    """Raise Invalid (password_short, password_long, password_common, password_own_words) for one
    that will not do.

    Own words are those of the person, the library and the product, also backwards and with signs
    for letters. A long password may hold them: what is left without them has to be hard to guess.
    The password is taken as typed: nothing is trimmed, and upper and lower case differ.
    """
    if len(password) < PASSWORD_MIN:
        raise Invalid("password_short", field, shortest=PASSWORD_MIN)
    if len(password) > PASSWORD_MAX:
        raise Invalid("password_long", field, longest=PASSWORD_MAX)
    words = _own_words(name, email, library)
    of_signs = len(SIGNS & set(password)) > SIGNS_MAX
    begin = password[: SCORED_OF_SIGNS if of_signs else SCORED]
    letters = [(at, letter) for at, char in enumerate(begin) for letter in _folded(char)]
    text, ranked = "".join(letter for _at, letter in letters), {"own": dict.fromkeys(words, 1)}
    matches = [
        match
        for matcher in (dictionary_match, reverse_dictionary_match, l33t_match)
        for match in matcher(text, ranked)
    ]
    own = {at for match in matches for at, _letter in letters[match["i"] : match["j"] + 1]}
    scored = "".join(char for at, char in enumerate(begin) if at not in own).strip()
    if scored and zxcvbn(scored)["score"] >= SCORE_MIN:
        return
    if not matches:
        raise Invalid("password_common", field)
    word = max((match["matched_word"] for match in matches), key=lambda word: (len(word), word))
    raise Invalid("password_own_words", field, word=words[word])


def _own_words(name: str, email: str, library: str) -> dict[str, str]:
    """Folded -> as it is written."""
    parts = (part for text in (name, email, library) for part in re.split(r"[\W_]+", text))
    whole = (name, email.partition("@")[0], library)
    words = (*parts, *whole, *CONTEXT)
    return {folded: word for word in words if len(folded := _folded(word)) >= WORD_MIN}


def _folded(text: str) -> str:
    """Without case, accents, spaces, and the signs that stand between words."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(
        char for char in apart if char in SIGNS or unicodedata.category(char)[0] in "LNS"
    )


def affordable(takes: Callable[[Cost], float]) -> Cost:
    """The dearest cost of which a hash is made in time. `takes`: seconds, on this machine."""
    return next((cost for cost in COSTS[:-1] if takes(cost) <= AFFORDABLE), COSTS[-1])


def seconds_of(cost: Cost) -> float:
    """What a hash of that cost takes here: the middle of three."""
    passwords = Passwords(*cost)
    taken = []
    for _each in range(3):
        begun = time.perf_counter()
        passwords.hash("measured")
        taken.append(time.perf_counter() - begun)
    return median(taken)


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
