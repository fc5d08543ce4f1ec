"""The only writers of carryings: what belongs to a library, and what to each person."""
