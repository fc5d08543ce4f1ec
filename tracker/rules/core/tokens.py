"""Secrets that are handed out once: sign-in cookies and one-time links."""

import hashlib
import secrets


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
