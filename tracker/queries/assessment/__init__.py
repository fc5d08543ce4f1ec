"""What a learner rates, and how far they have come."""
