"""Skills Tracker."""
