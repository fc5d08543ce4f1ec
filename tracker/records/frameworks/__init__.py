"""Versions of frameworks as they are published, and drafts of the next."""
