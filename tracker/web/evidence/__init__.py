"""One's own evidence and its files."""
