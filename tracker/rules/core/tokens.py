"""Secrets that are handed out once: sign-in cookies and one-time links; and how long a sign-in
lives without being used."""

import datetime as dt
import hashlib
import secrets

SHARED_DESK_MINUTES = 30
"""At a desk that several people use."""
IDLE_CHOICES = (SHARED_DESK_MINUTES, 60, 120, 240, 480)
"""Minutes that a library can choose from."""


def new_token() -> str:
    """256 bits at random."""
    return secrets.token_urlsafe(32)


RECOVERY_SIGNS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # pragma: allowlist secret
"""Without those that are taken for another on paper: 0 and O, 1 and I."""
RECOVERY_GROUPS, RECOVERY_GROUP = 5, 4


def new_recovery_code() -> str:
    """100 bits at random, to be written down: "7KQM-..."."""
    groups = range(RECOVERY_GROUPS)
    return "-".join(
        "".join(secrets.choice(RECOVERY_SIGNS) for _sign in range(RECOVERY_GROUP))
        for _group in groups
    )


def recovery_hash(code: str) -> str:
    """As it was typed: case, spaces and dashes don't count."""
    return token_hash("".join(sign for sign in code.upper() if sign.isalnum()))


def token_hash(token: str) -> str:
    """What is stored of a token: a copy of the database holds no usable cookie or link."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def idle_limit(
    installation: dt.timedelta, library_minutes: int | None, *, on_shared_desk: bool
) -> dt.timedelta:
    """The shortest of what the installation, the library, and the desk say."""
    limits = [installation]
    if library_minutes is not None:
        limits.append(dt.timedelta(minutes=library_minutes))
    if on_shared_desk:
        limits.append(dt.timedelta(minutes=SHARED_DESK_MINUTES))
    return min(limits)
