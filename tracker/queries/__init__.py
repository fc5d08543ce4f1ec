"""Reads: frozen rows, scoped to who asks, in a fixed number of statements whatever the size."""
