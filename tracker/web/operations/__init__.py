"""The audit and backups, for the administrator."""
