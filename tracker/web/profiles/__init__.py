"""Profiles as page, PDF, CSV and JSON."""
