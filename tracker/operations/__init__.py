"""The installation: audit, checks, backups, the daily work, limits, how it does."""
