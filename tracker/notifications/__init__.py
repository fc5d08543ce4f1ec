"""Notices, reminders, and mail."""
