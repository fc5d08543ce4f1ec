"""How often a door may be knocked on. Counts are kept where TRACKER_LIMITS_STORAGE says."""

import time

from flask import Response
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

from tracker.web.http import session

limiter = Limiter(get_remote_address)


def was_refused(response: Response) -> bool:
    """For limits that count refusals only."""
    return response.status_code >= 400


def minutes_to_wait() -> int | None:
    """After a refusal by a limit: how many minutes until the next try, at least one."""
    broken = limiter.current_limit
    if broken is None:
        return None
    seconds = int(broken.reset_at - time.time()) - 1  # the limiter adds one
    return max(1, -(-seconds // 60))


def who_asks() -> str:
    """For limits on each person, wherever they sit; somebody who is not signed in counts by their
    address."""
    actor = session.actor_or_none()
    return get_remote_address() if actor is None else f"person-{actor.person_id}"


documents = limiter.shared_limit("20 per minute", scope="documents", key_func=who_asks)
"""On every view that makes a document: one takes as long as some twenty pages."""
