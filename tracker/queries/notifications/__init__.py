"""Notices, their mails, and what is due."""
