"""Levels, and what would come next."""
