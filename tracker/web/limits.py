"""How often a door may be knocked on. Counts are kept where TRACKER_LIMITS_STORAGE says."""

from flask import Response
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

limiter = Limiter(get_remote_address)


def was_refused(response: Response) -> bool:
    """For limits that count refusals only."""
    return response.status_code >= 400
