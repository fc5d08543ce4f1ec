"""What a password may be and how it is kept, and how long to wait after wrong ones.

No rules about kinds of characters: length counts, and that nobody guesses it first. Who waits is
never shut out. Where there is nothing to tell people by but the place they come from, they take
turns there, account by account.
"""

import datetime as dt
import re
import time
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from statistics import median
from threading import BoundedSemaphore

from argon2 import PasswordHasher, extract_parameters
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import ARGON2_VERSION
from zxcvbn import zxcvbn
from zxcvbn.matching import L33T_TABLE, dictionary_match, l33t_match, reverse_dictionary_match

from tracker.rules.core.links import INVITATION_DAYS_MAX, LAST_HOUR
from tracker.rules.core.tokens import IDLE_CHOICES
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


def check(
    password: str, *, name: str, email: str, places: Iterable[str], field: str = "password"
) -> None:
    """Raise Invalid (password_short, password_long, password_common, password_own_words) for one
    that will not do.

    Own words are those of the person, the product, and the `places` where they work, also
    backwards and with signs for letters. A long password may hold them: what is left without them
    has to be hard to guess. The password is taken as typed: nothing is trimmed, and upper and lower
    case differ.
    """
    if len(password) < PASSWORD_MIN:
        raise Invalid("password_short", field, shortest=PASSWORD_MIN)
    if len(password) > PASSWORD_MAX:
        raise Invalid("password_long", field, longest=PASSWORD_MAX)
    words = _own_words(name, email, *places)
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


def _own_words(name: str, email: str, *places: str) -> dict[str, str]:
    """Folded -> as it is written."""
    parts = (part for text in (name, email, *places) for part in re.split(r"[\W_]+", text))
    whole = (name, email.partition("@")[0], *places)
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
    for _time in range(3):
        begun = time.perf_counter()
        passwords.hash("measured")
        taken.append(time.perf_counter() - begun)
    return median(taken)


class Passwords:
    """Argon2id. Slow and large on purpose: hash and check before a transaction opens, never inside
    one. More than AT_ONCE wait for their turn. `site`: the name of the installation."""

    def __init__(
        self, time_cost: int, memory_cost: int, parallelism: int, *, site: str = ""
    ) -> None:
        self.site = site
        self._today: Cost = (time_cost, memory_cost, parallelism)
        self._hasher = PasswordHasher(*self._today)
        self._turns = BoundedSemaphore(AT_ONCE)

    @property
    def head(self) -> str:
        """How every hash begins that was made at today's cost."""
        rounds, kib, threads = self._today
        return f"$argon2id$v={ARGON2_VERSION}$m={kib},t={rounds},p={threads}$"

    def hash(self, password: str) -> str:
        with self._turns:
            return self._hasher.hash(password)

    def fits(self, stored: str | None, password: str, dated: Iterable[str] = ()) -> bool:
        """Whether `password` is the one that was stored.

        `dated`: every hash in use that was made at another cost. One hash is computed at each of
        these costs and one at today's, whichever is stored and also where none is. So the time that
        it takes doesn't tell whether there is such an account.
        """
        own = None if stored is None else _cost(stored)
        with self._turns:
            for cost in {self._today, *map(_cost, dated)} - {own}:
                if cost is not None:
                    PasswordHasher(*cost).hash(password)
            try:
                return own is not None and self._hasher.verify(str(stored), password)
            except (VerificationError, InvalidHashError):
                return False

    def is_dated(self, stored: str) -> bool:
        return self._hasher.check_needs_rehash(stored)


def _cost(hashed: str) -> Cost | None:
    """None: not a hash of ours, which fits nothing."""
    try:
        made_at = extract_parameters(hashed)
    except InvalidHashError:
        return None
    return made_at.time_cost, made_at.memory_cost, made_at.parallelism


COUNTS_FOR = dt.timedelta(days=1)
"""From the first wrong password on, all of them are forgotten after this long."""
LONGEST = dt.timedelta(minutes=15)
LONGEST_APART = dt.timedelta(seconds=15)
"""Between two tries at one account on devices that it does not know, wherever they come from: 5,760
a day at most, after the first that are free."""
TURNS, TURNS_WITHIN = 12, dt.timedelta(seconds=6)
"""How many turns a place gives where people sign in one after another: one in half a second. A few
at once are given after a rest, so that no turn is lost where a page comes back a little late."""
STAYS = dt.timedelta(seconds=30)
"""Who has not come back for so long is in line no more."""


class Counted(StrEnum):
    """What is counted."""

    ACCOUNT = "account"
    """One account, tried from anywhere on devices that it does not know."""
    SOURCE = "source"
    """Any account, tried from one place on devices that it does not know."""
    DEVICE = "device"
    """One account, tried on a device that signed in to it before. Nothing else counts there."""
    LINK = "unknown-link"
    """Links that are nobody's, tried from one place. One that works is never kept waiting."""
    RESET = "reset"
    """New passwords asked for one account from one place: each may be a mail."""
    RESET_DEVICE = "reset-device"
    """The same on a device that signed in to it before. Nothing else counts there."""
    RESET_SOURCE = "reset-source"
    """New passwords asked for any account from one place: it makes those wait that asked as often
    as is free, and nobody else."""


ALLOWED = {
    Counted.ACCOUNT: 100,
    Counted.SOURCE: 10,
    Counted.DEVICE: 10,
    Counted.LINK: 10,
    Counted.RESET: 3,
    Counted.RESET_DEVICE: 3,
    Counted.RESET_SOURCE: 100,
}
"""So many cost no waiting: more than people need, and than a shared desk has."""
TAKE_TURNS = frozenset({Counted.ACCOUNT, Counted.SOURCE, Counted.LINK})
"""What happens too often there makes people take turns instead of waiting for a time."""
MAILS = frozenset({Counted.RESET, Counted.RESET_DEVICE})


def delay(counted: Counted, times: int) -> dt.timedelta:
    """How long to wait after it happened so often: 2 seconds after the first one too many, then
    twice as long each time, up to LONGEST, or for an account up to LONGEST_APART. Where each is a
    mail to somebody, a minute."""
    beyond = times - ALLOWED[counted]
    if beyond <= 0:
        return dt.timedelta(0)
    if counted in MAILS:
        return min(LONGEST, dt.timedelta(minutes=2 ** min(beyond - 1, 20)))
    longest = LONGEST_APART if counted is Counted.ACCOUNT else LONGEST
    return min(longest, dt.timedelta(seconds=2 ** min(beyond, 20)))


@dataclass(frozen=True, slots=True)
class Visit:
    """How somebody comes in: with which browser, for how long at most, and whether at a desk that
    others use too."""

    agent: str
    max_age: dt.timedelta
    on_shared_desk: bool = False


@dataclass(frozen=True, slots=True)
class SignInSettings:
    """How the people of a library come in: the hours in which invitations are mailed, how long they
    work, and when a sign-in ends that is not used."""

    invitation_days: int
    invites_from: int
    invites_until: int
    idle_minutes: int | None

    def check(self) -> None:
        """Raises Invalid: invitation_days_out_of_range, hours_not_in_order, idle_unknown."""
        if not 1 <= self.invitation_days <= INVITATION_DAYS_MAX:
            raise Invalid(
                "invitation_days_out_of_range", "invitation_days", longest=INVITATION_DAYS_MAX
            )
        if not 0 <= self.invites_from < self.invites_until <= LAST_HOUR:
            raise Invalid("hours_not_in_order", "invites_until")
        if self.idle_minutes is not None and self.idle_minutes not in IDLE_CHOICES:
            raise Invalid("idle_unknown", "idle_minutes")
