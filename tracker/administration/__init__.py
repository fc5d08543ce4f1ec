"""A library's people, teams, jobs, rounds, and settings."""
