"""Notices, their mails, reminders, and trying out the mail."""
