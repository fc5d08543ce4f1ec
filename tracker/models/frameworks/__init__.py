"""Frameworks as published, and what became of their statements from version to version."""
