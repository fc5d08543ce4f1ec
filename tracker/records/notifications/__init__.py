"""The only writers of notices and of their mails."""
