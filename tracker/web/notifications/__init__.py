"""Notices on pages and by mail, and the mail's settings."""
