"""What a learner can show, its files, and its erasure."""
