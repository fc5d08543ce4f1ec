"""Backups, the audit's hash chain, and what the audit tells."""
