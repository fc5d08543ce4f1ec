"""Accounts over the years: deleted when made by mistake, made one when doubled."""
