"""How far a round of a team is, and what is kept of it at its end."""
