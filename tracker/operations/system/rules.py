"""How the server knows that whoever asks it what it sees of a request has its own secret key."""

import hmac

LASTS = 60
"""Seconds."""


def signed(key: str, seconds: float) -> str:
    """For a header. `seconds`: of now."""
    at = str(int(seconds))
    return f"{at}.{hmac.digest(key.encode(), f'probe {at}'.encode(), 'sha256').hex()}"


def holds(key: str, told: str, seconds: float) -> bool:
    at = told.partition(".")[0]
    is_now = at.isascii() and at.isdigit() and abs(seconds - float(at[:12])) <= LASTS
    return is_now and hmac.compare_digest(told.encode(), signed(key, float(at[:12])).encode())
