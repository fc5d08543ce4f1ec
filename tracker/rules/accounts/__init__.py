"""Passwords, one-time tokens, and the names of devices."""
