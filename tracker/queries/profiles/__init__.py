"""Levels, statements and trends of one person."""
