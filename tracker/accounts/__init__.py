"""Somebody's own account: signing in, links, addresses, readers."""
