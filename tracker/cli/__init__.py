"""Commands; they act as the system."""
