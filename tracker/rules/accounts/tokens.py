"""Secrets that are handed out once: sign-in cookies and one-time links."""

import hashlib
import secrets


def new_token() -> str:
    """256 bits at random."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    """What is stored of a token: a copy of the database holds no usable cookie or link."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
