"""Frameworks by command: their files, their versions, and who is moved to another one."""
