"""Versions of frameworks as they are published, drafts of the next, what skills are made of, and
who is on which version."""
