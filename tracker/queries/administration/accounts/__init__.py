"""Accounts over the years: unused ones, and two of one person."""
