"""Frameworks: files, versions, drafts, what changes, corrections."""
