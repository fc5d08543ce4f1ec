"""How long a sign-in lives without being used."""

import datetime as dt

SHARED_DESK_MINUTES = 30
"""At a desk that several people use."""
CHOICES = (SHARED_DESK_MINUTES, 60, 120, 240, 480)
"""Minutes that a library can choose from."""


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
