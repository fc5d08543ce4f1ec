"""Gaps of a team, and what may be told of them."""
