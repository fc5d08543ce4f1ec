"""Backups, and what is noted of looks, downloads and refusals."""
