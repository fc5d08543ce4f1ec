"""Reads: frozen rows, scoped to who asks, in a fixed number of queries whatever the size."""
