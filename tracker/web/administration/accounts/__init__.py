"""Accounts over the years: deleted when made by mistake, one when doubled, on hold."""
