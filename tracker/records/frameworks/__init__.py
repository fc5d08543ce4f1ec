"""Versions of frameworks as they are published, drafts of the next, and who is carried to a later
one."""
