"""Frameworks by command: their files, their versions, and who is carried to a later one."""
