"""Skills Tracker."""

from tracker.app import create_app

__all__ = ["create_app"]
