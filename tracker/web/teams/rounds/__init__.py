"""How far a round is, and whom to remind of it."""
